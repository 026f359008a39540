/** Scenes made by hand, for drawing without a worker: a map, a scene and the record that led to it. */
import { Ctx } from '../catalog/contexts.ts';
import { Kind } from '../catalog/kinds.ts';
import type { Place } from '../catalog/places.ts';
import { Reason } from '../catalog/reasons.ts';
import type {
  RecordView,
  Scene,
  SceneCpu,
  SceneMap,
  SceneQueue,
  SceneSkb,
  SceneSocket,
} from '../protocol/scene.ts';

export interface MockFrame {
  map: SceneMap;
  scene: Scene;
  record: RecordView | null;
}

export interface MockShape {
  queues: number;
  cpus: number;
  sockets: number;
  size: number;
  flows?: number;
  /** Its card sends. */
  sends?: boolean;
}

const NAMES = ['nginx', 'postgres', 'unbound', 'sshd', 'redis', 'haproxy', 'etcd', 'iperf3'];

export function mockMap(shape: MockShape): SceneMap {
  const places: Place[] = [
    { type: 'wire', host: 'h1', nic: 'eth0' },
    { type: 'mac', host: 'h1', nic: 'eth0' },
    { type: 'steering', host: 'h1', nic: 'eth0' },
    { type: 'host', host: 'h1' },
  ];
  for (let q = 0; q < shape.queues; q++) {
    for (const type of ['rx-ring', 'vector', 'napi', 'tx-ring'] as const)
      places.push({ type, host: 'h1', nic: 'eth0', queue: q });
  }
  for (let c = 0; c < shape.cpus; c++) {
    for (const type of ['cpu', 'protocol'] as const) places.push({ type, host: 'h1', cpu: c });
  }
  for (let s = 1; s <= shape.sockets; s++) {
    places.push({ type: 'socket', host: 'h1', socket: s });
    places.push({ type: 'app', host: 'h1', task: s });
  }
  const flows = shape.flows ?? 6;
  return {
    scenario: 'mock',
    kernel: '6.12',
    hz: 250,
    durationNs: 4_000_000,
    places,
    hosts: [{ id: 'h1', cpus: range(shape.cpus), nics: [0], nodes: 1 }],
    cpus: range(shape.cpus).map((index) => ({
      index,
      host: 0,
      number: index,
      mhz: 3000,
      node: 0,
      profile: 'server',
    })),
    nics: [
      {
        index: 0,
        host: 0,
        name: 'eth0',
        driver: shape.queues > 8 ? 'mlx5_core' : 'ixgbe',
        node: -1,
        linkBps: 10e9,
        queues: range(shape.queues),
        sends: shape.sends ?? false,
        toe: null,
      },
    ],
    queues: range(shape.queues).map((index) => ({
      index,
      nic: 0,
      number: index,
      irq: 35 + index,
      txLock: -1,
    })),
    locks: [],
    ways: [],
    sockets: range(shape.sockets).map((i) => ({
      id: i + 1,
      host: 0,
      name: NAMES[i % NAMES.length],
      proto: i % 3 === 2 ? 'udp' : 'tcp',
      address: i % 3 === 2 ? '*' : `10.0.0.${7 + i}`,
      port: [443, 5432, 53, 22, 6379, 8443][i % 6],
    })),
    tasks: [
      ...range(shape.sockets).map((i) => ({
        id: i + 1,
        host: 0,
        kind: 'app' as const,
        name: NAMES[i % NAMES.length],
        sockets: [i + 1],
      })),
      ...range(shape.cpus).map((c) => ({
        id: 1000 + c,
        host: 0,
        kind: 'ksoftirqd' as const,
        name: `ksoftirqd/${c}`,
        sockets: [],
      })),
    ],
    flows: range(flows).map((i) => ({
      id: i + 1,
      text: `10.0.0.${7 + i}:443 > 192.0.2.9:${51820 + i}`,
      proto: 6,
      host: 0,
      same: i + 1,
    })),
    flowCount: flows,
    transfers: [],
  };
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function idleQueue(size: number, affinity: number): SceneQueue {
  return {
    active: true,
    size,
    head: 0,
    nextToClean: 0,
    nextToUse: size - 1,
    frames: [],
    masked: false,
    timerNs: null,
    affinity: [affinity],
    tx: {
      size,
      limit: 0,
      qdisc: [],
      ring: [],
      pieces: 0,
      sent: [],
      qdiscKind: 'pfifo_fast',
      qdiscLimit: 1000,
      posted: 0,
      packets: 0,
      dropped: 0,
      by: -1,
    },
    napi: {
      place: 0,
      scheduled: false,
      cpu: null,
      polling: false,
      work: 0,
      weight: 64,
      held: [[], [], [], [], [], [], [], []],
      rxList: [],
      timerNs: null,
    },
    packets: 0,
    missed: 0,
    irqs: 0,
  };
}

function idleCpu(): SceneCpu {
  return {
    ctx: Ctx.idle,
    task: 0,
    pass: 0,
    budget: 0,
    pollList: [],
    netRxPending: false,
    backlog: { input: [], process: [], head: 0, tail: 0, onList: false, polling: false, work: 0 },
    deliver: [],
    acks: [],
    current: null,
    layer: null,
    frame: null,
    sending: null,
    more: [],
    runQueue: [],
    waits: [],
  };
}

function idleSocket(rcvbuf: number): SceneSocket {
  return {
    queue: [],
    ofo: [],
    backlog: [],
    rmem: 0,
    rcvbuf,
    drops: 0,
    received: 0,
    wmem: 0,
    sndbuf: 212_992,
  };
}

export function mockScene(map: SceneMap, size: number): Scene {
  return {
    timeNs: 0,
    seq: 0,
    nics: map.nics.map(() => ({
      frame: null,
      arrived: 0,
      sent: 0,
      sending: -1,
      inDma: 0,
      indirection: [],
      toe: null,
    })),
    queues: map.queues.map((q) => idleQueue(size, q.index % map.cpus.length)),
    cpus: map.cpus.map(idleCpu),
    locks: [],
    ways: [],
    sockets: map.sockets.map(() => idleSocket(212_992)),
    tasks: map.tasks.map((task) => ({
      state: 'sleeping' as const,
      cpu: (task.id - 1) % map.cpus.length,
      reads: 0,
      lastReadNs: -1,
      bytes: 0,
      sends: 0,
      sending: null,
      screening: null,
    })),
    fragments: [],
    drops: [],
    totals: { arrived: 0, delivered: 0, dropped: 0, merged: 0, inFlight: 0 },
  };
}

function fill(
  q: SceneQueue,
  from: number,
  count: number,
  flow: (i: number) => number,
  id: number,
  inDma = 0,
): void {
  q.nextToClean = from;
  q.head = (from + count) % q.size;
  q.nextToUse = (from + q.size - 1) % q.size;
  q.frames = range(count).map((i) => ({
    id: id + i,
    flow: flow(i),
    bytes: i % 7 === 3 ? 66 : 1514,
    done: i < count - inDma,
    at: (from + i) % q.size,
  }));
}

function skb(id: number, flow: number, segments = 1, bytes = 1448): SceneSkb {
  return { id, flow, bytes: bytes * segments, segs: range(segments).map((i) => id + i) };
}

function record(
  map: SceneMap,
  seq: number,
  timeNs: number,
  kind: number,
  place: (p: Place) => boolean,
  fields: Partial<RecordView> = {},
): RecordView {
  return {
    timeNs,
    seq,
    packet: 0,
    other: 0,
    cause: seq - 1,
    kind,
    place: Math.max(0, map.places.findIndex(place)),
    reason: 0,
    cpu: -1,
    a: 0,
    b: 0,
    ...fields,
  };
}

/** One packet, just accepted by the card. */
export function onePacket(): MockFrame {
  const map = mockMap({ queues: 1, cpus: 1, sockets: 1, size: 256, flows: 1 });
  const scene = mockScene(map, 256);
  scene.timeNs = 1_214;
  scene.seq = 1;
  scene.nics[0] = {
    frame: { id: 1, flow: 1, bytes: 1514, queue: null, hash: null },
    arrived: 1,
    sent: 0,
    sending: -1,
    inDma: 0,
    indirection: [],
    toe: null,
  };
  scene.totals.arrived = 1;
  return {
    map,
    scene,
    record: record(map, 1, 1214, Kind.frameArrived, (p) => p.type === 'mac', { packet: 1, a: 1514, b: 1 }),
  };
}

/** Four queues, four CPUs: an elephant flow keeps CPU 2 busy. */
export function busyRss(): MockFrame {
  const map = mockMap({ queues: 4, cpus: 4, sockets: 4, size: 512 });
  const scene = mockScene(map, 512);
  scene.timeNs = 1_284_316;
  scene.seq = 4_711;
  scene.nics[0] = {
    frame: { id: 900, flow: 1, bytes: 1514, queue: 2, hash: 0xc626b0ea | 0 },
    arrived: 61_204,
    sent: 0,
    sending: -1,
    inDma: 2,
    indirection: [],
    toe: null,
  };
  fill(scene.queues[0], 10, 88, () => 4, 10_000);
  fill(scene.queues[1], 120, 66, () => 3, 11_000);
  fill(scene.queues[2], 60, 418, (i) => (i % 9 === 0 ? 2 : 1), 12_000, 2);
  fill(scene.queues[3], 40, 22, () => 5, 13_000);
  scene.queues[2].nextToUse = 44;
  const q = scene.queues[2];
  q.masked = true;
  q.missed = 1904;
  q.packets = 48_112;
  q.napi.scheduled = true;
  q.napi.polling = true;
  q.napi.cpu = 2;
  q.napi.work = 41;
  q.napi.held[2] = [skb(20_000, 1, 9)];
  q.napi.held[5] = [skb(20_100, 2, 3)];
  q.napi.rxList = [skb(20_200, 6, 1), skb(20_201, 1, 1, 60)];
  scene.queues[3].timerNs = scene.timeNs + 9_000;
  const cpu = scene.cpus[2];
  cpu.ctx = Ctx.softirq;
  cpu.task = 3;
  cpu.pass = 1;
  cpu.budget = 236;
  cpu.pollList = [2];
  cpu.frame = skb(21_000, 1, 1);
  cpu.deliver = [skb(21_100, 1, 4), skb(21_200, 2, 1)];
  cpu.runQueue = [3, 1002];
  const cpu0 = scene.cpus[0];
  cpu0.ctx = Ctx.task;
  cpu0.task = 1;
  scene.queues[0].napi.held[1] = [skb(22_000, 4, 5)];
  const busy = scene.sockets[0];
  busy.queue = range(24).map((i) => skb(30_000 + i * 10, i % 5 === 0 ? 2 : 1, 5));
  busy.rmem = 183_000;
  scene.sockets[1].queue = [skb(31_000, 2, 4), skb(31_010, 2, 8)];
  scene.sockets[1].rmem = 47_000;
  scene.sockets[1].ofo = [skb(31_050, 2, 1), skb(31_060, 2, 1)];
  scene.sockets[2].queue = [skb(32_000, 3, 1)];
  scene.sockets[2].rmem = 21_000;
  scene.sockets[2].drops = 12;
  scene.sockets[3].rmem = 4_200;
  scene.sockets[3].queue = [skb(33_000, 5, 1)];
  scene.tasks[0] = {
    state: 'running',
    cpu: 0,
    reads: 812,
    bytes: 9e6,
    sends: 0,
    sending: null,
    screening: null,
  };
  scene.tasks[2] = {
    state: 'runnable',
    cpu: 2,
    reads: 40,
    bytes: 5e3,
    sends: 0,
    sending: null,
    screening: null,
  };
  const ring2 = map.places.findIndex((p) => p.type === 'rx-ring' && p.queue === 2);
  scene.drops = range(3).map((i) => ({
    seq: 4_700 + i * 3,
    timeNs: scene.timeNs - 900 + i * 200,
    packet: 50_000 + i,
    flow: 1,
    place: ring2,
    reason: Reason.noDescriptor,
  }));
  scene.totals = { arrived: 61_204, delivered: 58_800, dropped: 1_916, merged: 40_010, inFlight: 488 };
  return {
    map,
    scene,
    record: record(map, 4_711, scene.timeNs, Kind.pollFrame, (p) => p.type === 'napi' && p.queue === 2, {
      packet: 21_000,
      cpu: 2,
      a: 41,
      b: 101,
    }),
  };
}

/** A ring overflows while its CPU is in ksoftirqd; the packet just fell. */
export function overflow(): MockFrame {
  const base = busyRss();
  const { map, scene } = base;
  const q = scene.queues[2];
  fill(q, 0, 511, (i) => (i % 3 === 0 ? 2 : 1), 60_000);
  q.nextToUse = q.head;
  scene.cpus[2].ctx = Ctx.ksoftirqd;
  scene.cpus[2].task = 1002;
  scene.cpus[1].ctx = Ctx.hardirq;
  scene.cpus[3].ctx = Ctx.syscall;
  scene.cpus[3].task = 4;
  const cpu = scene.cpus[1];
  cpu.current = skb(61_000, 3, 6);
  cpu.layer = 'ip';
  const ring2 = map.places.findIndex((p) => p.type === 'rx-ring' && p.queue === 2);
  scene.drops.push({
    seq: 4_712,
    timeNs: scene.timeNs,
    packet: 61_900,
    flow: 6,
    place: ring2,
    reason: Reason.noDescriptor,
  });
  scene.seq = 4_712;
  return {
    map,
    scene,
    record: record(map, 4_712, scene.timeNs, Kind.drop, (p) => p.type === 'rx-ring' && p.queue === 2, {
      packet: 61_900,
      reason: Reason.noDescriptor,
    }),
  };
}

/** `n` queues, `n` CPUs, all somewhat busy. */
export function manyQueues(n: number, sockets: number, size: number): MockFrame {
  const map = mockMap({ queues: n, cpus: n, sockets, size, flows: n });
  const scene = mockScene(map, size);
  scene.timeNs = 902_118;
  scene.seq = 90_000;
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < n; i++) {
    fill(
      scene.queues[i],
      random(size),
      random(4) === 0 ? random(size - 2) : random(Math.floor(size / 8)),
      () => 1 + (i % 12),
      100_000 + i * 10_000,
    );
    const cpu = scene.cpus[i];
    const ctx = [
      Ctx.softirq,
      Ctx.idle,
      Ctx.task,
      Ctx.idle,
      Ctx.softirq,
      Ctx.syscall,
      Ctx.ksoftirqd,
      Ctx.idle,
      Ctx.hardirq,
    ][random(9)];
    cpu.ctx = ctx;
    cpu.task = ctx === Ctx.task || ctx === Ctx.syscall ? 1 + random(sockets) : 0;
    if (ctx === Ctx.softirq || ctx === Ctx.ksoftirqd) {
      const q = scene.queues[i];
      q.masked = true;
      q.napi.scheduled = true;
      q.napi.polling = true;
      q.napi.cpu = i;
      q.napi.work = random(64);
      q.napi.held[random(8)] = [skb(1_000_000 + i * 100, 1 + (i % 12), 1 + random(16))];
      cpu.frame = skb(2_000_000 + i, 1 + (i % 12));
      cpu.budget = 300 - random(200);
      cpu.pollList = [i];
    }
  }
  for (const socket of scene.sockets) {
    socket.rmem = random(230_000);
    socket.queue = range(1 + random(6)).map((i) => skb(3_000_000 + random(900_000) + i, 1 + random(12), 4));
  }
  const polled = scene.queues.findIndex((q) => q.napi.polling);
  const which = Math.max(0, polled);
  return {
    map,
    scene,
    record: record(map, 90_000, scene.timeNs, Kind.pollFrame, (p) => p.type === 'napi' && p.queue === which, {
      cpu: which,
      packet: 2_000_000 + which,
      a: 12,
      b: 3,
    }),
  };
}

export const mockFrames: Readonly<Record<string, () => MockFrame>> = {
  one: onePacket,
  busy: busyRss,
  overflow,
  many8: () => manyQueues(8, 6, 1024),
  many16: () => manyQueues(16, 16, 1024),
  many64: () => manyQueues(64, 64, 4096),
};

/**
 * Two queues, the first sends: of ten packets put into its ring of eight, four are freed, three sent, one on the wire, two ready;
 * two more wait, for the byte limit is reached.
 */
export function sendingScene(): { map: SceneMap; scene: Scene } {
  const map = mockMap({ queues: 2, cpus: 2, sockets: 2, size: 8, sends: true });
  const scene = mockScene(map, 8);
  const packet = (id: number): SceneSkb => ({ id, flow: 1, bytes: 1514, segs: [id] });
  scene.nics[0].sending = 0;
  scene.queues[0].affinity = [1];
  Object.assign(scene.queues[0].tx, {
    size: 8,
    limit: 7570,
    sent: [5, 6, 7].map(packet),
    ring: [8, 9, 10].map(packet),
    qdisc: [11, 12].map(packet),
    posted: 10,
    packets: 7,
    by: 0,
  });
  return { map, scene };
}
