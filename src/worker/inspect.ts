/** What the inspector shows of a thing at a moment: its state, why it is so, its history, the commands that would change it. */
import { CONTEXTS, Ctx } from '../catalog/contexts.ts';
import { Kind } from '../catalog/kinds.ts';
import { type ReasonInfo, reasonName, reasons } from '../catalog/reasons.ts';
import { maxLenOf } from '../engine/net/nf-queue.ts';
import { truesizeOf } from '../engine/net/truesize.ts';
import { DIM_NEVENTS, dimProfile } from '../engine/nic/dim.ts';
import { ITR_LATENCY, itrUsecs, type RingThrottle } from '../engine/nic/ixgbe-itr.ts';
import { lockWaitNs } from '../engine/cpu/lock.ts';
import { remoteNs } from '../engine/cpu/node.ts';
import { busyNs, contextNs } from '../engine/metrics/metric-table.ts';
import {
  type Cpu,
  type Nic,
  type RxQueue,
  SCHED_EEVDF,
  SCHED_TURNS,
  type Socket,
  type Task,
  type World,
} from '../engine/world.ts';
import { outerHeader } from '../engine/tunnel/outer.ts';
import { innerFlow } from '../engine/tunnel/state.ts';
import { bridgeRows, linkAddressRows } from './inspect-bridge.ts';
import type { TcpSock } from '../engine/tcp/sock.ts';
import type { Inspection, InspectTarget, Moment } from '../protocol/messages.ts';
import { placeIndex } from '../protocol/place-index.ts';
import { otherAt, packetAt, recordAt } from '../protocol/record-codec.ts';
import type { RecordView, SceneMap } from '../protocol/scene.ts';
import { rowsNow } from './inspect-now.ts';
import { slotOf } from './inspect-slot.ts';
import { toeRows } from './inspect-toe.ts';
import { txRows } from './inspect-tx.ts';
import { linkRows } from './inspect-link.ts';
import { steeringOf } from './inspect-steering.ts';
import type { Run } from './run.ts';

const HISTORY = 200;
const CHAIN = 24;
const CHUNKS_SEARCHED = 12;

type Row = Inspection['state'][number];

/** True of the records that are about the target. */
export function aboutTarget(target: InspectTarget, map: SceneMap): (r: RecordView) => boolean {
  const places = placeIndex(map);
  switch (target.kind) {
    case 'packet':
      return (r) => isAbout(r, target.packet);
    case 'queue':
    case 'napi':
      return (r) => places.queue[r.place] === target.queue;
    case 'tx':
      return (r) => places.queue[r.place] === target.queue && map.places[r.place].type === 'tx-ring';
    case 'descriptor':
      return (r) =>
        places.queue[r.place] === target.queue &&
        (((r.kind === Kind.dmaStart || r.kind === Kind.dmaDone) && r.a === target.index) ||
          (r.kind === Kind.pollFrame && r.b === target.index));
    case 'toe':
      return (r) => places.toe[r.place] === 1 && places.nic[r.place] === target.nic;
    case 'link':
      return (r) =>
        places.way[r.place] === target.way ||
        (r.kind === Kind.frameArrived && places.nic[r.place] === map.ways[target.way]?.to);
    case 'cpu':
      return (r) => r.cpu === target.cpu;
    case 'socket':
      return (r) => places.socket[r.place] === target.socket - 1;
    case 'task':
      return (r) =>
        places.task[r.place] === target.task - 1 ||
        ((r.kind === Kind.wakeUp || r.kind === Kind.threadWake || r.kind === Kind.ksoftirqdWake) &&
          r.b === target.task) ||
        (r.kind === Kind.schedDecision && r.a === target.task) ||
        (r.kind === Kind.schedSwitch && (r.a === target.task || r.b >>> 8 === target.task)) ||
        (TASK_CALLS.has(r.kind) && r.b >>> 8 === target.task);
    case 'record':
      return (r) => r.seq === target.seq;
  }
}

