/**
 * State of one connection as its receiving side keeps it: plain data, copied whole with the world. Names are struct tcp_sock's
 * and icsk_ack's. Times: ns where the kernel has microseconds (tcp_mstamp), jiffies where it has those.
 * Source: include/linux/tcp.h, net/ipv4/tcp_input.c tcp_init_buffer_space, tcp_initialize_rcv_mss, tcp_output.c
 * tcp_select_initial_window, v6.12; starting values measured on 6.18.
 * Left out: a sender of bulk data (tcp/reply.ts sends what a reply needs), ECN, urgent bytes read out of band, MPTCP, MD5, AO.
 */
import {
  HZ_DELACK_MAX,
  hz,
  MAX_WSCALE,
  TCP_HEADER_LEN,
  TCP_INIT_CWND,
  TCP_MIN_MSS,
  TCP_MSS_DEFAULT,
  TCPOLEN_TSTAMP_ALIGNED,
} from './constants.ts';
import { jiffiesAt, type TcpEnv, usToJiffies } from './env.ts';

/** A segment in a queue. */
export interface TcpSkb {
  /** Whatever the owner numbers packets by. */
  id: number;
  seq: number;
  /** One past the last byte; a FIN counts as one. */
  endSeq: number;
  /** Payload bytes. */
  len: number;
  /** Bytes of memory it is charged with. */
  truesize: number;
  /** TCP_* bits. */
  flags: number;
}

export type TcpState = 'established' | 'close-wait' | 'last-ack' | 'closed';

export interface TcpReceiver {
  state: TcpState;
  // -- agreed in the handshake
  sackOk: boolean;
  tsOk: boolean;
  /** Bytes of TCP header of a plain segment. */
  tcpHeaderLen: number;
  advmss: number;
  rcvWscale: number;
  /** Received skbs join the one before (their data is in page fragments and nothing else holds them). */
  coalesces: boolean;
  /** SO_RCVBUF was set: the buffer is not tuned. */
  rcvbufLocked: boolean;
  rcvlowat: number;

  // -- sequence space and window
  rcvNxt: number;
  rcvWup: number;
  copiedSeq: number;
  rcvWnd: number;
  windowClamp: number;
  rcvSsthresh: number;

  // -- memory
  rcvbuf: number;
  rmem: number;
  /** Bytes of the socket's backlog. */
  backlog: number;
  forwardAlloc: number;
  scalingRatio: number;
  queue: TcpSkb[];
  /** By sequence number. */
  ofo: TcpSkb[];
  /** Header prediction is armed (pred_flags is not 0). */
  predicted: boolean;

  // -- SACK: left and right edges, most recently changed first
  sacks: number[];
  dsack: boolean;
  dsackStart: number;
  dsackEnd: number;

  // -- delayed ACKs
  pending: number;
  quick: number;
  pingpong: number;
  /** jiffies */
  ato: number;
  lrcvtime: number;
  lsndtime: number;
  rcvMss: number;
  lastSegSize: number;
  /** Jiffy the armed timer was set for, and when it runs; counts while ICSK_ACK_TIMER is pending. */
  delackTimeout: number;
  delackAtNs: number;
  /** A task owns the socket: timers and immediate ACKs wait for its release. */
  owned: boolean;
  deferred: number;

  // -- SACK compression
  compressedAck: number;
  dupAckCounter: number;
  compressedAckRcvNxt: number;
  /** When the hrtimer's handler runs; Infinity: not armed. */
  compressedAtNs: number;

  // -- estimates: microseconds times eight
  rttUs8: number;
  rttSeq: number;
  /** -1: no measurement under way. */
  rttTimeNs: number;
  rttLastTsecr: number;
  srttUs8: number;
  mdevUs4: number;
  rttvarUs: number;
  rtoJiffies: number;
  spaceBytes: number;
  spaceSeq: number;
  spaceTimeNs: number;

  // -- timestamps
  tsRecent: number;
  tsRecentStampS: number;
  /** Of the segment being worked on; -1: none. */
  rcvTsval: number;
  rcvTsecr: number;
  /** Added to the 1 ms clock. */
  tsOffset: number;

  /** When an out-of-window segment was last answered: jiffies, -1 never. */
  lastOowAck: number;
  /** Jiffy of the last challenge ACK; -1: never. */
  lastChallenge: number;
  /** Urgent pointer still to come (TCP_URG_NOTYET), or -1. */
  urgSeq: number;

  // -- sending, as far as a reply needs it
  sndUna: number;
  sndNxt: number;
  /** End of the last short segment sent (Minshall). */
  sndSml: number;
  sndMss: number;
  sndWnd: number;
  nodelay: boolean;
  /** Bytes the application has written and that are not sent yet; a FIN after them. */
  unsent: number;
  finWanted: boolean;
  /** Sent and not acknowledged: first byte, length, flags, when sent first (-1: sent again since). */
  inFlight: { seq: number; endSeq: number; len: number; flags: number; sentNs: number }[];
  /** Runs when; Infinity: not armed. */
  rtoAtNs: number;
  /** The armed timer is a tail loss probe. */
  tlp: boolean;
  backoff: number;
}

