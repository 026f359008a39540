/**
 * What each part of the stage shows, as plain values: read from the scene at each tick (the scene itself changes in place),
 * so that a part renders anew only when what it shows has changed. Pure.
 */
import { Ctx } from '../../catalog/contexts.ts';
import { rulesFor } from '../../catalog/rules.ts';
import { tableCell } from '../../draw/paint.ts';
import { cpuOfQueue } from '../../draw/places.ts';
import { t } from '../../i18n/index.ts';
import type { Scene, SceneMap } from '../../protocol/scene.ts';
import { spinsOn } from '../../protocol/spins.ts';
import { contextName, flowMark } from '../../theme/colors.ts';

const whole = new Intl.NumberFormat('en', { useGrouping: true });

/** 48 112: thousands apart by a thin space. */
export function figure(n: number): string {
  return whole.format(Math.round(n)).replaceAll(',', '\u202f');
}

export function rateText(bps: number): string {
  return bps >= 1e9 ? `${+(bps / 1e9).toFixed(1)} Gbit/s` : `${+(bps / 1e6).toFixed(1)} Mbit/s`;
}

export function sizeText(bytes: number): string {
  return bytes >= 1 << 20 ? `${+(bytes / (1 << 20)).toFixed(1)} MiB` : `${Math.round(bytes / 1024)} KiB`;
}

/** Size of the stage's smallest words (.small and .mono in Host.css), and how wide a letter of the mono ones is; world units. */
export const SMALL = 10.5;
export const MONO = SMALL * 0.6;

/** Words cut to a width, by the average width of a letter: no measuring, so it is the same everywhere. */
export function cut(text: string, width: number, size: number, mono = false): string {
  const letter = size * (mono ? 0.6 : 0.52);
  if (text.length * letter <= width) return text;
  const room = Math.floor(width / letter) - 1;
  return room <= 0 ? '' : `${text.slice(0, room).trimEnd()}…`;
}

