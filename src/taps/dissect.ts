/**
 * A packet's bytes with every field named, as the kernel's structs name them (ethhdr, iphdr, ipv6hdr, tcphdr, udphdr), TCP options one by one,
 * and who other than the stack writes which of them. Source: include/uapi/linux/{if_ether,ip,ipv6,tcp,udp}.h, net/ipv4/tcp_output.c, v6.12;
 * options: RFC 9293, 7323, 2018.
 */
import { printAddress, printMac } from '../engine/packet/address.ts';
import { get16, get32, type Headers } from '../engine/net/gso/frame.ts';
import {
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../engine/packet/frame.ts';
import { printHex } from '../engine/packet/hex.ts';
import { IPPROTO_IPIP } from '../engine/tunnel/state.ts';
import { parseFrame } from '../engine/packet/parse.ts';
import { type ChecksumWork, ipChecksumWork, l4ChecksumWork } from './checksum-work.ts';
import { behindEthernet } from './raw-frame.ts';
import { LINKTYPE_RAW, type Offload } from './skb-bytes.ts';

/** i18n `bytes.by.<name>`: who writes a field, or has looked at it. */
export type FieldBy =
  | ''
  | 'csum-pending'
  | 'csum-card'
  | 'csum-checked'
  | 'cut-pending'
  | 'cut-card'
  | 'cut-software'
  | 'gro'
  | 'pad-card'
  | 'tag-card'
  | 'made-up';

export interface NamedField {
  name: string;
  /** Half-open, in bytes. */
  from: number;
  to: number;
  /** Part of these bytes only: which bits, from the most significant, `0-3`; '': all of them. */
  bits: string;
  value: string;
  by: FieldBy;
}

export interface Dissected {
  /** Bytes in all; `hex` may hold fewer. */
  length: number;
  hex: string;
  /** In order of bytes; a field of several bytes before the parts of it. */
  fields: NamedField[];
  checksums: ChecksumWork[];
}

const MOST_SHOWN = 128;
const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];

export interface SeenBytes {
  bytes: Uint8Array;
  linkType: number;
  offload: Offload;
}

/** @param shown header and payload bytes to give as hex at most */
export function dissect({ bytes, linkType, offload }: SeenBytes, shown = MOST_SHOWN): Dissected {
  const fields: NamedField[] = [];
  const raw = linkType === LINKTYPE_RAW;
  const add = (
    name: string,
    from: number,
    length: number,
    value: string | number,
    by: FieldBy = '',
  ): void => {
    fields.push({ name, from, to: from + length, bits: '', value: String(value), by });
  };
  const part = (name: string, from: number, length: number, bits: string, value: string | number): void => {
    fields.push({ name, from, to: from + length, bits, value: String(value), by: '' });
  };
  let l3 = 0;
  let type = bytes.length > 0 && bytes[0] >> 4 === 6 ? ETH_P_IPV6 : ETH_P_IP;
  if (!raw) {
    if (bytes.length < 14) return { length: bytes.length, hex: printHex(bytes), fields, checksums: [] };
    add('eth.dst', 0, 6, printMac(bytes, 0));
    add('eth.src', 6, 6, printMac(bytes, 6));
    l3 = 14;
    while ([0x8100, 0x88a8].includes(get16(bytes, l3 - 2)) && l3 < 22 && bytes.length >= l3 + 4) {
      const tci = get16(bytes, l3);
      add('vlan.tpid', l3 - 2, 2, hex(get16(bytes, l3 - 2), 4), 'tag-card');
      add('vlan.tci', l3, 2, hex(tci, 4), 'tag-card');
      part('vlan.pcp', l3, 2, '0-2', tci >> 13);
      part('vlan.dei', l3, 2, '3', (tci >> 12) & 1);
      part('vlan.vid', l3, 2, '4-15', tci & 0xfff);
      l3 += 4;
    }
    type = get16(bytes, l3 - 2);
    add('eth.type', l3 - 2, 2, `${hex(type, 4)}${typeName(type)}`);
  }
  const checksums: ChecksumWork[] = [];
  const f = parseFrame(raw ? behindEthernet(bytes) : bytes);
  const known = f.malformed === '' && f.ipVersion !== 0 && !f.truncated;
  if (known) {
    let h = type === ETH_P_IP ? ipv4(bytes, l3, add, part, offload) : ipv6(bytes, l3, add, part, offload);
    const tunnelled = h.ipVersion === 4 && h.proto === IPPROTO_IPIP && f.fragOffset === 0 && !f.mf;
    if (tunnelled && bytes.length >= h.l4 + 20 && bytes[h.l4] >> 4 === 4) {
      // the header stack: what has been named so far is the outer one
      for (const field of fields) if (field.name.startsWith('ip.')) field.name = `outer.${field.name}`;
      h = ipv4(bytes, h.l4, add, part, offload);
      checksums.push(ipChecksumWork(bytes, h.l3));
    }
    const word = h.ipVersion === 4 ? get16(bytes, h.l3 + 6) : 0;
    const later = h.l3 === l3 ? f.fragOffset !== 0 : (word & 0x1fff) !== 0;
    const more = h.l3 === l3 ? f.mf : (word & 0x2000) !== 0;
    const end = Math.min(bytes.length, l3 + f.ipTotalLen);
    if (h.ipVersion === 4) checksums.unshift(ipChecksumWork(bytes, l3));
    let payload = h.l4;
    if (!later) {
      payload = layer4(bytes, h, end, add, part, offload);
      const work = more ? null : l4ChecksumWork(bytes, h, end);
      if (work !== null) checksums.push(work);
    }
    if (payload < end) add('payload', payload, end - payload, '');
    if (end < bytes.length) add('eth.padding', end, bytes.length - end, '', 'pad-card');
  } else if (l3 < bytes.length) add('payload', l3, bytes.length - l3, '');
  if (raw) for (const field of fields) if (field.name !== 'payload') field.by = 'made-up';
  return { length: bytes.length, hex: printHex(bytes, 0, Math.min(bytes.length, shown)), fields, checksums };
}

