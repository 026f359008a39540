/**
 * Moves a world on. Deterministic: the same world gives the same records, however its way is cut into calls.
 * An event is one actor's turn; a moment inside an event (between two of its records) is reached by folding records.
 */
import { taskTimer } from './app/app.ts';
import { applyChange } from './apply-change.ts';
import { nextActor } from './clock/agenda.ts';
import { watchdogExpired } from './cpu/hardirq.ts';
import { cpuEvent } from './cpu/run.ts';
import { schedulerTick } from './cpu/scheduler.ts';
import { airEvent } from './link/air.ts';
import { arriveFromLink, passedNarrow } from './link/way.ts';
import { fragTimerDue } from './net/ip-frag.ts';
import { bottomHalfTick } from './net/net-bh.ts';
import { qdiscWatchdog } from './net/sched/watchdog.ts';
import { tcpTimerDue } from './net/tcp-connection.ts';
import { arfsWork } from './nic/arfs.ts';
import { moderationExpired } from './nic/moderation.ts';
import { dmaComplete } from './nic/rx-ring.ts';
import { wireEvent } from './traffic/source.ts';
import { frameSent } from './nic/tx-ring.ts';
import {
  ACTOR_AIR,
  ACTOR_ARFS,
  ACTOR_CPU,
  ACTOR_DMA,
  ACTOR_LINK_ARRIVE,
  ACTOR_LINK_PASS,
  ACTOR_QDISC,
  ACTOR_MODERATION,
  ACTOR_SCHED_TICK,
  ACTOR_TASK,
  ACTOR_FRAG,
  ACTOR_TCP,
  ACTOR_TICK,
  ACTOR_TOE,
  ACTOR_TOE_DMA,
  ACTOR_TOE_IRQ,
  ACTOR_TX,
  ACTOR_WATCHDOG,
  ACTOR_WIRE,
  type World,
} from './world.ts';
import { toeWork } from './nic/toe/firmware.ts';
import { toeDmaDone, toeIrqDue } from './nic/toe/host.ts';

/**
 * Runs every event up to `untilNs` (with it); stops sooner after the event in which `seq` reaches `untilSeq`, or after
 * `maxEvents` events. When it stops for time, `now` is untilNs. @returns events run.
 */
export function advance(
  w: World,
  untilNs: number,
  untilSeq = Number.POSITIVE_INFINITY,
  maxEvents = Number.POSITIVE_INFINITY,
): number {
  const { agenda } = w;
  const { actorKind, actorIndex } = w.fixed;
  let events = 0;
  while (w.seq < untilSeq && events < maxEvents) {
    const actor = nextActor(agenda);
    const time = agenda.time[actor];
    if (w.inputs.length > 0 && inputDue(w, time, untilNs)) {
      events += 1;
      continue;
    }
    if (time > untilNs) {
      if (untilNs > w.now) w.now = untilNs;
      break;
    }
    w.now = time;
    events += 1;
    const index = actorIndex[actor];
    switch (actorKind[actor]) {
      case ACTOR_CPU:
        cpuEvent(w, w.cpus[index]);
        break;
      case ACTOR_WIRE:
        wireEvent(w, w.nics[index]);
        break;
      case ACTOR_DMA:
        dmaComplete(w, w.nics[index]);
        break;
      case ACTOR_MODERATION:
        moderationExpired(w, w.queues[index]);
        break;
      case ACTOR_WATCHDOG:
        watchdogExpired(w, index);
        break;
      case ACTOR_SCHED_TICK:
        schedulerTick(w, w.cpus[index]);
        break;
      case ACTOR_TASK:
        taskTimer(w, w.tasks[index]);
        break;
      case ACTOR_ARFS:
        arfsWork(w, w.nics[index]);
        break;
      case ACTOR_TX:
        frameSent(w, w.nics[index]);
        break;
      case ACTOR_TCP:
        tcpTimerDue(w, w.connections[index]);
        break;
      case ACTOR_QDISC:
        qdiscWatchdog(w, w.queues[index]);
        break;
      case ACTOR_AIR:
        airEvent(w, w.links[index]);
        break;
      case ACTOR_LINK_PASS:
        passedNarrow(w, w.ways[index]);
        break;
      case ACTOR_LINK_ARRIVE:
        arriveFromLink(w, w.ways[index]);
        break;
      case ACTOR_FRAG:
        fragTimerDue(w, index);
        break;
      case ACTOR_TOE:
        toeWork(w, w.nics[index]);
        break;
      case ACTOR_TOE_DMA:
        toeDmaDone(w, w.nics[index]);
        break;
      case ACTOR_TOE_IRQ:
        toeIrqDue(w, w.nics[index]);
        break;
      case ACTOR_TICK:
        bottomHalfTick(w, index);
        break;
      default:
        throw new Error(`actor ${actor} of unknown kind`);
    }
  }
  return events;
}

/**
 * Applies the next timed input where it is due before the next event: at its time, after every event before it, and
 * where it names a record, after that one. @returns true where one was applied.
 */
function inputDue(w: World, eventTime: number, untilNs: number): boolean {
  const input = w.inputs[0];
  if (eventTime < input.at) return false;
  if (input.after !== null && eventTime === input.at && w.seq < input.after) return false;
  if (input.at > untilNs) return false;
  if (input.at > w.now) w.now = input.at;
  w.inputs = w.inputs.slice(1);
  applyChange(w, input.host, input.change);
  return true;
}
