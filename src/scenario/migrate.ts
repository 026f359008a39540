/**
 * Old formats to the present one, a step a version. Format 1 is the first.
 * A new format adds its upgrader here, a line in scenarios/README.md and a fixture of the old one.
 */
import { FORMAT } from './schema.ts';

type Upgrader = (value: Record<string, unknown>) => Record<string, unknown>;

/** upgraders[n] makes format n + 1 of format n. */
const upgraders: Readonly<Record<number, Upgrader>> = {};

export type Migrated = { ok: true; value: Record<string, unknown> } | { ok: false; message: string };

export function migrate(value: Record<string, unknown>): Migrated {
  const format = value['format'];
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) {
    return { ok: false, message: `a whole number from 1 to ${FORMAT} is needed here` };
  }
  if (format > FORMAT) {
    return {
      ok: false,
      message: `format ${format} is newer than this version reads (${FORMAT}): use a newer Softnet Lab`,
    };
  }
  let current = value;
  for (let n = format; n < FORMAT; n += 1) current = upgraders[n](current);
  return { ok: true, value: current };
}
