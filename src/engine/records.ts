/**
 * Writes records: what happened, when, where, to which packet, why, and caused by which record.
 * Shape: 40 bytes little-endian, see protocol/record-codec for reading: f64 timeNs; u32 seq, packet, other, cause;
 * u16 kind, place, reason, cpu; i32 a, b. `seq` counts whether or not records are kept, so both runs agree.
 * A sink keeps filled chunks; with no sink nothing is written.
 */
export const RECORD_BYTES = 40;
export const NO_CPU = 0xffff;
const CHUNK_RECORDS = 8192;

/** Takes a filled chunk: `bytes` holds `count` records; the buffer is the sink's from now on. */
export type RecordSink = (buffer: ArrayBuffer, count: number) => void;

/** The open chunk. Not part of the world's state: only `seq` is. */
export class RecordWriter {
  count: number;
  private sink: RecordSink;
  private buffer: ArrayBuffer;
  private f64: Float64Array;
  private u32: Uint32Array;
  private u16: Uint16Array;
  private i32: Int32Array;

  constructor(sink: RecordSink) {
    this.sink = sink;
    this.count = 0;
    this.buffer = new ArrayBuffer(0);
    this.f64 = new Float64Array(0);
    this.u32 = new Uint32Array(0);
    this.u16 = new Uint16Array(0);
    this.i32 = new Int32Array(0);
    this.open();
  }

  private open(): void {
    this.buffer = new ArrayBuffer(CHUNK_RECORDS * RECORD_BYTES);
    this.f64 = new Float64Array(this.buffer);
    this.u32 = new Uint32Array(this.buffer);
    this.u16 = new Uint16Array(this.buffer);
    this.i32 = new Int32Array(this.buffer);
    this.count = 0;
  }

  write(
    timeNs: number,
    seq: number,
    kind: number,
    place: number,
    reason: number,
    cpu: number,
    packet: number,
    other: number,
    cause: number,
    a: number,
    b: number,
  ): void {
    const n = this.count;
    const w = n * 10;
    this.f64[n * 5] = timeNs;
    const u32 = this.u32;
    u32[w + 2] = seq;
    u32[w + 3] = packet;
    u32[w + 4] = other;
    u32[w + 5] = cause;
    const u16 = this.u16;
    const h = n * 20 + 12;
    u16[h] = kind;
    u16[h + 1] = place;
    u16[h + 2] = reason;
    u16[h + 3] = cpu;
    this.i32[w + 8] = a;
    this.i32[w + 9] = b;
    this.count = n + 1;
    if (this.count === CHUNK_RECORDS) this.flush();
  }

  /** Hands what is there to the sink. */
  flush(): void {
    if (this.count === 0) return;
    const { buffer, count } = this;
    this.open();
    this.sink(buffer, count);
  }
}
