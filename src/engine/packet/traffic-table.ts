/**
 * Many frames as typed columns and interned strings: what a capture or a scenario's list of frames becomes, and what the
 * engine reads. 47 bytes a frame; everything that repeats (addresses, options) is stored once.
 *
 * Left out of a row: the urgent pointer where URG is not set (it means nothing there). Everything else of FrameFields comes
 * back from fieldsOf.
 */
import { decodeExt, encodeExt } from './ext-codec.ts';
import {
  FRAME_DF,
  FRAME_DODGY,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_MF,
  FRAME_RF,
  FRAME_TRUNCATED,
  frameBits,
  ipCsumOf,
  l4CsumOf,
} from './frame-bits.ts';
import { emptyFrame, hasL4Csum, type FrameFields } from './frame.ts';

/** Immutable, shared by reference (keyframes do not copy it). All columns have `count` rows. */
export interface TrafficTable {
  count: number;
  /** Arrival of the last bit at the MAC, ns from the table's start, ascending as added. */
  timeNs: Float64Array;
  /** Index into flows. */
  flow: Uint32Array;
  /** TCP, else 0. */
  seq: Uint32Array;
  ack: Uint32Array;
  /** TCP flags, 12 bits (AE is bit 8). */
  flags: Uint16Array;
  win: Uint16Array;
  ipId: Uint16Array;
  payloadLen: Uint32Array;
  /** Without FCS. */
  frameLen: Uint32Array;
  ttl: Uint8Array;
  tos: Uint8Array;
  /** FRAME_* bits of frame-bits.ts. */
  bits: Uint32Array;
  /** Index into options; 0 = none. */
  opt: Uint32Array;
  /** Index into exts; 0 = nothing there. Equal index: equal IPv4 options, extension headers and flow label. */
  ext: Uint32Array;
  flows: FlowKey[];
  /** TCP option bytes as hex; [0] is ''. */
  options: string[];
  /** What ext-codec.ts writes; [0] is ''. */
  exts: string[];
}

/** Everything that makes two frames one flow; link-layer addresses and tag are part of it. */
export interface FlowKey {
  /** Its index in the table. */
  id: number;
  ipVersion: 0 | 4 | 6;
  src: string;
  dst: string;
  proto: number;
  /** 0 where the frame has no ports (ICMP, later fragments). */
  sport: number;
  dport: number;
  smac: string;
  dmac: string;
  etherType: number;
  /** Outer TCI, -1 = no tag. */
  vlan: number;
}

export interface TrafficBuilder {
  /** @returns the row's index.  @throws RangeError if timeNs is negative or not finite. */
  add(timeNs: number, fields: FrameFields): number;
  /** The table so far, in arrays of its own; the builder may go on. */
  finish(): TrafficTable;
}

interface Columns {
  timeNs: Float64Array;
  flow: Uint32Array;
  seq: Uint32Array;
  ack: Uint32Array;
  flags: Uint16Array;
  win: Uint16Array;
  ipId: Uint16Array;
  payloadLen: Uint32Array;
  frameLen: Uint32Array;
  ttl: Uint8Array;
  tos: Uint8Array;
  bits: Uint32Array;
  opt: Uint32Array;
  ext: Uint32Array;
}

const MIN_ROWS = 64;

