/**
 * The card encrypts what leaves: the driver marks each packet of the connection and compares its sequence number with what the card
 * expects. A packet out of order (it is sent again, or one before it was lost in the host) makes it set the card's state anew: the
 * record's number, and by DMA the part of the record that lies before the packet, read and thrown away so that the tag comes out right.
 * Where no record of it is kept any more, the packet is dropped: it has been acknowledged meanwhile.
 * Source: mlx5 en_accel/ktls_tx.c mlx5e_ktls_handle_tx_skb, mlx5e_ktls_tx_handle_ooo, tx_sync_info_get; net/tls/tls_device.c
 * tls_icsk_clean_acked; net/tls/tls_device_fallback.c tls_sw_fallback, v6.12.
 * Left out: time that reading the record's part takes the card.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import { ETH_HLEN } from '../packet/frame.ts';
import { FRAME_DECRYPTED, FRAME_TLS_SYNC } from '../packet/frame-bits.ts';
import { seqAdd, seqDiff } from '../tcp/seq.ts';
import type { Nic, TcpConnection, World } from '../world.ts';
import { cryptCycles } from './crypt.ts';
import { recordAt } from './records.ts';
import type { TlsTx } from './state.ts';

/** Connection whose own packet this is. */
function senderOf(w: World, slot: number): TcpConnection {
  const { flows } = w.fixed;
  return w.connections[flows[flows[w.pool.flow[slot]].reply].connection];
}

function txOf(w: World, slot: number): TlsTx | null {
  const { tls } = senderOf(w, slot);
  return tls === null ? null : tls.tx;
}

/** Bytes of the packet's record that lie before it; -1: the record is not kept any more. */
function syncBytes(w: World, slot: number): number {
  const conn = senderOf(w, slot);
  if (conn.tls === null) return -1;
  const seq = w.pool.seq[slot];
  const record = recordAt(conn.tls.tx, seq);
  if (record === null) return -1;
  if (conn.tcp !== null && seqDiff(record.end, conn.tcp.tx.sndUna) <= 0) return -1;
  return seqDiff(seq, record.start);
}

/** Reads of at most a frame's length each (hw_mtu). */
function dumps(nic: Nic, bytes: number): number {
  return Math.ceil(bytes / (nic.mtu + ETH_HLEN));
}

/** Of a packet with plaintext: the card or the CPU has more to do with it than to encrypt what comes next. */
export function tlsNeedsWork(w: World, nic: Nic, slot: number): boolean {
  return (w.pool.bits[slot] & FRAME_TLS_SYNC) !== 0 || txOf(w, slot)?.dev !== nic.index;
}

/** Cycles of that. */
export function tlsXmitCycles(w: World, nic: Nic, slot: number): number {
  const { profile } = w.fixed.hosts[nic.host];
  const before = Math.max(0, syncBytes(w, slot));
  if (txOf(w, slot)?.dev !== nic.index) return cryptCycles(w, nic.host, before + w.pool.totalPayload[slot]);
  if ((w.pool.bits[slot] & FRAME_TLS_SYNC) === 0) return 0;
  return profile.tlsResync + dumps(nic, before) * profile.tlsDump;
}

/** tls_sw_fallback: the route leads out of another card than has the key. The CPU encrypts the packet, and what of its record lies before. */
export function tlsFallback(w: World, nic: Nic, slot: number): boolean {
  if (txOf(w, slot)?.dev === nic.index) return false;
  const { software } = w.hosts[nic.host];
  const bytes = Math.max(0, syncBytes(w, slot)) + w.pool.totalPayload[slot];
  software.encryptedBytes += bytes;
  software.cryptNs += Math.round((cryptCycles(w, nic.host, bytes) * 1000) / w.fixed.hosts[nic.host].mhz);
  w.pool.bits[slot] &= ~(FRAME_DECRYPTED | FRAME_TLS_SYNC);
  return true;
}

/**
 * The driver is given a packet with plaintext of a connection that its card encrypts for.
 * @returns Reason.none: it goes into the ring; else why it is dropped
 */
export function tlsDriverSends(w: World, nic: Nic, cpu: number, slot: number, place: number): number {
  const { pool } = w;
  const tx = txOf(w, slot);
  const { tls } = nic;
  if (tx === null || tls === null) return Reason.none;
  const seq = pool.seq[slot];
  const len = pool.totalPayload[slot];
  let reason: number = Reason.tlsCardEncrypts;
  let before = 0;
  if (tx.expectedSeq !== seq) {
    tls.tx_tls_ooo += 1;
    before = syncBytes(w, slot);
    if (before < 0) {
      tls.tx_tls_drop_no_sync_data += 1;
      return Reason.tlsNoSyncData;
    }
    tls.tx_tls_dump_packets += dumps(nic, before);
    tls.tx_tls_dump_bytes += before;
    reason = Reason.tlsTxRebuild;
  }
  pool.bits[slot] &= ~FRAME_TLS_SYNC;
  tx.expectedSeq = seqAdd(seq, len);
  tls.tx_tls_encrypted_packets += pool.segs[slot];
  tls.tx_tls_encrypted_bytes += len;
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  pool.lastSeq[slot] = emit(w, Kind.tlsTxCard, place, reason, cpu, id, 0, cause, len, before);
  return Reason.none;
}
