/** Makes a world from its spec: everything at rest at time 0, set-up applied, the first frames on their links. */
import { Ctx } from '../catalog/contexts.ts';
import { drivers } from '../catalog/drivers.ts';
import { hasSysctl } from '../catalog/interfaces.ts';
import type { Place } from '../catalog/places.ts';
import { rulesFor } from '../catalog/rules.ts';
import { WORK_PARTS } from '../catalog/work-parts.ts';
import { createStreamState } from './app/stream-wake.ts';
import { applyChange } from './apply-change.ts';
import { joinBridge } from './bridge/members.ts';
import { createBridge } from './bridge/state.ts';
import { createAgenda, schedule } from './clock/agenda.ts';
import { type CostProfile, costProfiles } from './cost.ts';
import { schedTunables } from './cpu/fair.ts';
import { createLock } from './cpu/lock.ts';
import { makeFlows } from './flows.ts';
import { createMedium } from './link/medium.ts';
import { airRng, createWay, type Link, type LinkWay } from './link/state.ts';
import { createLatency } from './metrics/latency.ts';
import { recomputeFib, tablesOf } from './net/fib.ts';
import { createBottomHalf } from './net/net-bh.ts';
import { NETFILTER_NONE } from './net/nf-message.ts';
import { createNfQueue, NF_QUEUE_MAXLEN } from './net/nf-queue.ts';
import { createQdisc } from './net/sched/sched.ts';
import { DEFAULT_QDISCS, defaultQdisc } from './net/sched/spec.ts';
import { createSnmp } from './net/snmp.ts';
import { createSoftwareWork } from './net/software-work.ts';
import { createDim } from './nic/dim.ts';
import { createDql } from './nic/dql.ts';
import { netdevFixFeatures, offeredFeatures } from './nic/features.ts';
import { createItr } from './nic/ixgbe-itr.ts';
import { recomputeSteering } from './nic/steering.ts';
import { createToe, type Toe } from './nic/toe/state.ts';
import { parseHex } from './packet/hex.ts';
import { createPool } from './packet/pool.ts';
import { NETDEV_RSS_KEY_LEN, RXH_SD, RXH_SDFN } from './packet/toeplitz.ts';
import { createRng, nextU32 } from './rng.ts';
import type { AppSpec, HostSpec, NicSpec, SocketSpec, WorldSpec } from './spec.ts';
import { createNicTls, createTlsStat } from './tls/state.ts';
import { createClient } from './traffic/client.ts';
import { planNext, planWire } from './traffic/source.ts';
import { IPIP_DRIVER, tunnelFeatures } from './tunnel/features.ts';
import { createTunnel } from './tunnel/state.ts';
import {
  ACTOR_AIR,
  ACTOR_ARFS,
  ACTOR_CPU,
  ACTOR_DMA,
  ACTOR_FRAG,
  ACTOR_LINK_ARRIVE,
  ACTOR_LINK_PASS,
  ACTOR_MODERATION,
  ACTOR_QDISC,
  ACTOR_SCHED_TICK,
  ACTOR_TASK,
  ACTOR_TCP,
  ACTOR_TICK,
  ACTOR_TOE,
  ACTOR_TOE_DMA,
  ACTOR_TOE_IRQ,
  ACTOR_TX,
  ACTOR_WATCHDOG,
  ACTOR_WIRE,
  type Cpu,
  type FlowInfo,
  type HostFixed,
  type HostState,
  LATENCY_FLOWS,
  type LatencyHistogram,
  type Lock,
  type Nic,
  type RxQueue,
  type Socket,
  type Source,
  type Task,
  type TcpConnection,
  type World,
} from './world.ts';

const FIRST_NIC_IRQ = 32;
const RSS_STREAM = 1;
const SOURCE_STREAM = 100;

/** Parts under construction: places and actors get their numbers in the order they are asked for. */
class Maker {
  readonly places: Place[] = [];
  readonly kinds: number[] = [];
  readonly indexes: number[] = [];

  place(place: Place): number {
    this.places.push(place);
    return this.places.length - 1;
  }

  actor(kind: number, index: number): number {
    this.kinds.push(kind);
    this.indexes.push(index);
    return this.kinds.length - 1;
  }
}

/**
 * @throws RangeError for a spec that no world can be made from (an unknown profile, an affinity without such a CPU); the
 * scenario loader checks all of it before and says where.
 */
