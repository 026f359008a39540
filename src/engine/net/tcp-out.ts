/** A segment that a connection hands to IP becomes a packet of the pool, which leaves when the work it costs is done. */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { FRAME_OOO_OKAY, frameBits, FRAME_DECRYPTED, FRAME_TLS_SYNC } from '../packet/frame-bits.ts';
import { ETH_HLEN, makeFrame, TCP_FIN, TCP_SYN, VLAN_HLEN } from '../packet/frame.ts';
import type { TcpOut } from '../tcp/env.ts';
import type { Cpu, Socket, TcpConnection, World } from '../world.ts';
import { makeLocalSkb } from './local-skb.ts';
import { hex32, setOptions } from './tcp-options.ts';
import { seqAdd } from '../tcp/seq.ts';
import { toeTransmits } from '../nic/toe/queue.ts';
import { NO_CPU } from '../records.ts';

/** The card finishes the checksum (CHECKSUM_PARTIAL), paths are not fragmented (DF). */
const BITS4 = frameBits(makeFrame({ l4Csum: 'partial' }));
const BITS6 = frameBits(makeFrame({ ipVersion: 6, l4Csum: 'partial' }));

/** @param cause record that made it leave, 0: none */
export function segmentOut(
  w: World,
  cpu: Cpu,
  conn: TcpConnection,
  sock: Socket,
  out: TcpOut,
  cause: number,
): void {
  const { pool } = w;
  const toe = conn.toe < 0 ? null : w.nics[conn.toe].toe;
  const flow = w.fixed.flows[w.fixed.flows[conn.flow].reply];
  const v6 = flow.key.ipVersion === 6;
  const hex = optionsOf(out);
  const headers = ETH_HLEN + (flow.tagged ? VLAN_HLEN : 0) + (v6 ? 40 : 20) + 20 + hex.length / 2;
  const segs = Math.max(1, out.segs);
  const first = segs > 1 ? out.gsoSize : out.len;
  const slot = makeLocalSkb(w, flow, headers, first, v6 ? BITS6 : BITS4, conn.rxQueue);
  pool.seq[slot] = out.seq;
  pool.ack[slot] = out.ack;
  pool.flags[slot] = out.flags;
  pool.win[slot] = out.win;
  pool.ipId[slot] = v6 ? 0 : conn.ipId;
  conn.ipId = (conn.ipId + segs) & 0xffff;
  conn.segsOut += segs;
  pool.totalPayload[slot] = out.len;
  if (segs > 1) {
    pool.segs[slot] = segs;
    pool.gsoSize[slot] = out.gsoSize;
    w.totals.txProduced += segs - 1;
    w.flowState.packets[flow.id] += segs - 1;
    w.flowState.bytes[flow.id] += (segs - 1) * headers + out.len - first;
  }
  setOptions(w, slot, hex, out.tsVal, out.tsEcr);
  // skb_set_delivery_time: when it may leave
  pool.readyNs[slot] = out.edtNs;
  if (conn.tls !== null && conn.tls.tx.dev >= 0 && out.len > 0) {
    const { tx } = conn.tls;
    pool.bits[slot] |= FRAME_DECRYPTED;
    if (out.seq !== tx.queuedSeq) pool.bits[slot] |= FRAME_TLS_SYNC;
    tx.queuedSeq = seqAdd(out.seq, out.len);
  }
  if (out.skb >= 0) {
    pool.sk[slot] = sock.id;
    pool.tag[slot] = out.skb;
    pool.truesize[slot] = out.truesize;
    const below = (conn.tcp?.tx.wmemAlloc ?? 0) - out.truesize;
    if (below <= 0) pool.bits[slot] |= FRAME_OOO_OKAY;
  }
  const bare = out.len === 0 && (out.flags & (TCP_SYN | TCP_FIN)) === 0;
  if (bare) conn.acksSent += 1;
  if (out.retransmit && conn.firstResendNs < 0) conn.firstResendNs = w.now;
  pool.lastSeq[slot] = emit(
    w,
    bare ? Kind.tcpAck : out.retransmit ? Kind.tcpResend : Kind.tcpSend,
    toe === null ? sock.place : toe.place,
    // an ACK that data carry needs no reason of its own
    !bare && out.reason === Reason.ackOnData ? Reason.tcpNewData : out.reason,
    toe === null ? cpu.index : NO_CPU,
    pool.id[slot],
    flow.id,
    cause,
    bare ? pool.frameLen[slot] : out.len,
    bare ? out.ack | 0 : out.seq | 0,
  );
  if (toe === null) cpu.acks.push(slot);
  else toeTransmits(w, toe, slot);
}

/** The option bytes as the kernel puts them: of a SYN what it agrees on; else timestamps, then SACK blocks. */
function optionsOf(out: TcpOut): string {
  const stamps = out.tsVal < 0 ? '' : `080a${hex32(out.tsVal)}${hex32(out.tsEcr)}`;
  if (out.syn === null) {
    const aligned = stamps === '' ? '' : `0101${stamps}`;
    if (out.sacks.length === 0) return aligned;
    const length = (2 + 4 * out.sacks.length).toString(16).padStart(2, '0');
    return `${aligned}010105${length}${out.sacks.map(hex32).join('')}`;
  }
  const { mss, wscale, sackOk } = out.syn;
  const sack = sackOk ? (stamps === '' ? '01010402' : '0402') : stamps === '' ? '' : '0101';
  const scale = wscale < 0 ? '' : `010303${wscale.toString(16).padStart(2, '0')}`;
  return `0204${mss.toString(16).padStart(4, '0')}${sack}${stamps}${scale}`;
}
