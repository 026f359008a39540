/**
 * State of a connection's sending side: plain data, copied whole with the world. Names are struct tcp_sock's. The skbs lie in one
 * list (`skbs`) and are told by their index there, so that queues, the order of sending and the hints share nothing.
 * Times: ns; microseconds where the kernel compares those; jiffies where it has those. No time, no number: -1.
 * Source: include/linux/tcp.h, include/net/tcp.h struct tcp_skb_cb, v6.12.
 */
import { TCP_INFINITE_SSTHRESH } from './constants.ts';

/** icsk_ca_state. */
export const CA_OPEN = 0;
export const CA_DISORDER = 1;
export const CA_CWR = 2;
export const CA_RECOVERY = 3;
export const CA_LOSS = 4;

/** Bits of TxSkb.sacked. */
export const TCPCB_SACKED_ACKED = 1;
export const TCPCB_SACKED_RETRANS = 2;
export const TCPCB_LOST = 4;
export const TCPCB_TAGBITS = 7;
export const TCPCB_EVER_RETRANS = 0x80;
export const TCPCB_RETRANS = TCPCB_SACKED_RETRANS | TCPCB_EVER_RETRANS;

/** icsk_pending: what the one timer of the sending side is armed for. */
export const ICSK_TIME_NONE = 0;
export const ICSK_TIME_RETRANS = 1;
export const ICSK_TIME_PROBE0 = 3;
export const ICSK_TIME_LOSS_PROBE = 5;
export const ICSK_TIME_REO_TIMEOUT = 6;

/** Nobody: an index of no skb. */
export const NO_SKB = -1;

/** An skb of the write queue or the retransmit queue. */
export interface TxSkb {
  id: number;
  /** The id with the number of its lives: what is handed out, as the id may be another's by the time it comes back. */
  handle: number;
  seq: number;
  endSeq: number;
  /** Payload bytes. */
  len: number;
  truesize: number;
  /** TCP_* bits. */
  flags: number;
  /** tcp_gso_segs and tcp_gso_size. */
  segs: number;
  gsoSize: number;
  /** TCPCB_* bits. */
  sacked: number;
  /** skb_mstamp_ns: when it was sent last (with pacing: when it may leave). 0: never. */
  sentNs: number;
  /** Clones of it that wait below TCP. */
  inHost: number;
  /** MSG_EOR: nothing is appended. */
  eor: boolean;
  /** Segments that had been delivered when it was sent last (tcp_rate.c), and whether that still gives a sample. */
  txDelivered: number;
  txCounts: boolean;
  /** Neighbours in order of sending; `listed` is false outside that list. */
  tsPrev: number;
  tsNext: number;
  listed: boolean;
}

export interface TcpSender {
  // -- sequence space
  sndUna: number;
  sndNxt: number;
  writeSeq: number;
  pushedSeq: number;
  /** End of the last short segment sent (Minshall). */
  sndSml: number;
  sndWl1: number;
  sndWnd: number;
  maxWindow: number;
  sndWscale: number;
  bytesAcked: number;

  // -- segment sizes
  /** What path and peer allow, options included. */
  pathMss: number;
  mssClamp: number;
  mssCache: number;
  /** sk_gso_max_size, room for headers taken off already. */
  gsoMaxSize: number;
  gsoMaxSegs: number;

  // -- queues, by index into skbs
  skbs: TxSkb[];
  free: number[];
  writeQueue: number[];
  /** By sequence number. */
  rtx: number[];
  tsHead: number;
  tsTail: number;

  // -- memory
  sndbuf: number;
  sndbufLocked: boolean;
  wmemQueued: number;
  /** Bytes below TCP: in the qdisc and the card. */
  wmemAlloc: number;
  nospace: boolean;
  tsqThrottled: boolean;
  /** Work that waits for the task to let the socket go. */
  tsqDeferred: boolean;
  writeTimerDeferred: boolean;

