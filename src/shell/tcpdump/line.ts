/**
 * One line a packet, as tcpdump prints it. What the model does not keep is not printed: payload (so no DNS, no HTTP), ids of ICMP echoes,
 * what ARP asks for, checksums as numbers.
 * Source: tcpdump 4.99.3 (print-ether.c, print-ip.c, print-ip6.c, print-tcp.c, print-udp.c), fixtures/tcpdump.txt.
 */
import { type OuterHeader, outerFields } from '../../engine/tunnel/outer.ts';
import { parseHex } from '../../engine/packet/hex.ts';
import {
  ETH_P_8021Q,
  ETH_P_ARP,
  type FrameFields,
  ipHeaderLen,
  l2HeaderLen,
  l4HeaderLen,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from '../../engine/packet/frame.ts';

export interface LineOptions {
  link: boolean;
  verbose: number;
  quiet: boolean;
  absoluteSeq: boolean;
  numeric: boolean;
}

/** First sequence numbers of each conversation, as its first packet had them. */
export interface Conversations {
  known: Map<string, { seq: number; ack: number }>;
}

const MOST_CONVERSATIONS = 20_000;

const ETHER_TYPES: Readonly<Record<number, string>> = {
  2048: 'IPv4',
  2054: 'ARP',
  34525: 'IPv6',
  33024: '802.1Q',
  34984: '802.1Q-QinQ',
};
const PROTO_NAMES: Readonly<Record<number, string>> = {
  0: 'Options',
  1: 'ICMP',
  2: 'IGMP',
  6: 'TCP',
  17: 'UDP',
  44: 'Fragment',
  47: 'GRE',
  50: 'ESP',
  58: 'ICMPv6',
  132: 'SCTP',
};
const FLAGS: readonly [number, string][] = [
  [TCP_FIN, 'F'],
  [TCP_SYN, 'S'],
  [TCP_RST, 'R'],
  [0x08, 'P'],
  [TCP_ACK, '.'],
  [TCP_URG, 'U'],
  [0x40, 'E'],
  [0x80, 'W'],
];

/** Everything behind the time (and, on `any`, the device); verbose IPv4 takes two lines. */
export function packetLine(
  f: FrameFields,
  options: LineOptions,
  talks: Conversations,
  outer: OuterHeader | null = null,
): string {
  if (outer !== null) return wrappedLine(f, options, talks, outer);
  const head = options.link ? linkHeader(f, options.quiet) : '';
  return head + network(f, options, talks);
}

/** IP in IP (print-ip.c ip_demux_print): the outer header, then the inner packet. */
function wrappedLine(f: FrameFields, options: LineOptions, talks: Conversations, outer: OuterHeader): string {
  const whole = outerFields(f, outer);
  const head = options.link ? linkHeader(whole, options.quiet) : 'IP ';
  const flags = outer.df ? 'DF' : 'none';
  const ecn = ['', ',ECT(1)', ',ECT(0)', ',CE'][outer.tos & 3];
  const told =
    options.verbose > 0
      ? `(tos 0x${outer.tos.toString(16)}${ecn}, ttl ${outer.ttl}, id ${outer.ipId}, offset 0, flags [${flags}], proto IPIP (4), length ${whole.ipTotalLen})\n    `
      : '';
  const inner = ipv4(f, { ...options, link: false }, talks);
  return `${head}${told}${outer.src} > ${outer.dst}: ${inner}${options.verbose > 0 ? '' : ' (ipip-proto-4)'}`;
}

function etherType(type: number): string {
  const name = ETHER_TYPES[type] ?? 'Unknown';
  return `ethertype ${name} (0x${type.toString(16).padStart(4, '0')})`;
}

function shortType(type: number): string {
  return ETHER_TYPES[type] ?? `Unknown Ethertype (0x${type.toString(16).padStart(4, '0')})`;
}

function linkHeader(f: FrameFields, quiet: boolean): string {
  const outer = f.vlan >= 0 ? f.vlanTpid : f.etherType;
  const tag = (tci: number, inner: number): string => {
    const dei = (tci & 0x1000) !== 0 ? ', DEI' : '';
    return `vlan ${tci & 0xfff}, p ${tci >> 13}${dei}, ${etherType(inner)}, `;
  };
  let text = `${f.smac} > ${f.dmac}, ${quiet ? shortType(outer) : etherType(outer)}, length ${f.frameLen}: `;
  if (f.vlan >= 0) text += tag(f.vlan, f.innerVlan >= 0 ? ETH_P_8021Q : f.etherType);
  if (f.innerVlan >= 0) text += tag(f.innerVlan, f.etherType);
  // the last type is told by a colon, as the first is without tags
  return f.vlan >= 0 ? text.replace(/, $/, ' ') : text;
}

function network(f: FrameFields, options: LineOptions, talks: Conversations): string {
  if (f.etherType === ETH_P_ARP) return `${options.link ? '' : 'ARP, '}length ${f.payloadLen}`;
  if (f.ipVersion === 4) return ipv4(f, options, talks);
  if (f.ipVersion === 6) return ipv6(f, options, talks);
  if (options.link) return '';
  return `${f.smac} > ${f.dmac}, ${etherType(f.etherType)}, length ${f.frameLen}:`;
}

const ports = (f: FrameFields): [string, string] => [`${f.src}.${f.sport}`, `${f.dst}.${f.dport}`];

function ipv4(f: FrameFields, options: LineOptions, talks: Conversations): string {
  const name = options.link ? '' : 'IP ';
  if (f.malformed !== '') return `${name}${f.src === '' ? '' : `${f.src} > ${f.dst}: `}[|ip]`;
  let text = name;
  if (options.verbose > 0) {
    const flags = `${f.df ? 'DF' : ''}${f.df && f.mf ? '+' : f.mf ? '+' : ''}${f.rf ? 'rsvd' : ''}` || 'none';
    const ecn = ['', ',ECT(1)', ',ECT(0)', ',CE'][f.tos & 3];
    const protoName = PROTO_NAMES[f.proto] ?? 'unknown';
    text += `(tos 0x${f.tos.toString(16)}${ecn}, ttl ${f.ttl}, id ${f.ipId}, offset ${f.fragOffset}, flags [${flags}], proto ${protoName} (${f.proto}), length ${f.ipTotalLen})\n    `;
  }
  if (f.fragOffset !== 0)
    return `${text}${f.src} > ${f.dst}: ${options.numeric ? `ip-proto-${f.proto}` : (PROTO_NAMES[f.proto] ?? `ip-proto-${f.proto}`).toLowerCase()}`;
  return text + transport(f, options, talks, `${f.src} > ${f.dst}: `);
}

function ipv6(f: FrameFields, options: LineOptions, talks: Conversations): string {
  let text = options.link ? '' : 'IP6 ';
  if (f.malformed !== '') return `${text}${f.src === '' ? '' : `${f.src} > ${f.dst}: `}[|ip6]`;
  const names = f.extHeaders === '' ? [] : f.extHeaders.split(',').map((one) => one.split(':')[0]);
  if (options.verbose > 0) {
    const parts = [];
    if (f.tos !== 0) parts.push(`class 0x${f.tos.toString(16).padStart(2, '0')}`);
    if (f.flowLabel !== 0) parts.push(`flowlabel 0x${f.flowLabel.toString(16).padStart(5, '0')}`);
    const next = { hbh: 0, routing: 43, frag: 44, dstopts: 60 }[names[0] ?? ''] ?? f.proto;
    parts.push(
      `hlim ${f.ttl}`,
      `next-header ${PROTO_NAMES[next] ?? 'unknown'} (${next}) payload length: ${f.ipTotalLen - 40}`,
    );
    text += `(${parts.join(', ')}) `;
  }
  if (names.includes('frag')) {
    const size = f.ipTotalLen - ipHeaderLen(f);
    const id = options.verbose > 0 ? `0x${fragmentId(f)}:` : '';
    const part = `frag (${id}${f.fragOffset}|${size})`;
    if (f.fragOffset !== 0) return `${text}${f.src} > ${f.dst}: ${part}`;
    const inner = transport({ ...f, src: '', dst: '' }, options, talks, '').replace(
      /^\.(\d+) > \.(\d+)/,
      '$1 > $2',
    );
    return `${text}${f.src} > ${f.dst}: ${part} ${inner}`;
  }
  return text + transport(f, options, talks, `${f.src} > ${f.dst}: `);
}

/** The id in the fragment header: its last four bytes. */
function fragmentId(f: FrameFields): string {
  const at = f.extHeaders.indexOf('frag:');
  return f.extHeaders.slice(at + 5, at + 19).slice(-8);
}

/** @param plain both addresses, for what has no ports */
function transport(f: FrameFields, options: LineOptions, talks: Conversations, plain: string): string {
  const [from, to] = ports(f);
  if (f.proto === 6 && l4HeaderLen(f) > 0) return `${from} > ${to}: ${tcp(f, options, talks)}`;
  if (f.proto === 17 && l4HeaderLen(f) > 0) {
    const sum =
      options.verbose === 0 || f.mf
        ? ''
        : { ok: '[udp sum ok] ', none: '[no cksum] ', bad: '[bad udp cksum] ', partial: '', unknown: '' }[
            f.l4Csum
          ];
    return `${from} > ${to}: ${sum}UDP, length ${f.udpLen - 8}`;
  }
  const size = f.ipTotalLen - ipHeaderLen(f);
  if (f.proto === 1 && f.ipVersion === 4) return `${plain}ICMP ${icmp(f)}, length ${size}`;
  if (f.proto === 58 && f.ipVersion === 6) {
    const sum = options.verbose > 0 && f.l4Csum === 'ok' ? '[icmp6 sum ok] ' : '';
    return `${plain}${sum}ICMP6, ${icmp6(f)}, length ${size}`;
  }
  return `${plain}ip-proto-${f.proto} ${size}`;
}

function tcp(f: FrameFields, options: LineOptions, talks: Conversations): string {
  const length = f.payloadLen;
  if (options.quiet) return `tcp ${length}`;
  const { seq, ack, shiftSeq, shiftAck } = relative(f, options, talks);
  const flags = FLAGS.filter(([bit]) => (f.tcpFlags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
  let text = `Flags [${flags === '' ? 'none' : flags}]`;
  if (options.verbose > 0 && f.l4Csum === 'bad') text += ', cksum incorrect';
  if (options.verbose > 1 || length > 0 || (f.tcpFlags & (TCP_SYN | TCP_FIN | TCP_RST)) !== 0)
    text += `, seq ${seq}${length > 0 ? `:${(seq + length) >>> 0}` : ''}`;
  if ((f.tcpFlags & TCP_ACK) !== 0) text += `, ack ${ack}`;
  text += `, win ${f.win}`;
  if ((f.tcpFlags & TCP_URG) !== 0) text += `, urg ${f.urgPtr}`;
  const list = tcpOptions(f.tcpOptions, shiftSeq, shiftAck);
  if (list !== '') text += `, options [${list}]`;
  return `${text}, length ${length}`;
}

/** Numbers counted from the conversation's first packet; a SYN, and what has no ACK, as they are. */
function relative(
  f: FrameFields,
  options: LineOptions,
  { known }: Conversations,
): { seq: number; ack: number; shiftSeq: number; shiftAck: number } {
  if (options.absoluteSeq || (f.tcpFlags & TCP_ACK) === 0)
    return { seq: f.seq, ack: f.ack, shiftSeq: 0, shiftAck: 0 };
  const reverse = f.sport > f.dport || (f.sport === f.dport && f.src > f.dst);
  const [from, to] = ports(f);
  const key = reverse ? `${to} ${from}` : `${from} ${to}`;
  const first = known.get(key);
  if (first === undefined || (f.tcpFlags & TCP_SYN) !== 0) {
    if (known.size < MOST_CONVERSATIONS)
      known.set(key, reverse ? { ack: f.seq, seq: f.ack - 1 } : { seq: f.seq, ack: f.ack - 1 });
    return { seq: f.seq, ack: f.ack, shiftSeq: 0, shiftAck: 0 };
  }
  const [mine, theirs] = reverse ? [first.ack, first.seq] : [first.seq, first.ack];
  return { seq: (f.seq - mine) >>> 0, ack: (f.ack - theirs) >>> 0, shiftSeq: mine, shiftAck: theirs };
}

function tcpOptions(hex: string, _shiftSeq: number, shiftAck: number): string {
  const bytes = parseHex(hex);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at];
    if (kind === 0) {
      parts.push('eol');
      break;
    }
    if (kind === 1) {
      parts.push('nop');
      at += 1;
      continue;
    }
    const size = bytes[at + 1] ?? 0;
    if (size < 2 || at + size > bytes.length) {
      parts.push('bad opt');
      break;
    }
    parts.push(tcpOption(kind, size, at, view, shiftAck));
    at += size;
  }
  return parts.join(',');
}

function tcpOption(kind: number, size: number, at: number, view: DataView, shift: number): string {
  if (kind === 2 && size === 4) return `mss ${view.getUint16(at + 2)}`;
  if (kind === 3 && size === 3) return `wscale ${view.getUint8(at + 2)}`;
  if (kind === 4) return 'sackOK';
  if (kind === 5) {
    const blocks = Array.from({ length: Math.floor((size - 2) / 8) }, (_, i) => {
      const edge = (offset: number): number => (view.getUint32(at + 2 + 8 * i + offset) - shift) >>> 0;
      return `{${edge(0)}:${edge(4)}}`;
    });
    return `sack ${blocks.length} ${blocks.join('')}`;
  }
  if (kind === 8 && size === 10) return `TS val ${view.getUint32(at + 2)} ecr ${view.getUint32(at + 6)}`;
  let hex = '';
  for (let i = 2; i < size; i += 1)
    hex += view
      .getUint8(at + i)
      .toString(16)
      .padStart(2, '0');
  return `unknown-${kind}${hex === '' ? '' : ` 0x${hex}`}`;
}

function icmp(f: FrameFields): string {
  const names: Readonly<Record<number, string>> = {
    0: 'echo reply',
    3: 'unreachable',
    4: 'source quench',
    5: 'redirect',
    8: 'echo request',
    9: 'router advertisement',
    10: 'router solicitation',
    11: f.icmpCode === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded',
    12: 'parameter problem',
    13: 'time stamp query',
    14: 'time stamp reply',
  };
  if (f.icmpType === 3) {
    const why = ['net', 'host', 'protocol', 'port'][f.icmpCode];
    return why === undefined ? `unreachable - #${f.icmpCode}` : `${why} unreachable`;
  }
  return names[f.icmpType] ?? `type-#${f.icmpType}`;
}

function icmp6(f: FrameFields): string {
  const names: Readonly<Record<number, string>> = {
    1: 'destination unreachable',
    2: 'packet too big',
    3: 'time exceeded',
    4: 'parameter problem',
    128: 'echo request',
    129: 'echo reply',
    130: 'multicast listener query',
    131: 'multicast listener report',
    132: 'multicast listener done',
    133: 'router solicitation',
    134: 'router advertisement',
    135: 'neighbor solicitation',
    136: 'neighbor advertisement',
    137: 'redirect',
    143: 'multicast listener report v2',
  };
  if (f.icmpType === 1) {
    const why = ['route', 'prohibited', 'beyond scope', 'address', 'port'][f.icmpCode];
    return `destination unreachable, unreachable ${why ?? `#${f.icmpCode}`}`;
  }
  return names[f.icmpType] ?? `unknown icmp6 type (${f.icmpType})`;
}

/** Length of a frame as one of the cooked headers of the `any` device (20 bytes) would have it. */
export function cookedLength(f: FrameFields): number {
  return f.frameLen - l2HeaderLen(f) + 20;
}
