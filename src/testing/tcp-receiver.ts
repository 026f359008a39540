/** A TCP receiver on its own, for tests: full segments by number, times in microseconds, what leaves and what is lost in lists. */
import { reasonName } from '../catalog/reasons.ts';
import { rulesFor } from '../catalog/rules.ts';
import { TCP_ACK } from '../engine/packet/frame.ts';
import { createTcpCounters } from '../engine/tcp/counters.ts';
import { createTcpEstablished, type TcpEstablishedOptions } from '../engine/tcp/create.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut, type TcpSysctls } from '../engine/tcp/env.ts';
import { tcpRcv } from '../engine/tcp/rcv.ts';
import type { TcpSegment } from '../engine/tcp/segment.ts';
import type { TcpSock } from '../engine/tcp/sock.ts';
import { nextTimerNs, runTimers } from '../engine/tcp/timers.ts';
import { tcpWfree } from '../engine/tcp/tsq.ts';

export const MSS = 1448;
/** Near the end of the sequence space, so that every test wraps. */
export const FIRST = 0xfffffc00;
const HANDSHAKE_NS = 1_000_000_000;

export interface TestReceiverOptions extends Partial<TcpEstablishedOptions> {
  kernel?: string;
  sysctl?: Partial<TcpSysctls>;
  hrtimerLatencyNs?: number;
}

export interface TestReceiver {
  env: TcpEnv;
  s: TcpSock;
  /** Reason, acknowledged byte, SACK blocks as pairs. */
  acks: { us: number; reason: string; acked: number; sacks: number[][]; out: TcpOut }[];
  drops: string[];
  decisions: string[];
  /** Whether the application was woken since this was last cleared. */
  woken: boolean;
  /** Lets time pass to so many us after the handshake; timers run. */
  until(us: number): void;
  /** Segment number n, len bytes from byte n * MSS. */
  data(us: number, n: number, fields?: Partial<TcpSegment>): void;
  /** Any segment; seq counts from the first byte. */
  segment(us: number, fields: Partial<TcpSegment>): void;
  reasons(): string[];
}

export function testReceiver(options: TestReceiverOptions = {}): TestReceiver {
  const rules = rulesFor(options.kernel ?? '6.18');
  const acks: TestReceiver['acks'] = [];
  const drops: string[] = [];
  const decisions: string[] = [];
  const rel = (seq: number): number => (seq - FIRST) | 0;
  const nameOf = (code: number): string => reasonName(code) ?? String(code);
  const env: TcpEnv = {
    now: HANDSHAKE_NS,
    jiffyNs: 4_000_000,
    tickPhaseNs: 0,
    hrtimerLatencyNs: options.hrtimerLatencyNs ?? 0,
    rules,
    sysctl: {
      ...defaultTcpSysctls(rules),
      tcp_rmem: [4096, 1_048_576, 33_554_432],
      rmem_max: 4_194_304,
      ...options.sysctl,
    },
    counters: createTcpCounters(),
    transmit: (sock, out) => {
      tcpWfree(sock, out.skb, out.truesize);
      const sacks: number[][] = [];
      for (let i = 0; i < out.sacks.length; i += 2) sacks.push([rel(out.sacks[i]), rel(out.sacks[i + 1])]);
      acks.push({
        us: (env.now - HANDSHAKE_NS) / 1000,
        reason: nameOf(out.reason),
        acked: rel(out.ack),
        sacks,
        out,
      });
    },
    drop: (_, _skb, reason) => drops.push(nameOf(reason)),
    decide: (_, reason) => decisions.push(nameOf(reason)),
    dataReady: () => {
      t.woken = true;
    },
    writeSpace: () => {},
    stateChange: () => {},
  };
  const s = createTcpEstablished(env, {
    rcvNxt: FIRST,
    sndNxt: 5000,
    sackOk: true,
    tsOk: false,
    mss: 1460,
    peerMss: 1460,
    peerWindow: 256_000,
    wscale: true,
    handshakeRttUs: 40_000,
    coalesces: false,
    rcvbuf: 0,
    tsVal: 1000,
    ...options,
  });
  const t: TestReceiver = {
    env,
    s,
    acks,
    drops,
    decisions,
    woken: false,
    until(us) {
      const end = HANDSHAKE_NS + Math.round(us * 1000);
      while (nextTimerNs(s) <= end) {
        env.now = nextTimerNs(s);
        runTimers(env, s);
      }
      env.now = end;
    },
    data(us, n, fields = {}) {
      t.segment(us, { seq: n * MSS, len: MSS, ...fields });
    },
    segment(us, fields) {
      t.until(us);
      const len = fields.len ?? 0;
      tcpRcv(env, s, {
        id: 1,
        ack: s.tx.sndNxt,
        flags: TCP_ACK,
        win: 256_000,
        truesize: len > 536 ? 2304 : len > 147 ? 1280 : 832,
        gsoSize: 0,
        headerLen: s.tcpHeaderLen,
        tsVal: s.tsOk ? 1000 + Math.floor(us / 1000) : -1,
        tsEcr: s.tsOk ? 1000 : -1,
        urgPtr: 0,
        sacks: [],
        syn: null,
        ...fields,
        len,
        seq: (FIRST + (fields.seq ?? 0)) >>> 0,
      });
    },
    reasons: () => acks.map((ack) => ack.reason),
  };
  return t;
}

/** So many full segments in order, 1.25 ms apart, that nobody reads; then no credit is left and the window no longer grows. */
export function warm(t: TestReceiver, segments = 60): number {
  for (let i = 0; i < segments; i += 1) t.data(i * 1250, i);
  const us = segments * 1250 + 60_000;
  t.until(us);
  t.acks.length = 0;
  t.decisions.length = 0;
  t.drops.length = 0;
  return us;
}