export function createWorld(spec: WorldSpec): World {
  const maker = new Maker();
  const rules = rulesFor(spec.kernel);
  const { flows, options, exts, tables, sends, far, outer } = makeFlows(spec);
  const sendFlows: number[][] = [[]];
  const hosts: HostFixed[] = [];
  const states: HostState[] = [];
  const cpus: Cpu[] = [];
  const locks: Lock[] = [];
  const nics: Nic[] = [];
  const queues: RxQueue[] = [];
  const sockets: Socket[] = [];
  const tasks: Task[] = [];
  spec.hosts.forEach((host, h) => {
    const profile = costProfiles[host.profile];
    if (profile === undefined) throw new RangeError(`no cost profile ${host.profile}`);
    const fixed: HostFixed = {
      id: host.id,
      profile,
      mhz: host.clockMhz ?? profile.clockMhz,
      firstCpu: cpus.length,
      cpus: host.cpus,
      firstNic: nics.length,
      nics: host.nics.length,
      hostPlace: maker.place({ type: 'host', host: host.id }),
      firewall: host.firewall ?? null,
      kernelLock: -1,
      coreCost: rules.napi ? profile.coreRx : softCost(profile, host),
      ipCost: rules.napi ? profile.ipRcv + firewallCost(profile, host) : 0,
      sched: schedTunables(rules.scheduler, rules.baseSliceNs, host.cpus),
      nodes: nodesOf(host),
    };
    hosts.push(fixed);
    states.push({
      sysctl: sysctlDefaults(spec, rules, host),
      snmp: createSnmp(),
      software: createSoftwareWork(),
      tls: createTlsStat(),
      sockFlows: null,
      frags: [],
      fragActor: maker.actor(ACTOR_FRAG, h),
      ...tablesOf(host, fixed.firstNic),
      bottomHalf: null,
      bridges: (host.bridges ?? []).map(({ name }) => createBridge(name)),
      nfQueue: null,
      softirqNow: 0,
      softirqMost: 0,
    });
    const firstSocket = sockets.length;
    for (const s of host.sockets) sockets.push(makeSocket(maker, host, h, s, sockets.length + 1, states[h]));
    for (let number = 0; number < host.cpus; number += 1) {
      const cpu = makeCpu(maker, host, h, number, cpus.length, fixed.mhz);
      cpus.push(cpu);
      const thread = makeTask(
        maker,
        host,
        h,
        'ksoftirqd',
        `ksoftirqd/${number}`,
        cpu.index,
        tasks.length + 1,
      );
      cpu.ksoftirqd = thread.id;
      tasks.push(thread);
    }
    for (const nicSpec of host.nics) {
      const nic = makeNic(maker, spec, rules, host, h, nicSpec, nics.length, queues.length, flows.length);
      nic.toe = makeToe(maker, host, fixed, nicSpec, nic.index);
      nics.push(nic);
      for (let number = 0; number < nic.queues; number += 1) {
        const queue = makeQueue(maker, rules, host, fixed, nicSpec, nic, number, queues.length);
        queues.push(queue);
        const { kind } = queue.tx.qd.spec;
        const rooted = !rules.qdiscLockless || kind !== 'pfifo_fast' || rootedBySetup(spec, h, nic.index);
        if (rooted && rules.napi && host.cpus > 1 && nic.tunnel === null)
          queue.tx.rootLock = addLock(maker, locks, host, h, `${nic.name}-tx-${number}`);
        if (!rules.qdiscLockless || kind !== 'pfifo_fast') queue.tx.lock = queue.tx.rootLock;
        // its thread sleeps until the NAPI is made threaded
        const thread = makeTask(
          maker,
          host,
          h,
          'napi-thread',
          `napi/${nic.name}-${queue.napi.id}`,
          queue.affinity[0],
          tasks.length + 1,
        );
        thread.queue = queue.index;
        queue.napi.thread = thread.id;
        tasks.push(thread);
      }
    }
    for (const [a, app] of host.apps.entries()) {
      const task = makeTask(maker, host, h, 'app', app.name, fixed.firstCpu + app.cpu, tasks.length + 1);
      if (app.cpu < 0 || app.cpu >= host.cpus)
        throw new RangeError(`app ${app.name}: there is no CPU ${app.cpu}`);
      task.app = app;
      task.sockets = app.sockets.filter((s) => s >= 0).map((s) => firstSocket + s + 1);
      tasks.push(task);
      sendFlows[task.id] = sends[h][a];
      const writes = app.replyBytes === undefined ? [] : task.sockets.slice();
      if (app.send !== undefined) {
        task.send.own = firstSocket + app.send.socket + 1;
        writes.push(task.send.own);
      }
      for (const id of writes) sockets[id - 1].txLatency = createLatency();
      if (app.stream !== undefined && app.stream.answerBytes > 0) task.stream.answers = createLatency();
    }
    states[h].nfQueue = makeNfQueue(rules, host, firstSocket, tasks);
    if (rules.bigKernelLock) fixed.kernelLock = addLock(maker, locks, host, h, 'kernel_flag');
    if (rules.bottomHalves) {
      // one backlog for all: that of the first CPU
      const shared = maker.place({ type: 'backlog', host: host.id, cpu: 0, shared: true });
      for (const cpu of cpus.slice(fixed.firstCpu)) cpu.backlogPlace = shared;
      states[h].bottomHalf = createBottomHalf(
        addLock(maker, locks, host, h, 'global_bh_count'),
        maker.actor(ACTOR_TICK, h),
      );
    }
  });
  const sources = spec.traffic.map((traffic, index): Source => {
    const rows = traffic.kind === 'table' ? 0 : traffic.flows;
    const source: Source = {
      index,
      nic: hosts[traffic.host].firstNic + traffic.nic,
      spec: traffic,
      nextNs: 0,
      sent: 0,
      round: 0,
      trainLeft: 0,
      row: 0,
      seq: new Uint32Array(rows),
      ipId: new Uint16Array(rows),
      credit: new Float64Array(rows),
      rng: createRng(spec.seed, SOURCE_STREAM + index),
      client: traffic.kind === 'client' ? createClient(traffic) : null,
    };
    if (traffic.kind !== 'table') {
      source.seq.fill(traffic.template.seq);
      source.ipId.fill(traffic.template.ipId);
    }
    return source;
  });
  refusePlainToTls(flows, sockets);
  const connections = flows
    .filter((flow) => flow?.connection >= 0)
    .map((flow, index): TcpConnection => {
      const actor = maker.actor(ACTOR_TCP, index);
      return {
        index,
        flow: flow.id,
        sock: flow.socket,
        job: null,
        actor,
        tcp: null,
        live: flow.live,
        state: 7,
        cwnd: 0,
        ssthresh: 0,
        segsOut: 0,
        queuedTo: 0,
        txQueue: -1,
        cpu: 0,
        rmem: 0,
        rxQueue: 0,
        ipId: 0,
        acksSent: 0,
        firstResendNs: -1,
        sending: false,
        tls: null,
        toe: -1,
        toeAsked: false,
      };
    });
  const { links, ways } = makeLinks(maker, spec, hosts, nics);
  const agenda = createAgenda(maker.kinds.length);
  const world: World = {
    fixed: {
      spec,
      rules,
      jiffyNs: Math.round(1_000_000_000 / spec.hz),
      places: maker.places,
      flows,
      options,
      exts,
      tables,
      sendFlows,
      far,
      outer,
      hosts,
      actorKind: Uint8Array.from(maker.kinds),
      actorIndex: Int32Array.from(maker.indexes),
    },
    now: 0,
    seq: 0,
    lastPacket: 0,
    agenda,
    pool: createPool(),
    hosts: states,
    cpus,
    locks,
    nics,
    queues,
    sockets,
    tasks,
    connections,
    ownOptions: {},
    sources,
    links,
    ways,
    flowState: {
      forUs: new Uint8Array(flows.length),
      out: new Int16Array(flows.length).fill(-1),
      rcvNxt: new Uint32Array(flows.length),
      synced: new Uint8Array(flows.length),
      ofo: new Uint16Array(flows.length),
      received: new Float64Array(flows.length),
      packets: new Float64Array(flows.length),
      bytes: new Float64Array(flows.length),
      latency: Array.from({ length: Math.min(LATENCY_FLOWS, flows.length - 1) }, createLatency),
    },
    inputs: spec.inputs.slice().sort((x, y) => x.at - y.at || (x.after ?? -1) - (y.after ?? -1)),
    applied: 0,
    totals: {
      arrived: 0,
      delivered: 0,
      dropped: 0,
      merged: 0,
      drops: {},
      txProduced: 0,
      txSent: 0,
      txDropped: 0,
      txDrops: {},
      linkDrops: {},
    },
    writer: null,
    tap: null,
  };
  for (const nic of nics) recomputeSteering(world, nic);
  for (let host = 0; host < hosts.length; host += 1) recomputeFib(world, host);
  spec.hosts.forEach(({ bridges = [] }, h) => {
    for (const [index, { ports }] of bridges.entries())
      for (const port of ports) joinBridge(world, nics[hosts[h].firstNic + port], index, 0);
  });
  for (const { host, change } of spec.setup) applyChange(world, host, change);
  // sockets are opened after set-up: what it says of their buffers holds
  for (const sock of sockets) {
    const { sysctl } = states[sock.host];
    const name = sock.spec.proto === 'tcp' ? 'net.ipv4.tcp_rmem' : 'net.core.rmem_default';
    sock.rcvbuf = sock.spec.rcvbufBytes ?? sysctl[name][sock.spec.proto === 'tcp' ? 1 : 0];
    sock.sndbuf = sock.spec.sndbufBytes ?? sysctl['net.core.wmem_default'][0];
  }
  // programs start, and make their sockets, once the host is set up
  for (const sock of sockets)
    sock.busyPollUs = sock.spec.busyPollUs ?? states[sock.host].sysctl['net.core.busy_read'][0];
  // set-up is before time: its records are nobody's
  world.seq = 0;
  world.applied = 0;
  for (const source of sources) planNext(world, source);
  for (const nic of nics) planWire(world, nic);
  for (const task of tasks) if (task.app !== null) schedule(agenda, task.timerActor, task.app.startNs);
  return world;
}