const TASK_CALLS: ReadonlySet<number> = new Set([
  Kind.syscallEnter,
  Kind.syscallExit,
  Kind.sendEnter,
  Kind.sendExit,
]);

/** The last records up to a moment that `wanted` says yes to, oldest first. */
export function lastRecords(
  run: Run,
  at: Moment,
  wanted: (r: RecordView) => boolean,
  most: number,
): RecordView[] {
  const found: RecordView[] = [];
  let index = run.chunkOf(Math.max(1, at.seq));
  for (let n = 0; n < CHUNKS_SEARCHED && index >= 0 && found.length < most; n += 1, index -= 1) {
    const chunk = run.chunk(index);
    for (let i = Math.min(chunk.count, at.seq - chunk.first + 1) - 1; i >= 0 && found.length < most; i -= 1) {
      const record = recordAt(chunk.view, i);
      if (wanted(record)) found.push(record);
    }
  }
  return found.reverse();
}

/** Kinds whose `other` is a packet too: one joined onto another, a frame made of a packet, a copy of a frame. */
const OF_TWO: ReadonlySet<number> = new Set([Kind.gro, Kind.linkEnter, Kind.linkStart, Kind.bridgeForward]);

const isAbout = (r: RecordView, packet: number): boolean =>
  r.packet === packet || (r.other === packet && OF_TWO.has(r.kind));

/** A packet's last `most` records up to a moment, oldest first: read on from its arrival until it has left the machine. */
export function packetRecords(run: Run, at: Moment, packet: number, most: number): RecordView[] {
  const found: RecordView[] = [];
  let index = run.keyframeBeforePacket(packet);
  for (let n = 0; n < CHUNKS_SEARCHED; n += 1, index += 1) {
    const chunk = run.chunk(index);
    for (let i = 0; i < chunk.count && chunk.first + i <= at.seq; i += 1) {
      if (packetAt(chunk.view, i) !== packet && otherAt(chunk.view, i) !== packet) continue;
      const record = recordAt(chunk.view, i);
      if (isAbout(record, packet)) found.push(record);
      if (found.length > most) found.shift();
    }
    const next = run.keyframes[index + 1];
    if (next === undefined || next.seq >= at.seq || slotOf(next, packet) === 0) break;
  }
  return found;
}

/** Cause by cause back from a record; the record itself is first. */
export function chainOf(run: Run, record: RecordView): RecordView[] {
  const chain = [record];
  let cause = record.cause;
  while (cause > 0 && chain.length < CHAIN) {
    const before = run.record(cause);
    if (before === null) break;
    chain.push(before);
    cause = before.cause;
  }
  return chain;
}

export function inspect(run: Run, map: SceneMap, at: Moment, target: InspectTarget): Inspection {
  const world = run.worldBefore(at.seq);
  const history =
    target.kind === 'record'
      ? [run.record(target.seq)].filter((r) => r !== null)
      : target.kind === 'packet'
        ? packetRecords(run, at, target.packet, HISTORY)
        : lastRecords(run, at, aboutTarget(target, map), HISTORY);
  // the moment may lie within an event: the world stands before it
  const within = world.seq < at.seq ? run.recordsFrom(world.seq, at.seq - world.seq) : [];
  const last = history[history.length - 1];
  const why = last === undefined ? [] : chainOf(run, last);
  return {
    target,
    steering: steeringOf(world, map, target, history),
    state: rowsNow(stateOf(run, world, map, at, target, history), world, map, target, within),
    why,
    history,
    knobs: knobsOf(world, map, why),
  };
}

