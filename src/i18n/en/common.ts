/** Words of the page itself: buttons, labels, errors. Panels' words are in panels.ts. */
import { panelWords } from './panels.ts';

const pageWords: Readonly<Record<string, string>> = {
  'app.name': 'Softnet Lab',
  'app.tagline': 'See how Linux receives a packet, from the wire to the application, one nanosecond at a time.',
};

export const common: Readonly<Record<string, string>> = { ...pageWords, ...panelWords };