type Add = (name: string, from: number, length: number, value: string | number, by?: FieldBy) => void;
type Part = (name: string, from: number, length: number, bits: string, value: string | number) => void;

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function typeName(type: number): string {
  if (type === ETH_P_IP) return ' IPv4';
  if (type === ETH_P_IPV6) return ' IPv6';
  return type === ETH_P_ARP ? ' ARP' : '';
}

/** Who writes the lengths, IDs and flags of a packet that is cut or was built. */
function cutBy({ cut }: Offload): FieldBy {
  switch (cut) {
    case '':
      return '';
    case 'gro':
      return 'gro';
    case 'pending':
      return 'cut-pending';
    case 'card':
      return 'cut-card';
    case 'software':
      return 'cut-software';
  }
}

function csumBy({ csum, cut }: Offload): FieldBy {
  if (cut === 'gro') return 'gro';
  return csum === ''
    ? ''
    : csum === 'checked'
      ? 'csum-checked'
      : csum === 'card'
        ? 'csum-card'
        : 'csum-pending';
}

function ipv4(b: Uint8Array, at: number, add: Add, part: Part, offload: Offload): Headers {
  const by = cutBy(offload);
  const headerLen = (b[at] & 15) * 4;
  add('ip.version_ihl', at, 1, hex(b[at], 2));
  part('ip.version', at, 1, '0-3', b[at] >> 4);
  part('ip.ihl', at, 1, '4-7', `${b[at] & 15} (${headerLen} B)`);
  add('ip.tos', at + 1, 1, hex(b[at + 1], 2));
  part('ip.dscp', at + 1, 1, '0-5', b[at + 1] >> 2);
  part('ip.ecn', at + 1, 1, '6-7', b[at + 1] & 3);
  add('ip.tot_len', at + 2, 2, get16(b, at + 2), by);
  // GRO keeps the first one's identification
  add('ip.id', at + 4, 2, get16(b, at + 4), by === 'gro' ? '' : by);
  const word = get16(b, at + 6);
  add('ip.frag_off', at + 6, 2, hex(word, 4));
  part('ip.df', at + 6, 2, '1', (word >> 14) & 1);
  part('ip.mf', at + 6, 2, '2', (word >> 13) & 1);
  part('ip.offset', at + 6, 2, '3-15', (word & 0x1fff) * 8);
  add('ip.ttl', at + 8, 1, b[at + 8]);
  add('ip.protocol', at + 9, 1, b[at + 9]);
  add('ip.check', at + 10, 2, hex(get16(b, at + 10), 4), by);
  add('ip.saddr', at + 12, 4, printAddress(b.subarray(at + 12, at + 16)));
  add('ip.daddr', at + 16, 4, printAddress(b.subarray(at + 16, at + 20)));
  if (headerLen > 20) add('ip.options', at + 20, headerLen - 20, printHex(b, at + 20, at + headerLen));
  return { l3: at, ipVersion: 4, proto: b[at + 9], l4: at + headerLen, payload: 0 };
}

const EXT_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'ipv6.hopopts'],
  [43, 'ipv6.routing'],
  [44, 'ipv6.fragment'],
  [60, 'ipv6.dstopts'],
]);

function ipv6(b: Uint8Array, at: number, add: Add, part: Part, offload: Offload): Headers {
  const first = get32(b, at);
  add('ipv6.version_class_label', at, 4, hex(first, 8));
  part('ipv6.version', at, 4, '0-3', first >>> 28);
  part('ipv6.class', at, 4, '4-11', (first >>> 20) & 0xff);
  part('ipv6.flow_lbl', at, 4, '12-31', hex(first & 0xfffff, 5));
  add('ipv6.payload_len', at + 4, 2, get16(b, at + 4), cutBy(offload));
  add('ipv6.nexthdr', at + 6, 1, b[at + 6]);
  add('ipv6.hop_limit', at + 7, 1, b[at + 7]);
  add('ipv6.saddr', at + 8, 16, printAddress(b.subarray(at + 8, at + 24)));
  add('ipv6.daddr', at + 24, 16, printAddress(b.subarray(at + 24, at + 40)));
  let proto = b[at + 6];
  let l4 = at + 40;
  for (
    let name = EXT_NAMES.get(proto);
    name !== undefined && l4 + 8 <= b.length;
    name = EXT_NAMES.get(proto)
  ) {
    const len = proto === 44 ? 8 : 8 + b[l4 + 1] * 8;
    add(name, l4, len, printHex(b, l4, Math.min(b.length, l4 + len)));
    proto = b[l4];
    l4 += len;
  }
  return { l3: at, ipVersion: 6, proto, l4, payload: 0 };
}

