/**
 * Byte queue limits: how many bytes a transmit ring may hold, so little that the card just never runs dry. What is more waits
 * in the queueing discipline. The limit learns: it grows when the card ran dry, and shrinks by what was never needed for hold_time.
 * Source: lib/dynamic_queue_limits.c dql_completed, include/linux/dynamic_queue_limits.h, v6.12. Left out: the stall detection of 6.8.
 */
import { jiffies, jiffiesOf } from '../clock/jiffies.ts';
import type { Dql, World } from '../world.ts';

/** DQL_MAX_LIMIT: what "max" means in sysfs. */
export const DQL_MAX_LIMIT = 1_879_048_192;
const HOLD_MS = 1000;

export function createDql(): Dql {
  return {
    limit: 0,
    limitMin: 0,
    limitMax: DQL_MAX_LIMIT,
    holdMs: HOLD_MS,
    queued: 0,
    completed: 0,
    adjLimit: 0,
    prevQueued: 0,
    prevOvlimit: 0,
    prevLastObj: 0,
    lastObj: 0,
    lowestSlack: Number.POSITIVE_INFINITY,
    slackStart: 0,
    stopped: false,
  };
}

const pos = (x: number): number => Math.max(0, x);

/** netdev_tx_sent_queue. @returns true where the queue is stopped by it: the limit is reached */
export function dqlQueued(dql: Dql, bytes: number): boolean {
  dql.queued += bytes;
  dql.lastObj = bytes;
  if (dql.queued > dql.adjLimit) dql.stopped = true;
  return dql.stopped;
}

/** netdev_tx_completed_queue: the limit learns, and the queue goes on where it has room. */
export function dqlCompleted(w: World, dql: Dql, count: number): void {
  if (count === 0) return;
  const completed = dql.completed + count;
  let ovlimit = pos(dql.queued - dql.completed - dql.limit);
  const inprogress = dql.queued - completed;
  const prevInprogress = dql.prevQueued - dql.completed;
  const allPrevCompleted = completed >= dql.prevQueued;
  const now = jiffies(w);
  let { limit } = dql;
  if ((ovlimit > 0 && inprogress === 0) || (dql.prevOvlimit > 0 && allPrevCompleted)) {
    // starved: the card has sent all that it was given
    limit += pos(completed - dql.prevQueued) + dql.prevOvlimit;
    dql.slackStart = now;
    dql.lowestSlack = Number.POSITIVE_INFINITY;
  } else if (inprogress > 0 && prevInprogress > 0 && !allPrevCompleted) {
    // busy all the time: what was not needed is slack
    const slack = pos(limit + dql.prevOvlimit - 2 * count);
    const slackLast = dql.prevOvlimit > 0 ? pos(dql.prevLastObj - dql.prevOvlimit) : 0;
    dql.lowestSlack = Math.min(dql.lowestSlack, Math.max(slack, slackLast));
    if (now > dql.slackStart + jiffiesOf(w, dql.holdMs * 1_000_000)) {
      limit = pos(limit - dql.lowestSlack);
      dql.slackStart = now;
      dql.lowestSlack = Number.POSITIVE_INFINITY;
    }
  }
  limit = Math.min(dql.limitMax, Math.max(dql.limitMin, limit));
  if (limit !== dql.limit) {
    dql.limit = limit;
    ovlimit = 0;
  }
  dql.adjLimit = limit + completed;
  dql.prevOvlimit = ovlimit;
  dql.prevLastObj = dql.lastObj;
  dql.completed = completed;
  dql.prevQueued = dql.queued;
  if (dql.adjLimit - dql.queued >= 0) dql.stopped = false;
}
