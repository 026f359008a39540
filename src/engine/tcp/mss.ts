/**
 * How large a segment is, and how large an skb may be. Source: net/ipv4/tcp_output.c tcp_sync_mss, tcp_current_mss,
 * tcp_bound_to_half_wnd; tcp.c tcp_xmit_size_goal, v6.12. Left out: probing for the path's MTU.
 */
import {
  TCP_HEADER_LEN,
  TCP_MSS_DEFAULT,
  TCPOLEN_SACK_BASE_ALIGNED,
  TCPOLEN_SACK_PERBLOCK,
} from './constants.ts';
import type { TcpSock } from './sock.ts';
import { sackBlocks } from './sack-option.ts';

/** net.ipv4.tcp_min_snd_mss. */
const TCP_MIN_SND_MSS = 48;

/** tcp_bound_to_half_wnd: half of the largest window the peer ever offered; two segments should always fit. */
function boundToHalfWnd(s: TcpSock, size: number): number {
  const { maxWindow } = s.tx;
  const cutoff = maxWindow > TCP_MSS_DEFAULT ? Math.floor(maxWindow / 2) : maxWindow;
  return cutoff > 0 && size > cutoff ? Math.max(cutoff, 68 - s.tcpHeaderLen) : size;
}

export function syncMss(s: TcpSock): number {
  const t = s.tx;
  const most = Math.max(Math.min(t.pathMss, t.mssClamp), TCP_MIN_SND_MSS);
  t.mssCache = boundToHalfWnd(s, most - (s.tcpHeaderLen - TCP_HEADER_LEN));
  return t.mssCache;
}

/** tcp_current_mss: SACK blocks of the own receiving side take from it. */
export function currentMss(s: TcpSock): number {
  const blocks = sackBlocks(s);
  return blocks === 0
    ? s.tx.mssCache
    : s.tx.mssCache - TCPOLEN_SACK_BASE_ALIGNED - blocks * TCPOLEN_SACK_PERBLOCK;
}

/** tcp_xmit_size_goal: bytes an skb is filled to, whole segments. */
export function sizeGoal(s: TcpSock, mss: number): number {
  const most = boundToHalfWnd(s, s.tx.gsoMaxSize);
  return mss * Math.max(Math.min(Math.floor(most / mss), s.tx.gsoMaxSegs), 1);
}