/** @returns byte after the header */
function layer4(b: Uint8Array, h: Headers, end: number, add: Add, part: Part, offload: Offload): number {
  const at = h.l4;
  const cut = cutBy(offload);
  const csum = csumBy(offload) || (offload.cut === 'software' ? 'cut-software' : '');
  if (h.proto === IPPROTO_TCP && end - at >= 20) {
    const seqBy = cut === 'gro' ? '' : cut;
    add('tcp.source', at, 2, get16(b, at));
    add('tcp.dest', at + 2, 2, get16(b, at + 2));
    add('tcp.seq', at + 4, 4, get32(b, at + 4), seqBy);
    add('tcp.ack_seq', at + 8, 4, get32(b, at + 8));
    const word = get16(b, at + 12);
    const flags = FLAG_NAMES.filter((_, bit) => (word & (1 << bit)) !== 0);
    add('tcp.doff_flags', at + 12, 2, `${hex(word, 4)} ${flags.join(' ')}`.trim(), cut);
    part('tcp.doff', at + 12, 2, '0-3', `${word >> 12} (${(word >> 12) * 4} B)`);
    part('tcp.flags', at + 12, 2, '7-15', flags.length === 0 ? '0' : flags.join(' '));
    add('tcp.window', at + 14, 2, get16(b, at + 14));
    add('tcp.check', at + 16, 2, hex(get16(b, at + 16), 4), csum);
    add('tcp.urg_ptr', at + 18, 2, get16(b, at + 18));
    const headerEnd = Math.min(end, at + (word >> 12) * 4);
    tcpOptions(b, at + 20, headerEnd, add);
    return headerEnd;
  }
  if (h.proto === IPPROTO_UDP && end - at >= 8) {
    add('udp.source', at, 2, get16(b, at));
    add('udp.dest', at + 2, 2, get16(b, at + 2));
    add('udp.len', at + 4, 2, get16(b, at + 4), cut);
    add('udp.check', at + 6, 2, hex(get16(b, at + 6), 4), csum);
    return at + 8;
  }
  const icmp = (h.proto === IPPROTO_ICMP && h.ipVersion === 4) || h.proto === IPPROTO_ICMPV6;
  if (icmp && end - at >= 8) {
    add('icmp.type', at, 1, b[at]);
    add('icmp.code', at + 1, 1, b[at + 1]);
    add('icmp.checksum', at + 2, 2, hex(get16(b, at + 2), 4));
    add('icmp.rest', at + 4, 4, printHex(b, at + 4, at + 8));
    return at + 8;
  }
  return at;
}

/** Kind and length of each option, and what it says. */
function tcpOptions(b: Uint8Array, from: number, end: number, add: Add): void {
  for (let at = from; at < end; ) {
    const kind = b[at];
    if (kind === 0) {
      add('tcp.opt.eol', at, end - at, '');
      return;
    }
    if (kind === 1) {
      add('tcp.opt.nop', at, 1, '');
      at += 1;
      continue;
    }
    const size = at + 1 < end ? b[at + 1] : 0;
    if (size < 2 || at + size > end) {
      add('tcp.opt.bad', at, end - at, printHex(b, at, end));
      return;
    }
    if (kind === 2 && size === 4) {
      add('tcp.opt.mss', at, 2, `kind 2, ${size} B`);
      add('tcp.opt.mss.value', at + 2, 2, get16(b, at + 2));
    } else if (kind === 3 && size === 3) {
      add('tcp.opt.wscale', at, 2, `kind 3, ${size} B`);
      add('tcp.opt.wscale.shift', at + 2, 1, b[at + 2]);
    } else if (kind === 4 && size === 2) add('tcp.opt.sack_perm', at, 2, `kind 4, ${size} B`);
    else if (kind === 5 && (size - 2) % 8 === 0) {
      add('tcp.opt.sack', at, 2, `kind 5, ${size} B: ${(size - 2) / 8}`);
      for (let i = 0; i < (size - 2) / 8; i += 1) {
        add(`tcp.opt.sack[${i}].start_seq`, at + 2 + 8 * i, 4, get32(b, at + 2 + 8 * i));
        add(`tcp.opt.sack[${i}].end_seq`, at + 6 + 8 * i, 4, get32(b, at + 6 + 8 * i));
      }
    } else if (kind === 8 && size === 10) {
      add('tcp.opt.ts', at, 2, `kind 8, ${size} B`);
      add('tcp.opt.ts.tsval', at + 2, 4, get32(b, at + 2));
      add('tcp.opt.ts.tsecr', at + 6, 4, get32(b, at + 6));
    } else add(`tcp.opt.${kind}`, at, size, printHex(b, at, at + size));
    at += size;
  }
}
