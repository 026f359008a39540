/** TCP options of a segment that came in. Source: net/ipv4/tcp_input.c tcp_parse_options, v6.12. */
import type { TcpSynOptions } from '../tcp/env.ts';
import { FRAME_TIMESTAMPS } from '../packet/frame-bits.ts';
import { TCP_SYN } from '../packet/frame.ts';
import type { World } from '../world.ts';
import { optionsOf } from './tcp-options.ts';

export interface ParsedOptions {
  /** -1: no timestamps. */
  tsVal: number;
  tsEcr: number;
  /** Left edge, right edge, ... */
  sacks: number[];
  /** null: no SYN. */
  syn: TcpSynOptions | null;
  /** Bytes of the header. */
  headerLen: number;
}

const EOL = 0;
const NOP = 1;
const MSS = 2;
const WINDOW = 3;
const SACK_PERM = 4;
const SACK = 5;
const TIMESTAMP = 8;

export function parseOptions(w: World, slot: number): ParsedOptions {
  const { pool } = w;
  if ((pool.bits[slot] & FRAME_TIMESTAMPS) !== 0)
    return { tsVal: pool.tsVal[slot], tsEcr: pool.tsEcr[slot], sacks: [], syn: null, headerLen: 32 };
  const syn = (pool.flags[slot] & TCP_SYN) !== 0;
  return parseHex(optionsOf(w, slot), syn);
}

/** A cut or wrong option ends the list, as in the kernel. */
export function parseHex(hex: string, syn: boolean): ParsedOptions {
  const out: ParsedOptions = {
    tsVal: -1,
    tsEcr: -1,
    sacks: [],
    syn: syn ? { mss: 0, wscale: -1, sackOk: false } : null,
    headerLen: 20 + hex.length / 2,
  };
  const byte = (at: number): number => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  const word = (at: number): number => Number.parseInt(hex.slice(2 * at, 2 * at + 8), 16);
  const end = hex.length / 2;
  for (let at = 0; at < end; ) {
    const kind = byte(at);
    if (kind === EOL) break;
    if (kind === NOP) {
      at += 1;
      continue;
    }
    const length = at + 1 < end ? byte(at + 1) : 0;
    if (length < 2 || at + length > end) break;
    if (kind === TIMESTAMP && length === 10) {
      out.tsVal = word(at + 2);
      out.tsEcr = word(at + 6);
    } else if (kind === SACK && length >= 10 && (length - 2) % 8 === 0) {
      for (let i = at + 2; i < at + length; i += 4) out.sacks.push(word(i));
    } else if (out.syn !== null) {
      if (kind === MSS && length === 4) out.syn.mss = (byte(at + 2) << 8) | byte(at + 3);
      else if (kind === WINDOW && length === 3) out.syn.wscale = byte(at + 2);
      else if (kind === SACK_PERM && length === 2) out.syn.sackOk = true;
    }
    at += length;
  }
  return out;
}
