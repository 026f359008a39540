/**
 * Making a socket, and what a handshake settles: windows, scale, segment sizes, the first congestion window.
 * Source: net/ipv4/tcp.c tcp_init_sock, net/ipv4/tcp_input.c tcp_init_transfer, tcp_init_buffer_space, tcp_initialize_rcv_mss,
 * net/ipv4/tcp_output.c tcp_select_initial_window, v6.12; starting values measured on 6.18.
 * Left out: metrics kept of earlier connections (tcp_no_metrics_save = 1 all the time).
 */
import { caInit } from './cong.ts';
import {
  GSO_MAX_SEGS,
  GSO_MAX_SIZE,
  hz,
  MAX_TCP_HEADER,
  MAX_WSCALE,
  TCP_HEADER_LEN,
  TCP_INFINITE_SSTHRESH,
  TCP_INIT_CWND,
  TCP_MIN_MSS,
  TCP_MSS_DEFAULT,
  TCPOLEN_TSTAMP_ALIGNED,
} from './constants.ts';
import { jiffiesAt, type TcpEnv, timeoutInit } from './env.ts';
import { syncMss } from './mss.ts';
import { noMinRtt, updateMinRtt } from './min-rtt.ts';
import { createCa, createSender } from './sender.ts';
import { seqAdd } from './seq.ts';
import { sndbufExpand } from './sndbuf.ts';
import type { TcpSock } from './sock.ts';
import { rtoMinUs, rttEstimator, updatePacingRate } from './srtt.ts';
import { tcpFullSpace } from './window.ts';

export interface TcpSockOptions {
  /** First byte to send: its SYN's number. */
  isn: number;
  /** MSS this end offers and its path carries, without options: MTU - 40 (IPv6: - 60). */
  mss: number;
  /** Received skbs join the one before. */
  coalesces: boolean;
  /** 0: tcp_rmem[1]; else what SO_RCVBUF made of it. */
  rcvbuf: number;
  /** 0 or left out: tcp_wmem[1], tuned; else what SO_SNDBUF made of it. */
  sndbuf?: number;
  /** Of the device that the route leads to; left out: 65536 and 65535. */
  gsoMaxSize?: number;
  gsoMaxSegs?: number;
  nodelay?: boolean;
  /** SK_PACING_*; left out: none. */
  pacing?: number;
  /** Bytes a second: SO_MAX_PACING_RATE. */
  maxPacingRate?: number;
  /** Added to the 1 ms clock of timestamps. */
  tsOffset?: number;
}

export interface TcpEstablishedOptions extends Omit<TcpSockOptions, 'isn'> {
  /** First byte expected. */
  rcvNxt: number;
  /** First byte to send. */
  sndNxt: number;
  sackOk: boolean;
  tsOk: boolean;
  /** MSS the peer offers. */
  peerMss: number;
  peerWindow: number;
  /** Whether the peer takes window scaling. */
  wscale: boolean;
  /** From SYN-ACK to ACK: us. */
  handshakeRttUs: number;
  tsVal: number;
}

