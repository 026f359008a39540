/** A world between two events as the page draws it. */
import { Ctx } from '../catalog/contexts.ts';
import { inFlight } from '../engine/conservation.ts';
import { contextArg } from '../engine/cpu/context.ts';
import {
  DELIVER_ACK,
  DELIVER_BRIDGE,
  DELIVER_BRIDGE_UP,
  DELIVER_FORWARD,
  DELIVER_IP,
  DELIVER_L4,
  DELIVER_NETIF,
  DELIVER_QUEUE,
  DELIVER_RPS,
  DELIVER_TUNNEL,
  DELIVER_XMIT,
  POLL_CELL,
  POLL_ENTER,
  POLL_FRAME,
  POLL_TSQ,
  POLL_TX,
  POLL_TX_MORE,
} from '../engine/cpu/phases.ts';
import type { LinkWay } from '../engine/link/state.ts';
import { BACKLOG_NAPI } from '../engine/net/backlog.ts';
import { ofConnection } from '../engine/net/of-connection.ts';
import { BACK_POLL } from '../engine/net/poll.ts';
import { qdiscLimit } from '../engine/net/sched/sched.ts';
import { isUfo } from '../engine/net/ufo.ts';
import { TOE_IDLE, type Toe } from '../engine/nic/toe/state.ts';
import { tupleText } from '../engine/packet/tuple.ts';
import { innerFlow, isTunnelled } from '../engine/tunnel/state.ts';
import {
  type Cpu,
  LEVEL_HARDIRQ,
  LEVEL_SOFTIRQ,
  type Nic,
  type RxQueue,
  type World,
} from '../engine/world.ts';
import type {
  Scene,
  SceneCpu,
  SceneMap,
  SceneQueue,
  SceneSkb,
  SceneToe,
  SceneWay,
} from '../protocol/scene.ts';

const FLOWS_SENT = 4096;
const TRANSFERS_SENT = 256;

/** What never changes while time runs. */
export function mapOf(w: World, scenario: string): SceneMap {
  const { fixed } = w;
  return {
    scenario,
    kernel: fixed.spec.kernel,
    hz: fixed.spec.hz,
    durationNs: fixed.spec.durationNs,
    places: fixed.places,
    hosts: fixed.hosts.map((h) => ({
      id: h.id,
      cpus: Array.from({ length: h.cpus }, (_, i) => h.firstCpu + i),
      nics: Array.from({ length: h.nics }, (_, i) => h.firstNic + i).filter((i) => w.nics[i].tunnel === null),
      nodes: h.nodes,
    })),
    cpus: w.cpus.map((c) => ({
      index: c.index,
      host: c.host,
      number: c.number,
      mhz: c.mhz,
      node: c.node,
      profile: fixed.hosts[c.host].profile.id,
    })),
    nics: w.nics.map((n) => ({
      index: n.index,
      host: n.host,
      name: n.name,
      driver: n.driver.name,
      node: n.node,
      linkBps: n.linkBps,
      queues: Array.from({ length: n.queues }, (_, i) => n.firstQueue + i),
      sends: canSend(w, n),
      toe: n.toe === null ? null : toeMap(n.toe),
    })),
    queues: w.queues.map((q) => ({
      index: q.index,
      nic: q.nic,
      number: q.number,
      irq: q.irq,
      txLock: q.tx.rootLock,
    })),
    ways: w.ways.map((way) => ({
      index: way.index,
      name: w.links[way.link].name,
      from: way.from,
      to: way.to,
      wlan: w.links[way.link].medium?.wlan.rateBps ?? 0,
    })),
    locks: w.locks.map((l) => ({ index: l.index, host: l.host, name: l.name })),
    sockets: w.sockets.map((s) => ({
      id: s.id,
      host: s.host,
      name: s.spec.name,
      proto: s.spec.proto,
      address: s.spec.address,
      port: s.spec.port,
    })),
    tasks: w.tasks.map((t) => ({
      id: t.id,
      host: t.host,
      kind: t.kind,
      name: t.name,
      sockets: t.sockets.slice(),
    })),
    flows: fixed.flows.slice(1, FLOWS_SENT + 1).map((f) => ({
      id: f.id,
      text: tupleText(f.key),
      proto: f.key.proto,
      host: f.host,
      same: f.same,
    })),
    flowCount: fixed.flows.length - 1,
    transfers: transfersOf(w),
  };
}

