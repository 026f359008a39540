/** What TCP's states and decisions are called. */
import { Reason } from '../../catalog/reasons.ts';

/** States of a connection by their numbers in /proc/net/tcp, with the names ss prints (include/net/tcp_states.h). */
const TCP_STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];

export function tcpStateName(state: number): string {
  return TCP_STATES[state - 1] ?? String(state);
}

/** What the two values of a TCP decision are, by its reason: a range of sequence numbers, a lost segment's, a window. */
const TCP_DECISIONS: Readonly<Record<number, string>> = {
  ...byReason('held', [Reason.ackHeld, Reason.ackCompressed, Reason.ackDelayed, Reason.ackDelayedOn]),
  ...byReason('range', [
    Reason.sackNew,
    Reason.sackExtended,
    Reason.sackForgotten,
    Reason.dsackNoted,
    Reason.dsackReceived,
  ]),
  ...byReason('lost', [Reason.rackLost, Reason.renoLost, Reason.dupthreshLost, Reason.tcpLostRetransmit]),
  ...byReason('cwnd', [
    Reason.cwndSlowStart,
    Reason.cwndAvoidance,
    Reason.cwndNotUsed,
    Reason.cwndIdle,
    Reason.cwndPrr,
    Reason.hystartTrain,
    Reason.hystartDelay,
    Reason.tcpEnterCwr,
    Reason.tcpEnterLoss,
    Reason.tcpEnterRecovery,
    Reason.tcpProbeRepaired,
    Reason.tcpRecovered,
    Reason.tcpUndoDsack,
    Reason.tcpUndoFull,
    Reason.tcpUndoPartial,
    Reason.tcpUndoLoss,
  ]),
};

function byReason(variant: string, codes: readonly number[]): Record<number, string> {
  return Object.fromEntries(codes.map((code) => [code, variant]));
}

/** Variant of its sentence that fits a decision of TCP; empty: none does. */
export function tcpDecision(reason: number): string {
  return TCP_DECISIONS[reason] ?? '';
}
