/**
 * Captures, written: pcap and pcapng with ns time stamps. What Wireshark, tcpdump and this reader open.
 * Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Left out: several interfaces, comments, statistics.
 */
import { PCAP_MAGIC_NS, PCAP_MAGIC_US } from './read-pcap.ts';
import {
  BLOCK_ENHANCED_PACKET,
  BLOCK_INTERFACE,
  BLOCK_SECTION_HEADER,
  BYTE_ORDER_MAGIC,
} from './read-pcapng.ts';

export interface PacketToWrite {
  /** Whole ns since `epochSec`, 0 or more. */
  tsNs: number;
  bytes: Uint8Array;
  /** Bytes the frame had; absent: all are there. */
  origLen?: number;
}

export interface WriteOptions {
  linkType?: number;
  /** Seconds since 1970 of tsNs 0. */
  epochSec?: number;
  littleEndian?: boolean;
  /** pcap only: us resolution. */
  microseconds?: boolean;
  /** pcapng only: the interface's name. */
  interfaceName?: string;
}

const SNAP_LEN = 262_144;
const NS_PER_SEC = 1_000_000_000;

export function writePcap(packets: readonly PacketToWrite[], options: WriteOptions = {}): Uint8Array {
  const out = createOutput(
    24 + packets.reduce((sum, packet) => sum + 16 + packet.bytes.length, 0),
    options.littleEndian,
  );
  out.u32(options.microseconds ? PCAP_MAGIC_US : PCAP_MAGIC_NS);
  out.u16(2);
  out.u16(4);
  out.u32(0);
  out.u32(0);
  out.u32(SNAP_LEN);
  out.u32(options.linkType ?? 1);
  for (const { tsNs, bytes, origLen } of packets) {
    const sec = Math.floor(tsNs / NS_PER_SEC);
    const ns = tsNs - sec * NS_PER_SEC;
    out.u32((options.epochSec ?? 0) + sec);
    out.u32(options.microseconds ? Math.floor(ns / 1000) : ns);
    out.u32(bytes.length);
    out.u32(origLen ?? bytes.length);
    out.bytes(bytes);
  }
  return out.done();
}

export function writePcapng(packets: readonly PacketToWrite[], options: WriteOptions = {}): Uint8Array {
  const name = Uint8Array.from(options.interfaceName ?? '', (char) => char.charCodeAt(0) & 0x7f);
  const interfaceLen = 20 + 8 + (name.length > 0 ? 4 + padded(name.length) : 0) + 4;
  const size = packets.reduce((sum, packet) => sum + 32 + padded(packet.bytes.length), 28 + interfaceLen);
  const out = createOutput(size, options.littleEndian);

  out.u32(BLOCK_SECTION_HEADER);
  out.u32(28);
  out.u32(BYTE_ORDER_MAGIC);
  out.u16(1);
  out.u16(0);
  out.u32(0xffffffff);
  out.u32(0xffffffff);
  out.u32(28);

  out.u32(BLOCK_INTERFACE);
  out.u32(interfaceLen);
  out.u16(options.linkType ?? 1);
  out.u16(0);
  out.u32(SNAP_LEN);
  if (name.length > 0) {
    out.u16(2);
    out.u16(name.length);
    out.bytes(name, padded(name.length));
  }
  out.u16(9);
  out.u16(1);
  out.bytes(Uint8Array.of(9), 4);
  out.u32(0);
  out.u32(interfaceLen);

  const epochNs = BigInt(options.epochSec ?? 0) * BigInt(NS_PER_SEC);
  for (const { tsNs, bytes, origLen } of packets) {
    const len = 32 + padded(bytes.length);
    const units = epochNs + BigInt(tsNs);
    out.u32(BLOCK_ENHANCED_PACKET);
    out.u32(len);
    out.u32(0);
    out.u32(Number(units >> 32n));
    out.u32(Number(units & 0xffffffffn));
    out.u32(bytes.length);
    out.u32(origLen ?? bytes.length);
    out.bytes(bytes, padded(bytes.length));
    out.u32(len);
  }
  return out.done();
}

function padded(len: number): number {
  return Math.ceil(len / 4) * 4;
}

function createOutput(size: number, littleEndian = true) {
  const buffer = new Uint8Array(size);
  const view = new DataView(buffer.buffer);
  let at = 0;
  return {
    u16(value: number): void {
      view.setUint16(at, value, littleEndian);
      at += 2;
    },
    u32(value: number): void {
      view.setUint32(at, value, littleEndian);
      at += 4;
    },
    /** @param room bytes to take up, zeros after `bytes` */
    bytes(bytes: Uint8Array, room = bytes.length): void {
      buffer.set(bytes, at);
      at += room;
    },
    done: (): Uint8Array => buffer,
  };
}