/** Connections that something is sent on: by an application that streams, or one that answers. */
function transfersOf(w: World): SceneMap['transfers'] {
  const { fixed } = w;
  const flows: number[] = [];
  for (const task of w.tasks) if (task.app?.stream !== undefined) flows.push(...fixed.sendFlows[task.id]);
  for (const conn of w.connections) {
    const { reply, socket } = fixed.flows[conn.flow];
    const answers = w.tasks.some((t) => t.app?.replyBytes !== undefined && t.sockets.includes(socket));
    if (answers && !flows.includes(reply)) flows.push(reply);
  }
  return flows
    .slice(0, TRANSFERS_SENT)
    .map((flow) => ({ flow, host: fixed.flows[flow].host, text: tupleText(fixed.flows[flow].key) }));
}

/** Routes lead out of a card; whoever answers, acknowledges or sends does so by a card that gets traffic, or the one named. */
function canSend(w: World, nic: Nic): boolean {
  if (nic.way >= 0) return true;
  const { spec } = w.fixed;
  const host = spec.hosts[nic.host];
  const number = nic.index - w.fixed.hosts[nic.host].firstNic;
  if (host.routes?.some((route) => route.nic === number)) return true;
  if (host.apps.some((app) => app.send?.nic === number)) return true;
  const answers = host.apps.some((app) => app.replyBytes !== undefined) || host.sockets.some((s) => s.acks);
  return answers && spec.traffic.some((t) => t.host === nic.host && t.nic === number);
}

/** Identity of a packet's flow: kept over links, as far as the map tells of flows. */
function flowAt(w: World, slot: number): number {
  const flow = w.pool.flow[slot];
  return flow <= FLOWS_SENT && flow > 0 ? w.fixed.flows[flow].same : flow;
}

function skbOf(w: World, slot: number): SceneSkb {
  const { pool } = w;
  if (ofConnection(w, slot))
    return {
      id: pool.id[slot],
      flow: innerFlow(w, slot).id,
      bytes: pool.totalPayload[slot],
      segs: [pool.id[slot]],
    };
  const segs: number[] = [];
  let bytes = 0;
  for (let s = slot; s !== 0; s = pool.fragNext[s]) {
    segs.push(pool.id[s]);
    bytes += pool.frameLen[s];
  }
  // what the card is to cut is one datagram
  if (isUfo(pool, slot)) bytes += pool.totalPayload[slot] - pool.payloadLen[slot];
  return { id: pool.id[slot], flow: flowAt(w, slot), bytes, segs };
}

/** A later fragment of a datagram of the host's own: it is sent without being chosen a queue for. */
function follows(w: World, slot: number): boolean {
  return w.pool.fragOffset[slot] > 0 && w.pool.sk[slot] !== 0 && !isTunnelled(w, slot);
}

/** One that is to be sent: with the socket that pays for it (a connection keeps account of its own). */
function txSkbOf(w: World, slot: number): SceneSkb {
  const skb = skbOf(w, slot);
  if (w.pool.sk[slot] !== 0 && !ofConnection(w, slot)) {
    skb.sk = w.pool.sk[slot];
    skb.truesize = w.pool.truesize[slot];
  }
  return skb;
}

