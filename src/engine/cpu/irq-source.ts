/** Who interrupts a CPU, as one number: what kind, and which of its kind. */

/** A receive vector (queue index). */
export const IRQ_RX = 0;
/** napi_watchdog's timer (queue index). */
export const IRQ_NAPI_TIMER = 1;
/** A function-call interrupt from another CPU: backlog to work off (CPU index of the one interrupted). */
export const IRQ_IPI = 2;
/** The timer's tick (CPU index). */
export const IRQ_TICK = 3;
/** A connection's timer: delayed ACK or SACK compression (connection index). */
export const IRQ_TCP = 4;
/** A queueing discipline's watchdog (queue index). */
export const IRQ_QDISC = 5;
/** A TOE's completions (NIC index). */
export const IRQ_TOE = 6;

const KINDS = 8;

export function irqSource(kind: number, index: number): number {
  return index * KINDS + kind;
}

export function sourceKind(source: number): number {
  return source % KINDS;
}

export function sourceIndex(source: number): number {
  return Math.floor(source / KINDS);
}
