/** Preamble, frame check sequence and the gap between frames: bytes on the wire with every frame. */
export const WIRE_OVERHEAD = 8 + 4 + 12;
