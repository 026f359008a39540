/** Frames as a scenario spells them to frames as the engine takes them. */
import { canonicalAddress, parseMac } from '../engine/packet/address.ts';
import {
  ETH_ZLEN,
  type FrameFields,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  makeFrame,
  TCP_ACK,
} from '../engine/packet/frame.ts';
import type { FrameText } from './schema.ts';

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32, E: 64, C: 128 };

/** What a frame has where nothing is said: to the NIC's own address, from a neighbour. */
export interface FrameDefaults {
  dmac: string;
  dst: string;
}

/** @throws RangeError naming the field that can't be read */
export function frameFrom(text: FrameText, defaults: FrameDefaults): FrameFields {
  const version = text.v ?? (text.src?.includes(':') || defaults.dst.includes(':') ? 6 : 4);
  const proto = text.proto ?? 'tcp';
  const number =
    proto === 'tcp'
      ? IPPROTO_TCP
      : proto === 'udp'
        ? IPPROTO_UDP
        : version === 4
          ? IPPROTO_ICMP
          : IPPROTO_ICMPV6;
  const src = address('src', text.src ?? (version === 4 ? '10.0.0.1' : 'fd00::1'), version);
  const dst = address('dst', text.dst ?? defaults.dst, version);
  const partial: Partial<FrameFields> = {
    ipVersion: version,
    proto: number,
    src,
    dst,
    dmac: text.dmac ?? defaults.dmac,
    smac: text.smac ?? '02:00:00:00:00:0a',
    payloadLen: text.len ?? (proto === 'tcp' ? 1448 : 18),
  };
  if (partial.dmac !== undefined && parseMac(partial.dmac) === null)
    throw new RangeError(`dmac: not a MAC address: ${partial.dmac}`);
  if (number === IPPROTO_TCP || number === IPPROTO_UDP) {
    partial.sport = text.sport ?? 40000;
    partial.dport = text.dport ?? (proto === 'tcp' ? 5001 : 7000);
  }
  if (number === IPPROTO_TCP) {
    partial.seq = text.seq ?? 1;
    partial.ack = text.ack ?? 1;
    partial.win = text.win ?? 501;
    partial.tcpFlags =
      text.flags === undefined ? TCP_ACK : [...text.flags].reduce((bits, c) => bits | FLAGS[c], 0);
    if (text.tcpOptions !== undefined) partial.tcpOptions = text.tcpOptions.toLowerCase();
  }
  if (text.vlan !== undefined) partial.vlan = text.vlan;
  if (text.ipId !== undefined) partial.ipId = text.ipId;
  if (text.df !== undefined) partial.df = text.df;
  if (text.mf !== undefined) partial.mf = text.mf;
  if (text.fragOffset !== undefined) partial.fragOffset = text.fragOffset;
  if (text.ttl !== undefined) partial.ttl = text.ttl;
  if (text.tos !== undefined) partial.tos = text.tos;
  if (text.flowLabel !== undefined) partial.flowLabel = text.flowLabel;
  if (text.ipOptions !== undefined) partial.ipOptions = text.ipOptions.toLowerCase();
  if (text.ipCsum !== undefined && version === 4) partial.ipCsum = text.ipCsum;
  if (text.l4Csum !== undefined) partial.l4Csum = text.l4Csum;
  // a card with receive checksumming has looked at a right checksum already
  else partial.csumVerified = number === IPPROTO_TCP || number === IPPROTO_UDP;
  const frame = makeFrame(partial);
  // no shorter frame leaves a card
  return frame.frameLen >= ETH_ZLEN ? frame : makeFrame({ ...partial, padding: ETH_ZLEN - frame.frameLen });
}

function address(field: string, text: string, version: number): string {
  let canonical: string;
  try {
    canonical = canonicalAddress(text);
  } catch {
    throw new RangeError(`${field}: not an IP address: ${text}`);
  }
  if (canonical.includes(':') !== (version === 6))
    throw new RangeError(`${field}: ${text} is not IPv${version}`);
  return canonical;
}
