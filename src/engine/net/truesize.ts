/**
 * skb->truesize: memory a received frame is charged with. A table per frame size (a simplification: drivers differ).
 * Values 832, 1280 and 2304 were measured on Linux 6.18; larger frames take whole pages.
 */
const SKB_OVERHEAD = 256;

/** @param frameLen bytes without FCS  @returns bytes */
export function truesizeOf(frameLen: number): number {
  if (frameLen <= 192) return 832;
  if (frameLen <= 640) return 1280;
  if (frameLen <= 1536) return 2304;
  return SKB_OVERHEAD + Math.ceil((frameLen + 320) / 4096) * 4096;
}

/** skb_condense: the data of a small packet copied into a buffer of its own size, once a UDP socket is half full. */
export function condensedTruesize(frameLen: number, truesize: number): number {
  return frameLen <= 128 ? Math.min(truesize, 832) : truesize;
}
