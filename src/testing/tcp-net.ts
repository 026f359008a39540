/**
 * Two TCP sockets and a wire between them, for tests: rate, delay, a queue, frames lost and held up by number. Both applications read
 * all they get at once (or not at all), and write as long as there is something to write. Deterministic; nothing of it is the model.
 */
import { reasonName } from '../catalog/reasons.ts';
import { rulesFor } from '../catalog/rules.ts';
import { TCP_ACK, TCP_SYN } from '../engine/packet/frame.ts';
import { createTcpCounters, type TcpCounters } from '../engine/tcp/counters.ts';
import { createTcpSock, type TcpSockOptions } from '../engine/tcp/create.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut, type TcpSysctls } from '../engine/tcp/env.ts';
import { tcpAccept, tcpConnect } from '../engine/tcp/handshake.ts';
import { tcpRcv } from '../engine/tcp/rcv.ts';
import { tcpRecvmsg } from '../engine/tcp/read.ts';
import type { TcpSegment } from '../engine/tcp/segment.ts';
import { tcpClose, tcpSendmsg, tcpShutdown } from '../engine/tcp/sendmsg.ts';
import { seqAdd, seqDiff } from '../engine/tcp/seq.ts';
import type { TcpSock } from '../engine/tcp/sock.ts';
import { nextTimerNs, runTimers } from '../engine/tcp/timers.ts';
import { tcpTsqHandler } from '../engine/tcp/tsq-handler.ts';
import { tcpWfree } from '../engine/tcp/tsq.ts';

/** One direction of the wire, and the socket that sends into it. */
export interface EndOptions {
  kernel?: string;
  sysctl?: Partial<TcpSysctls>;
  sock?: Partial<TcpSockOptions>;
  /** Bits a second; Infinity: no time. */
  rateBps?: number;
  delayNs?: number;
  /** Frames the queue holds before the wire; what finds it full is lost. */
  queueFrames?: number;
  /** A slower wire behind the first, with a queue of its own (a router's). */
  bottleneck?: { rateBps: number; queueFrames: number };
  /** Frames lost, by their number on the wire from 0 (each segment is a frame). */
  drop?: ReadonlySet<number> | ((n: number, out: TcpOut) => boolean);
  /** Frames that take longer, ns. */
  late?: (n: number, out: TcpOut) => number;
  /** Frames travel whole, as one of several segments (GRO at the far end). */
  whole?: boolean;
  /** Its application reads nothing. */
  noread?: boolean;
}

/** A segment on the wire, in words for tests. */
export interface Seen {
  us: number;
  from: 'a' | 'b';
  /** From the first byte of data; a SYN is at -1. */
  seq: number;
  ack: number;
  len: number;
  flags: number;
  win: number;
  sacks: number[];
  reason: string;
  lost: boolean;
  out: TcpOut;
}

export interface End {
  name: 'a' | 'b';
  env: TcpEnv;
  s: TcpSock | null;
  peer: End;
  o: EndOptions;
  counters: TcpCounters;
  /** Bytes the application still has to write, wrote and read. */
  toWrite: number;
  written: number;
  read: number;
  /** The end of the stream was read. */
  ended: boolean;
  wantsClose: '' | 'shutdown' | 'close';
  decisions: { us: number; reason: string; a: number; b: number }[];
  frames: number;
  /** When the wire is free: ns. */
  freeNs: number;
  queued: number;
  /** The same of the router. */
  routerFreeNs: number;
  routerQueued: number;
  overflows: number;
  changes: string[];
}

interface Event {
  atNs: number;
  order: number;
  run: () => void;
}

const HEADERS = 66;
const ISN_A = 0xfffff000;
const ISN_B = 0x7ffffff0;

export class TcpNet {
  readonly a: End;
  readonly b: End;
  readonly wire: Seen[] = [];
  now = 1_000_000_000;
  readonly startNs = 1_000_000_000;
  /** Keep what is on the wire and decided (tests of speed don't). */
  readonly noted: boolean;
  private readonly heap: Event[] = [];
  private order = 0;
  private ids = 0;

  constructor(a: EndOptions, b: EndOptions, noted = true) {
    this.noted = noted;
    this.a = this.end('a', a);
    this.b = this.end('b', b);
    this.a.peer = this.b;
    this.b.peer = this.a;
  }

  private end(name: 'a' | 'b', o: EndOptions): End {
    const rules = rulesFor(o.kernel ?? '6.18');
    const end: End = {
      name,
      o,
      s: null,
      peer: undefined as unknown as End,
      counters: createTcpCounters(),
      toWrite: 0,
      written: 0,
      read: 0,
      ended: false,
      wantsClose: '',
      decisions: [],
      frames: 0,
      freeNs: 0,
      queued: 0,
      routerFreeNs: 0,
      routerQueued: 0,
      overflows: 0,
      changes: [],
      env: undefined as unknown as TcpEnv,
    };
    end.env = {
      now: this.now,
      jiffyNs: 1_000_000,
      tickPhaseNs: 0,
      hrtimerLatencyNs: 0,
      rules,
      sysctl: { ...defaultTcpSysctls(rules), ...o.sysctl },
      counters: end.counters,
      transmit: (_, out) => this.transmit(end, out),
      drop: () => {},
      decide: (_, reason, x, y) => {
        if (this.noted)
          end.decisions.push({ us: this.us(), reason: reasonName(reason) ?? String(reason), a: x, b: y });
      },
      dataReady: () => this.at(this.now, () => this.readAll(end)),
      writeSpace: () => this.at(this.now, () => this.writeAll(end)),
      stateChange: (s) => {
        end.changes.push(s.error === '' ? s.state : s.error);
        this.at(this.now, () => this.writeAll(end));
      },
    };
    return end;
  }

