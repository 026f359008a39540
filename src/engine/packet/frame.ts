/**
 * One Ethernet frame, described: all that the NIC, GRO, IP and the sockets of the model look at.
 *
 * Source: the headers' own documents (IEEE 802.1Q, RFC 791, 8200, 9293, 768, 792, 4443); names as in include/uapi/linux/{ip,tcp,udp}.h.
 * Left out: payload bytes (only their number counts), tunnels (the inner packet is payload), SCTP and other L4 headers, ARP's
 * contents. The engine's hot path works on the columns of traffic-table.ts; this form is for inputs, the inspector and bytes.
 */

export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_8021Q = 0x8100;
export const ETH_P_IPV6 = 0x86dd;
export const ETH_P_8021AD = 0x88a8;

/** Bytes of an Ethernet header, of an 802.1Q tag, and the shortest frame on a wire (without the 4 bytes FCS). */
export const ETH_HLEN = 14;
export const VLAN_HLEN = 4;
export const ETH_ZLEN = 60;

export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_ICMPV6 = 58;

/** TCP flag bits as in header bytes 12 and 13; bits 9 to 11 are reserved and kept as they came. */
export const TCP_FIN = 0x001;
export const TCP_SYN = 0x002;
export const TCP_RST = 0x004;
export const TCP_PSH = 0x008;
export const TCP_ACK = 0x010;
export const TCP_URG = 0x020;
export const TCP_ECE = 0x040;
export const TCP_CWR = 0x080;
export const TCP_AE = 0x100;

/**
 * What is known of a checksum. `ok`, `bad`: compared with the bytes. `none`: there is none (IPv6 header, UDP checksum 0, a
 * protocol without one). `partial`: the field holds the pseudo header's sum only, as on a sending host before its NIC has
 * finished it (CHECKSUM_PARTIAL); counts as right. `unknown`: bytes are missing (cut capture, first fragment).
 */
export type CsumVerdict = 'ok' | 'bad' | 'none' | 'partial' | 'unknown';

/**
 * Why a header could not be read on. The frame's fields beyond that point keep their defaults.
 * ip-version: version nibble is not the EtherType's; ip-hlen: IHL below 5 or beyond the packet; ip-short: fewer bytes than an
 * IP header; ip-len: total length below the header's; ext-header: a chain that leaves the packet; l4-hlen: TCP data offset
 * below 5 or beyond the packet; l4-short: fewer bytes than the L4 header; eth-short: fewer than 14 bytes. '' = nothing wrong.
 */
export type Malformed =
  | ''
  | 'eth-short'
  | 'ip-short'
  | 'ip-version'
  | 'ip-hlen'
  | 'ip-len'
  | 'ext-header'
  | 'l4-short'
  | 'l4-hlen';

export interface FrameFields {
  /** MAC addresses, lower case with colons. */
  dmac: string;
  smac: string;
  /** Outer tag: TCI (priority, DEI, VLAN id: 16 bits) or -1, and its TPID (0x8100 or 0x88a8; 0x8100 without a tag). */
  vlan: number;
  vlanTpid: number;
  /** TCI of a second tag (TPID 0x8100), or -1. */
  innerVlan: number;
  /** EtherType after the tags read (two at most). */
  etherType: number;
  /** 0: neither IPv4 nor IPv6. */
  ipVersion: 0 | 4 | 6;
  /** Addresses in canonical text (RFC 5952); '' without IP. */
  src: string;
  dst: string;
  /** IPv4 protocol, or the IPv6 next header after the extension headers. */
  proto: number;
  /** TTL or hop limit. */
  ttl: number;
  /** TOS or traffic class, all eight bits. */
  tos: number;
  df: boolean;
  mf: boolean;
  /** Reserved fragment bit (IP_CE). */
  rf: boolean;
  /** Bytes. */
  fragOffset: number;
  /** IPv4 identification; 0 in IPv6 (a fragment header's is among extHeaders). */
  ipId: number;
  /** IPv6, 20 bits; 0 in IPv4. */
  flowLabel: number;
  /** IPv4 option bytes as hex; '' = none. */
  ipOptions: string;
  /**
   * IPv6 extension headers in order, `name:hex` joined by commas; hex starts at a header's second byte (its first, the next
   * header, follows from the order). Names: hbh, routing, frag, dstopts. '' = none.
   */
  extHeaders: string;
  ipCsum: CsumVerdict;
  /** Ports of TCP and UDP; 0 for others and in later fragments. */
  sport: number;
  dport: number;
  seq: number;
  ack: number;
  /** TCP_* bits, 12 bits. */
  tcpFlags: number;
  win: number;
  urgPtr: number;
  /** TCP option bytes with padding, as hex; '' = none. */
  tcpOptions: string;
  /** UDP's own length field (header and payload), 0 for others. */
  udpLen: number;
  icmpType: number;
  icmpCode: number;
  l4Csum: CsumVerdict;
  /** The NIC has verified the L4 checksum (CHECKSUM_UNNECESSARY). */
  csumVerified: boolean;
  /** Bytes after the L4 header as the IP length has it; after the IP headers where no L4 header is read; after Ethernet's without IP. */
  payloadLen: number;
  /** Bytes on the wire without FCS. */
  frameLen: number;
  /** IPv4 total length, or 40 + IPv6 payload length; the frame's own where the field is 0 (TSO, BIG TCP). 0 without IP. */
  ipTotalLen: number;
  /** Bytes after the end of the IP packet (Ethernet padding); 0 where the frame is shorter than its IP length. */
  padding: number;
  /** The capture holds fewer bytes than the frame had. */
  truncated: boolean;
  malformed: Malformed;
  /** An aggregate from a sender that is not trusted, with this segment size (SKB_GSO_DODGY); false and 0 for plain frames. */
  dodgy: boolean;
  gsoSize: number;
}

