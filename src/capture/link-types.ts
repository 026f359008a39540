/**
 * Link-layer types of captures: their names, and Ethernet headers for those that can be given one.
 * Source: the tcpdump group's link-layer header types (tcpdump.org/linktypes.html).
 * Left out: everything that is not Ethernet, IP or Linux cooked; radio, USB and the like have no place in this model.
 */

export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;

/** DLT_RAW as some systems wrote it into files. */
const RAW_VARIANTS = [LINKTYPE_RAW, 12, 14, LINKTYPE_IPV4, LINKTYPE_IPV6];

const NAMES: Readonly<Record<number, string>> = {
  0: 'NULL',
  1: 'ETHERNET',
  6: 'IEEE802_5',
  8: 'SLIP',
  9: 'PPP',
  10: 'FDDI',
  12: 'RAW',
  14: 'RAW',
  50: 'PPP_HDLC',
  51: 'PPP_ETHER',
  100: 'ATM_RFC1483',
  101: 'RAW',
  104: 'C_HDLC',
  105: 'IEEE802_11',
  107: 'FRELAY',
  108: 'LOOP',
  113: 'LINUX_SLL',
  117: 'PFLOG',
  119: 'IEEE802_11_PRISM',
  122: 'IP_OVER_FC',
  127: 'IEEE802_11_RADIOTAP',
  163: 'IEEE802_11_AVS',
  166: 'PPP_PPPD',
  187: 'BLUETOOTH_HCI_H4',
  189: 'USB_LINUX',
  192: 'PPI',
  195: 'IEEE802_15_4_WITHFCS',
  201: 'BLUETOOTH_HCI_H4_WITH_PHDR',
  220: 'USB_LINUX_MMAPPED',
  227: 'CAN_SOCKETCAN',
  228: 'IPV4',
  229: 'IPV6',
  230: 'IEEE802_15_4_NOFCS',
  239: 'NFLOG',
  240: 'NETANALYZER',
  247: 'INFINIBAND',
  249: 'USBPCAP',
  251: 'BLUETOOTH_LE_LL',
  252: 'WIRESHARK_UPPER_PDU',
  253: 'NETLINK',
  276: 'LINUX_SLL2',
};

/** LINKTYPE_ name, or 'unknown'. */
export function linkTypeName(linkType: number): string {
  return NAMES[linkType] ?? 'unknown';
}

export interface EthernetFrame {
  bytes: Uint8Array;
  origLen: number;
  l2: 'captured' | 'synthetic';
  /** Cooked captures say which way a packet went. */
  direction: 'in' | 'out' | 'unknown';
}

export function isSupportedLinkType(linkType: number): boolean {
  return LINK_HEADERS.has(linkType) || linkType === LINKTYPE_ETHERNET;
}

/** What a link header states: its length, and the Ethernet fields that follow from it. */
interface LinkHeader {
  len: number;
  etherType: number;
  source: Uint8Array | null;
  /** PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2, PACKET_OTHERHOST 3, PACKET_OUTGOING 4; -1: not said. */
  packetType: number;
}

const be16 = (bytes: Uint8Array, at: number) => (bytes[at] << 8) | bytes[at + 1];

/** By the version nibble; 0 (no such EtherType) if it is neither. */
function etherTypeOfIp(bytes: Uint8Array, at: number): number {
  const version = at < bytes.length ? bytes[at] >> 4 : 0;
  return version === 4 ? 0x0800 : version === 6 ? 0x86dd : 0;
}

function readRaw(bytes: Uint8Array): LinkHeader {
  return { len: 0, etherType: etherTypeOfIp(bytes, 0), source: null, packetType: -1 };
}

/** Four bytes of address family, whose numbers differ by system: the packet itself is asked. */
function readNull(bytes: Uint8Array): LinkHeader {
  return { len: 4, etherType: etherTypeOfIp(bytes, 4), source: null, packetType: -1 };
}

function readSll(bytes: Uint8Array): LinkHeader {
  const source = be16(bytes, 4) === 6 ? bytes.subarray(6, 12) : null;
  return { len: 16, etherType: be16(bytes, 14), source, packetType: be16(bytes, 0) };
}

function readSll2(bytes: Uint8Array): LinkHeader {
  const source = bytes[11] === 6 ? bytes.subarray(12, 18) : null;
  return { len: 20, etherType: be16(bytes, 0), source, packetType: bytes[10] };
}

const LINK_HEADERS: ReadonlyMap<number, (bytes: Uint8Array) => LinkHeader> = new Map([
  ...RAW_VARIANTS.map((type) => [type, readRaw] as const),
  [LINKTYPE_NULL, readNull],
  [LINKTYPE_LOOP, readNull],
  [LINKTYPE_LINUX_SLL, readSll],
  [LINKTYPE_LINUX_SLL2, readSll2],
]);

const BROADCAST = [255, 255, 255, 255, 255, 255];
const ALL_HOSTS = [0x01, 0x00, 0x5e, 0, 0, 1];
const MADE_UP_DESTINATION = [2, 0, 0, 0, 0, 2];
const MADE_UP_SOURCE = [2, 0, 0, 0, 0, 1];

/**
 * A record's bytes as an Ethernet frame. Addresses that the capture does not have are 02:00:00:00:00:01 (source) and :02;
 * broadcast and multicast are kept as such. A record shorter than its link header gives an empty one of 14 bytes.
 * @returns null: this link type is not supported
 */
export function toEthernet(linkType: number, bytes: Uint8Array, origLen: number): EthernetFrame | null {
  if (linkType === LINKTYPE_ETHERNET) return { bytes, origLen, l2: 'captured', direction: 'unknown' };
  const read = LINK_HEADERS.get(linkType);
  if (read === undefined) return null;
  const header = read(bytes);
  const body = bytes.subarray(Math.min(header.len, bytes.length));
  const whole = bytes.length >= header.len;
  const frame = new Uint8Array(14 + body.length);
  frame.set(
    header.packetType === 1 ? BROADCAST : header.packetType === 2 ? ALL_HOSTS : MADE_UP_DESTINATION,
    0,
  );
  frame.set(whole && header.source !== null ? header.source : MADE_UP_SOURCE, 6);
  frame[12] = whole ? header.etherType >> 8 : 0;
  frame[13] = whole ? header.etherType : 0;
  frame.set(body, 14);
  const direction = !whole || header.packetType < 0 ? 'unknown' : header.packetType === 4 ? 'out' : 'in';
  return {
    bytes: frame,
    origLen: 14 + Math.max(body.length, origLen - header.len),
    l2: 'synthetic',
    direction,
  };
}
