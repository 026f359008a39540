/**
 * How often each layer of a host ran, from the application to the wire and back: the further down a packet stays one packet, the
 * less often the layers above run for the same frames. And what CPU time each part of the kernel took: of an item of work it counts
 * from its beginning.
 */
import { WORK_PARTS } from '../../catalog/work-parts.ts';
import { lockWaitNs } from '../cpu/lock.ts';
import type { Nic, World } from '../world.ts';

export interface LayerRow {
  readonly name: string;
  /** Sending, receiving, work that software does for a card that cannot, or CPU time. */
  readonly part: 'out' | 'in' | 'work' | 'time';
  readonly unit: string;
  readonly compute: (w: World, host: number) => number;
}

function overNics(w: World, host: number, of: (nic: Nic) => number): number {
  let total = 0;
  for (const nic of w.nics) if (nic.host === host && nic.tunnel === null) total += of(nic);
  return total;
}

function overTasks(w: World, host: number, name: 'sends' | 'reads'): number {
  let total = 0;
  for (const task of w.tasks)
    if (task.host === host) total += name === 'reads' ? task.reads : task.send.sends;
  return total;
}

function posted(w: World, nic: Nic): number {
  let total = 0;
  for (let i = 0; i < nic.queues; i += 1) total += w.queues[nic.firstQueue + i].tx.posted;
  return total;
}

function processed(w: World, host: number): number {
  let total = 0;
  for (const cpu of w.cpus) if (cpu.host === host) total += cpu.softnet.processed;
  return total;
}

/** CPU time of a part of the kernel on all CPUs of a host, ns; waiting for locks is a part of theirs. */
function partNs(w: World, host: number, part: number): number {
  let total = 0;
  for (const cpu of w.cpus) {
    if (cpu.host !== host) continue;
    total += (cpu.partCycles[part] * 1000) / cpu.mhz;
    if (WORK_PARTS[part] === 'lock') total += lockWaitNs(w, cpu);
  }
  return Math.round(total);
}

/** From the application down, and from the wire up. */
export const LAYERS: readonly LayerRow[] = [
  { name: 'sends', part: 'out', unit: 'calls', compute: (w, host) => overTasks(w, host, 'sends') },
  {
    name: 'tlsOut',
    part: 'out',
    unit: 'records',
    compute: (w, host) => w.hosts[host].software.tlsRecordsOut,
  },
  { name: 'tcpOut', part: 'out', unit: 'segments', compute: (w, host) => w.hosts[host].snmp.TcpOutSegs },
  {
    name: 'ipOut',
    part: 'out',
    unit: 'packets',
    compute: (w, host) => w.hosts[host].snmp.IpOutRequests + w.hosts[host].snmp.Ip6OutRequests,
  },
  { name: 'qdisc', part: 'out', unit: 'packets', compute: (w, host) => w.hosts[host].software.qdisc },
  {
    name: 'driverOut',
    part: 'out',
    unit: 'calls',
    compute: (w, host) => overNics(w, host, (nic) => posted(w, nic)),
  },
  {
    name: 'wireOut',
    part: 'out',
    unit: 'frames',
    compute: (w, host) => overNics(w, host, (nic) => nic.counters.tx_packets),
  },
  {
    name: 'wireIn',
    part: 'in',
    unit: 'frames',
    compute: (w, host) => overNics(w, host, (nic) => nic.counters.rx_packets),
  },
  { name: 'stackIn', part: 'in', unit: 'packets', compute: processed },
  {
    name: 'ipIn',
    part: 'in',
    unit: 'packets',
    compute: (w, host) => w.hosts[host].snmp.IpInReceives + w.hosts[host].snmp.Ip6InReceives,
  },
  { name: 'tcpIn', part: 'in', unit: 'packets', compute: (w, host) => w.hosts[host].snmp.TcpInSegs },
  {
    name: 'tlsIn',
    part: 'in',
    unit: 'records',
    compute: (w, host) => w.hosts[host].software.tlsRecordsIn,
  },
  { name: 'reads', part: 'in', unit: 'calls', compute: (w, host) => overTasks(w, host, 'reads') },
  { name: 'cuts', part: 'work', unit: 'packets', compute: (w, host) => w.hosts[host].software.cuts },
  {
    name: 'copiedBytes',
    part: 'work',
    unit: 'bytes',
    compute: (w, host) => w.hosts[host].software.copiedBytes,
  },
  {
    name: 'txSummedBytes',
    part: 'work',
    unit: 'bytes',
    compute: (w, host) => w.hosts[host].software.txSummedBytes,
  },
  {
    name: 'rxSummedBytes',
    part: 'work',
    unit: 'bytes',
    compute: (w, host) => w.hosts[host].software.rxSummedBytes,
  },
  {
    name: 'encryptedBytes',
    part: 'work',
    unit: 'bytes',
    compute: (w, host) => w.hosts[host].software.encryptedBytes,
  },
  {
    name: 'decryptedBytes',
    part: 'work',
    unit: 'bytes',
    compute: (w, host) => w.hosts[host].software.decryptedBytes,
  },
  { name: 'cryptNs', part: 'work', unit: 'ns', compute: (w, host) => w.hosts[host].software.cryptNs },
  ...WORK_PARTS.map(
    (name, part): LayerRow => ({
      name: `${name}Ns`,
      part: 'time',
      unit: 'ns',
      compute: (w, host) => partNs(w, host, part),
    }),
  ),
];

/** A layer's count of a host; undefined where there is no such layer. */
export function layerMetric(w: World, host: number, name: string | undefined): number | undefined {
  return LAYERS.find((row) => row.name === name)?.compute(w, host);
}