export function sceneOf(w: World): Scene {
  const skb = (slot: number): SceneSkb => skbOf(w, slot);
  const queues = w.queues.map((q) => queueOf(w, q));
  const cpus = w.cpus.map((c) => cpuOf(w, c));
  cpus.forEach((c, index) => {
    for (const queue of c.pollList) queues[queue].napi.cpu = index;
  });
  for (const cpu of w.cpus) {
    const s = cpu.softirq;
    const { phase } = s;
    if (!isPolling(cpu) || s.queue < 0) continue;
    const { napi } = queues[s.queue];
    napi.polling =
      phase === POLL_ENTER ||
      phase === POLL_TX ||
      phase === POLL_TSQ ||
      phase === POLL_TX_MORE ||
      phase === POLL_FRAME ||
      phase === POLL_CELL ||
      (phase >= DELIVER_NETIF && s.backTo === BACK_POLL);
    napi.work = napi.polling ? s.work : 0;
    napi.cpu = cpu.index;
  }
  return {
    timeNs: w.now,
    seq: w.seq,
    nics: w.nics.map((n) => ({
      frame: null,
      arrived: arrivedAt(w, n.index),
      // a tunnel has no wire
      sent: n.tunnel === null ? n.counters.tx_packets : 0,
      sending: n.txSending,
      inDma: n.dmaFifo.length - n.dmaHead,
      indirection: Array.from(n.indirection),
      toe: n.toe === null ? null : toeOfScene(w, n.toe),
    })),
    queues,
    cpus,
    fragments: w.hosts
      .flatMap((host) =>
        host.frags.flatMap((q) => q.slots.map((slot) => ({ of: q.id, cpu: q.cpu, skb: skbOf(w, slot) }))),
      )
      .sort((a, b) => a.skb.id - b.skb.id),
    locks: w.locks.map((l) => ({ holder: l.holder, queue: l.queue.slice(), watchers: l.watchers.slice() })),
    ways: w.ways.map((way) => wayOf(w, way)),
    sockets: w.sockets.map((s) => ({
      queue: s.queue.slice(s.head).map(skb),
      ofo: s.ofo.map((slot) => ({ ...skb(slot), truesize: w.pool.truesize[slot] })),
      backlog: s.backlog.map(skb),
      rmem: s.rmem,
      rcvbuf: s.rcvbuf,
      drops: s.drops,
      received: s.received,
      wmem: s.wmem,
      sndbuf: s.sndbuf,
    })),
    tasks: w.tasks.map((t) => ({
      state: t.state,
      cpu: t.cpu,
      reads: t.reads,
      bytes: t.bytes,
      sends: t.send.sends,
      sending: t.send.slot === 0 ? null : txSkbOf(w, t.send.slot),
      screening: t.screening === 0 ? null : skbOf(w, t.screening),
    })),
    drops: [],
    totals: {
      arrived: w.totals.arrived,
      delivered: w.totals.delivered,
      dropped: w.totals.dropped,
      merged: w.totals.merged,
      inFlight: inFlight(w),
    },
  };
}

function toeMap({ spec }: Toe): NonNullable<SceneMap['nics'][number]['toe']> {
  const { clockMhz, connections, memoryBytes } = spec;
  return { clockMhz, connections, memoryBytes };
}

function toeOfScene(w: World, toe: Toe): SceneToe {
  const list = (slots: readonly number[]): SceneSkb[] => slots.map((slot) => skbOf(w, slot));
  return {
    waiting: list(toe.waiting),
    ofo: list(toe.ofo),
    dma: list(toe.dma),
    done: list(toe.done),
    out: list(toe.out),
    wire: list(toe.wire),
    // what has just come is begun at once
    busyNs:
      toe.work === TOE_IDLE && toe.waiting.length + toe.out.length > 0 ? toe.busyNs - w.now : toe.busyNs,
    memory: toe.memory,
    connections: toe.connections,
  };
}