/** A TCP data-less ACK 10.9.0.1:40000 to 10.9.0.2:5001: the measured cases' default packet. */
export function defaultFrame(): FrameFields {
  return {
    dmac: '02:00:00:00:00:02',
    smac: '02:00:00:00:00:01',
    vlan: -1,
    vlanTpid: ETH_P_8021Q,
    innerVlan: -1,
    etherType: ETH_P_IP,
    ipVersion: 4,
    src: '10.9.0.1',
    dst: '10.9.0.2',
    proto: IPPROTO_TCP,
    ttl: 64,
    tos: 0,
    df: true,
    mf: false,
    rf: false,
    fragOffset: 0,
    ipId: 0,
    flowLabel: 0,
    ipOptions: '',
    extHeaders: '',
    ipCsum: 'ok',
    sport: 40000,
    dport: 5001,
    seq: 0,
    ack: 1000,
    tcpFlags: TCP_ACK,
    win: 500,
    urgPtr: 0,
    tcpOptions: '',
    udpLen: 0,
    icmpType: 0,
    icmpCode: 0,
    l4Csum: 'ok',
    csumVerified: false,
    payloadLen: 0,
    frameLen: ETH_HLEN + 40,
    ipTotalLen: 40,
    padding: 0,
    truncated: false,
    malformed: '',
    dodgy: false,
    gsoSize: 0,
  };
}

/** Nothing known: the parser starts here. */
export function emptyFrame(): FrameFields {
  return {
    ...defaultFrame(),
    dmac: '00:00:00:00:00:00',
    smac: '00:00:00:00:00:00',
    etherType: 0,
    ipVersion: 0,
    src: '',
    dst: '',
    proto: 0,
    ttl: 0,
    df: false,
    ipCsum: 'none',
    sport: 0,
    dport: 0,
    ack: 0,
    tcpFlags: 0,
    win: 0,
    l4Csum: 'none',
    frameLen: 0,
    ipTotalLen: 0,
  };
}

/**
 * A whole, consistent frame from what differs. Lengths, EtherType and addresses follow from the rest unless given:
 * `{ ipVersion: 6 }` has fd00::1 and fd00::2, `{ proto: 17 }` has no TCP fields, `{ payloadLen: 1448 }` is 1502 bytes long,
 * `{ etherType: ETH_P_ARP }` has no IP. Nothing is padded to 60 bytes unless `padding` says so.
 */