/** @param rows expected number of frames (a hint; the columns grow by doubling). */
export function createTrafficBuilder(rows = MIN_ROWS): TrafficBuilder {
  let cols = resize(null, Math.max(rows, MIN_ROWS), 0);
  let count = 0;
  const flows: FlowKey[] = [];
  const flowIds = new Map<string, number>();
  const options = new Interner();
  const exts = new Interner();

  function add(timeNs: number, f: FrameFields): number {
    if (!(timeNs >= 0 && timeNs < Infinity)) throw new RangeError(`timeNs ${timeNs} is not a time`);
    if (count === cols.timeNs.length) cols = resize(cols, count * 2, count);
    const row = count;
    cols.timeNs[row] = timeNs;
    cols.flow[row] = flowId(f);
    cols.seq[row] = f.seq;
    cols.ack[row] = f.ack;
    cols.flags[row] = f.tcpFlags;
    cols.win[row] = f.win;
    cols.ipId[row] = f.ipId;
    cols.payloadLen[row] = f.payloadLen;
    cols.frameLen[row] = f.frameLen;
    cols.ttl[row] = f.ttl;
    cols.tos[row] = f.tos;
    cols.bits[row] = frameBits(f);
    cols.opt[row] = options.id(f.tcpOptions);
    cols.ext[row] = exts.id(encodeExt(f));
    count += 1;
    return row;
  }

  function flowId(f: FrameFields): number {
    const key = `${f.src} ${f.dst} ${f.proto} ${f.sport} ${f.dport} ${f.smac} ${f.dmac} ${f.etherType} ${f.vlan} ${f.ipVersion}`;
    const known = flowIds.get(key);
    if (known !== undefined) return known;
    const id = flows.length;
    const { ipVersion, src, dst, proto, sport, dport, smac, dmac, etherType, vlan } = f;
    flows.push({
      id,
      ipVersion,
      src,
      dst,
      proto,
      sport,
      dport,
      smac,
      dmac,
      etherType,
      vlan,
    });
    flowIds.set(key, id);
    return id;
  }

  function finish(): TrafficTable {
    const strings = {
      flows: flows.slice(),
      options: options.all(),
      exts: exts.all(),
    };
    return { count, ...resize(cols, count, count), ...strings };
  }

  return { add, finish };
}

/** Strings to small numbers; 0 is ''. */
class Interner {
  private readonly ids = new Map<string, number>([['', 0]]);
  private readonly strings: string[] = [''];

  id(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.strings.length;
      this.strings.push(text);
      this.ids.set(text, id);
    }
    return id;
  }

  all(): string[] {
    return this.strings.slice();
  }
}

/** New columns of `rows` rows that hold the first `used` rows of `old`. */
function resize(old: Columns | null, rows: number, used: number): Columns {
  const cols: Columns = {
    timeNs: new Float64Array(rows),
    flow: new Uint32Array(rows),
    seq: new Uint32Array(rows),
    ack: new Uint32Array(rows),
    flags: new Uint16Array(rows),
    win: new Uint16Array(rows),
    ipId: new Uint16Array(rows),
    payloadLen: new Uint32Array(rows),
    frameLen: new Uint32Array(rows),
    ttl: new Uint8Array(rows),
    tos: new Uint8Array(rows),
    bits: new Uint32Array(rows),
    opt: new Uint32Array(rows),
    ext: new Uint32Array(rows),
  };
  if (old !== null) {
    for (const name of Object.keys(cols) as (keyof Columns)[]) cols[name].set(old[name].subarray(0, used));
  }
  return cols;
}

/** Row `i` as a whole frame. @throws RangeError if there is no such row. */
export function fieldsOf(table: TrafficTable, i: number): FrameFields {
  if (!(i >= 0 && i < table.count)) throw new RangeError(`row ${i} of ${table.count}`);
  const { id: _, ...flow } = table.flows[table.flow[i]];
  const bits = table.bits[i];
  const f: FrameFields = {
    ...emptyFrame(),
    ...flow,
    ttl: table.ttl[i],
    tos: table.tos[i],
    df: (bits & FRAME_DF) !== 0,
    mf: (bits & FRAME_MF) !== 0,
    rf: (bits & FRAME_RF) !== 0,
    ipId: table.ipId[i],
    ipCsum: ipCsumOf(bits, flow.ipVersion),
    seq: table.seq[i],
    ack: table.ack[i],
    tcpFlags: table.flags[i],
    win: table.win[i],
    tcpOptions: table.options[table.opt[i]],
    csumVerified: (bits & FRAME_L4_CSUM_VERIFIED) !== 0,
    payloadLen: table.payloadLen[i],
    frameLen: table.frameLen[i],
    truncated: (bits & FRAME_TRUNCATED) !== 0,
    dodgy: (bits & FRAME_DODGY) !== 0,
  };
  decodeExt(table.exts[table.ext[i]], f);
  f.l4Csum = hasL4Csum(f) ? l4CsumOf(bits) : 'none';
  return f;
}