function wayOf(w: World, way: LinkWay): SceneWay {
  const { pool } = w;
  const { medium } = w.links[way.link];
  const direction = way.index & 1;
  const window = medium?.stations[direction].window ?? [];
  const sends = medium?.sending.includes(direction) ?? false;
  const { data, ack, overhead, collision } = way.air;
  const { put, arrived, lost } = way.counters;
  return {
    waiting: [...window, ...way.queue].map((slot) => skbOf(w, slot)),
    passing: way.passing === 0 ? null : skbOf(w, way.passing),
    entering: null,
    flight: way.flight.slice(way.flightAt).map((slot) => ({
      skb: skbOf(w, slot),
      fromNs: pool.arrivedNs[slot],
      dueNs: pool.readyNs[slot],
    })),
    txop:
      medium === null || !sends
        ? null
        : {
            fromNs: w.agenda.time[medium.actor] - medium.busyNs,
            untilNs: w.agenda.time[medium.actor],
            waitedNs: medium.waitedNs,
            frames: medium.stations[direction].air.length,
            collides: medium.sending.length > 1,
          },
    air: { data, ack, overhead, collision },
    put,
    arrived,
    lost,
    delayNs: way.delayNs + (way.netem?.spec.delayNs ?? 0),
    rateBps: way.rateBps,
    queueFrames: way.queueFrames,
  };
}

function arrivedAt(w: World, nic: number): number {
  let arrived = 0;
  for (const source of w.sources) if (source.nic === nic) arrived += source.sent;
  for (const way of w.ways) if (way.to === nic) arrived += way.counters.arrived;
  return arrived;
}

function isPolling(cpu: Cpu): boolean {
  return cpu.softirq.phase >= POLL_ENTER;
}

function queueOf(w: World, q: RxQueue): SceneQueue {
  const nic = w.nics[q.nic];
  const { pool } = w;
  const frames: SceneQueue['frames'] = [];
  for (
    let at = q.nextToClean;
    q.desc[at] !== 0 && frames.length < q.size;
    at = at + 1 === q.size ? 0 : at + 1
  ) {
    const slot = q.desc[at];
    frames.push({
      id: pool.id[slot],
      flow: flowAt(w, slot),
      bytes: pool.frameLen[slot],
      done: q.done[at] === 1,
      at,
    });
  }
  const busy = q.napi.scheduled && q.napi.busyCpu >= 0;
  const thread = q.napi.threaded && q.napi.scheduled ? w.tasks[q.napi.thread - 1].cpu : null;
  return {
    active: q.number < nic.activeQueues,
    size: q.size,
    head: q.head,
    nextToClean: q.nextToClean,
    nextToUse: q.nextToUse,
    frames,
    masked: q.masked,
    timerNs: q.timerOn ? w.agenda.time[q.moderationActor] : null,
    affinity: q.affinity.slice(),
    tx: {
      size: q.tx.size,
      pieces: 0,
      limit: q.tx.bql ? q.tx.dql.limit : null,
      qdisc: waitingOf(w, q),
      ring: q.tx.ring.slice(q.tx.ringAt).map((slot) => txSkbOf(w, slot)),
      sent: q.tx.sent.map((slot) => txSkbOf(w, slot)),
      qdiscKind: q.tx.qd.spec.kind,
      qdiscLimit: qdiscLimit(q.tx.qd, nic.txQueueLen),
      posted: q.tx.posted,
      packets: q.tx.packets,
      dropped: q.tx.dropped,
      by: q.tx.by,
    },
    napi: {
      place: q.napiPlace,
      scheduled: q.napi.scheduled,
      cpu: busy ? q.napi.busyCpu : thread,
      polling: false,
      work: 0,
      weight: 64,
      held: q.napi.gro.buckets.map((bucket) => bucket.map((slot) => skbOf(w, slot))),
      rxList: q.napi.rxList.map((slot) => skbOf(w, slot)),
      timerNs: q.napi.timerOn ? w.agenda.time[q.watchdogActor] : null,
    },
    packets: q.packets,
    missed: q.missed,
    irqs: q.irqs,
    ...(nic.tunnel === null ? {} : { cell: nic.tunnel.cells[q.number].map((slot) => skbOf(w, slot)) }),
  };
}

