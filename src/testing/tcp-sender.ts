/** A TCP sender on its own, for tests: ACKs by the byte, times in microseconds, what leaves in a list. */
import { reasonName } from '../catalog/reasons.ts';
import { rulesFor } from '../catalog/rules.ts';
import { TCP_ACK } from '../engine/packet/frame.ts';
import { createTcpCounters } from '../engine/tcp/counters.ts';
import { createTcpEstablished, type TcpEstablishedOptions } from '../engine/tcp/create.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut, type TcpSysctls } from '../engine/tcp/env.ts';
import { tcpRcv } from '../engine/tcp/rcv.ts';
import type { TcpSegment } from '../engine/tcp/segment.ts';
import { tcpSendmsg } from '../engine/tcp/sendmsg.ts';
import { seqAdd, seqDiff } from '../engine/tcp/seq.ts';
import type { TcpSock } from '../engine/tcp/sock.ts';
import { nextTimerNs, runTimers } from '../engine/tcp/timers.ts';
import { tcpTsqHandler } from '../engine/tcp/tsq-handler.ts';
import { tcpWfree } from '../engine/tcp/tsq.ts';

export const MSS = 1448;
/** First byte sent: near the end of the sequence space, so that every test wraps. */
export const FIRST = 0xfffffc00;
const PEER = 9000;
const START_NS = 1_000_000_000;

export interface TestSenderOptions extends Partial<TcpEstablishedOptions> {
  kernel?: string;
  sysctl?: Partial<TcpSysctls>;
  /** Clones stay below TCP until `complete` is called. */
  holds?: boolean;
}

/** What left: bytes count from the first, `n` is the segment's number where it is a full one's. */
export interface Sent {
  us: number;
  seq: number;
  len: number;
  segs: number;
  flags: number;
  retransmit: boolean;
  reason: string;
  out: TcpOut;
}

export interface TestSender {
  env: TcpEnv;
  s: TcpSock;
  sent: Sent[];
  decisions: string[];
  drops: string[];
  counters: TcpEnv['counters'];
  /** Whether a writer was told to go on. */
  woken: number;
  /** Takes what left since this was last asked: length of each, retransmissions in brackets. */
  left(): string;
  /** Lets time pass to so many us after the start; timers run. */
  until(us: number): void;
  send(bytes: number, flags?: number): number;
  /** An ACK up to segment n (a number of full segments, or bytes if it is `{ byte }`), with SACK blocks in segments. */
  ack(us: number, n: number, sacks?: number[][], fields?: Partial<TcpSegment>): void;
  /** The card has sent the oldest clone held. */
  complete(count?: number): void;
}

export function testSender(options: TestSenderOptions = {}): TestSender {
  const rules = rulesFor(options.kernel ?? '6.18');
  const sent: Sent[] = [];
  const held: TcpOut[] = [];
  const decisions: string[] = [];
  const drops: string[] = [];
  let shown = 0;
  const counters = createTcpCounters();
  const env: TcpEnv = {
    now: START_NS,
    jiffyNs: 1_000_000,
    tickPhaseNs: 0,
    hrtimerLatencyNs: 0,
    rules,
    sysctl: { ...defaultTcpSysctls(rules), ...options.sysctl },
    counters,
    transmit: (sock, out) => {
      if (options.holds === true && out.skb >= 0) held.push(out);
      else tcpWfree(sock, out.skb, out.truesize);
      sent.push({
        us: (env.now - START_NS) / 1000,
        seq: seqDiff(out.seq, FIRST),
        len: out.len,
        segs: out.segs,
        flags: out.flags,
        retransmit: out.retransmit,
        reason: reasonName(out.reason) ?? String(out.reason),
        out,
      });
    },
    drop: (_, _skb, reason) => drops.push(reasonName(reason) ?? String(reason)),
    decide: (_, reason) => decisions.push(reasonName(reason) ?? String(reason)),
    dataReady: () => {},
    writeSpace: () => {
      t.woken += 1;
    },
    stateChange: () => {},
  };
  const s = createTcpEstablished(env, {
    rcvNxt: PEER,
    sndNxt: FIRST,
    sackOk: true,
    tsOk: true,
    mss: 1460,
    peerMss: 1460,
    peerWindow: 1 << 24,
    wscale: true,
    handshakeRttUs: 40_000,
    coalesces: false,
    rcvbuf: 0,
    sndbuf: 1 << 26,
    tsVal: 1000,
    ...options,
  });
  const t: TestSender = {
    env,
    s,
    sent,
    decisions,
    drops,
    counters,
    woken: 0,
    left() {
      const out = sent.slice(shown).map((f) => (f.retransmit ? `[${f.len / MSS}]` : String(f.len / MSS)));
      shown = sent.length;
      return out.join(' ');
    },
    until(us) {
      const end = START_NS + Math.round(us * 1000);
      while (nextTimerNs(s) <= end) {
        env.now = nextTimerNs(s);
        runTimers(env, s);
      }
      env.now = end;
    },
    send: (bytes, flags = 0) => tcpSendmsg(env, s, bytes, flags),
    ack(us, n, sacks = [], fields = {}) {
      t.until(us);
      tcpRcv(env, s, {
        id: 1,
        seq: PEER,
        ack: seqAdd(FIRST, n * MSS),
        flags: TCP_ACK,
        win: s.tx.sndWnd,
        len: 0,
        truesize: 832,
        gsoSize: 0,
        headerLen: s.tcpHeaderLen + (sacks.length > 0 ? 4 + 8 * sacks.length : 0),
        tsVal: s.tsOk ? 1000 + Math.floor(us / 1000) : -1,
        // the peer echoes what was sent last but one round trip ago, as a rule
        tsEcr: s.tsOk ? Math.floor((env.now - 40_000_000) / 1_000_000) : -1,
        urgPtr: 0,
        sacks: sacks.flatMap(([l, r]) => [seqAdd(FIRST, l * MSS), seqAdd(FIRST, r * MSS)]),
        syn: null,
        ...fields,
      });
    },
    complete(count = 1) {
      for (let i = 0; i < count; i += 1) {
        const out = held.shift();
        if (out !== undefined && tcpWfree(s, out.skb, out.truesize)) tcpTsqHandler(env, s);
      }
    },
  };
  return t;
}
