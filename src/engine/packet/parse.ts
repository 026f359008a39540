/**
 * Bytes to FrameFields: Ethernet, up to two VLAN tags, IPv4 and IPv6 (parse-ip.ts), TCP, UDP, ICMP (parse-l4.ts).
 * Any bytes are taken: where a header cannot be read, what came before it stands and `malformed` says why (or, if the capture
 * was cut there, `truncated`).
 *
 * Left out: tunnels, PPPoE, MPLS, 802.3 LLC (its length stands as EtherType), more than two tags, ARP's contents.
 */
import { plainNames, type AddressNames } from './address.ts';
import {
  emptyFrame,
  ETH_HLEN,
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  VLAN_HLEN,
  type FrameFields,
} from './frame.ts';
import { parseIpv4Packet, parseIpv6Packet } from './parse-ip.ts';

/** A frame being read. Offsets count from its first byte. */
export interface ParseState {
  /** The bytes that were captured: bytes[0 .. captured). */
  bytes: Uint8Array;
  captured: number;
  /** Bytes the frame had. */
  frameLen: number;
  fields: FrameFields;
  names: AddressNames;
}

/**
 * @param bytes the captured bytes, without FCS
 * @param origLen bytes the frame had (never less than bytes.length)
 * @param names createAddressNames() where many frames are read
 * @returns fields of its own; never throws. Invariant: ipVersion is 0 unless src and dst are addresses.
 */
export function parseFrame(
  bytes: Uint8Array,
  origLen = bytes.length,
  names: AddressNames = plainNames,
): FrameFields {
  const fields = emptyFrame();
  const captured = bytes.length;
  const frameLen = Math.max(origLen, captured);
  const state: ParseState = { bytes, captured, frameLen, fields, names };
  fields.frameLen = frameLen;
  fields.truncated = captured < frameLen;
  if (captured >= 6) fields.dmac = names.mac(bytes, 0);
  if (captured >= 12) fields.smac = names.mac(bytes, 6);
  if (frameLen < ETH_HLEN) fields.malformed = 'eth-short';
  if (captured < ETH_HLEN) {
    fields.payloadLen = Math.max(0, frameLen - ETH_HLEN);
    return fields;
  }
  const l3 = parseTags(state);
  fields.payloadLen = frameLen - l3;
  if (fields.etherType === ETH_P_IP) parseIpv4Packet(state, l3);
  else if (fields.etherType === ETH_P_IPV6) parseIpv6Packet(state, l3);
  return fields;
}

/** Reads EtherType and tags. @returns offset of the network header */
function parseTags({ bytes, captured, fields }: ParseState): number {
  const word = (at: number) => (bytes[at] << 8) | bytes[at + 1];
  let at = ETH_HLEN;
  let type = word(at - 2);
  if ((type === ETH_P_8021Q || type === ETH_P_8021AD) && captured >= at + VLAN_HLEN) {
    fields.vlanTpid = type;
    fields.vlan = word(at);
    type = word(at + 2);
    at += VLAN_HLEN;
    if (type === ETH_P_8021Q && captured >= at + VLAN_HLEN) {
      fields.innerVlan = word(at);
      type = word(at + 2);
      at += VLAN_HLEN;
    }
  }
  fields.etherType = type;
  return at;
}
