/** The SACK option as it goes out. Source: net/ipv4/tcp_output.c tcp_established_options, v6.12. */
import {
  MAX_TCP_OPTION_SPACE,
  TCPOLEN_SACK_BASE_ALIGNED,
  TCPOLEN_SACK_PERBLOCK,
  TCPOLEN_TSTAMP_ALIGNED,
} from './constants.ts';
import type { TcpSock } from './sock.ts';

/** Blocks of the next segment: a pending DSACK first, then as far as the option space reaches (4, with timestamps 3). */
export function sackBlocks(s: TcpSock): number {
  if (!s.sackOk) return 0;
  const all = s.sacks.length / 2 + (s.dsack ? 1 : 0);
  if (all === 0) return 0;
  const room = MAX_TCP_OPTION_SPACE - (s.tsOk ? TCPOLEN_TSTAMP_ALIGNED : 0) - TCPOLEN_SACK_BASE_ALIGNED;
  return Math.min(all, Math.floor(room / TCPOLEN_SACK_PERBLOCK));
}

export function sackOption(s: TcpSock): number[] {
  const blocks = sackBlocks(s);
  if (blocks === 0) return [];
  const all = s.dsack ? [s.dsackStart, s.dsackEnd, ...s.sacks] : s.sacks;
  return all.slice(0, 2 * blocks);
}
