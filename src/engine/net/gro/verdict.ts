/**
 * What GRO decided about the frame at hand. One object, written by the protocol's receive function and read by
 * devGroReceive at once: no allocation a packet.
 */
import { Reason } from '../../../catalog/reasons.ts';

export const verdict = {
  /** Why s was merged, held or passed up. */
  reason: 0 as number,
  /** s becomes part of the held packet. */
  merged: false,
  /** An unmerged s goes up at once (else it is held). */
  flush: false,
  /** The held packet leaves, and why; Reason.none: it stays. */
  completeReason: 0 as number,
  /** s would begin a fraglist train (is_flist). */
  flist: false,
};

/** s goes up; the held packets stay, so it may overtake them. */
export function passUp(reason: number): void {
  decide(reason, false, true, Reason.none);
}

export function decide(reason: number, merged: boolean, flush: boolean, completeReason: number): void {
  verdict.reason = reason;
  verdict.merged = merged;
  verdict.flush = flush;
  verdict.completeReason = completeReason;
  verdict.flist = false;
}
