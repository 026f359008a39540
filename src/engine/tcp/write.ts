/**
 * How TCP cuts what an application writes into buffers, and those into frames: size goal, congestion window, TSO sizing and
 * deferral, Nagle, PSH. Source: net/ipv4/tcp.c tcp_send_mss, tcp_sendmsg_locked, tcp_push; net/ipv4/tcp_output.c tcp_write_xmit,
 * tcp_cwnd_test, tcp_tso_autosize, tcp_tso_should_defer, tcp_mss_split_point, tcp_nagle_check, v6.12; measured on 6.18.
 * Left out: loss, pacing timer, small-queue limit, autocorking (nothing waits below TCP here), congestion control after slow start.
 */
import { TCP_MSS_DEFAULT } from './constants.ts';

/** MAX_TCP_HEADER + 1 of a common configuration: what a socket keeps back of the device's gso_max_size. */
export const GSO_HEADER_ROOM = 321;

const NAGLE_OFF = 1;
const NAGLE_CORK = 2;
const NAGLE_PUSH = 4;

export interface TcpWriterOptions {
  /** Payload of a full segment: path, peer and TCP_MAXSEG less the options in use. */
  mss: number;
  /** Of the device that the route leads to. */
  gsoMaxSize: number;
  gsoMaxSegs: number;
  /** Window the peer has offered, bytes. */
  window: number;
  nodelay: boolean;
  /** TCP_CORK is set. */
  cork: boolean;
  /** Smallest round trip seen, and the smoothed one: us. */
  minRttUs: number;
}

/** A frame that leaves. Bytes count from the first one written. */
export interface TcpFrame {
  seq: number;
  len: number;
  segs: number;
  psh: boolean;
}

/** Bytes of one buffer not sent yet. */
interface Buffer {
  seq: number;
  len: number;
  psh: boolean;
}

/** The sending half of one connection, plain data. */
export interface TcpWriter extends TcpWriterOptions {
  cwnd: number;
  /** tcp_min_tso_segs, tcp_tso_win_divisor, tcp_tso_rtt_log */
  minTsoSegs: number;
  tsoWinDivisor: number;
  tsoRttLog: number;
  maxWindow: number;
  writeSeq: number;
  pushedSeq: number;
  sndUna: number;
  sndNxt: number;
  sndSml: number;
  buffers: Buffer[];
  inFlight: TcpFrame[];
  /** Most segments in flight since the last ACK: slow start grows only what is used. */
  maxPacketsOut: number;
}

export function createTcpWriter(options: TcpWriterOptions): TcpWriter {
  return {
    ...options,
    cwnd: 10,
    minTsoSegs: 2,
    tsoWinDivisor: 3,
    tsoRttLog: 9,
    maxWindow: options.window,
    writeSeq: 0,
    pushedSeq: 0,
    sndUna: 0,
    sndNxt: 0,
    sndSml: 0,
    buffers: [],
    inFlight: [],
    maxPacketsOut: 0,
  };
}

export function packetsInFlight(w: TcpWriter): number {
  return w.inFlight.reduce((sum, frame) => sum + frame.segs, 0);
}

function socketGsoSize(w: TcpWriter): number {
  return w.gsoMaxSize - GSO_HEADER_ROOM;
}

/** Bytes a buffer is filled to: whole segments, no more than half of the largest window the peer ever offered. */
export function sizeGoal(w: TcpWriter): number {
  const half = w.maxWindow > TCP_MSS_DEFAULT ? Math.floor(w.maxWindow / 2) : w.maxWindow;
  const n = Math.floor(Math.min(socketGsoSize(w), half) / w.mss);
  return w.mss * Math.max(Math.min(n, w.gsoMaxSegs), 1);
}

/** One write. @returns the frames that leave meanwhile */
export function tcpSendmsg(w: TcpWriter, bytes: number): TcpFrame[] {
  const out: TcpFrame[] = [];
  const goal = sizeGoal(w);
  let left = bytes;
  while (left > 0) {
    let tail = w.buffers[w.buffers.length - 1];
    if (tail === undefined || tail.len >= goal) {
      tail = { seq: w.writeSeq, len: 0, psh: false };
      w.buffers.push(tail);
    }
    const take = Math.min(goal - tail.len, left);
    tail.len += take;
    w.writeSeq += take;
    left -= take;
    if (left === 0 || tail.len < goal) continue;
    if (w.writeSeq > w.pushedSeq + Math.floor(w.maxWindow / 2)) {
      markPush(w, tail);
      out.push(...writeXmit(w, NAGLE_PUSH, false));
    } else if (tail === w.buffers[0]) out.push(...writeXmit(w, NAGLE_PUSH, true));
  }
  const tail = w.buffers[w.buffers.length - 1];
  if (tail !== undefined) markPush(w, tail);
  out.push(...writeXmit(w, nonagle(w), false));
  return out;
}

/** tcp_push_pending_frames: after an ACK, or when TCP_CORK is cleared. */
export function tcpPushPending(w: TcpWriter): TcpFrame[] {
  return writeXmit(w, nonagle(w), false);
}

