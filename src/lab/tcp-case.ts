/**
 * Runs a `delayed-ack` or `sack-compression` case: the connection is made and warmed up as it was, then gets the frames of one
 * measured run at the times they had, and what leaves is written down.
 * The receiver alone runs here (engine/tcp); there is no NIC, no CPU cost, and both directions take no time. The application
 * reads a fixed while after data came. Where the clock's tick stood, that while, and how late hrtimers are, are parameters.
 */
import { rulesFor } from '../catalog/rules.ts';
import { type ReasonName, reasonName } from '../catalog/reasons.ts';
import { TCP_ACK } from '../engine/packet/frame.ts';
import { createTcpCounters, type TcpCounters } from '../engine/tcp/counters.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut } from '../engine/tcp/env.ts';
import { createTcpEstablished } from '../engine/tcp/create.ts';
import { tcpRcv } from '../engine/tcp/rcv.ts';
import { setQuickack, tcpRecvmsg } from '../engine/tcp/read.ts';
import type { TcpSegment } from '../engine/tcp/segment.ts';
import { tcpClose, tcpSendmsg } from '../engine/tcp/sendmsg.ts';
import { seqAdd, seqDiff } from '../engine/tcp/seq.ts';
import type { TcpSock } from '../engine/tcp/sock.ts';
import { nextTimerNs, runTimers } from '../engine/tcp/timers.ts';
import { tcpWfree } from '../engine/tcp/tsq.ts';
import type { AckFrame, SentFrame, TcpSetup } from './tcp-input.ts';

const JIFFY_NS = 4_000_000;
/** When the handshake ends: any time that leaves room before it. */
const HANDSHAKE_NS = 10_000_000_000;
/** What an acted RTT lasts longer on the receiver's clock. */
const RTT_MORE_US = 150;
const ACCEPT_NS = 10_000_000;
/** The receiver's counters were read before the first test frame, which took a while. */
const PAUSE_NS = 45_000_000;
/** ACKs were recorded up to 250 or 500 ms after the last frame. */
export const SETTLE_LEAST_NS = 250_000_000;
const SETTLE_NS = 500_000_000;
/** First byte each end sends; the receiver's numbers wrap on the way. */
const RCV_ISN = 0xfffff000;
const SND_ISN = 77_000;
const PEER_WINDOW = 2000 << 7;
const ETH_IP = 34;

/** What is not in the file. */
export interface TcpFit {
  /** Where in a tick the handshake ended: ns. */
  tickPhaseNs: number;
  /** From a segment's arrival to the application's read: ns. */
  readerNs: number;
  /** The same for the first test frame: what the program needs is in no cache then. */
  firstReadNs: number;
  /** From an hrtimer's expiry to its interrupt: ns. */
  hrtimerNs: number;
  /** From a frame of the receiver to the moment its peer has it. The acted RTT is a whole number of gaps: who is later decides. */
  heardNs: number;
}

/** An ACK of the model: what a measured one has, and why it left. */
export interface ModelAck extends AckFrame {
  reason: number;
}

/** Whether the application ever reads. */
export function reads(setup: TcpSetup): boolean {
  return setup.app !== 'noread' && setup.app !== 'quickack-off';
}

export interface TcpOutcome {
  acks: ModelAck[];
  warmupAcks: number;
  /** What was counted from the first test frame on. */
  counters: TcpCounters;
  /** Names of all decisions, warm-up included. */
  reasons: Set<ReasonName>;
}

/** The head of an skb from a packet socket over veth: the smallest of these that holds room, frame and skb_shared_info. */
function truesizeOf(len: number, headerLen: number): number {
  const needed = 16 + ETH_IP + headerLen + len + 320;
  if (needed <= 576) return 576 + 256;
  let bucket = 1024;
  while (bucket < needed) bucket *= 2;
  return bucket + 256;
}

/** One connection, its application and its peer. */
class Play {
  readonly setup: TcpSetup;
  readonly env: TcpEnv;
  readonly s: TcpSock;
  private readonly fit: TcpFit;
  readonly acks: ModelAck[] = [];
  readonly reasons = new Set<ReasonName>();
  /** Of what the receiver has sent: when, its clock, its next byte. */
  private readonly heard: { atNs: number; tsVal: number; next: number }[] = [];
  /** Byte 0 of the test, as a sequence number. */
  private readonly base: number;
  private readAtNs = Number.POSITIVE_INFINITY;
  private lateNs: number;
  private packet = 0;
  private originNs = 0;

