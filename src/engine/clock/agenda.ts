/**
 * Who acts next: one pending time an actor, kept in a tournament tree over (time, order).
 * Equal times run in the order they were scheduled: every `schedule` takes the next event order number.
 * Shapes: `time`, `order` Float64Array(actors), `tree` Int32Array(2 * size), size a power of two >= actors.
 */
export interface Agenda {
  size: number;
  nextOrder: number;
  time: Float64Array;
  order: Float64Array;
  tree: Int32Array;
}

export function createAgenda(actors: number): Agenda {
  let size = 1;
  while (size < actors) size *= 2;
  const agenda: Agenda = {
    size,
    nextOrder: 1,
    time: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    order: new Float64Array(size),
    tree: new Int32Array(2 * size),
  };
  for (let i = 0; i < size; i += 1) agenda.tree[size + i] = i;
  for (let n = size - 1; n >= 1; n -= 1) agenda.tree[n] = agenda.tree[2 * n];
  return agenda;
}

/** The actor that acts next (lowest time, then lowest order). */
export function nextActor(agenda: Agenda): number {
  return agenda.tree[1];
}

/** Sets an actor's next time; Infinity takes it off the agenda. */
export function schedule(agenda: Agenda, actor: number, timeNs: number): void {
  const { time, order, tree, size } = agenda;
  time[actor] = timeNs;
  order[actor] = agenda.nextOrder;
  agenda.nextOrder += 1;
  let node = size + actor;
  let winner = actor;
  let best = timeNs;
  while (node > 1) {
    // who won below is known: only the other half's winner is to be looked at
    const other = tree[node ^ 1];
    const t = time[other];
    if (t < best || (t === best && order[other] < order[winner])) {
      winner = other;
      best = t;
    }
    node >>= 1;
    // the same other actor won here before: nothing above it changes
    if (winner !== actor && tree[node] === winner) break;
    tree[node] = winner;
  }
}

/** Takes an actor off the agenda. */
export function cancel(agenda: Agenda, actor: number): void {
  if (agenda.time[actor] !== Number.POSITIVE_INFINITY) schedule(agenda, actor, Number.POSITIVE_INFINITY);
}
