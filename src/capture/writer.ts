/**
 * Captures, written: pcap and pcapng with ns time stamps. What Wireshark, tcpdump and this reader open.
 * Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Left out: statistics, name resolution.
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
  /** pcapng only: index of its interface, which way it went past, a line for people. */
  interfaceId?: number;
  direction?: 'in' | 'out' | 'unknown';
  comment?: string;
}

export interface InterfaceToWrite {
  name: string;
  description?: string;
  linkType?: number;
}

export interface WriteOptions {
  linkType?: number;
  /** Seconds since 1970 of tsNs 0. */
  epochSec?: number;
  littleEndian?: boolean;
  /** pcap only: us resolution. */
  microseconds?: boolean;
  /** pcapng only: the interface's name; or all interfaces; and what wrote the file. */
  interfaceName?: string;
  interfaces?: readonly InterfaceToWrite[];
  application?: string;
}

const SNAP_LEN = 262_144;
/** Longest value of an option, a multiple of 4. */
const MOST_OPTION_BYTES = 65_532;
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

const OPT_END = 0;
const OPT_COMMENT = 1;
const OPT_SHB_USERAPPL = 4;
const OPT_IF_NAME = 2;
const OPT_IF_DESCRIPTION = 3;
const OPT_IF_TSRESOL = 9;
const OPT_EPB_FLAGS = 2;

/** An option of a block: its code, and its value as it stands there. */
type Option = readonly [code: number, value: Uint8Array];

export function writePcapng(packets: readonly PacketToWrite[], options: WriteOptions = {}): Uint8Array {
  const interfaces = options.interfaces ?? [{ name: options.interfaceName ?? '' }];
  const section: Option[] = options.application ? [[OPT_SHB_USERAPPL, utf8(options.application)]] : [];
  const described = interfaces.map((each): Option[] => [
    ...(each.name === '' ? [] : [[OPT_IF_NAME, utf8(each.name)] as const]),
    ...(each.description ? [[OPT_IF_DESCRIPTION, utf8(each.description)] as const] : []),
    [OPT_IF_TSRESOL, Uint8Array.of(9)],
  ]);
  const flagged = packets.map(({ comment, direction }): Option[] => [
    ...(comment ? [[OPT_COMMENT, utf8(comment)] as const] : []),
    ...(direction === 'in' || direction === 'out'
      ? [[OPT_EPB_FLAGS, word(direction === 'in' ? 1 : 2, options.littleEndian)] as const]
      : []),
  ]);
  const size =
    28 +
    optionsLength(section) +
    described.reduce((sum, list) => sum + 20 + optionsLength(list), 0) +
    packets.reduce((sum, packet, i) => sum + 32 + padded(packet.bytes.length) + optionsLength(flagged[i]), 0);
  const out = createOutput(size, options.littleEndian);
  const writeOptions = (list: readonly Option[]): void => {
    if (list.length === 0) return;
    for (const [code, value] of list) {
      out.u16(code);
      out.u16(value.length);
      out.bytes(value, padded(value.length));
    }
    out.u16(OPT_END);
    out.u16(0);
  };

  out.u32(BLOCK_SECTION_HEADER);
  const sectionLen = 28 + optionsLength(section);
  out.u32(sectionLen);
  out.u32(BYTE_ORDER_MAGIC);
  out.u16(1);
  out.u16(0);
  out.u32(0xffffffff);
  out.u32(0xffffffff);
  writeOptions(section);
  out.u32(sectionLen);

  interfaces.forEach((each, i) => {
    const len = 20 + optionsLength(described[i]);
    out.u32(BLOCK_INTERFACE);
    out.u32(len);
    out.u16(each.linkType ?? options.linkType ?? 1);
    out.u16(0);
    out.u32(SNAP_LEN);
    writeOptions(described[i]);
    out.u32(len);
  });

  const epochNs = BigInt(options.epochSec ?? 0) * BigInt(NS_PER_SEC);
  packets.forEach(({ tsNs, bytes, origLen, interfaceId }, i) => {
    const len = 32 + padded(bytes.length) + optionsLength(flagged[i]);
    const units = epochNs + BigInt(tsNs);
    out.u32(BLOCK_ENHANCED_PACKET);
    out.u32(len);
    out.u32(options.interfaces === undefined ? 0 : (interfaceId ?? 0));
    out.u32(Number(units >> 32n));
    out.u32(Number(units & 0xffffffffn));
    out.u32(bytes.length);
    out.u32(origLen ?? bytes.length);
    out.bytes(bytes, padded(bytes.length));
    writeOptions(flagged[i]);
    out.u32(len);
  });
  return out.done();
}

/** Options with their end mark; none take no room. */
function optionsLength(list: readonly Option[]): number {
  return list.length === 0 ? 0 : list.reduce((sum, [, value]) => sum + 4 + padded(value.length), 4);
}

function word(value: number, littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, littleEndian);
  return bytes;
}

/** Cut where it is too long for an option. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    if (bytes.length + more >= MOST_OPTION_BYTES) break;
    bytes.push(more === 0 ? code : ((0xf00 >> (more + 1)) & 0xff) | (code >> (6 * more)));
    for (let i = more - 1; i >= 0; i -= 1) bytes.push(0x80 | ((code >> (6 * i)) & 0x3f));
  }
  return Uint8Array.from(bytes);
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
