/** One queue of a NIC: rx ring, vector and NAPI, tx ring with its queueing discipline. Nothing waits, the vector is armed. */
import type { RuleValues } from '../../catalog/rules.ts';
import { createQdisc } from '../net/sched/sched.ts';
import { defaultQdisc } from '../net/sched/spec.ts';
import { createDim } from '../nic/dim.ts';
import { createDql } from '../nic/dql.ts';
import { createItr } from '../nic/ixgbe-itr.ts';
import type { HostSpec, NicSpec, WorldSpec } from '../spec.ts';
import {
  ACTOR_MODERATION,
  ACTOR_QDISC,
  ACTOR_WATCHDOG,
  type HostFixed,
  type Nic,
  type RxQueue,
} from '../world.ts';
import type { Maker } from './maker.ts';

const FIRST_NIC_IRQ = 32;

/** The set-up puts another queueing discipline in place, which may need a lock. */
export function rootedBySetup(spec: WorldSpec, host: number, nic: number): boolean {
  return spec.setup.some(
    ({ host: h, change }) => h === host && change.type === 'qdisc' && change.nic === nic,
  );
}

/** @param number among the NIC's queues @param index in the world @throws RangeError for an affinity without such a CPU */
export function makeQueue(
  maker: Maker,
  rules: RuleValues,
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
