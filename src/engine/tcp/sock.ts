/**
 * State of one connection: plain data, copied whole with the world. The receiving side lies here, the sending side in `tx`.
 * Names are struct tcp_sock's and icsk_ack's. Times: ns where the kernel has microseconds (tcp_mstamp), jiffies where it has those.
 * Source: include/linux/tcp.h, v6.12. Left out: ECN, urgent bytes read out of band, fast open, MPTCP, MD5, AO.
 */
import type { TcpEnv } from './env.ts';
import type { TcpSender } from './sender.ts';

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

export type TcpState =
  | 'syn-sent'
  | 'syn-recv'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait'
  | 'closed';

export interface TcpSock {
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
  /** The delayed ACK's timer ran meanwhile. */
  delackDeferred: boolean;
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

  /** Why it is closed; '' while it is not, or after an orderly end. */
  error: '' | 'refused' | 'reset' | 'timed-out' | 'aborted';
  // -- opening (the listener's request_sock is this socket in syn-recv)
  /** First byte of either side: the SYN. */
  issSnd: number;
  issRcv: number;
  /** A SYN-ACK is out for a SYN that came. */
  passive: boolean;
  /** The peer scales windows. */
  wscaleOk: boolean;
  /** SYN-ACKs sent again, and when the next leaves: ns. */
  synackTimeouts: number;
  synackAtNs: number;
  /** When the first SYN-ACK left: us; -1: another has left since, so that its answer tells no time. */
  synackUs: number;
  /** End of TIME-WAIT, or of FIN-WAIT-2 for a socket nobody has open: ns. */
  timewaitAtNs: number;

  tx: TcpSender;
}

/** The socket's 1 ms clock, as its timestamps show it. */
export function tsClock(env: TcpEnv, s: TcpSock): number {
  return tsAt(s, env.now);
}

export function tsAt(s: TcpSock, ns: number): number {
  return (Math.floor(ns / 1_000_000) + s.tsOffset) >>> 0;
}