/** Links last: a world without any has the same places and actors as before there were links. */
function makeLinks(
  maker: Maker,
  spec: WorldSpec,
  hosts: readonly HostFixed[],
  nics: readonly Nic[],
): { links: Link[]; ways: LinkWay[] } {
  const links: Link[] = [];
  const ways: LinkWay[] = [];
  for (const link of spec.links ?? []) {
    const ends = link.ends.map(({ host, nic }) => nics[hosts[host].firstNic + nic]);
    for (const [d, near] of ends.entries()) {
      const far = ends[1 - d];
      if (near.way >= 0) throw new RangeError(`link ${link.name}: ${near.name} has a link already`);
      const index = ways.length;
      near.way = index;
      const at = { host: hosts[near.host].id, nic: near.name, link: link.name };
      ways.push(
        createWay(link, spec.seed, {
          index,
          link: links.length,
          from: near.index,
          to: far.index,
          place: maker.place({ type: 'link', ...at, far: hosts[far.host].id }),
          passActor: maker.actor(ACTOR_LINK_PASS, index),
          arriveActor: maker.actor(ACTOR_LINK_ARRIVE, index),
        }),
      );
    }
    const index = links.length;
    const medium =
      link.wlan === undefined
        ? null
        : createMedium(link.wlan, maker.actor(ACTOR_AIR, index), airRng(spec.seed, index));
    links.push({ index, name: link.name, medium });
  }
  return { links, ways };
}

