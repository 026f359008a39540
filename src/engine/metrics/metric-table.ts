/**
 * Metrics by name: one table for claims, `run --json`, charts and lessons. A fixed name is a row of METRICS; families name a
 * thing of the world: `queue.h1.eth0.0.packets`, `cpu.h1.0.softirqShare`, `snmp.h1.IpInReceives`, `counter.h1.eth0.rx_missed_errors`
 * (and `rate.` in place of `counter.`: a second, over the whole run),
 * `socket.h1.web.drops`, `socket.h1.web.acks` (bare ACKs of its TCP connections), `app.h1.nginx.bytes`, `softnet.h1.0.time_squeeze`, `link.h1.cable.lost` (what left h1 by the link).
 */
import { CONTEXTS, Ctx } from '../../catalog/contexts.ts';
import { reasonName, reasonSlug } from '../../catalog/reasons.ts';
import { WORK_PARTS } from '../../catalog/work-parts.ts';
import { inFlight } from '../conservation.ts';
import { lockWaitNs } from '../cpu/lock.ts';
import { remoteNs } from '../cpu/node.ts';
import { reasonOfKey } from '../drop.ts';
import { fragMemory } from '../net/ip-frag.ts';
import type { ClientState, Cpu, Lock, World } from '../world.ts';
import { createLatency, mergeLatency, percentile } from './latency.ts';
import { layerMetric } from './layers.ts';
import { linkMetric } from './link-metrics.ts';
import { cryptShare, tlsMetric } from './tls-metrics.ts';
import { toeMetric } from './toe-metrics.ts';

export interface MetricRow {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly compute: (w: World) => number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);
const seconds = (w: World): number => w.now / 1e9;
const irqs = (w: World): number => sum(w.queues.map((q) => q.irqs));
const polls = (w: World): number => sum(w.queues.map((q) => q.polls));
const polled = (w: World): number => sum(w.queues.map((q) => q.packets));

/** Skbs dropped for a reason, by its slug. */
function droppedFor(w: World, slug: string): number {
  let total = 0;
  for (const [key, count] of Object.entries(w.totals.drops)) {
    const name = reasonName(reasonOfKey(key));
    if (name !== undefined && reasonSlug(name) === slug) total += count;
  }
  return total;
}

function latency(w: World, p: number): number {
  const all = createLatency();
  for (const task of w.tasks) if (task.kind === 'app') mergeLatency(all, task.latency);
  return percentile(all, p);
}

const txLocks = (w: World): Lock[] => w.queues.flatMap((q) => (q.tx.lock < 0 ? [] : w.locks[q.tx.lock]));
const clients = (w: World): ClientState[] => w.sources.flatMap((s) => s.client ?? []);

function roundTrip(w: World, p: number): number {
  const all = createLatency();
  for (const client of clients(w)) mergeLatency(all, client.rtt);
  return percentile(all, p);
}

const CONNECTION_NAMES: readonly string[] = ['acks', 'segs', 'firstResendNs'];

/** Of all TCP connections of a socket: segments without data sent, all segments sent, when one first sent again (-1: none has). */
function ofConnections(w: World, sock: number, name: string): number {
  const own = w.connections.filter((one) => one.sock === sock);
  if (name === 'acks') return sum(own.map((one) => one.acksSent));
  if (name === 'segs') return sum(own.map((one) => one.segsOut));
  const times = own.map((one) => one.firstResendNs).filter((ns) => ns >= 0);
  return times.length === 0 ? -1 : Math.min(...times);
}

function txLatency(w: World, p: number): number {
  const all = createLatency();
  for (const sock of w.sockets) mergeLatency(all, sock.txLatency);
  return percentile(all, p);
}

/** Time in a context so far, ns, with the stretch under way. */
export function contextNs(w: World, cpu: Cpu, ctx: number): number {
  return cpu.ctxNs[ctx] + (cpu.ctx === ctx ? w.now - cpu.ctxSince : 0);
}

/** What a CPU does with its time: spinning is no work. */
export function busyNs(w: World, cpu: Cpu): number {
  return w.now - contextNs(w, cpu, Ctx.idle) - lockWaitNs(w, cpu);
}

