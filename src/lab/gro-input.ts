/** Packets of a `gro` case: what differs from the default packet, as frames. */
import {
  ETH_P_IP,
  ETH_P_IPV6,
  type FrameFields,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  makeFrame,
} from '../engine/packet/frame.ts';
import { arrayAt, booleanAt, CaseError, type JsonObject, numberAt, objectAt, stringAt } from './case.ts';

export const TAP_MAC = '02:00:00:00:00:0b';
const PEER_MAC = '02:00:00:00:00:0a';

/** Flag letters in the order the files print them, FIN first. */
export const FLAG_LETTERS = 'FSRPAUEC';

const EXT_HEADERS: Readonly<Record<string, string>> = {
  // eight bytes each: length 0, PadN of four
  dstopts: 'dstopts:00010400000000',
  hbh: 'hbh:00010400000000',
  routing: 'routing:00000000000000',
  frag: 'frag:00000000000001',
};

const KEYS = new Set([
  'v',
  'proto',
  'src',
  'dst',
  'sport',
  'dport',
  'seq',
  'ack',
  'flags',
  'win',
  'len',
  'id',
  'df',
  'mf',
  'fragoff',
  'ttl',
  'tos',
  'opts',
  'rsv',
  'urg',
  'ipopts',
  'ext',
  'flow',
  'vlan',
  'pcp',
  'smac',
  'dmac',
  'bad_l4_csum',
  'bad_ip_csum',
  'udp_nocsum',
  'vnet',
  'pad',
]);

/** @param path where in the file, for errors. */
export function parsePacket(value: unknown, path: string): FrameFields {
  const packet = objectAt(value, path);
  for (const key of Object.keys(packet))
    if (!KEYS.has(key)) throw new CaseError(`${path}.${key}`, `unknown packet field ${key}`);
  const number = (key: string, otherwise: number): number =>
    packet[key] === undefined ? otherwise : numberAt(packet[key], `${path}.${key}`);
  const text = (key: string, otherwise: string): string =>
    packet[key] === undefined ? otherwise : stringAt(packet[key], `${path}.${key}`);
  const flag = (key: string): boolean =>
    packet[key] !== undefined && booleanAt(packet[key], `${path}.${key}`);

  const ipVersion = number('v', 4);
  if (ipVersion !== 4 && ipVersion !== 6) throw new CaseError(`${path}.v`, `no IP version ${ipVersion}`);
  const proto = protoOf(text('proto', 'tcp'), ipVersion, `${path}.proto`);
  const tcp = proto === IPPROTO_TCP;
  const df = packet.df === undefined ? ipVersion === 4 : booleanAt(packet.df, `${path}.df`);
  const fields: Partial<FrameFields> = {
    ipVersion,
    etherType: ipVersion === 6 ? ETH_P_IPV6 : ETH_P_IP,
    proto,
    smac: mac(text('smac', PEER_MAC), `${path}.smac`),
    dmac: mac(text('dmac', TAP_MAC), `${path}.dmac`),
    vlan: packet.vlan === undefined ? -1 : number('vlan', 0) | (number('pcp', 0) << 13),
    src: text('src', ipVersion === 6 ? 'fd00::1' : '10.9.0.1'),
    dst: text('dst', ipVersion === 6 ? 'fd00::2' : '10.9.0.2'),
    ttl: number('ttl', 64),
    tos: number('tos', 0),
    payloadLen: number('len', 0),
    padding: number('pad', 0),
  };
  if (ipVersion === 4) {
    Object.assign(fields, { df, mf: flag('mf'), fragOffset: number('fragoff', 0), ipId: number('id', 0) });
    fields.ipOptions = text('ipopts', '');
    if (flag('bad_ip_csum')) fields.ipCsum = 'bad';
  } else {
    fields.flowLabel = number('flow', 0);
    if (packet.ext !== undefined) fields.extHeaders = extHeaders(text('ext', ''), `${path}.ext`);
  }
  if (tcp || proto === IPPROTO_UDP) {
    fields.sport = number('sport', 40000);
    fields.dport = number('dport', 5001);
  }
  if (tcp) {
    Object.assign(fields, {
      seq: number('seq', 0),
      ack: number('ack', 1000),
      win: number('win', 500),
      urgPtr: number('urg', 0),
    });
    fields.tcpFlags = tcpFlags(text('flags', 'A'), `${path}.flags`) | (number('rsv', 0) << 8);
    if (packet.opts !== undefined)
      fields.tcpOptions = tcpOptions(arrayAt(packet.opts, `${path}.opts`), `${path}.opts`);
  }
  if (flag('bad_l4_csum')) fields.l4Csum = 'bad';
  if (flag('udp_nocsum')) fields.l4Csum = 'none';
  if (packet.vnet !== undefined)
    Object.assign(fields, vnet(objectAt(packet.vnet, `${path}.vnet`), fields, `${path}.vnet`));
  return makeFrame(fields);
}