/** Nodes of this host, those without a CPU below others included. */
function nodesOf(host: HostSpec): number {
  let nodes = 1;
  for (let cpu = 0; cpu < host.cpus; cpu += 1) nodes = Math.max(nodes, nodeOf(host, cpu) + 1);
  return nodes;
}

function nodeOf({ cpuNodes }: HostSpec, cpu: number): number {
  return cpuNodes === undefined || cpuNodes.length === 0 ? 0 : cpuNodes[cpu % cpuNodes.length];
}

function firewallCost(profile: CostProfile, host: HostSpec): number {
  if (host.firewall === undefined || host.firewall === 'forward-queue') return 0;
  return (host.firewall === 'raw-drop' ? profile.nfRaw : profile.nfFilter) + profile.skbFree;
}

/** Before NAPI: up to the wire, or up to where a packet is handed to a program. */
function softCost(profile: CostProfile, host: HostSpec): number {
  return host.firewall === 'forward-queue' ? profile.legacySoft - profile.legacyOut : profile.legacySoft;
}

/** The packet queue with its socket and reader, once sockets and tasks have their numbers. */
function makeNfQueue(
  rules: ReturnType<typeof rulesFor>,
  host: HostSpec,
  firstSocket: number,
  tasks: readonly Task[],
) {
  if (host.firewall !== 'forward-queue') return null;
  if (rules.packetQueue === NETFILTER_NONE) throw new RangeError('no packet queue before netfilter (2.4.0)');
  const at = host.sockets.findIndex(({ proto }) => proto === 'netlink');
  if (at < 0) return createNfQueue(0, 0, 0, false);
  const { queueMaxlen = NF_QUEUE_MAXLEN, failOpen = false } = host.sockets[at];
  const socket = firstSocket + at + 1;
  const reader = tasks.find((task) => task.sockets.includes(socket));
  return createNfQueue(socket, reader?.id ?? 0, queueMaxlen, failOpen && rules.packetQueueFailOpen);
}

/** The systems that name a queueing discipline for their cards name it here (systemd: fq_codel). */
function defaultQdiscNumber(host: HostSpec): number {
  const kind = host.nics[0]?.qdisc ?? 'pfifo_fast';
  return Math.max(0, DEFAULT_QDISCS.indexOf(kind as (typeof DEFAULT_QDISCS)[number]));
}