  us(): number {
    return Math.round((this.now - this.startNs) / 1000);
  }

  // -- what happens when

  at(atNs: number, run: () => void): void {
    const { heap } = this;
    const event = { atNs, order: this.order++, run };
    let i = heap.push(event) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (heap[up].atNs < atNs || (heap[up].atNs === atNs && heap[up].order < event.order)) break;
      heap[i] = heap[up];
      i = up;
    }
    heap[i] = event;
  }

  private pop(): Event {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop() as Event;
    const n = heap.length;
    if (n === 0) return first;
    let i = 0;
    for (;;) {
      let c = 2 * i + 1;
      if (c >= n) break;
      if (
        c + 1 < n &&
        (heap[c + 1].atNs < heap[c].atNs ||
          (heap[c + 1].atNs === heap[c].atNs && heap[c + 1].order < heap[c].order))
      )
        c += 1;
      if (last.atNs < heap[c].atNs || (last.atNs === heap[c].atNs && last.order < heap[c].order)) break;
      heap[i] = heap[c];
      i = c;
    }
    heap[i] = last;
    return first;
  }

  private nextTimer(): End | null {
    const a = this.a.s === null ? Number.POSITIVE_INFINITY : nextTimerNs(this.a.s);
    const b = this.b.s === null ? Number.POSITIVE_INFINITY : nextTimerNs(this.b.s);
    if (Math.min(a, b) === Number.POSITIVE_INFINITY) return null;
    return a <= b ? this.a : this.b;
  }

  private setNow(ns: number): void {
    this.now = Math.max(ns, this.now);
    this.a.env.now = this.now;
    this.b.env.now = this.now;
  }

  /** Lets time pass to so many us after the start. @returns whether anything is left to happen */
  until(us: number): boolean {
    const end = this.startNs + us * 1000;
    for (;;) {
      const timer = this.nextTimer();
      const timerNs = timer === null ? Number.POSITIVE_INFINITY : nextTimerNs(timer.s as TcpSock);
      const eventNs = this.heap.length > 0 ? this.heap[0].atNs : Number.POSITIVE_INFINITY;
      const next = Math.min(timerNs, eventNs);
      if (next > end) break;
      if (next === Number.POSITIVE_INFINITY) break;
      this.setNow(next);
      if (eventNs <= timerNs) this.pop().run();
      else if (timer !== null) {
        runTimers(timer.env, timer.s as TcpSock);
      }
    }
    this.setNow(end);
    return this.heap.length > 0 || this.nextTimer() !== null;
  }

  // -- applications

  connect(): void {
    const { a } = this;
    a.s = createTcpSock(a.env, { isn: ISN_A, mss: 1460, coalesces: true, rcvbuf: 0, ...a.o.sock });
    tcpConnect(a.env, a.s);
  }

  /** Runs until both are open. @returns us */
  open(): number {
    this.connect();
    while (this.a.s?.state !== 'established' || this.b.s?.state !== 'established') {
      this.until(this.us() + 1000);
      if (this.us() > 300_000_000) throw new Error('not open after 300 s');
    }
    return this.us();
  }

  /** The application of an end writes so many bytes more, as fast as it may. */
  send(end: End, bytes: number): void {
    end.toWrite += bytes;
    this.writeAll(end);
  }

  /** Ends the stream after what is still to be written; the end goes on reading. */
  shutdown(end: End): void {
    end.wantsClose = 'shutdown';
    this.writeAll(end);
  }

  /** The same, and nobody has the socket open any more. */
  close(end: End): void {
    end.wantsClose = 'close';
    this.writeAll(end);
  }

  private writeAll(end: End): void {
    const { s } = end;
    if (s === null) return;
    while (end.toWrite > 0) {
      const n = tcpSendmsg(end.env, s, Math.min(end.toWrite, 65_536));
      end.toWrite -= n;
      end.written += n;
      if (n === 0) break;
    }
    if (end.wantsClose !== '' && end.toWrite === 0 && s.state !== 'syn-sent' && s.state !== 'syn-recv') {
      if (end.wantsClose === 'close') tcpClose(end.env, s);
      else tcpShutdown(end.env, s);
      end.wantsClose = '';
    }
  }

  readAll(end: End, force = false): void {
    if (end.s === null || (end.o.noread === true && !force)) return;
    const { bytes, end: over } = tcpRecvmsg(end.env, end.s, Number.MAX_SAFE_INTEGER);
    end.read += bytes;
    if (over) end.ended = true;
  }

  // -- the wire

  private transmit(from: End, out: TcpOut): void {
    const { o } = from;
    const s = from.s as TcpSock | null;
    if (o.queueFrames !== undefined && from.queued >= o.queueFrames) {
      if (s !== null && out.skb >= 0) this.freeSent(from, s, out);
      this.note(from, out, true);
      return;
    }
    const pieces = o.whole === true || out.segs === 1 ? [out] : cut(out);
    const rate = o.rateBps ?? Number.POSITIVE_INFINITY;
    let lastNs = this.now;
    for (const piece of pieces) {
      const bytes = piece.len + HEADERS * piece.segs;
      const startNs = Math.max(from.freeNs, this.now, out.edtNs);
      const doneNs = startNs + (rate === Number.POSITIVE_INFINITY ? 0 : (bytes * 8e9) / rate);
      from.freeNs = doneNs;
      lastNs = doneNs;
      const n = from.frames;
      from.frames += 1;
      const lost = typeof o.drop === 'function' ? o.drop(n, piece) : o.drop?.has(n) === true;
      this.note(from, piece, lost);
      if (lost) continue;
      const arriveNs = doneNs + (o.delayNs ?? 0) + (o.late?.(n, piece) ?? 0);
      if (o.bottleneck === undefined) this.at(arriveNs, () => this.arrive(from, piece));
      else this.at(doneNs, () => this.route(from, piece, bytes, arriveNs - doneNs));
    }
    if (out.skb < 0) return;
    from.queued += 1;
    this.at(lastNs, () => {
      from.queued -= 1;
      if (from.s !== null) this.freeSent(from, from.s, out);
    });
  }

  /** A frame comes to the router: it waits for the slower wire, or finds the queue full. */
  private route(from: End, out: TcpOut, bytes: number, delayNs: number): void {
    const { rateBps, queueFrames } = from.o.bottleneck as { rateBps: number; queueFrames: number };
    if (from.routerQueued >= queueFrames) {
      from.overflows += 1;
      return;
    }
    from.routerQueued += 1;
    from.routerFreeNs = Math.max(from.routerFreeNs, this.now) + (bytes * 8e9) / rateBps;
    this.at(from.routerFreeNs, () => {
      from.routerQueued -= 1;
      this.at(this.now + delayNs, () => this.arrive(from, out));
    });
  }

  private freeSent(from: End, s: TcpSock, out: TcpOut): void {
    if (tcpWfree(s, out.skb, out.truesize)) this.at(this.now, () => tcpTsqHandler(from.env, s));
  }

  private note(from: End, out: TcpOut, lost: boolean): void {
    if (!this.noted) return;
    const [own, other] = from.name === 'a' ? [ISN_A, ISN_B] : [ISN_B, ISN_A];
    this.wire.push({
      us: this.us(),
      from: from.name,
      seq: seqDiff(out.seq, seqAdd(own, 1)),
      ack: seqDiff(out.ack, seqAdd(other, 1)),
      len: out.len,
      flags: out.flags,
      win: out.winBytes,
      sacks: out.sacks.map((edge) => seqDiff(edge, seqAdd(other, 1))),
      reason: reasonName(out.reason) ?? String(out.reason),
      lost,
      out,
    });
  }

  private arrive(from: End, out: TcpOut): void {
    const to = from.peer;
    const syn = (out.flags & TCP_SYN) !== 0;
    this.ids += 1;
    const seg: TcpSegment = {
      id: this.ids,
      seq: out.seq,
      ack: out.ack,
      flags: out.flags,
      win: syn || to.s === null ? out.win : out.win * 2 ** to.s.tx.sndWscale,
      len: out.len,
      truesize: truesizeOf(out.len),
      gsoSize: out.segs > 1 ? out.gsoSize : 0,
      headerLen: 20 + (out.tsVal >= 0 ? 12 : 0) + (out.sacks.length > 0 ? 4 + 4 * out.sacks.length : 0),
      tsVal: out.tsVal,
      tsEcr: out.tsEcr,
      urgPtr: 0,
      sacks: out.sacks,
      syn: out.syn,
    };
    if (to.s === null) {
      if ((out.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) {
        // the socket exists before its SYN-ACK leaves
        to.s = tcpAccept(to.env, { isn: ISN_B, mss: 1460, coalesces: true, rcvbuf: 0, ...to.o.sock }, seg);
      }
      return;
    }
    tcpRcv(to.env, to.s, seg);
  }
}

function truesizeOf(len: number): number {
  return len > 536 ? Math.ceil(len / 1448) * 2304 : len > 147 ? 1280 : 832;
}

/** What a card makes of a frame of several segments. */
export function cut(out: TcpOut): TcpOut[] {
  const pieces: TcpOut[] = [];
  for (let at = 0; at < out.len; at += out.gsoSize) {
    const len = Math.min(out.gsoSize, out.len - at);
    const last = at + len === out.len;
    pieces.push({
      ...out,
      seq: seqAdd(out.seq, at),
      len,
      segs: 1,
      gsoSize: 0,
      // PSH and FIN are the last piece's
      flags: last ? out.flags : out.flags & ~0x09,
    });
  }
  return pieces;
}
