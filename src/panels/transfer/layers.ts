/** How often each layer of each host has run, and the CPU time of each part of the kernel, as rows of bars. Pure. */
import { WORK_PARTS } from '../../catalog/work-parts.ts';

/** As a report has them (engine/metrics/report.ts). */
export interface HostLayers {
  host: string;
  counts: Record<string, number>;
}

/** Layers from the application down to the wire and up again, what software does for a card that cannot, CPU time. */
export const LAYER_PARTS: readonly { part: string; names: readonly string[] }[] = [
  { part: 'out', names: ['sends', 'tlsOut', 'tcpOut', 'ipOut', 'qdisc', 'driverOut', 'wireOut'] },
  { part: 'in', names: ['wireIn', 'stackIn', 'ipIn', 'tcpIn', 'tlsIn', 'reads'] },
  {
    part: 'work',
    names: [
      'cuts',
      'copiedBytes',
      'txSummedBytes',
      'rxSummedBytes',
      'encryptedBytes',
      'decryptedBytes',
      'cryptNs',
    ],
  },
  { part: 'time', names: WORK_PARTS.map((part) => `${part}Ns`) },
];

export interface LayerCell {
  count: number;
  /** 0..1 of the longest bar of its unit. */
  share: number;
  /** The same of another variant; null: none was seen. */
  other: number | null;
}

/** Rows of TLS: shown where there is any. */
const TLS_ROWS: ReadonlySet<string> = new Set([
  'tlsOut',
  'tlsIn',
  'encryptedBytes',
  'decryptedBytes',
  'cryptNs',
]);

const TIME_ROWS: ReadonlySet<string> = new Set(WORK_PARTS.map((part) => `${part}Ns`));

/** False for a row that has nothing to say in this scenario. */
export function showsRow(name: string, layers: readonly HostLayers[]): boolean {
  if (TIME_ROWS.has(name)) return layers.some(({ counts }) => counts[name] > 0);
  return !TLS_ROWS.has(name) || layers.some(({ counts }) => counts.tlsOut > 0 || counts.tlsIn > 0);
}

/** Bars of one unit have one scale. */
function unitOf(name: string): 'bytes' | 'ns' | 'times' {
  if (name.endsWith('Bytes')) return 'bytes';
  return name.endsWith('Ns') ? 'ns' : 'times';
}

/** Host by host, by the layer's name. Bars of bytes and bars of how often have a scale each, common to both runs. */
export function layerCells(
  now: readonly HostLayers[],
  before: readonly HostLayers[] | null,
): Record<string, LayerCell>[] {
  const most = { bytes: 1, ns: 1, times: 1 };
  for (const { counts } of [...now, ...(before ?? [])])
    for (const [name, count] of Object.entries(counts)) {
      const unit = unitOf(name);
      most[unit] = Math.max(most[unit], count);
    }
  return now.map(({ host, counts }) => {
    const old = before?.find((row) => row.host === host)?.counts;
    return Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [
        name,
        { count, share: count / most[unitOf(name)], other: old?.[name] ?? null },
      ]),
    );
  });
}