/** A closed socket with nothing in it. */
export function createTcpSock(env: TcpEnv, o: TcpSockOptions): TcpSock {
  const { sysctl } = env;
  const now = jiffiesAt(env);
  const tx = createSender();
  tx.sndUna = o.isn;
  tx.sndNxt = o.isn;
  tx.writeSeq = o.isn;
  tx.pushedSeq = o.isn;
  tx.sndSml = o.isn;
  tx.rttSeq = o.isn;
  tx.pathMss = o.mss;
  tx.mssClamp = TCP_MSS_DEFAULT;
  tx.gsoMaxSize = (o.gsoMaxSize ?? GSO_MAX_SIZE) - (MAX_TCP_HEADER + 1);
  tx.gsoMaxSegs = o.gsoMaxSegs ?? GSO_MAX_SEGS;
  tx.sndbufLocked = (o.sndbuf ?? 0) > 0;
  tx.sndbuf = o.sndbuf || sysctl.tcp_wmem[1];
  tx.nodelay = o.nodelay === true;
  tx.pacing = o.pacing ?? 0;
  tx.maxPacingRate = o.maxPacingRate ?? Number.POSITIVE_INFINITY;
  tx.cwnd = env.rules.tcpInitCwnd;
  tx.cwndStamp = now;
  tx.reordering = sysctl.tcp_reordering;
  tx.minRtt = noMinRtt(now);
  tx.mdevMaxUs4 = rtoMinUs(env);
  tx.ca = createCa(sysctl.tcp_congestion_control === 'cubic');
  return {
    state: 'closed',
    sackOk: false,
    tsOk: false,
    tcpHeaderLen: TCP_HEADER_LEN,
    advmss: o.mss,
    rcvWscale: 0,
    coalesces: o.coalesces,
    rcvbufLocked: o.rcvbuf !== 0,
    rcvlowat: 1,
    rcvNxt: 0,
    rcvWup: 0,
    copiedSeq: 0,
    rcvWnd: 0,
    windowClamp: 0,
    rcvSsthresh: 0,
    rcvbuf: o.rcvbuf === 0 ? sysctl.tcp_rmem[1] : o.rcvbuf,
    rmem: 0,
    backlog: 0,
    forwardAlloc: 0,
    scalingRatio: 128,
    queue: [],
    ofo: [],
    predicted: false,
    sacks: [],
    dsack: false,
    dsackStart: 0,
    dsackEnd: 0,
    pending: 0,
    quick: 0,
    pingpong: 0,
    ato: 0,
    lrcvtime: now,
    lsndtime: now,
    rcvMss: TCP_MSS_DEFAULT,
    lastSegSize: 0,
    delackTimeout: 0,
    delackAtNs: Number.POSITIVE_INFINITY,
    owned: false,
    delackDeferred: false,
    deferred: 0,
    compressedAck: 0,
    dupAckCounter: 0,
    compressedAckRcvNxt: 0,
    compressedAtNs: Number.POSITIVE_INFINITY,
    rttUs8: 0,
    rttSeq: 0,
    rttTimeNs: -1,
    rttLastTsecr: -1,
    srttUs8: 0,
    mdevUs4: 0,
    rttvarUs: 0,
    rtoJiffies: timeoutInit(env),
    spaceBytes: 0,
    spaceSeq: 0,
    spaceTimeNs: env.now,
    tsRecent: 0,
    tsRecentStampS: 0,
    rcvTsval: -1,
    rcvTsecr: -1,
    tsOffset: o.tsOffset ?? 0,
    lastOowAck: -1,
    lastChallenge: -1,
    urgSeq: -1,
    error: '',
    issSnd: o.isn,
    issRcv: 0,
    passive: false,
    wscaleOk: false,
    synackTimeouts: 0,
    synackAtNs: Number.POSITIVE_INFINITY,
    synackUs: -1,
    timewaitAtNs: Number.POSITIVE_INFINITY,
    tx,
  };
}

/** A connection whose handshake has just ended at env.now, as a listener's: its SYN-ACK was answered now. */
export function createTcpEstablished(env: TcpEnv, o: TcpEstablishedOptions): TcpSock {
  const s = createTcpSock(env, { ...o, isn: seqAdd(o.sndNxt, -1) });
  const t = s.tx;
  s.sackOk = o.sackOk;
  s.wscaleOk = o.wscale;
  setTimestamps(s, o.tsOk);
  selectInitialWindow(env, s, s.advmss);
  s.rcvNxt = o.rcvNxt;
  s.rcvWup = o.rcvNxt;
  s.copiedSeq = o.rcvNxt;
  s.issRcv = seqAdd(o.rcvNxt, -1);
  if (o.tsOk) s.tsRecent = o.tsVal;
  s.tsRecentStampS = Math.floor(env.now / 1e9);
  t.mssClamp = o.peerMss;
  t.sndWnd = o.peerWindow;
  t.maxWindow = o.peerWindow;
  t.sndWl1 = o.rcvNxt;
  // the SYN-ACK
  t.delivered = 1;
  t.sndUna = o.sndNxt;
  t.sndNxt = o.sndNxt;
  t.writeSeq = o.sndNxt;
  t.pushedSeq = o.sndNxt;
  t.sndSml = o.sndNxt;
  syncMss(s);
  if (o.handshakeRttUs > 0) {
    updateMinRtt(env, s, o.handshakeRttUs);
    rttEstimator(env, s, o.handshakeRttUs);
  }
  s.state = 'established';
  initTransfer(env, s);
  initializeRcvMss(s);
  s.predicted = true;
  updatePacingRate(env, s);
  return s;
}