/** The same, keeping the end (an address's port), in mono. */
export function cutStart(text: string, width: number, size: number): string {
  const room = Math.floor(width / (size * 0.6));
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`;
}

export interface NicView {
  arrived: string;
  /** Frames sent, in words; empty: none. */
  sent: string;
  hash: string;
  choice: string;
  /** The same in fewer letters. */
  choiceShort: string;
  frame: string;
  flow: number;
  packet: number;
  ntuple: string;
  ariaWire: string;
  ariaParser: string;
  ariaHash: string;
  ariaTable: string;
  ariaNtuple: string;
}

export function nicView(
  map: SceneMap,
  scene: Scene,
  nic: number,
  tableSize: number,
  ntuple: 'none' | 'match' | 'drop',
): NicView {
  const info = map.nics[nic];
  const state = scene.nics[nic];
  const frame = state?.frame ?? null;
  const hash = frame?.hash ?? null;
  const queue = frame?.queue ?? null;
  const queueName = queue === null ? '' : t('host.ring', { n: queue });
  const choice =
    queue === null
      ? ''
      : hash === null
        ? t('host.nic.direct', { queue: queueName })
        : t('host.nic.cell', { cell: tableCell(hash, tableSize), queue: queueName });
  const value =
    hash !== null
      ? `0x${(hash >>> 0).toString(16).padStart(8, '0')}`
      : frame && queue !== null
        ? t('host.nic.noHash')
        : '–';
  const rule = t(`host.nic.ntuple.${ntuple}`, { queue: queueName });
  const what = frame
    ? t('host.aria.parser.frame', { id: frame.id, flow: flowMark(frame.flow), bytes: frame.bytes })
    : t('host.aria.parser.none');
  return {
    arrived: t('host.nic.arrived', { n: figure(state?.arrived ?? 0) }),
    sent: (state?.sent ?? 0) > 0 ? t('host.nic.sent', { n: figure(state?.sent ?? 0) }) : '',
    hash: value,
    choice,
    choiceShort:
      hash === null || queue === null
        ? choice
        : t('host.nic.cell.short', { cell: tableCell(hash, tableSize), queue: queueName }),
    frame: frame ? `${frame.bytes} B` : t('host.nic.waiting'),
    flow: frame?.flow ?? 0,
    packet: frame?.id ?? 0,
    ntuple: rule,
    ariaWire: t('host.aria.wire', {
      nic: info.name,
      node: info.node < 0 ? '' : t('host.aria.node', { n: info.node }),
      rate: rateText(info.linkBps),
      arrived: figure(state?.arrived ?? 0),
      sent: (state?.sent ?? 0) > 0 ? t('host.aria.wire.sent', { n: figure(state?.sent ?? 0) }) : '',
    }),
    ariaParser: t('host.aria.parser', { nic: info.name, frame: what }),
    ariaHash: t('host.aria.hash', { nic: info.name, value }),
    ariaTable: t('host.aria.table', {
      nic: info.name,
      n: tableSize,
      chosen: choice || t('host.aria.table.none'),
    }),
    ariaNtuple: t('host.aria.ntuple', { nic: info.name, state: rule }),
  };
}

export interface RingView {
  name: string;
  count: string;
  countShort: string;
  irq: string;
  vector: string;
  masked: boolean;
  timer: boolean;
  missed: string;
  missedWords: string;
  cpu: number;
  /** Scheduled or being polled: its way to the CPU is in use. */
  busy: boolean;
  aria: string;
}

export function ringView(map: SceneMap, scene: Scene, queue: number, nowNs: number): RingView {
  const info = map.queues[queue];
  const q = scene.queues[queue];
  const name = t('host.ring', { n: info.number });
  const cpu = cpuOfQueue(scene, queue);
  const cpuNumber = map.cpus[cpu]?.number ?? 0;
  const inDma = q.frames.reduce((n, frame) => n + (frame.done ? 0 : 1), 0);
  const timer = q.timerNs !== null && q.timerNs > nowNs;
  const vector = t(q.masked ? 'host.vector.masked' : timer ? 'host.vector.timer' : 'host.vector.armed');
  const server = q.napi.polling
    ? t('host.aria.ring.polled', { cpu: cpuNumber, work: q.napi.work, weight: q.napi.weight })
    : q.napi.scheduled
      ? t('host.aria.ring.scheduled', { cpu: cpuNumber })
      : t('host.aria.ring.idle', { cpu: cpuNumber });
  return {
    name,
    count: `${q.frames.length}/${q.size}`,
    countShort: String(q.frames.length),
    irq: t('host.irq', { n: info.irq }),
    vector,
    masked: q.masked,
    timer,
    missed: q.missed > 0 ? t('host.socket.drops', { n: figure(q.missed) }) : '',
    missedWords: q.missed > 0 ? `✕ ${t('host.missed', { n: figure(q.missed) })}` : '',
    cpu,
    busy: q.napi.scheduled || q.napi.polling,
    aria: t('host.aria.ring', {
      name,
      nic: map.nics[info.nic]?.name ?? '',
      count: q.frames.length,
      size: q.size,
      dma: inDma > 0 ? t('host.aria.ring.dma', { n: inDma }) : '',
      irq: info.irq,
      vector,
      server,
      missed: q.missed > 0 ? t('host.aria.ring.missed', { n: q.missed }) : '',
    }),
  };
}

export interface CpuView {
  number: number;
  /** Its NUMA node, in words; empty: there is one node only. */
  node: string;
  ctx: number;
  pill: string;
  short: string;
  runQueue: string;
  /** What takes packets up here. */
  /** A kernel of bottom halves (2.2). */
  bottomHalves: boolean;
  pollName: string;
  budget: string;
  budgetShort: string;
  work: string;
  ring: string;
  held: number;
  list: number;
  /** Packets in its backlog, in words; empty: none. */
  backlog: string;
  layer: string;
  inHand: boolean;
  waiting: boolean;
  load: string;
  /** Spins on a lock. */
  spins: boolean;
  /** Work and waiting of late, where the host has locks to wait for; empty: none. */
  workWait: string;
  workWaitShort: string;
  ariaLane: string;
  ariaPoll: string;
  ariaGro: string;
  ariaList: string;
  ariaProtocol: string;
  /** Queue whose NAPI it polls, or the first it serves; -1 none. */
  queue: number;
}

export function taskName(map: SceneMap, id: number): string {
  return map.tasks.find((task) => task.id === id)?.name ?? (id > 0 ? `#${id}` : '');
}

