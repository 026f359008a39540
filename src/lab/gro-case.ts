/**
 * Runs a `gro` case: its frames meet GRO, rx_list and napi_complete_done of one NAPI at the times the measurement had, and
 * what goes up is written in the measurement's words.
 *
 * Threaded: all frames of a burst are queued before the poll. The first write() has scheduled the NAPI, the others find it
 * scheduled and leave MISSED, so the poll is followed by an empty one. Unthreaded: each write() is a poll of its own.
 * Left out: costs (a poll takes no time), wire and ring, checksum state and vnet flags of what is delivered.
 */
import { jiffies } from '../engine/clock/jiffies.ts';
import { cancel } from '../engine/clock/agenda.ts';
import { createWorld } from '../engine/create.ts';
import { devGroReceive } from '../engine/net/gro/receive.ts';
import { takeRow } from '../engine/net/gro/take-row.ts';
import {
  NAPI_POLL_WEIGHT,
  napiCompleteFinish,
  napiCompleteFlush,
  napiWeightUsed,
} from '../engine/net/napi.ts';
import type { FrameFields } from '../engine/packet/frame.ts';
import { createTrafficBuilder } from '../engine/packet/traffic-table.ts';
import type { Cpu, RxQueue, World } from '../engine/world.ts';
import { arrayAt, CaseError, type JsonObject, numberAt, objectAt, stringAt } from './case.ts';
import { describeDelivered } from './gro-delivered.ts';
import { parsePacket } from './gro-input.ts';
import { parseGroSetup } from './gro-setup.ts';
import { labSpec } from './profile.ts';

interface Burst {
  afterNs: number;
  alignJiffy: boolean;
  frames: FrameFields[];
}

/** The run under way. */
interface Run {
  w: World;
  queue: RxQueue;
  cpu: Cpu;
  /** All frames of the case; packet id = index + 1. */
  frames: FrameFields[];
  nextRow: number;
  /** When the first frame came, for the times of what is delivered. */
  startNs: number;
  delivered: JsonObject[];
}

/** @returns what the model delivers, in order, as `observed.delivered` has it. @throws CaseError */
export function runGroCase(file: JsonObject, watch?: (w: World) => void): JsonObject[] {
  const bursts = arrayAt(file.input, 'input').map((b, i) => parseBurst(b, `input[${i}]`));
  const lines = file.case_setup === undefined ? [] : arrayAt(file.case_setup, 'case_setup');
  const changes = lines.flatMap((line, i) =>
    parseGroSetup(stringAt(line, `case_setup[${i}]`), `case_setup[${i}]`),
  );
  const builder = createTrafficBuilder();
  const frames = bursts.flatMap((burst) => burst.frames);
  for (const frame of frames) builder.add(0, frame);
  const w = createWorld(labSpec(stringAt(file.kernel, 'kernel'), builder.finish(), changes));
  watch?.(w);
  const run: Run = { w, queue: w.queues[0], cpu: w.cpus[1], frames, nextRow: 0, startNs: -1, delivered: [] };
  for (const burst of bursts) {
    waitFor(run, burst);
    if (run.startNs < 0) run.startNs = w.now;
    if (w.nics[0].threaded) pollBurst(run, burst.frames.length);
    else for (let i = 0; i < burst.frames.length; i += 1) poll(run, 1);
  }
  runTimers(run, Number.POSITIVE_INFINITY);
  return run.delivered;
}

function parseBurst(value: unknown, path: string): Burst {
  const burst = objectAt(value, path);
  for (const key of Object.keys(burst)) {
    if (key !== 'packets' && key !== 'after_us' && key !== 'align_jiffy') {
      throw new CaseError(`${path}.${key}`, `unknown burst field ${key}`);
    }
  }
  return {
    afterNs: burst.after_us === undefined ? 0 : numberAt(burst.after_us, `${path}.after_us`) * 1000,
    alignJiffy: burst.align_jiffy === true,
    frames: arrayAt(burst.packets, `${path}.packets`).map((p, i) => parsePacket(p, `${path}.packets[${i}]`)),
  };
}

/** Lets time pass up to the burst; timers fire on the way. */
function waitFor(run: Run, burst: Burst): void {
  const { w } = run;
  let at = w.now;
  if (burst.alignJiffy) at = (jiffies(w) + 1) * w.fixed.jiffyNs;
  at += burst.afterNs;
  runTimers(run, at);
  w.now = at;
}

/** napi_watchdog of every expiry before `untilNs`: a poll that finds nothing. */
function runTimers(run: Run, untilNs: number): void {
  const { w, queue } = run;
  for (;;) {
    const at = w.agenda.time[queue.watchdogActor];
    if (!queue.napi.timerOn || at > untilNs || at === Number.POSITIVE_INFINITY) return;
    w.now = at;
    queue.napi.timerOn = false;
    cancel(w.agenda, queue.watchdogActor);
    queue.napi.byTimer = true;
    poll(run, 0);
  }
}

/** A burst waits as a whole; polled until a poll leaves some of its weight, then once more for MISSED. */
function pollBurst(run: Run, frames: number): void {
  run.queue.napi.missedBit = frames > 1;
  let left = frames;
  while (left >= NAPI_POLL_WEIGHT) {
    take(run, NAPI_POLL_WEIGHT);
    napiWeightUsed(run.w, run.queue, run.cpu, run.w.seq);
    deliver(run);
    left -= NAPI_POLL_WEIGHT;
  }
  poll(run, left);
}

/** One poll that finds fewer frames than its weight, and what follows until the NAPI rests. */
function poll(run: Run, frames: number): void {
  const { w, queue, cpu } = run;
  queue.napi.scheduled = true;
  take(run, frames);
  const again = queue.napi.missedBit;
  napiCompleteFlush(w, queue, cpu, frames, w.seq);
  deliver(run);
  napiCompleteFinish(w, queue, cpu, frames, w.seq);
  if (again) poll(run, 0);
}

function take(run: Run, frames: number): void {
  const { w, queue, cpu } = run;
  for (let i = 0; i < frames; i += 1) {
    const row = run.nextRow;
    run.nextRow += 1;
    devGroReceive(w, queue, cpu, takeRow(w, queue, row, 0, run.frames[row].gsoSize));
    deliver(run);
  }
}

/** Writes down what has gone up. */
function deliver(run: Run): void {
  const { w, cpu } = run;
  for (const slot of cpu.softirq.deliver) {
    run.delivered.push(describeDelivered(w, slot, run.frames[w.pool.id[slot] - 1], w.now - run.startNs));
  }
  cpu.softirq.deliver.length = 0;
}