/** What waits in a queueing discipline; the first packet of a flow that fq holds back tells until when. */
function waitingOf(w: World, q: RxQueue): SceneSkb[] {
  const { sched } = q.tx.qd;
  const skbs = q.tx.qdisc.map((slot) => txSkbOf(w, slot));
  if (sched?.kind !== 'fq') return skbs;
  for (const { heldSlot, heldId, heldNs } of sched.flows) {
    const skb = heldSlot === 0 ? undefined : skbs[q.tx.qdisc.indexOf(heldSlot)];
    if (skb?.id === heldId) skb.heldNs = heldNs;
  }
  return skbs;
}

/** What a CPU's levels spin on, with the context each is in. */
export function waitsOf(cpu: Cpu): SceneCpu['waits'] {
  const waits: SceneCpu['waits'] = [];
  cpu.spinLock.forEach((lock, level) => {
    const ctx = level === LEVEL_HARDIRQ ? Ctx.hardirq : level === LEVEL_SOFTIRQ ? Ctx.softirq : cpu.taskCtx;
    if (lock >= 0) waits.push({ ctx, lock });
  });
  return waits;
}

function cpuOf(w: World, cpu: Cpu): SceneCpu {
  const s = cpu.softirq;
  const { phase } = s;
  const waiting = s.deliver.slice(s.deliverAt);
  if (phase === DELIVER_NETIF || phase === DELIVER_RPS) waiting.unshift(s.slot);
  const atIp =
    phase === DELIVER_L4 || phase === DELIVER_FORWARD || phase === DELIVER_QUEUE || phase === DELIVER_TUNNEL;
  // what waits while a bridge's copies leave
  const atBridge = phase === DELIVER_BRIDGE || phase === DELIVER_BRIDGE_UP || phase === DELIVER_XMIT;
  const current = phase === DELIVER_IP || atIp || atBridge ? s.slot : 0;
  const list = new Set([...s.list, ...s.repoll, ...cpu.pollList]);
  const polling = isPolling(cpu);
  const backlogPolling = polling && s.queue === BACKLOG_NAPI;
  if (backlogPolling || (polling && s.queue >= 0 && !s.thread && w.queues[s.queue].napi.scheduled))
    list.add(s.queue);
  const host = w.fixed.hosts[cpu.host];
  const shared = cpu.index === host.firstCpu && w.hosts[cpu.host].bottomHalf?.marked === true;
  const backlogOnList = list.delete(BACKLOG_NAPI) || shared;
  const pollList = [...list].sort((x, y) => x - y);
  const pass = cpu.inSoftirq && !s.thread ? s.pass : 0;
  const arg = contextArg(cpu);
  return {
    ctx: arg & 0xff,
    task: arg >>> 8,
    pass,
    budget: s.budget,
    pollList,
    netRxPending: (pollList.length > 0 || backlogOnList) && pass === 0,
    backlog: {
      input: cpu.backlog.input.map((slot) => skbOf(w, slot)),
      process: cpu.backlog.process.slice(cpu.backlog.processAt).map((slot) => skbOf(w, slot)),
      head: cpu.backlog.head,
      tail: cpu.backlog.tail,
      onList: backlogOnList,
      polling: backlogPolling,
      // an skb that is answered with an ACK just now has been taken as well
      work: backlogPolling
        ? s.work + (s.slot === 0 && phase !== DELIVER_XMIT && phase !== DELIVER_ACK ? 0 : 1)
        : 0,
    },
    deliver: waiting.map((slot) => skbOf(w, slot)),
    acks: cpu.acks.map((slot) => skbOf(w, slot)),
    current: current === 0 ? null : skbOf(w, current),
    layer: current === 0 ? null : atIp ? 'ip' : 'netif',
    frame: null,
    sending: cpu.xmit.slot === 0 || follows(w, cpu.xmit.slot) ? null : txSkbOf(w, cpu.xmit.slot),
    more: [cpu.xmit.slot, ...cpu.xmit.more, ...s.copies.filter((_, i) => i % 2 === 0)]
      .filter((slot, i) => i > 0 || (slot !== 0 && follows(w, slot)))
      .map((slot) => txSkbOf(w, slot)),
    runQueue: cpu.runQueue.slice(),
    waits: waitsOf(cpu),
  };
}