function sysctlDefaults(
  spec: WorldSpec,
  rules: ReturnType<typeof rulesFor>,
  host: HostSpec,
): HostState['sysctl'] {
  return {
    'net.core.netdev_budget': [300],
    'net.core.netdev_budget_usecs': [Math.floor(2_000_000 / spec.hz)],
    'net.core.dev_weight': [64],
    'net.core.dev_weight_rx_bias': [1],
    'net.core.no_cong': [20],
    'net.core.lo_cong': [100],
    'net.core.mod_cong': [290],
    'net.core.netdev_max_backlog': [rules.maxBacklog],
    'net.core.rps_sock_flow_entries': [0],
    'net.core.flow_limit_cpu_bitmap': [0],
    'net.core.flow_limit_table_len': [4096],
    'net.core.busy_poll': [0],
    'net.core.busy_read': [0],
    'net.core.gro_normal_batch': [8],
    'net.core.rmem_default': [212992],
    'net.core.rmem_max': [rules.rmemMax],
    'net.core.default_qdisc': [defaultQdiscNumber(host)],
    'net.core.wmem_default': [212992],
    'net.core.wmem_max': [rules.rmemMax],
    'net.ipv4.tcp_rmem': [4096, 131072, rules.tcpRmemMax],
    'net.ipv4.ip_queue_maxlen': [NF_QUEUE_MAXLEN],
    'net.ipv4.ip_early_demux': [1],
    'net.ipv4.ip_forward': [0],
    'net.ipv4.ipfrag_high_thresh': [rules.ipfragHighThresh],
    'net.ipv4.ipfrag_low_thresh': [rules.ipfragLowThresh],
    'net.ipv4.ipfrag_time': [30],
    'net.ipv4.tcp_early_demux': [1],
    'net.ipv4.tcp_wmem': [4096, 16_384, 4_194_304],
    'net.ipv4.tcp_retries2': [15],
    'net.ipv4.tcp_tso_win_divisor': [3],
    'net.ipv4.tcp_reordering': [3],
    'net.ipv4.tcp_max_reordering': [300],
    'net.ipv4.tcp_frto': [2],
    'net.ipv4.tcp_timestamps': [1],
    'net.ipv4.tcp_slow_start_after_idle': [1],
    'net.ipv4.tcp_limit_output_bytes': [rules.tcpLimitOutputBytes],
    'net.ipv4.tcp_autocorking': [rules.tcpAutocorking ? 1 : 0],
    'net.ipv4.tcp_min_tso_segs': [2],
    'net.ipv4.tcp_pacing_ss_ratio': [200],
    'net.ipv4.tcp_pacing_ca_ratio': [120],
    'net.ipv4.tcp_early_retrans': [rules.tcpLossProbe ? 3 : 0],
    'net.ipv4.tcp_recovery': [rules.tcpRack ? 1 : 0],
    'net.ipv4.tcp_congestion_control': [rules.tcpCubic ? 1 : 0],
    'net.ipv4.tcp_comp_sack_rtt_percent': [rules.tcpCompSackRttPercent],
    'net.ipv4.tcp_sack': [1],
    'net.ipv4.tcp_dsack': [hasSysctl(spec.kernel, 'net.ipv4.tcp_dsack') ? 1 : 0],
    'net.ipv4.tcp_comp_sack_nr': [44],
    'net.ipv4.tcp_comp_sack_delay_ns': [1_000_000],
    'net.ipv4.tcp_comp_sack_slack_ns': [rules.tcpCompSackSlackNs],
    'net.ipv4.udp_early_demux': [1],
  };
}

function makeCpu(maker: Maker, host: HostSpec, h: number, number: number, index: number, mhz: number): Cpu {
  return {
    index,
    host: h,
    number,
    actor: maker.actor(ACTOR_CPU, index),
    place: maker.place({ type: 'cpu', host: host.id, cpu: number }),
    protocolPlace: maker.place({
      type: 'protocol',
      host: host.id,
      cpu: number,
    }),
    backlogPlace: maker.place({ type: 'backlog', host: host.id, cpu: number }),
    mhz,
    node: nodeOf(host, number),
    remoteCycles: 0,
    cycleRem: 0,
    ctx: Ctx.idle,
    ctxSince: 0,
    taskCtx: Ctx.idle,
    ctxNs: new Float64Array(7),
    partCycles: new Float64Array(WORK_PARTS.length),
    level: 0,
    leftNs: new Float64Array(3).fill(-1),
    acks: [],
    tsq: [],
    pendingIrqs: [],
    stepping: false,
    letIn: [],
    irqSource: 0,
    irqSeq: 0,
    pendingSeqs: [],
    inSoftirq: false,
    netRxPending: false,
    netRxSeq: 0,
    softirq: {
      phase: 0,
      pass: 0,
      endJiffy: 0,
      enterSeq: 0,
      inNetRx: false,
      list: [],
      repoll: [],
      budget: 0,
      endTimeJiffy: 0,
      netRxSeq: 0,
      queue: 0,
      work: 0,
      pollSeq: 0,
      thread: false,
      deliver: [],
      deliverAt: 0,
      deliverSeq: 0,
      weight: 64,
      backTo: 0,
      timeoutNs: 0,
      keepMasked: false,
      txCount: 0,
      slot: 0,
      out: -1,
      copies: [],
    },
    runQueue: [],
    delayed: [],
    current: 0,
    tickActor: maker.actor(ACTOR_SCHED_TICK, index),
    execStart: 0,
    pickedRanNs: 0,
    minVruntime: 0,
    ksoftirqd: 0,
    needResched: false,
    reschedReason: 0,
    switching: false,
    bhOff: false,
    xmit: {
      stage: 0,
      queue: 0,
      slot: 0,
      left: 0,
      free: false,
      lost: false,
      more: [],
      tunnel: -1,
      tunnelBytes: 0,
    },
    spinLock: new Int32Array(3).fill(-1),
    spinSince: new Float64Array(3),
    spinCycles: new Float64Array(3),
    waitingSince: -1,
    lockWaitNs: 0,
    pollList: [],
    backlog: {
      input: [],
      process: [],
      processAt: 0,
      head: 0,
      tail: 0,
      scheduled: false,
      scheduleSeq: 0,
      ipis: [],
      flowLimit: null,
      throttle: false,
      average: 0,
    },
    softnet: {
      processed: 0,
      dropped: 0,
      time_squeeze: 0,
      received_rps: 0,
      flow_limit_count: 0,
      throttled: 0,
    },
    netRxSoftirqs: 0,
    calIpis: 0,
  };
}