  // -- the application's wishes
  nodelay: boolean;
  cork: boolean;
  /** close() was called: nobody reads any more. */
  dead: boolean;
  shutdown: boolean;

  // -- segments out
  packetsOut: number;
  retransOut: number;
  sackedOut: number;
  lostOut: number;
  maxPacketsOut: number;
  cwndUsageSeq: number;
  isCwndLimited: boolean;
  dataSegsOut: number;

  // -- congestion window
  caState: number;
  cwnd: number;
  cwndCnt: number;
  cwndStamp: number;
  cwndUsed: number;
  ssthresh: number;
  priorCwnd: number;
  /** 0: none. */
  priorSsthresh: number;
  highSeq: number;
  prrDelivered: number;
  prrOut: number;
  /** -1: nothing to undo. */
  undoMarker: number;
  /** Retransmissions not yet known to have been needless; -1: none was made. */
  undoRetrans: number;
  /** Timestamp (ms) of the first retransmission; -1: none. */
  retransStamp: number;
  totalRetrans: number;
  bytesRetrans: number;
  reordering: number;
  reordSeen: number;
  /** First skb above the highest that is SACKed. */
  highestSack: number;
  retransmitHint: number;
  lostHint: number;
  lostCntHint: number;
  /** SACK blocks seen last: left, right, left, ...; 0, 0 is an empty one. */
  sackCache: number[];
  dsackDups: number;
  frto: boolean;
  /** -1: no probe is out. */
  tlpHighSeq: number;
  tlpRetrans: boolean;

  // -- RACK
  rackMstampUs: number;
  rackEndSeq: number;
  rackRttUs: number;
  rackAdvanced: boolean;
  rackDsackSeen: boolean;
  reoWndSteps: number;
  reoWndPersist: number;
  rackLastDelivered: number;

  // -- delivery
  delivered: number;
  lost: number;
  firstTxUs: number;

  // -- round trips
  /** Windowed minimum: time (jiffies) and value (us), three times. */
  minRtt: number[];
  mdevMaxUs4: number;
  rttSeq: number;

  // -- the timer
  pendingTimer: number;
  /** When it runs: ns; Infinity: not armed. */
  xmitAtNs: number;
  retransmits: number;
  totalRto: number;
  backoff: number;
  probesOut: number;

  // -- pacing
  /** 0 none, 1 by TCP's own timer, 2 by fq. */
  pacing: number;
  /** Bytes a second. */
  pacingRate: number;
  maxPacingRate: number;
  pacingShift: number;
  wstampNs: number;
  pacingAtNs: number;

  ca: TcpCa;
}

/** Congestion control of its own (struct bictcp). */
export interface TcpCa {
  cubic: boolean;
  cnt: number;
  lastMaxCwnd: number;
  lastCwnd: number;
  lastTime: number;
  originPoint: number;
  k: number;
  /** us; 0: none. */
  delayMin: number;
  /** jiffies; -1: no epoch. */
  epochStart: number;
  ackCnt: number;
  tcpCwnd: number;
  sampleCnt: number;
  found: boolean;
  roundStart: number;
  endSeq: number;
  lastAck: number;
  currRtt: number;
}

export const SK_PACING_NONE = 0;
export const SK_PACING_NEEDED = 1;
export const SK_PACING_FQ = 2;