export function cpuView(
  map: SceneMap,
  scene: Scene,
  cpu: number,
  busy: number | null,
  queues: readonly number[],
  waitShare = 0,
): CpuView {
  const state = scene.cpus[cpu];
  const number = map.cpus[cpu].number;
  const name = contextName(state.ctx);
  const task = taskName(map, state.task);
  const { host } = map.cpus[cpu];
  const { nodes } = map.hosts[host];
  // before softirqs: the bottom half
  const bottomHalves = map.locks.some((l) => l.host === host && l.name === 'global_bh_count');
  let word = t(
    name === 'softirq' && !state.pollList.length && !state.budget
      ? 'host.ctx.softirq.plain'
      : `host.ctx.${name}`,
  );
  if (bottomHalves && state.ctx === Ctx.softirq) word = t('host.ctx.bottomHalf');
  if ((state.ctx === Ctx.ksoftirqd || state.ctx === Ctx.napiThread) && task !== '') word = task;
  const lock = spinsOn(state);
  const spins = lock >= 0;
  const holder = spins ? scene.locks[lock].holder : -1;
  const wants = spins
    ? t(holder < 0 ? 'host.pill.waits' : 'host.pill.waitsFor', {
        lock: map.locks[lock].name,
        cpu: map.cpus[holder]?.number ?? 0,
      })
    : '';
  const doing =
    (state.ctx === Ctx.task || state.ctx === Ctx.syscall) && task !== ''
      ? t('host.pill.task', { context: word, task })
      : word;
  const pill = spins ? wants : doing;
  const polled = queues.find((q) => scene.queues[q].napi.polling && scene.queues[q].napi.cpu === cpu) ?? -1;
  const served = queues.filter((q) => cpuOfQueue(scene, q) === cpu);
  const napi = polled >= 0 ? scene.queues[polled].napi : null;
  const { backlog } = state;
  const ring =
    polled >= 0
      ? t('host.ring', { n: map.queues[polled].number })
      : backlog.polling
        ? t('host.lane.backlog.napi')
        : '';
  const queued = backlog.input.length + backlog.process.length;
  let trains = 0;
  let segments = 0;
  let list = 0;
  for (const q of served) {
    for (const bucket of scene.queues[q].napi.held) {
      trains += bucket.length;
      for (const skb of bucket) segments += skb.segs.length;
    }
    list += scene.queues[q].napi.rxList.length;
  }
  const waiting = state.runQueue.map((id) => taskName(map, id)).join(', ');
  const work = napi
    ? t('host.lane.work', { work: napi.work, weight: napi.weight })
    : backlog.polling && rulesFor(map.kernel).napi
      ? t('host.lane.work', { work: backlog.work, weight: 64 })
      : '';
  const layer = state.current ? (state.layer ?? 'netif') : '';
  const percent = busy === null ? null : Math.round(busy * 100);
  const waitPercent = Math.min(percent ?? 0, Math.round(waitShare * 100));
  const hasLocks = map.locks.some((l) => l.host === host);
  const workWait =
    hasLocks && percent !== null && waitPercent > 0
      ? t('host.lane.workWait', { work: percent - waitPercent, wait: waitPercent })
      : '';
  return {
    number,
    node: nodes > 1 ? t('host.node', { n: map.cpus[cpu].node }) : '',
    ctx: state.ctx,
    pill,
    short: spins
      ? t('host.pill.waits.short')
      : bottomHalves && state.ctx === Ctx.softirq
        ? t('host.ctx.bottomHalf')
        : t(name === 'softirq' ? 'host.ctx.softirq.plain' : `host.ctx.${name}`),
    runQueue: waiting === '' ? '' : t('host.lane.runQueue', { tasks: waiting }),
    bottomHalves,
    pollName: t(bottomHalves ? 'host.lane.netBh' : 'host.lane.poll'),
    budget:
      state.pass > 0 && !bottomHalves
        ? t('host.lane.budget', { pass: state.pass, budget: state.budget })
        : '',
    budgetShort: state.pass > 0 && !bottomHalves ? t('host.lane.budget.short', { budget: state.budget }) : '',
    work,
    ring,
    held: trains,
    backlog:
      queued > 0 ? t(bottomHalves ? 'host.lane.backlog.shared' : 'host.lane.backlog', { n: queued }) : '',
    list,
    layer,
    inHand: state.frame !== null,
    waiting: state.deliver.length > 0,
    load: percent === null ? '' : t('host.lane.load', { n: percent }),
    spins,
    workWait,
    workWaitShort:
      workWait === ''
        ? ''
        : t('host.lane.workWait.short', { work: (percent ?? 0) - waitPercent, wait: waitPercent }),
    queue: polled >= 0 ? polled : (served[0] ?? -1),
    ariaLane: t('host.aria.cpu', {
      n: number,
      node: nodes > 1 ? t('host.aria.node', { n: map.cpus[cpu].node }) : '',
      context: spins ? t('host.aria.cpu.waits', { context: doing, waits: wants }) : pill,
      poll: napi ? t('host.aria.cpu.poll', { ring, work: napi.work, weight: napi.weight }) : '',
      queue: waiting === '' ? '' : t('host.aria.cpu.queue', { tasks: waiting }),
      load:
        percent === null
          ? ''
          : workWait === ''
            ? t('host.aria.cpu.load', { n: percent })
            : t('host.aria.cpu.workWait', { work: percent - waitPercent, wait: waitPercent }),
    }),
    ariaPoll: t(queued > 0 ? 'host.aria.poll.backlog' : 'host.aria.poll', {
      n: number,
      state: ring === '' ? t('host.aria.poll.idle') : work === '' ? ring : `${ring}, ${work}`,
      backlog: queued,
    }),
    ariaGro: t(trains > 0 ? 'host.aria.gro' : 'host.aria.gro.empty', { n: number, trains, segments }),
    ariaList: t('host.aria.rxList', { n: number, count: list }),
    ariaProtocol: t('host.aria.protocol', {
      n: number,
      state: state.current
        ? t('host.aria.protocol.work', { id: state.current.id, layer })
        : t('host.aria.protocol.idle'),
      waiting: state.deliver.length,
    }),
  };
}

