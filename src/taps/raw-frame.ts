/** An IP packet behind 14 bytes that say which version it is, as the parser wants it. */
export function behindEthernet(ip: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + ip.length);
  frame.set(ip, 14);
  frame.set(ip[0] >> 4 === 6 ? [0x86, 0xdd] : [0x08, 0x00], 12);
  return frame;
}