const cpuShare = (w: World, contexts: readonly number[]): number =>
  ratio(sum(w.cpus.map((cpu) => sum(contexts.map((ctx) => contextNs(w, cpu, ctx))))), w.now * w.cpus.length);

export const METRICS: readonly MetricRow[] = [
  {
    name: 'arrived',
    unit: 'frames',
    description: 'Frames that reached a MAC.',
    compute: (w) => w.totals.arrived,
  },
  {
    name: 'delivered',
    unit: 'skbs',
    description: 'Skbs consumed by a socket or a protocol.',
    compute: (w) => w.totals.delivered,
  },
  {
    name: 'dropped',
    unit: 'skbs',
    description: 'Skbs and frames lost, anywhere.',
    compute: (w) => w.totals.dropped,
  },
  {
    name: 'merged',
    unit: 'frames',
    description: 'Frames that GRO joined onto another one.',
    compute: (w) => w.totals.merged,
  },
  { name: 'inFlight', unit: 'skbs', description: 'Still on the way.', compute: inFlight },
  {
    name: 'dropShare',
    unit: '1',
    description: 'Dropped of arrived.',
    compute: (w) => ratio(w.totals.dropped, w.totals.arrived),
  },
  {
    name: 'sent',
    unit: 'frames',
    description: 'Frames sent on the wire.',
    compute: (w) => w.totals.txSent,
  },
  {
    name: 'sentPps',
    unit: 'frames/s',
    description: 'Frames sent a second, over the whole run.',
    compute: (w) => ratio(w.totals.txSent, seconds(w)),
  },
  {
    name: 'txDropped',
    unit: 'frames',
    description: 'Frames lost before sending: ring and queueing discipline full.',
    compute: (w) => w.totals.txDropped,
  },
  {
    name: 'linkLost',
    unit: 'frames',
    description: 'Frames lost on links between hosts.',
    compute: (w) => sum(w.ways.map((way) => way.counters.lost)),
  },
  {
    name: 'qdiscDrops',
    unit: 'packets',
    description: 'Packets lost because a queueing discipline was full.',
    compute: (w) => sum(w.queues.map((q) => q.tx.dropped)),
  },
  {
    name: 'remoteCompletions',
    unit: 'packets',
    description: 'Sent packets freed on another CPU than had sent them.',
    compute: (w) => sum(w.queues.map((q) => q.tx.remote)),
  },
  {
    name: 'remoteShare',
    unit: '1',
    description: 'Of the sent packets freed so far, the share freed on another CPU.',
    compute: (w) => ratio(sum(w.queues.map((q) => q.tx.remote)), sum(w.queues.map((q) => q.tx.freed))),
  },
  {
    name: 'remoteNodeNs',
    unit: 'ns',
    description: 'CPU time lost to memory of other NUMA nodes, in all.',
    compute: (w) => sum(w.cpus.map(remoteNs)),
  },
  {
    name: 'sentForOthers',
    unit: 'packets',
    description:
      'Packets that a CPU took out of a queueing discipline and sent though another CPU had put them in.',
    compute: (w) => sum(w.queues.map((q) => q.tx.forOthers)),
  },
  {
    name: 'txLockWaits',
    unit: 'waits',
    description: 'How often a CPU had to wait for the root lock of a queueing discipline.',
    compute: (w) => sum(txLocks(w).map((l) => l.contended)),
  },
  {
    name: 'txLockWaitNs',
    unit: 'ns',
    description: 'Time that CPUs have waited for root locks of queueing disciplines, in all.',
    compute: (w) => sum(txLocks(w).map((l) => l.waitNs)),
  },
  {
    name: 'transactions',
    unit: 'transactions',
    description: 'Requests of closed-loop clients that have been answered.',
    compute: (w) => sum(clients(w).map((c) => c.transactions)),
  },
  {
    name: 'transactionsPs',
    unit: 'transactions/s',
    description: 'Answered requests a second, over the whole run.',
    compute: (w) => ratio(sum(clients(w).map((c) => c.transactions)), seconds(w)),
  },
  {
    name: 'transactionsLost',
    unit: 'requests',
    description: 'Requests whose client has given up waiting.',
    compute: (w) => sum(clients(w).map((c) => c.lost)),
  },
  {
    name: 'rttP50Ns',
    unit: 'ns',
    description: 'Round trip of a request, median: from the client’s first bit until it has the answer.',
    compute: (w) => roundTrip(w, 0.5),
  },
  {
    name: 'rttP99Ns',
    unit: 'ns',
    description: 'Round trip of a request, 99th percentile.',
    compute: (w) => roundTrip(w, 0.99),
  },
  {
    name: 'sends',
    unit: 'calls',
    description: 'sendmsg calls that have returned.',
    compute: (w) => sum(w.tasks.map((t) => t.send.sends)),
  },
  {
    name: 'sendErrors',
    unit: 'datagrams',
    description:
      'Datagrams that a full send buffer or a full queueing discipline has cost their application.',
    compute: (w) => sum(w.sockets.map((s) => s.sendErrors)),
  },
  {
    name: 'txLatencyP50Ns',
    unit: 'ns',
    description: 'From sendmsg until the datagram has left the card, median.',
    compute: (w) => txLatency(w, 0.5),
  },
  {
    name: 'txLatencyP99Ns',
    unit: 'ns',
    description: 'From sendmsg until the datagram has left the card, 99th percentile.',
    compute: (w) => txLatency(w, 0.99),
  },
  {
    name: 'arrivedPps',
    unit: 'frames/s',
    description: 'Frames arrived a second, over the whole run.',
    compute: (w) => ratio(w.totals.arrived, seconds(w)),
  },
  {
    name: 'deliveredPps',
    unit: 'skbs/s',
    description: 'Skbs delivered a second, over the whole run.',
    compute: (w) => ratio(w.totals.delivered, seconds(w)),
  },
  {
    name: 'goodputBps',
    unit: 'bit/s',
    description: 'Payload that applications have read, bits a second.',
    compute: (w) => ratio(8 * sum(w.tasks.map((t) => t.bytes)), seconds(w)),
  },
  {
    name: 'readBytes',
    unit: 'bytes',
    description: 'Payload that applications have read.',
    compute: (w) => sum(w.tasks.map((t) => t.bytes)),
  },
  {
    name: 'reads',
    unit: 'calls',
    description: 'recvmsg calls that brought data.',
    compute: (w) => sum(w.tasks.map((t) => t.reads)),
  },
  { name: 'irqs', unit: 'interrupts', description: 'Hard interrupts of all receive queues.', compute: irqs },
  { name: 'polls', unit: 'polls', description: "Calls of a driver's poll.", compute: polls },
  {
    name: 'packetsPerPoll',
    unit: 'frames',
    description: 'Frames a poll takes, on average.',
    compute: (w) => ratio(polled(w), polls(w)),
  },
  {
    name: 'packetsPerIrq',
    unit: 'frames',
    description: 'Frames taken an interrupt, on average.',
    compute: (w) => ratio(polled(w), irqs(w)),
  },
  {
    name: 'ipis',
    unit: 'interrupts',
    description: 'Interrupts from one CPU to another because of a backlog (softnet_stat: received_rps).',
    compute: (w) => sum(w.cpus.map((cpu) => cpu.softnet.received_rps)),
  },
  {
    name: 'irqsPps',
    unit: 'interrupts/s',
    description: 'Hard interrupts a second.',
    compute: (w) => ratio(irqs(w), seconds(w)),
  },
  {
    name: 'softirqCpusMost',
    unit: 'CPUs',
    description: 'Most CPUs of a host that ran network softirqs, or the bottom half, at the same time.',
    compute: (w) => Math.max(0, ...w.hosts.map((h) => h.softirqMost)),
  },
  {
    name: 'bottomHalfSkips',
    unit: '1',
    description: 'How often a CPU found the bottom half (before 2.4) running on another one.',
    compute: (w) => sum(w.hosts.map((h) => h.bottomHalf?.skips ?? 0)),
  },
  {
    name: 'softirqs',
    unit: 'passes',
    description: 'NET_RX softirq passes.',
    compute: (w) => sum(w.cpus.map((c) => c.netRxSoftirqs)),
  },
  {
    name: 'time_squeeze',
    unit: '1',
    description: 'softnet_stat: net_rx_action left with its budget or time used up.',
    compute: (w) => sum(w.cpus.map((c) => c.softnet.time_squeeze)),
  },
  {
    name: 'processed',
    unit: 'skbs',
    description: 'softnet_stat: rounds of __netif_receive_skb_core.',
    compute: (w) => sum(w.cpus.map((c) => c.softnet.processed)),
  },
  {
    name: 'segsPerSkb',
    unit: 'frames',
    description: 'Frames in an skb that reaches the protocols, on average.',
    compute: (w) =>
      ratio(
        w.totals.merged + sum(w.cpus.map((c) => c.softnet.processed)),
        sum(w.cpus.map((c) => c.softnet.processed)),
      ),
  },
  {
    name: 'rxMissed',
    unit: 'frames',
    description: 'Frames lost because their ring was full.',
    compute: (w) => sum(w.queues.map((q) => q.missed)),
  },
  {
    name: 'socketDrops',
    unit: 'skbs',
    description: 'Skbs lost at sockets.',
    compute: (w) => sum(w.sockets.map((s) => s.drops)),
  },
  {
    name: 'maxQueueShare',
    unit: '1',
    description: 'Share of the busiest receive queue.',
    compute: (w) =>
      ratio(
        Math.max(0, ...w.queues.map((q) => q.packets + q.missed)),
        sum(w.queues.map((q) => q.packets + q.missed)),
      ),
  },
  {
    name: 'queuesUsed',
    unit: 'queues',
    description: 'Receive queues that took at least one frame.',
    compute: (w) => w.queues.filter((q) => q.packets > 0).length,
  },
  {
    name: 'busyShare',
    unit: '1',
    description: 'Share of all CPU time not idle.',
    compute: (w) => cpuShare(w, [0, 1, 2, 3, 4, 5]),
  },
  {
    name: 'waitShare',
    unit: '1',
    description: 'Share of all CPU time spent spinning on locks; part of busyShare.',
    compute: (w) => ratio(sum(w.cpus.map((c) => lockWaitNs(w, c))), w.now * w.cpus.length),
  },
  {
    name: 'workShare',
    unit: '1',
    description: 'Share of all CPU time neither idle nor spinning on locks.',
    compute: (w) => ratio(sum(w.cpus.map((c) => busyNs(w, c))), w.now * w.cpus.length),
  },
  {
    name: 'hardirqShare',
    unit: '1',
    description: 'Share of all CPU time in hard interrupts.',
    compute: (w) => cpuShare(w, [0]),
  },
  {
    name: 'softirqShare',
    unit: '1',
    description: 'Share of all CPU time in softirqs, ksoftirqd and NAPI threads.',
    compute: (w) => cpuShare(w, [1, 2, 3]),
  },
  {
    name: 'appShare',
    unit: '1',
    description: 'Share of all CPU time in system calls and applications.',
    compute: (w) => cpuShare(w, [4, 5]),
  },
  {
    name: 'idleShare',
    unit: '1',
    description: 'Share of all CPU time idle.',
    compute: (w) => cpuShare(w, [6]),
  },
  {
    name: 'softirqNsPerFrame',
    unit: 'ns',
    description: 'Softirq time a frame.',
    compute: (w) =>
      ratio(sum(w.cpus.map((c) => contextNs(w, c, 1) + contextNs(w, c, 2) + contextNs(w, c, 3))), polled(w)),
  },
  {
    name: 'latencyP50Ns',
    unit: 'ns',
    description: 'Wire to application, median of what was read.',
    compute: (w) => latency(w, 0.5),
  },
  {
    name: 'latencyP99Ns',
    unit: 'ns',
    description: 'Wire to application, 99th percentile.',
    compute: (w) => latency(w, 0.99),
  },
];