/** @returns its world index */
function addLock(maker: Maker, locks: Lock[], host: HostSpec, h: number, name: string): number {
  const place = maker.place({ type: 'lock', host: host.id, lock: name });
  locks.push(createLock(locks.length, h, name, place));
  return locks.length - 1;
}

function makeTask(
  maker: Maker,
  host: HostSpec,
  h: number,
  kind: Task['kind'],
  name: string,
  cpu: number,
  id: number,
): Task {
  return {
    id,
    host: h,
    kind,
    name,
    cpu,
    place: maker.place({ type: 'app', host: host.id, task: id }),
    timerActor: maker.actor(ACTOR_TASK, id - 1),
    app: null as AppSpec | null,
    queue: -1,
    sockets: [],
    nextSocket: 0,
    state: 'sleeping',
    phase: 0,
    workNs: 0,
    callBytes: 0,
    callSocket: 0,
    slot: 0,
    screening: 0,
    wakeSeq: 0,
    stream: createStreamState(noLatency()),
    busy: { queue: -1, start: 0, packets: 0, why: 0, seq: 0, over: false, goesOn: false },
    ranNs: 0,
    vruntime: 0,
    deadline: 0,
    protect: 0,
    vlag: 0,
    delayed: false,
    reads: 0,
    cryptBytes: 0,
    cryptRecords: 0,
    lastReadNs: -1,
    bytes: 0,
    latency: kind === 'app' ? createLatency() : noLatency(),
    send: {
      parts: 0,
      replyFlow: 0,
      replyTag: 0,
      socket: 0,
      flow: 0,
      bytes: 0,
      tag: 0,
      slot: 0,
      round: 0,
      own: 0,
      turn: true,
      sends: 0,
    },
  };
}

/** Of what is never measured. */
function noLatency(): LatencyHistogram {
  return { count: 0, buckets: new Uint32Array(0) };
}

function makeSocket(
  maker: Maker,
  host: HostSpec,
  h: number,
  spec: SocketSpec,
  id: number,
  state: HostState,
): Socket {
  const byDefault =
    spec.proto === 'tcp' ? state.sysctl['net.ipv4.tcp_rmem'][1] : state.sysctl['net.core.rmem_default'][0];
  return {
    id,
    host: h,
    spec,
    place: maker.place({ type: 'socket', host: host.id, socket: id }),
    rcvbuf: spec.rcvbufBytes ?? byDefault,
    rmem: 0,
    sndbuf: spec.sndbufBytes ?? state.sysctl['net.core.wmem_default'][0],
    wmem: 0,
    writer: 0,
    sent: 0,
    sentBytes: 0,
    sendErrors: 0,
    txQueue: -1,
    rxQueue: -1,
    ipId: 0,
    txLatency: noLatency(),
    queue: [],
    head: 0,
    ofo: [],
    owned: false,
    touched: [],
    tlsReady: [],
    backlog: [],
    backlogBytes: 0,
    drops: 0,
    busyPollUs: 0,
    busyPollBudget: spec.busyPollBudget ?? 8,
    napiQueue: -1,
    waiter: 0,
    received: 0,
    receivedBytes: 0,
  };
}

