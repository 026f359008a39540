/**
 * A closed-loop client: users that send a request, wait for the answer, think, and send again. It stands behind the cable, so
 * that what it waits for is the host alone, plus a stated delay each way.
 * Left out: the client's own queues and CPU (part of the delay), reordering on the way.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { addLatency, createLatency } from '../metrics/latency.ts';
import { NO_CPU } from '../records.ts';
import type { ClientTraffic } from '../spec.ts';
import type { ClientState, Nic, Source, World } from '../world.ts';

/** Every user's first request wants to leave at startNs; they go one after the other, as the link lets them. */
export function createClient(spec: ClientTraffic): ClientState {
  const users = spec.flows * spec.outstanding;
  return {
    dueNs: new Float64Array(users).fill(spec.startNs + spec.delayNs),
    startNs: new Float64Array(users),
    waiting: new Float64Array(users),
    transactions: 0,
    lost: 0,
    late: 0,
    rtt: createLatency(),
  };
}

/** User whose time comes first. */
function nextUser(client: ClientState): number {
  const { dueNs } = client;
  let best = 0;
  for (let u = 1; u < dueNs.length; u += 1) if (dueNs[u] < dueNs[best]) best = u;
  return best;
}

/** Sets when the next request starts on the host's link; Infinity: all wait, or none may start any more. */
export function planClient(source: Source, spec: ClientTraffic): void {
  const client = source.client as ClientState;
  const at = client.dueNs[nextUser(client)];
  source.nextNs = source.sent >= spec.count || at >= spec.stopNs ? Number.POSITIVE_INFINITY : at;
}

/** The next request has come in whole. @returns its user; a user that still waited has given the earlier one up */
export function clientRequest(source: Source, spec: ClientTraffic): number {
  const client = source.client as ClientState;
  const user = nextUser(client);
  if (client.waiting[user] !== 0) client.lost += 1;
  client.startNs[user] = client.dueNs[user] - spec.delayNs;
  client.waiting[user] = source.sent * client.dueNs.length + user + 1;
  client.dueNs[user] += spec.timeoutNs;
  return user;
}

/**
 * An answer's last bit has left the host's card. @returns card (of the source) on whose link the next request may come sooner
 * than planned; null: the answer came too late for its user.
 */
export function clientAnswer(w: World, nic: Nic, source: Source, slot: number): Nic | null {
  const spec = source.spec as ClientTraffic;
  const client = source.client as ClientState;
  const { pool } = w;
  const tag = pool.tag[slot];
  const user = (tag - 1) % client.dueNs.length;
  const late = client.waiting[user] !== tag;
  const rtt = w.now + spec.delayNs - client.startNs[user];
  emit(
    w,
    Kind.transaction,
    nic.wirePlace,
    late ? Reason.answerLate : Reason.answered,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    late ? 0 : rtt,
    source.index,
  );
  if (late) {
    client.late += 1;
    return null;
  }
  client.transactions += 1;
  addLatency(client.rtt, rtt);
  client.waiting[user] = 0;
  client.dueNs[user] = w.now + 2 * spec.delayNs + spec.thinkNs;
  planClient(source, spec);
  return w.nics[source.nic];
}