export function stateOf(
  run: Run,
  w: World,
  map: SceneMap,
  at: Moment,
  target: InspectTarget,
  history: readonly RecordView[],
): Row[] {
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  switch (target.kind) {
    case 'packet':
      return packetState(w, target.packet, history);
    case 'descriptor':
    case 'queue': {
      const q = w.queues[target.queue];
      const rows = [
        row('ringSize', q.size),
        row('head', q.head),
        row('nextToClean', q.nextToClean),
        row('nextToUse', q.nextToUse),
        row('waiting', q.waiting),
        row('packets', q.packets),
        row('missed', q.missed),
        row('irqs', q.irqs),
        row('polls', q.polls),
        row('irqNumber', q.irq),
        row('irqCpu', q.affinity.map((c) => w.cpus[c].number).join(',')),
        ...memoryOfQueue(w, q),
        row('vector', q.masked ? 'masked' : 'armed'),
        row('moderation', `rx-usecs ${q.rxUsecs} rx-frames ${q.rxFrames}`),
        ...adaptiveRows(w, q),
        ...bridgeRows(w, w.nics[q.nic]),
      ];
      if (target.kind === 'descriptor') {
        const slot = q.desc[target.index];
        const owner =
          slot === 0
            ? 'empty'
            : q.done[target.index] === 1
              ? `written back: packet ${w.pool.id[slot]}`
              : `DMA: packet ${w.pool.id[slot]}`;
        rows.unshift(row('descriptor', target.index), row('descriptorState', owner));
      }
      return rows;
    }
    case 'tx':
      return txRows(w, w.queues[target.queue]);
    case 'toe': {
      const { toe } = w.nics[target.nic];
      return toe === null ? [] : toeRows(w, toe);
    }
    case 'napi': {
      const { napi } = w.queues[target.queue];
      const held = napi.gro.buckets.reduce((n, b) => n + b.length, 0);
      return [
        row('napiState', napi.scheduled ? 'SCHED' : 'idle'),
        row('missedBit', napi.missedBit ? 'yes' : 'no'),
        row('threaded', napi.threaded ? 'yes' : 'no'),
        row('groHeld', held),
        row('rxList', napi.rxList.length),
        row('deferCount', napi.deferCount),
        row('polls', w.queues[target.queue].polls),
      ];
    }
    case 'cpu': {
      const cpu = w.cpus[target.cpu];
      const busy = CONTEXTS.map((name, ctx) => row(`ns.${name}`, Math.round(contextNs(w, cpu, ctx)))).filter(
        (r) => r.value !== '0',
      );
      return [
        row('context', CONTEXTS[cpu.ctx]),
        row('current', cpu.current === 0 ? 'swapper (idle)' : w.tasks[cpu.current - 1].name),
        row('runQueue', cpu.runQueue.map((id) => w.tasks[id - 1].name).join(', ') || '0'),
        row('pollList', cpu.pollList.length),
        ...nodeRows(w, cpu),
        ...waitRows(w, cpu),
        ...busy,
        row('processed', cpu.softnet.processed),
        row('time_squeeze', cpu.softnet.time_squeeze),
        row('NET_RX', cpu.netRxSoftirqs),
      ];
    }
    case 'link': {
      const way = w.ways[target.way];
      return way === undefined ? [] : linkRows(w, way);
    }
    case 'socket': {
      const s = w.sockets[target.socket - 1];
      return [
        row(
          'local',
          s.spec.proto === 'netlink'
            ? `netlink, packet queue ${s.spec.port}`
            : `${s.spec.address}:${s.spec.port || '*'} ${s.spec.proto}`,
        ),
        ...packetQueueRows(w, s),
        row('queued', s.queue.length - s.head),
        row('rmem', s.rmem),
        row('rcvbuf', s.rcvbuf),
        row('ofo', s.ofo.length),
        row('backlog', s.backlog.length),
        row('received', s.received),
        row('receivedBytes', s.receivedBytes),
        row('socketDrops', s.drops),
        ...senderRows(w, s),
        ...(s.txLatency.buckets.length === 0
          ? []
          : [
              row('wmem', s.wmem),
              row('sndbuf', s.sndbuf),
              row('sent', s.sent),
              row('sendErrors', s.sendErrors),
            ]),
      ];
    }
    case 'task': {
      const t = w.tasks[target.task - 1];
      return [
        row('taskName', t.name),
        row('taskState', t.state),
        row('taskCpu', w.cpus[t.cpu].number),
        ...schedRows(w, t),
        row('reads', t.reads),
        row('readBytes', t.bytes),
        ...(t.send.sends > 0 ? [row('sends', t.send.sends)] : []),
      ];
    }
    case 'record': {
      const r = run.record(target.seq);
      return r === null
        ? []
        : [
            row('seq', r.seq),
            row('time', r.timeNs),
            row('kind', r.kind),
            row('at', at.t),
            row('place', map.places[r.place].type),
          ];
    }
  }
}