const byName = new Map(METRICS.map((row) => [row.name, row]));

/** Names of the families, for messages. */
export const METRIC_FAMILIES = [
  'dropped.REASON',
  'queue.HOST.NIC.N.(packets|bytes|missed|irqs|polls|waiting|txPackets|txDropped|txBacklog|bqlLimit|bqlInflight)',
  'queue.HOST.NIC.N.arfs.(add|request_in|request_out|expired|err)',
  'cpu.HOST.N.(hardirq|softirq|ksoftirqd|napi-thread|syscall|task|idle|busy|wait|remote).(ns|share)',
  'lock.HOST.NAME.(acquisitions|contended|waitNs|holdNs)',
  'softnet.HOST.N.(processed|dropped|time_squeeze|received_rps|flow_limit_count)',
  'snmp.HOST.NAME',
  'frags.HOST.(inuse|memory)',
  'layer.HOST.(sends|tcpOut|ipOut|qdisc|driverOut|wireOut|wireIn|stackIn|ipIn|tcpIn|reads)',
  'layer.HOST.(cuts|copiedBytes|txSummedBytes|rxSummedBytes)',
  'layer.HOST.(tlsOut|tlsIn|encryptedBytes|decryptedBytes|cryptNs|cryptShare)',
  `layer.HOST.(${WORK_PARTS.map((part) => `${part}Ns`).join('|')})`,
  'tls.HOST.NAME',
  'tls.HOST.NIC.NAME',
  'counter.HOST.NIC.NAME',
  'rate.HOST.NIC.NAME',
  'toe.HOST.NIC.(NAME|busyShare|waiting|memory|connections)',
  'socket.HOST.ID.(received|receivedBytes|drops|rmem|rcvbuf|sent|sentBytes|sendErrors|wmem|sndbuf|txLatencyP50Ns|txLatencyP99Ns|acks|segs|firstResendNs)',
  'link.HOST.NAME.(put|arrived|bytes|lost|queueDrops|queueMost|reordered|duplicated|damaged|waiting|inAir|underway|busyShare)',
  'link.HOST.NAME.air.(txops|collisions|retries|dataShare|ackShare|overheadShare|failedShare|collisionShare)',
  'app.HOST.ID.(reads|bytes|lastReadNs|sends|cpuNs|latencyP50Ns|latencyP99Ns|answers|answerP50Ns|answerP99Ns)',
] as const;

