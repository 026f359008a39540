/** The smallest round trip of the last five minutes, by three samples. Source: lib/win_minmax.c, tcp_update_rtt_min, v6.12. */
import { hz } from './constants.ts';
import { jiffiesAt, type TcpEnv } from './env.ts';
import type { TcpSock } from './sock.ts';

/** ~0U: nothing measured yet. */
export const NO_RTT = 0xffffffff;

export function noMinRtt(jiffies: number): number[] {
  return [jiffies, NO_RTT, jiffies, NO_RTT, jiffies, NO_RTT];
}

/** tcp_min_rtt, us. */
export function minRtt(s: TcpSock): number {
  return s.tx.minRtt[1];
}

/** minmax_running_min over tcp_min_rtt_wlen seconds. */
export function updateMinRtt(env: TcpEnv, s: TcpSock, us: number): void {
  const m = s.tx.minRtt;
  const now = jiffiesAt(env);
  const value = us > 0 ? us : Math.floor(env.jiffyNs / 1000);
  const win = env.sysctl.tcp_min_rtt_wlen * hz(env.jiffyNs, 1);
  if (value <= m[1] || now - m[4] > win) {
    for (let i = 0; i < 6; i += 2) {
      m[i] = now;
      m[i + 1] = value;
    }
    return;
  }
  if (value <= m[3]) {
    m[2] = now;
    m[3] = value;
    m[4] = now;
    m[5] = value;
  } else if (value <= m[5]) {
    m[4] = now;
    m[5] = value;
  }
  const age = now - m[0];
  if (age > win) {
    shift(m, now, value);
    if (now - m[0] > win) shift(m, now, value);
  } else if (m[2] === m[0] && age > Math.floor(win / 4)) {
    m[2] = now;
    m[3] = value;
    m[4] = now;
    m[5] = value;
  } else if (m[4] === m[2] && age > Math.floor(win / 2)) {
    m[4] = now;
    m[5] = value;
  }
}

function shift(m: number[], now: number, value: number): void {
  m[0] = m[2];
  m[1] = m[3];
  m[2] = m[4];
  m[3] = m[5];
  m[4] = now;
  m[5] = value;
}
