/** Words of the panels: one block a panel, keys `<panel>.<thing>`. */
export const panelWords: Readonly<Record<string, string>> = {};