/** Of a socket that sends over one connection: its window and what is under way. `ss -ti` tells of more. */
function senderRows(w: World, sock: Socket): Row[] {
  const own = w.connections.filter((c) => c.sock === sock.id && c.live && c.tcp !== null);
  if (own.length === 0) return [];
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  if (own.length > 1) return [row('connections', own.length)];
  const { tx, state, srttUs8, rtoJiffies } = own[0].tcp as TcpSock;
  return [
    row('tcpState', state.toUpperCase()),
    row('cwnd', tx.cwnd),
    row('ssthresh', tx.ssthresh < 0x7fff_ffff ? tx.ssthresh : '∞'),
    row('packetsOut', tx.packetsOut),
    row('retransOut', tx.retransOut),
    row('sackedOut', tx.sackedOut),
    row('lostOut', tx.lostOut),
    row('srtt', Math.floor(srttUs8 / 8)),
    row('rto', (rtoJiffies * w.fixed.jiffyNs) / 1_000_000),
  ];
}

/** Of a netlink socket: the queue it feeds its program from. */
function packetQueueRows(w: World, sock: Socket): Row[] {
  const state = w.hosts[sock.host];
  const queue = state.nfQueue;
  if (sock.spec.proto !== 'netlink' || queue === null) return [];
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  return [
    row('nfTotal', `${queue.total} / ${maxLenOf(w, state, queue)}`),
    row('nfCongested', queue.congested ? 'NETLINK_CONGESTED' : 'no'),
    row('nfDropped', queue.dropped),
    row('nfUserDropped', queue.userDropped),
    row('nfUnheard', queue.unheard),
    row('nfAccepted', queue.accepted),
    row('nfRejected', queue.rejected),
  ];
}

/** Where a card's memory lies as seen from a CPU. */
function distance(w: World, nic: Nic, cpu: Cpu, who: string): string {
  if (nic.node < 0) return 'on no node of its own: as near as any';
  if (nic.node === cpu.node) return `on node ${nic.node}, as ${who}`;
  const { profile } = w.fixed.hosts[cpu.host];
  const assumed = profile.assumed.includes('remoteNode') ? ' (assumed)' : '';
  return `on node ${nic.node}, ${who} on node ${cpu.node}: each touch costs ${profile.remoteNode} times as much${assumed}`;
}

/** Ring and buffers of a queue, and the CPU that takes its interrupts. */
function memoryOfQueue(w: World, q: RxQueue): Row[] {
  const nic = w.nics[q.nic];
  if (w.fixed.hosts[nic.host].nodes === 1) return [];
  const cpu = w.cpus[q.affinity[0]];
  return [{ key: 'memory', value: distance(w, nic, cpu, `CPU ${cpu.number}`) }];
}

/** A CPU's NUMA node, the memory of the cards of its host, and what their distance has cost it. */
function nodeRows(w: World, cpu: Cpu): Row[] {
  if (w.fixed.hosts[cpu.host].nodes === 1) return [];
  const nics = w.nics.filter((nic) => nic.host === cpu.host && nic.tunnel === null);
  return [
    { key: 'node', value: String(cpu.node) },
    ...nics.map((nic) => ({ key: 'memory', value: `${nic.name}: ${distance(w, nic, cpu, 'this CPU')}` })),
    { key: 'ns.remote', value: String(Math.round(remoteNs(cpu))) },
  ];
}

