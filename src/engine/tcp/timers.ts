/** The timers of a connection: which runs next, and running it. The owner asks after every call and arms its own clock. */
import { compressedAckKick } from './ack-check.ts';
import { delackTimer } from './delack.ts';
import type { TcpEnv } from './env.ts';
import type { TcpReceiver } from './receiver.ts';
import { writeTimer } from './reply.ts';

/** When the next timer runs: ns; Infinity: none is armed. */
export function nextTimerNs(s: TcpReceiver): number {
  return Math.min(s.compressedAtNs, s.delackAtNs, s.rtoAtNs);
}

/** Runs what is due at env.now; of several, the hrtimer first. */
export function runTimers(env: TcpEnv, s: TcpReceiver): void {
  if (s.compressedAtNs <= env.now) compressedAckKick(env, s);
  if (s.delackAtNs <= env.now) {
    if (s.owned) {
      // done at the socket's release
      env.counters.TcpExtDelayedACKLocked += 1;
      s.delackAtNs = env.now + env.jiffyNs;
    } else delackTimer(env, s);
  }
  if (s.rtoAtNs <= env.now) writeTimer(env, s);
}
