/**
 * The `ext` string of a traffic row: what few frames have. IPv4 options, IPv6 extension headers and flow label stand in it as
 * they are, so that GRO compares them by index. What else is rare rides along (fragment offset, urgent pointer, ICMP type,
 * second tag, odd lengths): frames that have it are never merged anyway, or the same all through a flow.
 *
 * Form: items joined by ';', each one letter and its value (see encodeExt). Numbers are decimal, l and v hex.
 * Lengths are written only where they do not follow from the headers.
 */
import {
  ETH_P_8021Q,
  ipHeaderLen,
  l2HeaderLen,
  l4HeaderLen,
  TCP_URG,
  type FrameFields,
  type Malformed,
} from './frame.ts';

/** @returns '' for a plain frame. */
export function encodeExt(f: FrameFields): string {
  let text = '';
  if (f.flowLabel !== 0) text += `;l${f.flowLabel.toString(16).padStart(5, '0')}`;
  if (f.ipOptions !== '') text += `;o${f.ipOptions}`;
  if (f.extHeaders !== '') text += `;h${f.extHeaders}`;
  if (f.fragOffset !== 0) text += `;f${f.fragOffset}`;
  if (f.urgPtr !== 0 && (f.tcpFlags & TCP_URG) !== 0) text += `;u${f.urgPtr}`;
  if (f.icmpType !== 0 || f.icmpCode !== 0) text += `;i${f.icmpType}.${f.icmpCode}`;
  if (f.innerVlan >= 0) text += `;q${f.innerVlan}`;
  if (f.vlanTpid !== ETH_P_8021Q) text += `;v${f.vlanTpid.toString(16)}`;
  if (f.gsoSize !== 0) text += `;g${f.gsoSize}`;
  if (f.malformed !== '') text += `;m${f.malformed}`;
  const plain = plainLengths(f);
  if (f.ipTotalLen !== plain.ipTotalLen) text += `;t${f.ipTotalLen}`;
  if (f.padding !== paddingOf(f, f.ipTotalLen)) text += `;p${f.padding}`;
  if (f.udpLen !== plain.udpLen) text += `;d${f.udpLen}`;
  return text.slice(1);
}

/** Offset of an IPv4 fragment, bytes, from its ext string. */
export function fragmentOffset(ext: string): number {
  const item = ext.split(';').find((part) => part.startsWith('f'));
  return item === undefined ? 0 : Number(item.slice(1));
}

/** Sets in `f` what `encodeExt` wrote, or its absence; the other fields must be there already. */
export function decodeExt(text: string, f: FrameFields): void {
  const items = new Map<string, string>();
  if (text !== '') for (const item of text.split(';')) items.set(item.charAt(0), item.slice(1));
  const number = (letter: string, otherwise: number, radix = 10): number => {
    const value = items.get(letter);
    return value === undefined ? otherwise : Number.parseInt(value, radix);
  };
  f.flowLabel = number('l', 0, 16);
  f.ipOptions = items.get('o') ?? '';
  f.extHeaders = items.get('h') ?? '';
  f.fragOffset = number('f', 0);
  f.urgPtr = number('u', 0);
  const icmp = (items.get('i') ?? '0.0').split('.');
  f.icmpType = Number(icmp[0]);
  f.icmpCode = Number(icmp[1]);
  f.innerVlan = number('q', -1);
  f.vlanTpid = number('v', ETH_P_8021Q, 16);
  f.gsoSize = number('g', 0);
  f.malformed = (items.get('m') ?? '') as Malformed;
  const plain = plainLengths(f);
  f.ipTotalLen = number('t', plain.ipTotalLen);
  f.padding = number('p', paddingOf(f, f.ipTotalLen));
  f.udpLen = number('d', plain.udpLen);
}

/** The lengths of a frame whose headers agree with each other. */
function plainLengths(f: FrameFields): { ipTotalLen: number; udpLen: number } {
  const l4 = l4HeaderLen(f);
  return {
    ipTotalLen: f.ipVersion === 0 ? 0 : ipHeaderLen(f) + l4 + f.payloadLen,
    udpLen: f.proto === 17 && l4 > 0 ? 8 + f.payloadLen : 0,
  };
}

function paddingOf(f: FrameFields, ipTotalLen: number): number {
  return f.ipVersion === 0 ? 0 : Math.max(0, f.frameLen - l2HeaderLen(f) - ipTotalLen);
}