  constructor(kernel: string, setup: TcpSetup, fit: TcpFit) {
    this.setup = setup;
    this.fit = fit;
    this.lateNs = fit.readerNs;
    const rules = rulesFor(kernel);
    const note = (reason: number): void => {
      const name = reasonName(reason);
      if (name !== undefined) this.reasons.add(name);
    };
    this.env = {
      now: HANDSHAKE_NS,
      jiffyNs: JIFFY_NS,
      tickPhaseNs: fit.tickPhaseNs,
      hrtimerLatencyNs: fit.hrtimerNs,
      rules,
      sysctl: {
        ...defaultTcpSysctls(rules),
        ...setup.sysctls,
        tcp_rmem: [4096, 1_048_576, 33_554_432],
        rmem_max: 4_194_304,
      },
      counters: createTcpCounters(),
      transmit: (sock, out) => {
        tcpWfree(sock, out.skb, out.truesize);
        note(out.reason);
        this.hear(out);
      },
      drop: (_, _skb, reason) => note(reason),
      decide: (_, reason) => note(reason),
      dataReady: () => {
        if (reads(setup) && this.readAtNs === Infinity) this.readAtNs = this.env.now + this.lateNs;
      },
      writeSpace: () => {},
      stateChange: () => {},
    };
    this.heard.push({
      atNs: HANDSHAKE_NS - (setup.rttUs + RTT_MORE_US) * 1000,
      tsVal: Math.floor((HANDSHAKE_NS - (setup.rttUs + RTT_MORE_US) * 1000) / 1e6),
      next: SND_ISN,
    });
    this.s = createTcpEstablished(this.env, {
      rcvNxt: RCV_ISN,
      sndNxt: SND_ISN,
      sackOk: setup.sackOffered,
      tsOk: setup.timestamps,
      mss: 1460,
      peerMss: 1460,
      peerWindow: PEER_WINDOW,
      wscale: true,
      handshakeRttUs: setup.rttUs + RTT_MORE_US,
      // a capture held a clone of every skb
      coalesces: false,
      rcvbuf: 0,
      tsVal: this.peerClock(),
    });
    this.base = seqAdd(RCV_ISN, setup.warmupSegments * setup.mss);
  }

  private peerClock(): number {
    return Math.floor(this.env.now / 1e6) + 5000;
  }

  private hear(out: TcpOut): void {
    this.heard.push({
      atNs: this.env.now + this.fit.heardNs,
      tsVal: out.tsVal,
      next: seqAdd(out.seq, out.len + (out.flags & 1)),
    });
    this.acks.push({
      atNs: this.env.now - this.originNs,
      acked: seqDiff(out.ack, this.base),
      sacks: out.sacks.map((edge) => seqDiff(edge, this.base)),
      payload: out.len,
      flags: out.flags,
      reason: out.reason,
    });
  }

  /** Lets timers and the application have the time up to then. */
  runUntil(untilNs: number): void {
    for (;;) {
      const next = Math.min(nextTimerNs(this.s), this.readAtNs);
      if (next > untilNs) break;
      this.env.now = next;
      if (this.readAtNs <= next) this.read();
      else runTimers(this.env, this.s);
    }
    this.env.now = untilNs;
  }

  private read(): void {
    this.readAtNs = Number.POSITIVE_INFINITY;
    this.lateNs = this.fit.readerNs;
    const { app } = this.setup;
    const { bytes, end } = tcpRecvmsg(this.env, this.s, Number.MAX_SAFE_INTEGER);
    if (app === 'quickack-on-read') setQuickack(this.env, this.s, true);
    if (app === 'echo' && bytes > 0) tcpSendmsg(this.env, this.s, Math.min(bytes, 100));
    if (end) tcpClose(this.env, this.s);
  }

  /** The peer's program sends one segment. @param first byte, counted from the test's */
  send(first: number, len: number, flags: number): void {
    const headerLen = 20 + (this.setup.timestamps ? 12 : 0);
    this.packet += 1;
    const segment: TcpSegment = {
      id: this.packet,
      seq: seqAdd(this.base, first),
      ack: this.heard[this.heard.length - 1].next,
      flags,
      win: PEER_WINDOW,
      len,
      truesize: truesizeOf(len, headerLen),
      gsoSize: 0,
      headerLen,
      tsVal: this.setup.timestamps ? this.peerClock() : -1,
      tsEcr: this.setup.timestamps ? this.echo() : -1,
      urgPtr: 0,
      sacks: [],
      syn: null,
    };
    tcpRcv(this.env, this.s, segment);
  }

  /** The newest clock of the receiver that is at least an acted RTT old. */
  private echo(): number {
    for (let i = this.heard.length - 1; i > 0; i -= 1)
      if (this.heard[i].atNs <= this.env.now - this.setup.rttUs * 1000) return this.heard[i].tsVal;
    return this.heard[0].tsVal;
  }

  /** Time 0 of what is written down from here on. */
  startRecording(): void {
    this.originNs = this.env.now;
    this.lateNs = this.fit.firstReadNs;
    this.acks.length = 0;
  }
}

export function runTcpCase(kernel: string, setup: TcpSetup, sent: SentFrame[], fit: TcpFit): TcpOutcome {
  const play = new Play(kernel, setup, fit);
  const { env, s } = play;
  if (setup.app === 'quickack-on-read') setQuickack(env, s, true);
  if (setup.app === 'quickack-off') setQuickack(env, s, false);
  let at = HANDSHAKE_NS;
  if (setup.warmupSegments > 0) {
    at += ACCEPT_NS;
    for (let i = 0; i < setup.warmupSegments; i += 1) {
      if (i > 0) at += setup.warmupGapUs * 1000;
      play.runUntil(at);
      play.send((i - setup.warmupSegments) * setup.mss, setup.mss, TCP_ACK);
    }
    at += setup.warmupIdleMs * 1_000_000;
    play.runUntil(at);
  }
  const warmupAcks = play.acks.length;
  at += PAUSE_NS;
  play.runUntil(at);
  play.startRecording();
  const before = { ...env.counters };
  for (const frame of sent) {
    play.runUntil(at + frame.atNs);
    play.send(frame.first, frame.len, frame.flags);
  }
  play.runUntil(at + (sent.length === 0 ? 0 : sent[sent.length - 1].atNs) + SETTLE_NS);
  const counters = { ...env.counters };
  for (const name of Object.keys(counters) as (keyof TcpCounters)[]) counters[name] -= before[name];
  return { acks: play.acks, warmupAcks, counters, reasons: play.reasons };
}