/** Where a host's CPUs can wait for locks: how its time was spent, what it spins on now, what locks cost. */
function waitRows(w: World, cpu: Cpu): Row[] {
  if (!w.locks.some((lock) => lock.host === cpu.host) || w.now === 0) return [];
  const share = (ns: number): string => `${Math.round((ns / w.now) * 100)} %`;
  const rows: Row[] = [
    { key: 'share.work', value: share(busyNs(w, cpu)) },
    { key: 'share.wait', value: share(lockWaitNs(w, cpu)) },
    { key: 'share.idle', value: share(contextNs(w, cpu, Ctx.idle)) },
  ];
  if (cpu.waitingSince >= 0) {
    const lock = w.locks[cpu.spinLock[cpu.level]];
    const holder = lock.holder < 0 ? '' : `, held by CPU ${w.cpus[lock.holder].number}`;
    rows.push({ key: 'spinsOn', value: `${lock.name}${holder}` });
  }
  const bh = w.hosts[cpu.host].bottomHalf;
  if (bh !== null) {
    const runs = w.locks[bh.lock].holder;
    const { input } = w.cpus[w.fixed.hosts[cpu.host].firstCpu].backlog;
    rows.push(
      {
        key: 'bottomHalf',
        value: runs < 0 ? (bh.marked ? 'marked' : 'idle') : `on CPU ${w.cpus[runs].number}`,
      },
      { key: 'sharedBacklog', value: `${input.length}${bh.dropping ? ', dropping' : ''}` },
    );
  }
  const { profile } = w.fixed.hosts[cpu.host];
  const cost = (name: 'lock' | 'lockTransfer'): string =>
    `${profile[name]}${profile.assumed.includes(name) ? ' (assumed)' : ''}`;
  rows.push({
    key: 'lockCost',
    value: `${cost('lock')} cycles, + ${cost('lockTransfer')} from another CPU`,
  });
  return rows;
}

function packetState(w: World, packet: number, history: readonly RecordView[]): Row[] {
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  const slot = slotOf(w, packet);
  const arrived = history.find((r) => r.kind === Kind.frameArrived && r.packet === packet);
  const rows: Row[] = [];
  if (arrived !== undefined)
    rows.push(row('arrivedNs', arrived.timeNs), row('frameLen', arrived.a), row('flow', arrived.b));
  if (slot === 0) return rows;
  const { pool } = w;
  const info = innerFlow(w, slot);
  const outer = outerHeader(w, slot);
  if (outer !== null)
    rows.push(
      row(
        'outerIp',
        `${outer.src} → ${outer.dst}, TTL ${outer.ttl}, ID ${outer.ipId}${outer.df ? ', DF' : ''}`,
      ),
    );
  rows.push(...linkAddressRows(w, w.fixed.flows[pool.flow[slot]]));
  rows.push(row('payloadLen', pool.payloadLen[slot]), row('segs', pool.segs[slot]));
  if (info.key.proto === 6)
    rows.push(row('tcpSeq', pool.seq[slot]), row('tcpAck', pool.ack[slot]), row('tcpWin', pool.win[slot]));
  if (info.key.ipVersion === 4) rows.push(row('ipId', pool.ipId[slot]));
  rows.push(row('ttl', pool.ttl[slot]), row('hash', `0x${pool.hash[slot].toString(16).padStart(8, '0')}`));
  rows.push(row('truesize', pool.truesize[slot] || truesizeOf(pool.frameLen[slot])));
  return rows;
}

/** The knobs of the deciding records, filled in for the NIC, vector and task they are about. */
function knobsOf(w: World, map: SceneMap, why: readonly RecordView[]): string[] {
  const places = placeIndex(map);
  const found = new Set<string>();
  for (const r of why) {
    const name = reasonName(r.reason);
    const knob = name === undefined ? null : (reasons[name] as ReasonInfo).knob;
    if (knob === null || knob === undefined) continue;
    const queue = places.queue[r.place];
    const nicIndex = places.nic[r.place];
    const nic = nicIndex >= 0 ? w.nics[nicIndex] : nicAbout(w, r);
    const irq = queue >= 0 ? w.queues[queue].irq : w.queues[nic.firstQueue].irq;
    const task = w.tasks.find((t) => t.kind === 'app')?.id ?? 1;
    found.add(knob.replace('{nic}', nic.name).replace('{irq}', String(irq)).replace('{task}', String(task)));
  }
  return [...found].slice(0, 6);
}