function protoOf(name: string, version: number, path: string): number {
  switch (name) {
    case 'tcp':
      return IPPROTO_TCP;
    case 'udp':
      return IPPROTO_UDP;
    case 'icmp':
      return version === 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    case 'icmp6':
    case 'icmpv6':
      return IPPROTO_ICMPV6;
    default:
      throw new CaseError(path, `unknown protocol ${name}`);
  }
}

/**
 * The virtio-net header given to the tap. DATA_VALID is not honoured there: the checksum is verified in software.
 * A frame with no more behind its TCP header of 20 bytes than gso_size is one packet like others (virtio_net_hdr_to_skb).
 */
function vnet(header: JsonObject, frame: Partial<FrameFields>, path: string): Partial<FrameFields> {
  const gsoType = header.gso_type === undefined ? 0 : numberAt(header.gso_type, `${path}.gso_type`);
  if (gsoType === 0) return {};
  const gsoSize = numberAt(header.gso_size, `${path}.gso_size`);
  const behind = (frame.payloadLen ?? 0) + (frame.tcpOptions ?? '').length / 2 + (frame.padding ?? 0);
  return behind > gsoSize ? { dodgy: true, gsoSize } : {};
}

/** `02000000000c` or with colons. */
function mac(text: string, path: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits)) throw new CaseError(path, `not a MAC address: ${text}`);
  return (digits.match(/../g) as string[]).join(':');
}

function tcpFlags(letters: string, path: string): number {
  let bits = 0;
  for (const letter of letters) {
    const bit = FLAG_LETTERS.indexOf(letter);
    if (bit < 0) throw new CaseError(path, `unknown TCP flag ${letter}`);
    bits |= 1 << bit;
  }
  return bits;
}

function extHeaders(names: string, path: string): string {
  return names
    .split(',')
    .map((name) => {
      const header = EXT_HEADERS[name.trim()];
      if (header === undefined) throw new CaseError(path, `unknown extension header ${name}`);
      return header;
    })
    .join(',');
}

function hex(value: number, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0');
}

/** `["nop", "nop", ["ts", 5000, 7]]` as bytes, padded to whole words. */
export function tcpOptions(list: unknown[], path: string): string {
  let out = '';
  list.forEach((item, i) => {
    const where = `${path}[${i}]`;
    const parts = Array.isArray(item) ? item : [item];
    const values = parts.slice(1).map((v) => numberAt(v, where));
    switch (stringAt(parts[0], where)) {
      case 'nop':
        out += '01';
        break;
      case 'eol':
        out += '00';
        break;
      case 'mss':
        out += `0204${hex(values[0] ?? 0, 2)}`;
        break;
      case 'ws':
      case 'wscale':
        out += `0303${hex(values[0] ?? 0, 1)}`;
        break;
      case 'sackok':
      case 'sack_perm':
      case 'sackperm':
        out += '0402';
        break;
      case 'ts':
        out += `080a${hex(values[0] ?? 0, 4)}${hex(values[1] ?? 0, 4)}`;
        break;
      case 'sack':
        out += `05${hex(2 + 4 * values.length, 1)}${values.map((v) => hex(v, 4)).join('')}`;
        break;
      default:
        throw new CaseError(where, `unknown TCP option ${String(parts[0])}`);
    }
  });
  while (out.length % 8 !== 0) out += '00';
  return out;
}

/** The options back from their bytes, in the files' form; null: not to be read. */
export function readTcpOptions(bytes: string): unknown[] | null {
  const list: unknown[] = [];
  let at = 0;
  const take = (n: number): number => Number.parseInt(bytes.slice(at * 2, (at + n) * 2), 16);
  while (at * 2 < bytes.length) {
    const kind = take(1);
    at += 1;
    if (kind === 0) break;
    if (kind === 1) {
      list.push('nop');
      continue;
    }
    const end = at + take(1) - 1;
    at += 1;
    const words: number[] = [];
    const width = kind === 2 ? 2 : kind === 3 ? 1 : 4;
    for (; at < end; at += width) words.push(take(width));
    const name = { 2: 'mss', 3: 'ws', 4: 'sackok', 5: 'sack', 8: 'ts' }[kind];
    if (name === undefined || at !== end) return null;
    list.push(words.length === 0 ? name : [name, ...words]);
  }
  return list;
}
