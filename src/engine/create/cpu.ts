/** A CPU at rest: nothing runs, nothing is pending, its counters are 0. And the NUMA node it is of. */
import { Ctx } from '../../catalog/contexts.ts';
import { WORK_PARTS } from '../../catalog/work-parts.ts';
import type { HostSpec } from '../spec.ts';
import { ACTOR_CPU, ACTOR_SCHED_TICK, type Cpu } from '../world.ts';
import type { Maker } from './maker.ts';

/** Nodes of this host, those without a CPU below others included. */
export function nodesOf(host: HostSpec): number {
  let nodes = 1;
  for (let cpu = 0; cpu < host.cpus; cpu += 1) nodes = Math.max(nodes, nodeOf(host, cpu) + 1);
  return nodes;
}

function nodeOf({ cpuNodes }: HostSpec, cpu: number): number {
  return cpuNodes === undefined || cpuNodes.length === 0 ? 0 : cpuNodes[cpu % cpuNodes.length];
}

/** @param h its host @param number among the host's CPUs @param index in the world */
export function makeCpu(
  maker: Maker,
  host: HostSpec,
  h: number,
  number: number,
  index: number,
  mhz: number,
): Cpu {
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