/** Everything up to there is acknowledged; slow start widens the congestion window. @param window bytes offered */
export function tcpAcked(w: TcpWriter, upTo: number, window: number): void {
  let acked = 0;
  while (w.inFlight.length > 0 && w.inFlight[0].seq + w.inFlight[0].len <= upTo)
    acked += w.inFlight.splice(0, 1)[0].segs;
  w.sndUna = Math.max(w.sndUna, upTo);
  w.window = window;
  w.maxWindow = Math.max(w.maxWindow, window);
  if (acked > 0 && w.cwnd < 2 * w.maxPacketsOut) w.cwnd += acked;
  w.maxPacketsOut = packetsInFlight(w);
}

function nonagle(w: TcpWriter): number {
  return (w.nodelay ? NAGLE_OFF : 0) | (w.cork ? NAGLE_CORK : 0);
}

function markPush(w: TcpWriter, buffer: Buffer): void {
  buffer.psh = true;
  w.pushedSeq = w.writeSeq;
}

/** tcp_tso_autosize: a millisecond at the pacing rate; on short paths up to a whole GSO frame. */
function maxSegs(w: TcpWriter): number {
  const srttUs = Math.max(w.minRttUs, 1);
  const pacingPerMs = Math.floor((w.mss * w.cwnd * 2 * 1_000_000) / srttUs / 1024);
  const size = socketGsoSize(w);
  const near = Math.floor(size / 2 ** Math.min(w.minRttUs >> w.tsoRttLog, 31));
  const bytes = Math.min(pacingPerMs + near, size);
  return Math.min(Math.max(Math.floor(bytes / w.mss), w.minTsoSegs), w.gsoMaxSegs);
}

/** tcp_cwnd_test: half of the window at a time at most, so that ACKs keep coming. */
function cwndQuota(w: TcpWriter): number {
  const inFlight = packetsInFlight(w);
  if (inFlight >= w.cwnd) return 0;
  return Math.min(Math.max(w.cwnd >> 1, 1), w.cwnd - inFlight);
}

/** tcp_nagle_check, in Minshall's form. @param partial shorter than a full segment @returns whether it must wait */
function nagleHolds(w: TcpWriter, partial: boolean, mode: number): boolean {
  if (!partial) return false;
  if ((mode & NAGLE_CORK) !== 0) return true;
  return mode === 0 && w.inFlight.length > 0 && w.sndSml > w.sndUna && w.sndSml <= w.sndNxt;
}

/** tcp_tso_should_defer, without its look at the clock: a little more room soon would make a larger frame. */
function shouldDefer(w: TcpWriter, buffer: Buffer, most: number): boolean {
  const inFlight = packetsInFlight(w);
  if (inFlight === 0) return false;
  const winRoom = w.sndUna + w.window - buffer.seq;
  const cwndRoom = (w.cwnd - inFlight) * w.mss;
  const limit = Math.min(winRoom, cwndRoom);
  if (limit >= most * w.mss) return false;
  if (buffer !== w.buffers[w.buffers.length - 1] && limit >= buffer.len) return false;
  const chunk = Math.floor(Math.min(w.window, w.cwnd * w.mss) / w.tsoWinDivisor);
  return limit < chunk;
}

/** tcp_mss_split_point: bytes of this buffer that leave in one frame. */
function splitPoint(w: TcpWriter, buffer: Buffer, quota: number, mode: number): number {
  const window = w.sndUna + w.window - buffer.seq;
  const most = w.mss * quota;
  const isLast = buffer === w.buffers[w.buffers.length - 1];
  if (!isLast && most <= window) return most;
  const needed = Math.min(buffer.len, window);
  if (most <= needed) return most;
  const partial = needed % w.mss;
  return nagleHolds(w, partial !== 0, mode) ? needed - partial : needed;
}

function writeXmit(w: TcpWriter, mode: number, pushOne: boolean): TcpFrame[] {
  const out: TcpFrame[] = [];
  const most = maxSegs(w);
  while (w.buffers.length > 0) {
    const buffer = w.buffers[0];
    const isLast = w.buffers.length === 1;
    const quota = Math.min(cwndQuota(w), most);
    if (quota === 0) break;
    if (buffer.seq + Math.min(buffer.len, w.mss) > w.sndUna + w.window) break;
    const segs = Math.ceil(buffer.len / w.mss);
    let limit = w.mss;
    if (segs === 1) {
      const nagle = isLast ? mode : NAGLE_PUSH;
      if ((nagle & NAGLE_PUSH) === 0 && nagleHolds(w, buffer.len < w.mss, nagle)) break;
    } else {
      if (!pushOne && shouldDefer(w, buffer, most)) break;
      limit = splitPoint(w, buffer, quota, mode);
    }
    if (limit <= 0) break;
    out.push(send(w, buffer, Math.min(limit, buffer.len)));
    if (pushOne) break;
  }
  return out;
}

function send(w: TcpWriter, buffer: Buffer, len: number): TcpFrame {
  const segs = Math.ceil(len / w.mss);
  const whole = len === buffer.len;
  // a frame of several segments asks to be pushed up as it is; else the end of a write does
  const frame = { seq: buffer.seq, len, segs, psh: segs > 1 || (whole && buffer.psh) };
  if (whole) w.buffers.shift();
  else {
    buffer.seq += len;
    buffer.len -= len;
  }
  w.inFlight.push(frame);
  w.sndNxt = frame.seq + len;
  if (len < segs * w.mss) w.sndSml = w.sndNxt;
  w.maxPacketsOut = Math.max(w.maxPacketsOut, packetsInFlight(w));
  return frame;
}