export function createSender(): TcpSender {
  return {
    sndUna: 0,
    sndNxt: 0,
    writeSeq: 0,
    pushedSeq: 0,
    sndSml: 0,
    sndWl1: 0,
    sndWnd: 0,
    maxWindow: 0,
    sndWscale: 0,
    bytesAcked: 0,
    pathMss: 0,
    mssClamp: 0,
    mssCache: 0,
    gsoMaxSize: 0,
    gsoMaxSegs: 0,
    skbs: [],
    free: [],
    writeQueue: [],
    rtx: [],
    tsHead: NO_SKB,
    tsTail: NO_SKB,
    sndbuf: 0,
    sndbufLocked: false,
    wmemQueued: 0,
    wmemAlloc: 0,
    nospace: false,
    tsqThrottled: false,
    tsqDeferred: false,
    writeTimerDeferred: false,
    nodelay: false,
    cork: false,
    dead: false,
    shutdown: false,
    packetsOut: 0,
    retransOut: 0,
    sackedOut: 0,
    lostOut: 0,
    maxPacketsOut: 0,
    cwndUsageSeq: 0,
    isCwndLimited: false,
    dataSegsOut: 0,
    caState: CA_OPEN,
    cwnd: 0,
    cwndCnt: 0,
    cwndStamp: 0,
    cwndUsed: 0,
    ssthresh: TCP_INFINITE_SSTHRESH,
    priorCwnd: 0,
    priorSsthresh: 0,
    highSeq: 0,
    prrDelivered: 0,
    prrOut: 0,
    undoMarker: -1,
    undoRetrans: -1,
    retransStamp: -1,
    totalRetrans: 0,
    bytesRetrans: 0,
    reordering: 0,
    reordSeen: 0,
    highestSack: NO_SKB,
    retransmitHint: NO_SKB,
    lostHint: NO_SKB,
    lostCntHint: 0,
    sackCache: [0, 0, 0, 0, 0, 0, 0, 0],
    dsackDups: 0,
    frto: false,
    tlpHighSeq: -1,
    tlpRetrans: false,
    rackMstampUs: 0,
    rackEndSeq: 0,
    rackRttUs: 0,
    rackAdvanced: false,
    rackDsackSeen: false,
    reoWndSteps: 1,
    reoWndPersist: 0,
    rackLastDelivered: 0,
    delivered: 0,
    lost: 0,
    firstTxUs: 0,
    minRtt: [],
    mdevMaxUs4: 0,
    rttSeq: 0,
    pendingTimer: ICSK_TIME_NONE,
    xmitAtNs: Number.POSITIVE_INFINITY,
    retransmits: 0,
    totalRto: 0,
    backoff: 0,
    probesOut: 0,
    pacing: SK_PACING_NONE,
    pacingRate: Number.POSITIVE_INFINITY,
    maxPacingRate: Number.POSITIVE_INFINITY,
    pacingShift: 10,
    wstampNs: 0,
    pacingAtNs: Number.POSITIVE_INFINITY,
    ca: createCa(false),
  };
}

export function createCa(cubic: boolean): TcpCa {
  return {
    cubic,
    cnt: 0,
    lastMaxCwnd: 0,
    lastCwnd: 0,
    lastTime: 0,
    originPoint: 0,
    k: 0,
    delayMin: 0,
    epochStart: -1,
    ackCnt: 0,
    tcpCwnd: 0,
    sampleCnt: 0,
    found: false,
    roundStart: 0,
    endSeq: 0,
    lastAck: 0,
    currRtt: Number.POSITIVE_INFINITY,
  };
}

/** tcp_packets_in_flight */
export function packetsInFlight(t: TcpSender): number {
  return t.packetsOut - (t.sackedOut + t.lostOut) + t.retransOut;
}

export function inSlowStart(t: TcpSender): boolean {
  return t.cwnd < t.ssthresh;
}

/** tcp_in_cwnd_reduction */
export function inCwndReduction(t: TcpSender): boolean {
  return t.caState === CA_CWR || t.caState === CA_RECOVERY;
}

/** tcp_current_ssthresh: three quarters of the window at least, so that a burst after a pause finds its way back. */
export function currentSsthresh(t: TcpSender): number {
  return inCwndReduction(t) ? t.ssthresh : Math.max(t.ssthresh, (t.cwnd >> 1) + (t.cwnd >> 2));
}

/** tcp_wnd_end */
export function wndEnd(t: TcpSender): number {
  return (t.sndUna + t.sndWnd) >>> 0;
}

export function microseconds(ns: number): number {
  return Math.floor(ns / 1000);
}
