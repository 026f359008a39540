/**
 * The indirection table as `ethtool -X` can say it: how many entries each queue gets (a single entry cannot be named, the table is
 * laid out anew in runs), and ntuple rules as `ethtool -N` takes them. Pure.
 */
export interface RuleFields {
  flowType: string;
  srcIp: string;
  dstIp: string;
  srcPort: string;
  dstPort: string;
  action: string;
}

/** Entries of each queue, over as many queues as are in use. */
export function countsOf(table: readonly number[], queues: number): number[] {
  const counts = new Array<number>(queues).fill(0);
  for (const queue of table) if (queue < queues) counts[queue] += 1;
  return counts;
}

/** Queue of each entry as the driver lays these counts out. */
export function tableOf(counts: readonly number[]): number[] {
  return counts.flatMap((count, queue) => new Array<number>(count).fill(queue));
}

/** One entry fewer for its queue, one more for the next one. */
export function giveOn(counts: readonly number[], queue: number): number[] {
  if (counts.length < 2 || (counts[queue] ?? 0) === 0) return [...counts];
  const next = (queue + 1) % counts.length;
  return counts.map((count, i) => (i === queue ? count - 1 : i === next ? count + 1 : count));
}

/** The command for these counts; null: they do not make a whole table. */
export function weightLine(nic: string, counts: readonly number[], size: number): string | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== size || counts.some((count) => !Number.isInteger(count) || count < 0)) return null;
  const last = counts.reduce((at, count, i) => (count > 0 ? i : at), 0);
  return `ethtool -X ${nic} weight ${counts.slice(0, last + 1).join(' ')}`;
}

/** `ethtool -N IF flow-type ...` of the fields that are filled in; null: nothing is asked for. */
export function ruleLine(nic: string, fields: RuleFields): string | null {
  const words = [
    ['src-ip', fields.srcIp],
    ['dst-ip', fields.dstIp],
    ['src-port', fields.srcPort],
    ['dst-port', fields.dstPort],
  ].flatMap(([name, value]) => (value.trim() === '' ? [] : [name, value.trim()]));
  if (words.length === 0 || !/^-?\d+$/.test(fields.action.trim())) return null;
  return ['ethtool -N', nic, 'flow-type', fields.flowType, ...words, 'action', fields.action.trim()].join(
    ' ',
  );
}
