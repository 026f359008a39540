/**
 * The list of SACK blocks and the pending DSACK. Most recently changed block first, so that a lost ACK's news is repeated.
 * Source: net/ipv4/tcp_input.c tcp_sack_new_ofo_skb, tcp_sack_maybe_coalesce, tcp_sack_remove, tcp_dsack_set, v6.12; RFC 2018, 2883.
 */
import { Reason } from '../../catalog/reasons.ts';
import { TCP_NUM_SACKS } from './constants.ts';
import type { TcpEnv } from './env.ts';
import type { TcpSock } from './sock.ts';
import { sackCompressSendAck } from './send.ts';
import { after, before } from './seq.ts';

/** Block i of the list grows by a range that overlaps or touches it. */
function extend(blocks: number[], i: number, start: number, end: number): boolean {
  if (after(start, blocks[2 * i + 1]) || after(blocks[2 * i], end)) return false;
  if (before(start, blocks[2 * i])) blocks[2 * i] = start;
  if (after(end, blocks[2 * i + 1])) blocks[2 * i + 1] = end;
  return true;
}

/** A range went into the out-of-order queue. Held ACKs leave first where a block would sink unreported. */
export function sackNewOfo(env: TcpEnv, s: TcpSock, start: number, end: number): void {
  const { sacks } = s;
  const expected = env.rules.tcpSackBlocksExpected;
  for (let i = 0; 2 * i < sacks.length; i += 1) {
    if (!extend(sacks, i, start, end)) continue;
    // the block has grown already: the ACK that leaves shows that, and the old order
    if (i >= expected) sackCompressSendAck(env, s, Reason.ackSackSinks);
    const block = sacks.splice(2 * i, 2);
    sacks.unshift(...block);
    mergeIntoFirst(sacks);
    env.decide(s, Reason.sackExtended, sacks[0], sacks[1]);
    return;
  }
  const count = sacks.length / 2;
  if (count >= expected) sackCompressSendAck(env, s, Reason.ackSackSinks);
  if (count >= TCP_NUM_SACKS) {
    env.decide(s, Reason.sackForgotten, sacks[2 * count - 2], sacks[2 * count - 1]);
    sacks.length = 2 * (TCP_NUM_SACKS - 1);
  }
  sacks.unshift(start, end);
  env.decide(s, Reason.sackNew, start, end);
}

function mergeIntoFirst(sacks: number[]): void {
  for (let i = 1; 2 * i < sacks.length; ) {
    if (extend(sacks, 0, sacks[2 * i], sacks[2 * i + 1])) sacks.splice(2 * i, 2);
    else i += 1;
  }
}

/** Blocks that rcv_nxt has reached go. */
export function sackRemove(s: TcpSock): void {
  if (s.ofo.length === 0) {
    s.sacks.length = 0;
    return;
  }
  for (let i = 0; 2 * i < s.sacks.length; ) {
    if (!before(s.rcvNxt, s.sacks[2 * i])) s.sacks.splice(2 * i, 2);
    else i += 1;
  }
}

/** What was received twice is told once, in the next ACK's first block. */
export function dsackSet(env: TcpEnv, s: TcpSock, start: number, end: number): void {
  if (!s.sackOk || env.sysctl.tcp_dsack === 0) return;
  if (before(start, s.rcvNxt)) env.counters.TcpExtTCPDSACKOldSent += 1;
  else env.counters.TcpExtTCPDSACKOfoSent += 1;
  s.dsack = true;
  s.dsackStart = start;
  s.dsackEnd = end;
  env.decide(s, Reason.dsackNoted, start, end);
}

export function dsackExtend(env: TcpEnv, s: TcpSock, start: number, end: number): void {
  if (!s.dsack) {
    dsackSet(env, s, start, end);
    return;
  }
  const block = [s.dsackStart, s.dsackEnd];
  if (extend(block, 0, start, end)) [s.dsackStart, s.dsackEnd] = block;
}