function makeNic(
  maker: Maker,
  spec: WorldSpec,
  rules: ReturnType<typeof rulesFor>,
  host: HostSpec,
  h: number,
  nicSpec: NicSpec,
  index: number,
  firstQueue: number,
  flows: number,
): Nic {
  const driver = nicSpec.driver === 'ipip' ? IPIP_DRIVER : drivers[nicSpec.driver];
  const { tunnel } = nicSpec;
  const udp = driver.udpHashDefault === 'sd' ? RXH_SD : RXH_SDFN;
  // queues beyond those in use are made too, so that ethtool -L can bring them in
  const most = tunnel === undefined ? Math.min(driver.maxQueues, host.cpus) : host.cpus;
  const queues = Math.max(nicSpec.queues, most);
  const at = { host: host.id, nic: nicSpec.name };
  const wanted = tunnel === undefined ? offeredFeatures(driver, rules) : tunnelFeatures(rules);
  return {
    index,
    host: h,
    name: nicSpec.name,
    driver,
    node: nodesOf(host) > 1 && rules.napi && tunnel === undefined ? (nicSpec.numaNode ?? 0) : -1,
    wireActor: maker.actor(ACTOR_WIRE, index),
    dmaActor: maker.actor(ACTOR_DMA, index),
    txActor: maker.actor(ACTOR_TX, index),
    arfsActor: maker.actor(ACTOR_ARFS, index),
    wirePlace: maker.place({ type: 'wire', ...at }),
    macPlace: maker.place({ type: 'mac', ...at }),
    steeringPlace: maker.place({ type: 'steering', ...at }),
    linkBps: nicSpec.linkBps,
    linkFreeNs: 0,
    linkRem: 0,
    nextSource: 0,
    planStartNs: 0,
    planEndNs: 0,
    planRem: 0,
    mtu: nicSpec.mtu,
    firstQueue,
    queues,
    activeQueues: nicSpec.queues,
    rssKey: rssKey(spec.seed, driver.rssKeyBytes, nicSpec.rssKey),
    indirection: Uint16Array.from({ length: driver.indirectionSize }, (_, i) => i % nicSpec.queues),
    symmetricXor: false,
    hashFields: { tcp4: RXH_SDFN, udp4: udp, tcp6: RXH_SDFN, udp6: udp },
    flowHash: new Uint32Array(flows),
    flowHashKind: new Uint8Array(flows),
    flowHash2: new Uint32Array(flows),
    flowNtuple: new Int16Array(flows).fill(-2),
    flowArfs: new Int16Array(flows).fill(-1),
    arfs: { rules: [], nextId: 0 },
    ntuple: [],
    rxUsecs: nicSpec.rxUsecs ?? driver.rxUsecs,
    rxFrames: nicSpec.rxFrames ?? driver.rxFrames,
    adaptiveRx: false,
    cqeMode: false,
    features: netdevFixFeatures(wanted, rules),
    wanted,
    groMaxSize: 65536,
    groIpv4MaxSize: 65536,
    gsoMaxSize: 65536,
    gsoIpv4MaxSize: 65536,
    gsoMaxSegs: 65535,
    groFlushTimeout: 0,
    napiDeferHardIrqs: 0,
    threaded: false,
    way: -1,
    txFrame: 0,
    txFrag: 0,
    txWaits: false,
    txSending: -1,
    txRem: 0,
    txQueueLen: rules.txQueueLen,
    mqHandle: 0,
    dmaFifo: [],
    dmaHead: 0,
    counters: {
      rx_packets: 0,
      rx_bytes: 0,
      rx_missed_errors: 0,
      rx_no_buffer_count: 0,
      rx_length_errors: 0,
      rx_crc_errors: 0,
      rx_dropped: 0,
      rx_ntuple_dropped: 0,
      csum_errors: 0,
      multicast: 0,
      rx_otherhost_dropped: 0,
      tx_packets: 0,
      tx_bytes: 0,
      tx_dropped: 0,
    },
    tls: 'tls-hw-tx-offload' in driver.offloads ? createNicTls() : null,
    toe: null,
    tunnel: tunnel === undefined ? null : createTunnel(tunnel, host.cpus),
    bridge: -1,
  };
}

/** Interrupts the CPU that its first queue does. */
function makeToe(maker: Maker, host: HostSpec, fixed: HostFixed, nicSpec: NicSpec, nic: number): Toe | null {
  if (nicSpec.toe === undefined) return null;
  return createToe(nicSpec.toe, {
    place: maker.place({ type: 'toe', host: host.id, nic: nicSpec.name }),
    actor: maker.actor(ACTOR_TOE, nic),
    dmaActor: maker.actor(ACTOR_TOE_DMA, nic),
    irqActor: maker.actor(ACTOR_TOE_IRQ, nic),
    cpu: fixed.firstCpu + (nicSpec.affinity[0] ?? 0),
  });
}