export interface TcpReceiverOptions {
  /** First byte expected. */
  rcvNxt: number;
  /** First byte to send. */
  sndNxt: number;
  sackOk: boolean;
  tsOk: boolean;
  /** MSS this end offers, without options: MTU - 40 (IPv6: - 60). */
  mss: number;
  /** MSS the peer offers. */
  peerMss: number;
  peerWindow: number;
  /** Whether the peer takes window scaling. */
  wscale: boolean;
  /** From SYN-ACK to ACK: us. */
  handshakeRttUs: number;
  coalesces: boolean;
  /** 0: tcp_rmem[1]; else what SO_RCVBUF made of it. */
  rcvbuf: number;
  tsVal: number;
}

/** A connection whose handshake has just ended at env.now. */
export function createTcpReceiver(env: TcpEnv, o: TcpReceiverOptions): TcpReceiver {
  const { sysctl, rules } = env;
  const rcvbuf = o.rcvbuf === 0 ? sysctl.tcp_rmem[1] : o.rcvbuf;
  const optionLen = o.tsOk ? TCPOLEN_TSTAMP_ALIGNED : 0;
  const advmss = o.mss - optionLen;
  const full = rules.tcpScalingRatio ? (rcvbuf * 128) >> 8 : rcvbuf - (rcvbuf >> 1);
  const rcvWnd = full > advmss ? full - (full % advmss) : full;
  const largest = Math.max(full, sysctl.tcp_rmem[2], sysctl.rmem_max);
  const rcvWscale = o.wscale ? Math.min(Math.max(31 - Math.clz32(largest) - 15, 0), MAX_WSCALE) : 0;
  let clamp = Math.min(65535 * 2 ** rcvWscale, full);
  if (clamp >= full && sysctl.tcp_app_win > 0 && full > 4 * advmss) {
    clamp = Math.max(full - (sysctl.tcp_app_win < 31 ? full >> sysctl.tcp_app_win : 0), 4 * advmss);
  }
  if (sysctl.tcp_app_win > 0 && clamp > 2 * advmss && clamp + advmss > full)
    clamp = Math.max(2 * advmss, full - advmss);
  const rcvSsthresh = Math.min(rcvWnd, clamp);
  const sndMss = Math.min(o.peerMss, o.mss) - optionLen;
  const rtt8 = o.handshakeRttUs * 8;
  const mdevUs4 = o.handshakeRttUs * 2;
  const rttvarUs = Math.max(mdevUs4, (hz(env.jiffyNs, HZ_DELACK_MAX) * env.jiffyNs) / 1000);
  const now = jiffiesAt(env);
  return {
    state: 'established',
    sackOk: o.sackOk,
    tsOk: o.tsOk,
    tcpHeaderLen: TCP_HEADER_LEN + optionLen,
    advmss,
    rcvWscale,
    coalesces: o.coalesces,
    rcvbufLocked: o.rcvbuf !== 0,
    rcvlowat: 1,
    rcvNxt: o.rcvNxt,
    rcvWup: o.rcvNxt,
    copiedSeq: o.rcvNxt,
    rcvWnd,
    windowClamp: clamp,
    rcvSsthresh,
    rcvbuf,
    rmem: 0,
    backlog: 0,
    forwardAlloc: 0,
    scalingRatio: 128,
    queue: [],
    ofo: [],
    predicted: true,
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
    rcvMss: Math.max(Math.min(advmss, sndMss, Math.floor(rcvWnd / 2), TCP_MSS_DEFAULT), TCP_MIN_MSS),
    lastSegSize: 0,
    delackTimeout: 0,
    delackAtNs: Number.POSITIVE_INFINITY,
    owned: false,
    deferred: 0,
    compressedAck: 0,
    dupAckCounter: 0,
    compressedAckRcvNxt: 0,
    compressedAtNs: Number.POSITIVE_INFINITY,
    rttUs8: 0,
    rttSeq: 0,
    rttTimeNs: -1,
    rttLastTsecr: -1,
    srttUs8: rtt8,
    mdevUs4,
    rttvarUs,
    rtoJiffies: usToJiffies(env, o.handshakeRttUs + rttvarUs),
    spaceBytes: Math.min(rcvSsthresh, rcvWnd, TCP_INIT_CWND * advmss),
    spaceSeq: o.rcvNxt,
    spaceTimeNs: env.now,
    tsRecent: o.tsOk ? o.tsVal : 0,
    tsRecentStampS: Math.floor(env.now / 1e9),
    rcvTsval: -1,
    rcvTsecr: -1,
    tsOffset: 0,
    lastOowAck: -1,
    lastChallenge: -1,
    urgSeq: -1,
    sndUna: o.sndNxt,
    sndNxt: o.sndNxt,
    sndSml: o.sndNxt,
    sndMss,
    sndWnd: o.peerWindow,
    nodelay: false,
    unsent: 0,
    finWanted: false,
    inFlight: [],
    rtoAtNs: Number.POSITIVE_INFINITY,
    tlp: false,
    backoff: 0,
  };
}

/** The receiver's 1 ms clock, as its timestamps show it. */
export function tsClock(env: TcpEnv, s: TcpReceiver): number {
  return (Math.floor(env.now / 1_000_000) + s.tsOffset) >>> 0;
}