/** Timestamps take their room in every segment. */
export function setTimestamps(s: TcpSock, on: boolean): void {
  s.tsOk = on;
  s.tcpHeaderLen = TCP_HEADER_LEN + (on ? TCPOLEN_TSTAMP_ALIGNED : 0);
  if (on) s.advmss -= TCPOLEN_TSTAMP_ALIGNED;
}

/** tcp_select_initial_window: what a SYN offers, and the scale. @param mss bytes of a full segment */
export function selectInitialWindow(env: TcpEnv, s: TcpSock, mss: number): void {
  const full = tcpFullSpace(env, s);
  s.rcvWnd = full > mss ? full - (full % mss) : full;
  const largest = Math.max(full, env.sysctl.tcp_rmem[2], env.sysctl.rmem_max);
  s.rcvWscale = s.wscaleOk ? Math.min(Math.max(31 - Math.clz32(largest) - 15, 0), MAX_WSCALE) : 0;
  s.windowClamp = Math.min(65535 * 2 ** s.rcvWscale, full);
  s.rcvSsthresh = s.rcvWnd;
}

/** tcp_initialize_rcv_mss: a guess until segments have come. */
export function initializeRcvMss(s: TcpSock): void {
  s.rcvMss = Math.max(
    Math.min(s.advmss, s.tx.mssCache, Math.floor(s.rcvWnd / 2), TCP_MSS_DEFAULT),
    TCP_MIN_MSS,
  );
}

/** tcp_init_transfer: the connection is open. A SYN that was lost more than once, and not for nothing, costs the initial window. */
export function initTransfer(env: TcpEnv, s: TcpSock): void {
  const t = s.tx;
  t.cwnd = t.totalRetrans > 1 && t.undoMarker >= 0 ? 1 : env.rules.tcpInitCwnd;
  t.cwndStamp = jiffiesAt(env);
  // what a lost SYN did to it is undone
  t.ssthresh = TCP_INFINITE_SSTHRESH;
  if (s.srttUs8 === 0) {
    // no round trip was measured: RFC 6298 5.7
    s.rtoJiffies = 3 * hz(env.jiffyNs, 1);
    s.rttvarUs = 3_000_000;
    s.mdevUs4 = s.rttvarUs;
    t.mdevMaxUs4 = s.rttvarUs;
  }
  caInit(env, s);
  sndbufExpand(env, s);
  const full = tcpFullSpace(env, s);
  const { tcp_app_win } = env.sysctl;
  if (s.windowClamp >= full) {
    s.windowClamp = full;
    if (tcp_app_win > 0 && full > 4 * s.advmss)
      s.windowClamp = Math.max(full - (tcp_app_win < 31 ? full >> tcp_app_win : 0), 4 * s.advmss);
  }
  if (tcp_app_win > 0 && s.windowClamp > 2 * s.advmss && s.windowClamp + s.advmss > full)
    s.windowClamp = Math.max(2 * s.advmss, full - s.advmss);
  s.rcvSsthresh = Math.min(s.rcvSsthresh, s.windowClamp);
  s.spaceBytes = Math.min(s.rcvSsthresh, s.rcvWnd, TCP_INIT_CWND * s.advmss);
  s.spaceSeq = s.copiedSeq;
  s.spaceTimeNs = env.now;
  s.lrcvtime = jiffiesAt(env);
  s.lsndtime = s.lrcvtime;
}
