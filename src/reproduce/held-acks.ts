/**
 * A TCP receiver alone (engine/tcp) that gets a stream with holes all the time, as counted with SACK compression: so many segments
 * a second, of which now and then one comes a round trip late, sent again. Neither the round trip nor the share of losses is
 * published: both are assumed (one lost of 100 to 1000: 95.9 to 96.8 % held back). With a round trip of 8 ms or more the limit of 44 rules and not the delay (5 % of it).
 */
import { rulesFor } from '../catalog/rules.ts';
import { TCP_ACK } from '../engine/packet/frame.ts';
import { createTcpCounters } from '../engine/tcp/counters.ts';
import { createTcpEstablished } from '../engine/tcp/create.ts';
import { defaultTcpSysctls, type TcpEnv } from '../engine/tcp/env.ts';
import { tcpRcv } from '../engine/tcp/rcv.ts';
import { tcpRecvmsg } from '../engine/tcp/read.ts';
import { nextTimerNs, runTimers } from '../engine/tcp/timers.ts';

/** Segments in the second that was counted. */
const SEGMENTS = 123_251;
const RTT_US = 10_000;
/** One of so many is lost. */
const LOST_OF = 500;
const MSS = 1448;
const START_NS = 1_000_000_000;
const TRUESIZE = 2304;

export interface HeldAcks {
  segments: number;
  sent: number;
  held: number;
  /** Segments from one ACK to the next, at most. */
  most: number;
}

let known: HeldAcks | null = null;

export function heldAcks(): HeldAcks {
  known ??= run();
  return known;
}

function run(): HeldAcks {
  const rules = rulesFor('4.20');
  const counts = { segments: 0, sent: 0, held: 0, most: 0 };
  let since = 0;
  const env: TcpEnv = {
    now: START_NS,
    jiffyNs: 4_000_000,
    tickPhaseNs: 0,
    hrtimerLatencyNs: 0,
    rules,
    sysctl: defaultTcpSysctls(rules),
    counters: createTcpCounters(),
    transmit: () => {
      counts.sent += 1;
      if (since > counts.most) counts.most = since;
      since = 0;
    },
    drop: () => {},
    decide: () => {},
    dataReady: () => {},
    writeSpace: () => {},
    stateChange: () => {},
  };
  const s = createTcpEstablished(env, {
    rcvNxt: 1,
    sndNxt: 5000,
    sackOk: true,
    tsOk: false,
    mss: 1460,
    peerMss: 1460,
    peerWindow: 256_000,
    wscale: true,
    handshakeRttUs: RTT_US,
    coalesces: false,
    rcvbuf: 33_554_432,
    tsVal: 0,
  });
  s.rttUs8 = RTT_US * 8;
  const until = (ns: number): void => {
    while (nextTimerNs(s) <= ns) {
      env.now = nextTimerNs(s);
      runTimers(env, s);
    }
    env.now = ns;
  };
  const arrive = (n: number): void => {
    counts.segments += 1;
    since += 1;
    tcpRcv(env, s, {
      id: n + 1,
      seq: 1 + n * MSS,
      ack: s.tx.sndNxt,
      flags: TCP_ACK,
      len: MSS,
      win: 256_000,
      truesize: TRUESIZE,
      gsoSize: 0,
      headerLen: s.tcpHeaderLen,
      tsVal: -1,
      tsEcr: -1,
      urgPtr: 0,
      sacks: [],
      syn: null,
    });
    tcpRecvmsg(env, s, 1_048_576);
  };
  const gapNs = 1e9 / SEGMENTS;
  /** Lost segments by the place in the stream at which they come again. */
  const late: { n: number; at: number }[] = [];
  for (let n = 0; counts.segments < SEGMENTS; n += 1) {
    until(START_NS + Math.round(counts.segments * gapNs));
    while (late.length > 0 && late[0].at <= counts.segments) arrive((late.shift() as { n: number }).n);
    if (n % LOST_OF === LOST_OF - 1)
      late.push({ n, at: counts.segments + Math.round((RTT_US * 1000) / gapNs) });
    else arrive(n);
  }
  counts.held = env.counters.TcpExtTCPAckCompressed;
  return counts;
}