/** Of a record at a place that is no card's: the port that a bridge tells of, else the host's first card. */
function nicAbout(w: World, r: RecordView): Nic {
  if (r.kind === Kind.bridgeRcv || r.kind === Kind.bridgeForward) return w.nics[r.a];
  const { host } = w.fixed.places[r.place];
  const fixed = w.fixed.hosts.find(({ id }) => id === host);
  return w.nics[fixed?.firstNic ?? 0];
}

const TUNE_STATES = ['PARKING_ON_TOP', 'PARKING_TIRED', 'GOING_RIGHT', 'GOING_LEFT'];
const VERDICTS: Readonly<Record<number, string>> = {
  1: 'DIM_STATS_BETTER',
  0: 'DIM_STATS_SAME',
  [-1]: 'DIM_STATS_WORSE',
};
const TOLD_BY = ['', ' (bytes)', ' (packets)', ' (events)'];

/** What adapts one queue's moderation; nothing while that is fixed. */
function adaptiveRows(w: World, q: RxQueue): Row[] {
  const nic = w.nics[q.nic];
  if (!nic.adaptiveRx) return [];
  return nic.driver.adaptive === 'itr' ? itrRows(w, q) : dimRows(nic, q);
}

const ITR_CLASSES = ['lowest_latency', 'low_latency', 'bulk_latency'];

/** ixgbe's, in the driver's own names. */
function itrRows(w: World, q: RxQueue): Row[] {
  const { itr } = q;
  const wish = ({ itr: own }: RingThrottle): string =>
    w.fixed.rules.ixgbeItrBySize
      ? `${own & ~ITR_LATENCY} µs${own & ITR_LATENCY ? ' (latency)' : ''}`
      : ITR_CLASSES[own];
  return [
    { key: 'itrValue', value: `${itrUsecs(itr.value)} µs` },
    { key: 'itrRx', value: wish(itr.rx) },
    { key: 'itrTx', value: wish(itr.tx) },
  ];
}

/** DIM's state machine, in the kernel's own names. */
function dimRows(nic: Nic, q: RxQueue): Row[] {
  const { dim } = q;
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  const [usecs, frames] = dimProfile(nic.cqeMode, dim.profile);
  const events = dim.start === null ? 0 : q.irqs - dim.start.events;
  return [
    row('dimState', dim.start === null ? 'START_MEASURE' : `MEASURE_IN_PROGRESS ${events}/${DIM_NEVENTS}`),
    row('dimTune', TUNE_STATES[dim.tune]),
    row('dimProfile', `${dim.profile} (${usecs} µs, ${frames})`),
    row('dimStepsLeft', dim.stepsLeft),
    row('dimStepsRight', dim.stepsRight),
    row('dimTired', dim.tired),
    row('dimSample', `ppms ${dim.last.ppms} bpms ${dim.last.bpms} epms ${dim.last.epms}`),
    row('dimPrev', `ppms ${dim.prev.ppms} bpms ${dim.prev.bpms} epms ${dim.prev.epms}`),
    row('dimVerdict', `${VERDICTS[dim.verdict]}${TOLD_BY[dim.by]}`),
  ];
}

/** What the scheduler goes by; for the running task as of its last charge. */
function schedRows(w: World, task: Task): Row[] {
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  const rows = [row('ranNs', task.ranNs)];
  const { scheduler } = w.fixed.rules;
  if (scheduler !== SCHED_TURNS) rows.push(row('vruntime', task.vruntime));
  if (scheduler === SCHED_EEVDF) rows.push(row('deadline', task.deadline), row('vlag', task.vlag));
  return rows;
}