export interface SocketView {
  name: string;
  address: string;
  share: string;
  rcvbuf: string;
  level: 'low' | 'high' | 'over';
  app: string;
  appCpu: string;
  asleep: boolean;
  extra: string;
  drops: string;
  aria: string;
  ariaApp: string;
  task: number;
}

function addressOf({ proto, address, port }: SceneMap['sockets'][number]): string {
  if (proto === 'netlink') return t('host.socket.netlink', { n: port });
  return `${address}:${port}${proto === 'udp' ? '/udp' : ''}`;
}

export function socketView(map: SceneMap, scene: Scene, index: number): SocketView {
  const info = map.sockets[index];
  const state = scene.sockets[index];
  const taskIndex = map.tasks.findIndex((task) => task.sockets.includes(info.id));
  const task = taskIndex >= 0 ? scene.tasks[taskIndex] : undefined;
  const percent = state.rcvbuf > 0 ? Math.round((state.rmem / state.rcvbuf) * 100) : 0;
  const cpu = task ? (map.cpus[task.cpu]?.number ?? task.cpu) : 0;
  const running = task?.state === 'running' ? scene.cpus[task.cpu] : undefined;
  const appKey =
    task === undefined || task.state === 'sleeping'
      ? 'sleeping'
      : task.state === 'runnable'
        ? 'runnable'
        : running?.ctx === Ctx.syscall
          ? 'reading'
          : 'running';
  const app = task ? t(`host.app.${appKey}`) : '';
  const name = taskIndex >= 0 ? map.tasks[taskIndex].name : info.name;
  const extra = [
    state.ofo.length > 0 ? t('host.socket.ofo', { n: state.ofo.length }) : '',
    state.backlog.length > 0 ? t('host.socket.backlog', { n: state.backlog.length }) : '',
    task?.screening ? t('host.socket.screening', { id: task.screening.id }) : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');
  return {
    name,
    address: addressOf(info),
    share: t('host.socket.share', { n: percent }),
    rcvbuf: t('host.socket.rcvbuf', { size: sizeText(state.rcvbuf) }),
    level: percent >= 100 ? 'over' : percent >= 75 ? 'high' : 'low',
    app,
    appCpu: appKey === 'sleeping' || task === undefined ? '' : t('host.app.cpu', { cpu }),
    asleep: appKey === 'sleeping',
    extra,
    drops: state.drops > 0 ? t('host.socket.drops', { n: figure(state.drops) }) : '',
    task: taskIndex >= 0 ? map.tasks[taskIndex].id : 0,
    ariaApp: t('host.aria.app', {
      name,
      state: appKey === 'sleeping' ? app : `${app} ${t('host.app.cpu', { cpu })}`,
    }),
    aria: t('host.aria.socket', {
      name,
      proto: info.proto,
      address: info.address,
      port: info.port,
      share: percent,
      queue: state.queue.length,
      ofo: state.ofo.length > 0 ? t('host.aria.socket.ofo', { n: state.ofo.length }) : '',
      backlog: state.backlog.length > 0 ? t('host.aria.socket.backlog', { n: state.backlog.length }) : '',
      drops: state.drops > 0 ? t('host.aria.socket.drops', { n: state.drops }) : '',
      app: appKey === 'sleeping' ? app : `${app} ${t('host.app.cpu', { cpu })}`,
    }),
  };
}
