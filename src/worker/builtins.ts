/** The built-in scenarios, as the build finds them: text by id. Bench loads are not lessons. */
const files = import.meta.glob(['../../scenarios/*/*.json', '!**/bench/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
}) as Record<string, string>;

const named = (texts: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(texts).map(([path, text]) => [
      path.slice(path.lastIndexOf('/') + 1, -'.json'.length),
      text,
    ]),
  );

export const builtins = named(files);

/** Built-in scenarios as they once were, by hash: for links made then. */
export const released = named(
  import.meta.glob('../../scenarios/released/*/*.json', {
    eager: true,
    query: '?raw',
    import: 'default',
  }) as Record<string, string>,
);
