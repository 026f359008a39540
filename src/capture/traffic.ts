/**
 * A capture as traffic for the engine: packets are parsed, interned into a TrafficTable and forgotten, so that a million of them
 * cost their columns only.
 *
 * What a capture cannot tell stays as it is there: time stamps are the capturing host's, frames short of 60 bytes were seen before
 * a NIC padded them, and frames longer than any link carries were seen before TSO cut them or after GRO or LRO joined them.
 */
import { createAddressNames } from '../engine/packet/address.ts';
import { ETH_HLEN } from '../engine/packet/frame.ts';
import { parseFrame } from '../engine/packet/parse.ts';
import { createTrafficBuilder, type TrafficTable } from '../engine/packet/traffic-table.ts';
import { createCaptureReader } from './reader.ts';
import type { CaptureError, CaptureLimits, CapturePacket, CaptureSummary } from './types.ts';

export interface CaptureTraffic {
  table: TrafficTable;
  summary: CaptureSummary;
  /** Time of the last packet, ns. */
  durationNs: number;
  counts: TrafficCounts;
}

/** Packets for which a reader of the capture should know something. */
export interface TrafficCounts {
  /** Left out: sent by the capturing host (only with `direction: 'in'`). */
  skippedOut: number;
  /** Without an Ethernet header of their own. */
  syntheticL2: number;
  /** Checksum unfinished (CHECKSUM_PARTIAL): captured on the host that sent them. */
  partialChecksums: number;
  badChecksums: number;
  /** Longer than `MAX_WIRE_PAYLOAD` allows: joined or not yet cut. */
  aggregates: number;
  malformed: number;
  notIp: number;
}

/** IP bytes of the longest frame links carry in practice (jumbo frames of 9000 and a little). */
export const MAX_WIRE_PAYLOAD = 9216;

export interface TrafficOptions extends Partial<CaptureLimits> {
  /** `in`: leave out what the capture marks as sent by its own host. */
  direction?: 'all' | 'in';
}

export interface TrafficReader {
  push(chunk: Uint8Array): void;
  /** Set once reading has stopped: pushing on is of no use. */
  readonly error: CaptureError | null;
  finish(): CaptureTraffic;
}

/** Bytes handed to the capture reader at once, so that few packet objects live at a time. */
const SLICE = 1 << 20;

export function createTrafficReader(options: TrafficOptions = {}): TrafficReader {
  const { direction = 'all', ...limits } = options;
  const reader = createCaptureReader(limits);
  const builder = createTrafficBuilder();
  const names = createAddressNames();
  let durationNs = 0;
  const counts: TrafficCounts = {
    skippedOut: 0,
    syntheticL2: 0,
    partialChecksums: 0,
    badChecksums: 0,
    aggregates: 0,
    malformed: 0,
    notIp: 0,
  };

  function add(packet: CapturePacket): void {
    if (direction === 'in' && packet.direction === 'out') {
      counts.skippedOut += 1;
      return;
    }
    const fields = parseFrame(packet.bytes, packet.origLen, names);
    if (packet.l2 === 'synthetic') counts.syntheticL2 += 1;
    if (fields.l4Csum === 'partial') counts.partialChecksums += 1;
    if (fields.l4Csum === 'bad' || fields.ipCsum === 'bad') counts.badChecksums += 1;
    if (fields.frameLen > ETH_HLEN + MAX_WIRE_PAYLOAD) counts.aggregates += 1;
    if (fields.malformed !== '') counts.malformed += 1;
    else if (fields.ipVersion === 0) counts.notIp += 1;
    durationNs = packet.tsNs;
    builder.add(packet.tsNs, fields);
  }

  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; at += SLICE) {
        for (const packet of reader.push(chunk.subarray(at, at + SLICE))) add(packet);
      }
    },
    get error() {
      return reader.error;
    },
    finish: () => ({ table: builder.finish(), summary: reader.finish(), durationNs, counts }),
  };
}

/** A whole capture at once. */
export function readTraffic(file: Uint8Array, options: TrafficOptions = {}): CaptureTraffic {
  const reader = createTrafficReader(options);
  reader.push(file);
  return reader.finish();
}