/** netdev_rss_key_fill: one random key a boot, of which a driver takes its first bytes. */
function rssKey(seed: number, bytes: number, hex: string | undefined): Uint8Array {
  if (hex !== undefined) return parseHex(hex.replace(/[:\s]/g, ''));
  const rng = createRng(seed, RSS_STREAM);
  const key = new Uint8Array(NETDEV_RSS_KEY_LEN);
  for (let i = 0; i < key.length; i += 1) key[i] = nextU32(rng) & 0xff;
  return key.slice(0, bytes);
}

/** The set-up puts another queueing discipline in place, which may need a lock. */
function rootedBySetup(spec: WorldSpec, host: number, nic: number): boolean {
  return spec.setup.some(
    ({ host: h, change }) => h === host && change.type === 'qdisc' && change.nic === nic,
  );
}

function makeQueue(
  maker: Maker,
  rules: ReturnType<typeof rulesFor>,
  host: HostSpec,
  fixed: HostFixed,
  nicSpec: NicSpec,
  nic: Nic,
  number: number,
  index: number,
): RxQueue {
  const cpu =
    nicSpec.affinity.length === 0 ? number % host.cpus : nicSpec.affinity[number % nicSpec.affinity.length];
  if (cpu < 0 || cpu >= host.cpus)
    throw new RangeError(`affinity of ${nicSpec.name}: there is no CPU ${cpu}`);
  const at = { host: host.id, nic: nicSpec.name, queue: number };
  const size = nicSpec.ringSize;
  return {
    index,
    nic: nic.index,
    number,
    moderationActor: maker.actor(ACTOR_MODERATION, index),
    watchdogActor: maker.actor(ACTOR_WATCHDOG, index),
    qdiscActor: maker.actor(ACTOR_QDISC, index),
    ringPlace: maker.place({ type: 'rx-ring', ...at }),
    vectorPlace: maker.place({ type: 'vector', ...at }),
    napiPlace: maker.place({ type: 'napi', ...at }),
    txPlace: maker.place({ type: 'tx-ring', ...at }),
    tx: {
      size,
      qd: createQdisc(
        defaultQdisc(nicSpec.qdisc ?? 'pfifo_fast', nic.mtu, nic.txQueueLen, rules.fqTimerSlackNs),
        0,
        nic.txQueueLen,
      ),
      qdisc: [],
      validated: 0,
      requeues: 0,
      ring: [],
      ringAt: 0,
      sent: [],
      packets: 0,
      dropped: 0,
      completions: 0,
      freed: 0,
      remote: 0,
      forOthers: 0,
      posted: 0,
      by: -1,
      xpsCpus: [],
      xpsRxqs: [],
      lock: -1,
      rootLock: -1,
      runner: -1,
      lastCpu: -1,
      bql: nic.driver.bql && rules.bql,
      dql: createDql(),
    },
    rxUsecs: nic.rxUsecs,
    rxFrames: nic.rxFrames,
    dim: createDim(),
    itr: createItr(rules.ixgbeItrBySize),
    size,
    head: 0,
    nextToClean: 0,
    nextToUse: size - 1,
    desc: new Uint32Array(size),
    done: new Uint8Array(size),
    waiting: 0,
    cleaned: 0,
    irq: FIRST_NIC_IRQ + index,
    affinity: [fixed.firstCpu + cpu],
    masked: false,
    unsignalled: 0,
    firstWaitingSeq: 0,
    lastIrqNs: Number.NEGATIVE_INFINITY,
    timerOn: false,
    irqCounts: new Float64Array(host.cpus),
    rpsCpus: [],
    rpsFlows: null,
    arfs: { add: 0, request_in: 0, request_out: 0, expired: 0, err: 0 },
    napi: {
      id: 8193 + index,
      scheduled: false,
      missedBit: false,
      busyTask: 0,
      busyCpu: -1,
      threaded: false,
      thread: 0,
      scheduleSeq: 0,
      deferCount: 0,
      timerCpu: 0,
      timerOn: false,
      byTimer: false,
      gro: { buckets: Array.from({ length: 8 }, () => []) },
      rxList: [],
      rxCount: 0,
    },
    packets: 0,
    bytes: 0,
    missed: 0,
    irqs: 0,
    polls: 0,
  };
}

/** A socket with TLS can do nothing with segments that are no records. @throws RangeError where traffic of no connection goes to one */
function refusePlainToTls(flows: readonly FlowInfo[], sockets: readonly Socket[]): void {
  for (const flow of flows) {
    if (flow === undefined || flow.connection < 0 || flow.live) continue;
    const { spec } = sockets[flow.socket - 1];
    if (spec.tls === undefined) continue;
    const { src, dst, dport } = flow.key;
    throw new RangeError(
      `plain TCP from ${src} to ${dst} port ${dport}: socket ${spec.name} has \`tls\`, which needs an application's \`stream\` at the other end`,
    );
  }
}
