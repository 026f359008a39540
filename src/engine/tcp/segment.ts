/** A segment as it comes from IP (or GRO). */
import type { TcpSynOptions } from './env.ts';

export interface TcpSegment {
  id: number;
  seq: number;
  ack: number;
  /** TCP_* bits. */
  flags: number;
  /** Bytes: the header's field times 2 ** s.tx.sndWscale; of a SYN the field as it is. */
  win: number;
  len: number;
  truesize: number;
  /** GRO's segment size; 0: one segment. */
  gsoSize: number;
  headerLen: number;
  /** -1: no timestamp option. */
  tsVal: number;
  tsEcr: number;
  urgPtr: number;
  /** SACK option: left edge, right edge, left edge, ... */
  sacks: readonly number[];
  /** Options of a SYN; null: none. */
  syn: TcpSynOptions | null;
}
