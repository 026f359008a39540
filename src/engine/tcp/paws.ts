/** Protection against wrapped sequence numbers. Source: net/ipv4/tcp_input.c tcp_paws_check, tcp_store_ts_recent, v6.12; RFC 7323. */
import { TCP_PAWS_24DAYS, TCP_PAWS_WINDOW } from './constants.ts';
import type { TcpEnv } from './env.ts';
import { seqDiff } from './seq.ts';
import type { TcpSock } from './sock.ts';

export function replaceTsRecent(env: TcpEnv, s: TcpSock): void {
  if (seqDiff(s.rcvTsval, s.tsRecent) < 0) return;
  s.tsRecent = s.rcvTsval;
  s.tsRecentStampS = Math.floor(env.now / 1e9);
}

/** tcp_paws_check: not older than what was seen, unless that is 24 days ago. */
export function pawsOk(env: TcpEnv, s: TcpSock): boolean {
  return (
    seqDiff(s.tsRecent, s.rcvTsval) <= TCP_PAWS_WINDOW ||
    Math.floor(env.now / 1e9) >= s.tsRecentStampS + TCP_PAWS_24DAYS ||
    s.tsRecent === 0
  );
}
