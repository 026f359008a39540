/** The built-in scenarios, as the build finds them: text by id. Bench loads are not lessons. */
const files = import.meta.glob('../../scenarios/*/*.json', {
  eager: true,
  query: '?raw',
  import: 'default',
}) as Record<string, string>;

export const builtins: ReadonlyMap<string, string> = new Map(
  Object.entries(files)
    .filter(([path]) => !path.includes('/bench/'))
    .map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1, -'.json'.length), text]),
);