export function makeFrame(partial: Partial<FrameFields> = {}): FrameFields {
  const etherType = partial.etherType ?? (partial.ipVersion === 6 ? ETH_P_IPV6 : ETH_P_IP);
  const ipVersion = partial.ipVersion ?? ipVersionOf(etherType);
  if (ipVersion === 0) {
    const bare = {
      ...emptyFrame(),
      ...addressDefaults(),
      etherType,
      ...partial,
      ipVersion,
    };
    bare.frameLen = partial.frameLen ?? l2HeaderLen(bare) + bare.payloadLen;
    return bare;
  }
  const base = defaultFrame();
  if (ipVersion === 6)
    Object.assign(base, {
      src: 'fd00::1',
      dst: 'fd00::2',
      df: false,
      ipCsum: 'none',
    });
  if (partial.extHeaders !== undefined) Object.assign(base, fragmentOf(partial.extHeaders));
  const fields: FrameFields = { ...base, ...partial, etherType, ipVersion };
  const later = fields.fragOffset !== 0;
  if (fields.proto !== IPPROTO_TCP || later) clearTcp(fields, partial);
  if ((fields.proto !== IPPROTO_TCP && fields.proto !== IPPROTO_UDP) || later) {
    fields.sport = partial.sport ?? 0;
    fields.dport = partial.dport ?? 0;
  }
  if (fields.proto === IPPROTO_UDP && !later) fields.udpLen = partial.udpLen ?? 8 + fields.payloadLen;
  if (partial.l4Csum === undefined)
    fields.l4Csum = !hasL4Csum(fields) ? 'none' : fields.mf ? 'unknown' : 'ok';
  fields.ipTotalLen = partial.ipTotalLen ?? ipHeaderLen(fields) + l4HeaderLen(fields) + fields.payloadLen;
  fields.frameLen = partial.frameLen ?? l2HeaderLen(fields) + fields.ipTotalLen + fields.padding;
  return fields;
}

function addressDefaults(): Pick<FrameFields, 'dmac' | 'smac'> {
  const { dmac, smac } = defaultFrame();
  return { dmac, smac };
}

function clearTcp(fields: FrameFields, partial: Partial<FrameFields>): void {
  fields.seq = partial.seq ?? 0;
  fields.ack = partial.ack ?? 0;
  fields.tcpFlags = partial.tcpFlags ?? 0;
  fields.win = partial.win ?? 0;
}

function ipVersionOf(etherType: number): 0 | 4 | 6 {
  return etherType === ETH_P_IP ? 4 : etherType === ETH_P_IPV6 ? 6 : 0;
}

/** Offset and M bit as the fragment header in `extHeaders` has them (the two state one fact; the header's bytes count). */
export function fragmentOf(extHeaders: string): Pick<FrameFields, 'fragOffset' | 'mf'> {
  const at = extHeaders.indexOf('frag:');
  const word = at < 0 ? 0 : Number.parseInt(extHeaders.slice(at + 7, at + 11), 16) || 0;
  return { fragOffset: word & 0xfff8, mf: (word & 1) !== 0 };
}

/** Part of a packet only: offset not 0 or more to come. */
export function isFragment(fields: FrameFields): boolean {
  return fields.mf || fields.fragOffset !== 0;
}

/** Bytes before the network header. */
export function l2HeaderLen(fields: FrameFields): number {
  return ETH_HLEN + (fields.vlan >= 0 ? VLAN_HLEN : 0) + (fields.innerVlan >= 0 ? VLAN_HLEN : 0);
}

/** Bytes of the IP header with options or extension headers; 0 without IP. */
export function ipHeaderLen(fields: FrameFields): number {
  if (fields.ipVersion === 4) return 20 + fields.ipOptions.length / 2;
  if (fields.ipVersion === 6) return 40 + extHeadersLen(fields.extHeaders);
  return 0;
}

function extHeadersLen(extHeaders: string): number {
  let len = 0;
  if (extHeaders !== '')
    for (const one of extHeaders.split(',')) len += 1 + (one.length - one.indexOf(':') - 1) / 2;
  return len;
}

/** Bytes of the L4 header the model reads: TCP 20 and options, UDP and ICMP 8, others and later fragments 0. */
export function l4HeaderLen(fields: FrameFields): number {
  if (fields.ipVersion === 0 || fields.fragOffset !== 0 || fields.malformed !== '') return 0;
  if (fields.proto === IPPROTO_TCP) return 20 + fields.tcpOptions.length / 2;
  return fields.proto === IPPROTO_UDP || isIcmp(fields) ? 8 : 0;
}

/** ICMP over IPv4, ICMPv6 over IPv6. */
export function isIcmp(fields: FrameFields): boolean {
  return fields.proto === (fields.ipVersion === 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/** Whether the frame carries an L4 header whose checksum the model knows. */
export function hasL4Csum(fields: FrameFields): boolean {
  return l4HeaderLen(fields) > 0;
}