/** The value of a metric now; undefined where the name names nothing. */
export function metric(w: World, name: string): number | undefined {
  const row = byName.get(name);
  if (row !== undefined) return row.compute(w);
  const parts = name.split('.');
  if (parts[0] === 'dropped' && parts.length === 2) return droppedFor(w, parts[1]);
  const host = w.fixed.hosts.findIndex((h) => h.id === parts[1]);
  if (host < 0) return undefined;
  return familyMetric(w, host, parts);
}

function familyMetric(w: World, host: number, parts: readonly string[]): number | undefined {
  const fixed = w.fixed.hosts[host];
  const own = (object: object, key: string | undefined): number | undefined => {
    if (key === undefined || !Object.hasOwn(object, key)) return undefined;
    const value = (object as Record<string, unknown>)[key];
    return typeof value === 'number' ? value : undefined;
  };
  switch (parts[0]) {
    case 'frags':
      if (parts.length !== 3) return undefined;
      if (parts[2] === 'memory') return fragMemory(w.hosts[host]);
      return parts[2] === 'inuse' ? w.hosts[host].frags.length : undefined;
    case 'snmp':
      return own(w.hosts[host].snmp, parts[2]);
    case 'rate':
    case 'counter':
    case 'queue': {
      const nic = w.nics.find((n) => n.host === host && n.name === parts[2]);
      if (nic === undefined) {
        const bridge = w.hosts[host].bridges.find(({ name }) => name === parts[2]);
        return bridge === undefined || parts[0] !== 'counter' ? undefined : own(bridge, parts[3]);
      }
      if (parts[0] === 'counter') return own(nic.counters, parts[3]) ?? own(nic.tunnel ?? {}, parts[3]);
      if (parts[0] === 'rate') {
        const count = own(nic.counters, parts[3]);
        return count === undefined ? undefined : ratio(count, seconds(w));
      }
      const number = Number(parts[3]);
      if (!Number.isInteger(number) || number < 0 || number >= nic.queues) return undefined;
      if (parts[4] === 'arfs') return own(w.queues[nic.firstQueue + number].arfs, parts[5]);
      const names = ['packets', 'bytes', 'missed', 'irqs', 'polls', 'waiting'];
      const { tx } = w.queues[nic.firstQueue + number];
      const sending: Readonly<Record<string, number>> = {
        txPackets: tx.packets,
        txDropped: tx.dropped,
        txBacklog: tx.qdisc.length,
        bqlLimit: tx.dql.limit,
        bqlInflight: tx.dql.queued - tx.dql.completed,
      };
      if (Object.hasOwn(sending, parts[4])) return sending[parts[4]];
      return names.includes(parts[4]) ? own(w.queues[nic.firstQueue + number], parts[4]) : undefined;
    }
    case 'cpu':
    case 'softnet': {
      const number = Number(parts[2]);
      if (!Number.isInteger(number) || number < 0 || number >= fixed.cpus) return undefined;
      const cpu = w.cpus[fixed.firstCpu + number];
      if (parts[0] === 'softnet') return own(cpu.softnet, parts[3]);
      const ctx = (CONTEXTS as readonly string[]).indexOf(parts[3]);
      const ns =
        ctx >= 0
          ? contextNs(w, cpu, ctx)
          : parts[3] === 'busy'
            ? busyNs(w, cpu)
            : parts[3] === 'wait'
              ? lockWaitNs(w, cpu)
              : parts[3] === 'remote'
                ? remoteNs(cpu)
                : undefined;
      if (ns === undefined) return undefined;
      return parts[4] === 'share' ? ratio(ns, w.now) : parts[4] === 'ns' ? ns : undefined;
    }
    case 'lock': {
      const lock = w.locks.find((l) => l.host === host && l.name === parts[2]);
      const names = ['acquisitions', 'contended', 'waitNs', 'holdNs'];
      return lock !== undefined && names.includes(parts[3]) ? own(lock, parts[3]) : undefined;
    }
    case 'tls':
      return tlsMetric(w, host, parts);
    case 'layer':
      if (parts.length === 3 && parts[2] === 'cryptShare') return cryptShare(w, host);
      return parts.length === 3 ? layerMetric(w, host, parts[2]) : undefined;
    case 'toe':
      return toeMetric(w, host, parts);
    case 'link':
      return linkMetric(w, host, parts.slice(2));
    case 'socket': {
      const sock = w.sockets.find((s) => s.host === host && s.spec.name === parts[2]);
      if (sock !== undefined && parts[3] === 'txLatencyP50Ns') return percentile(sock.txLatency, 0.5);
      if (sock !== undefined && parts[3] === 'txLatencyP99Ns') return percentile(sock.txLatency, 0.99);
      if (sock !== undefined && CONNECTION_NAMES.includes(parts[3]))
        return ofConnections(w, sock.id, parts[3]);
      const names = ['received', 'receivedBytes', 'drops', 'rmem', 'rcvbuf'];
      names.push('sent', 'sentBytes', 'sendErrors', 'wmem', 'sndbuf');
      return sock !== undefined && names.includes(parts[3]) ? own(sock, parts[3]) : undefined;
    }
    case 'app': {
      const task = w.tasks.find((t) => t.host === host && t.kind === 'app' && t.name === parts[2]);
      if (task === undefined) return undefined;
      // what the scheduler has charged it, not what it computed
      if (parts[3] === 'cpuNs') return task.ranNs;
      if (parts[3] === 'latencyP50Ns') return percentile(task.latency, 0.5);
      if (parts[3] === 'latencyP99Ns') return percentile(task.latency, 0.99);
      // what it asked by TCP, until the answer was read
      if (parts[3] === 'answers') return task.stream.answers.count;
      if (parts[3] === 'answerP50Ns') return percentile(task.stream.answers, 0.5);
      if (parts[3] === 'answerP99Ns') return percentile(task.stream.answers, 0.99);
      if (parts[3] === 'sends') return task.send.sends;
      return ['reads', 'bytes', 'lastReadNs'].includes(parts[3]) ? own(task, parts[3]) : undefined;
    }
    default:
      return undefined;
  }
}
