/**
 * CUBIC: after a loss the window follows a cubic curve of time, flat where the loss was; HyStart ends slow start before a loss.
 * Source: net/ipv4/tcp_cubic.c, v6.12 (Ha, Rhee, Xu, 2008; RFC 9438). Parameters are the module's defaults.
 */
import { Reason } from '../../catalog/reasons.ts';
import { congAvoidAi, slowStart } from './cong-avoid.ts';
import { hz } from './constants.ts';
import { jiffiesAt, type TcpEnv, usToJiffies } from './env.ts';
import { inSlowStart, microseconds, SK_PACING_NONE } from './sender.ts';
import { after } from './seq.ts';
import type { TcpSock } from './sock.ts';

/** beta: 717 of 1024 of the window stay after a loss. */
const BETA = 717;
const SCALE = 1024;
/** C = 41 / 1024 (bic_scale); times are counted in 1/1024 s. */
const CUBE_RTT_SCALE = 410;
const CUBE_FACTOR = Math.floor(2 ** 40 / CUBE_RTT_SCALE);
/** 8 (1 + beta) / 3 / (1 - beta), as Reno's share is counted. */
const BETA_SCALE = Math.floor(Math.floor((8 * (SCALE + BETA)) / 3) / (SCALE - BETA));
const HYSTART_LOW_WINDOW = 16;
const HYSTART_ACK_DELTA_US = 2000;
const HYSTART_MIN_SAMPLES = 8;
const HYSTART_DELAY_MIN_US = 4000;
const HYSTART_DELAY_MAX_US = 16_000;

/** The kernel's first guess of a cube root, by the six highest bits. */
const V = [
  0, 54, 54, 54, 118, 118, 118, 118, 123, 129, 134, 138, 143, 147, 151, 156, 157, 161, 164, 168, 170, 173,
  176, 179, 181, 185, 187, 190, 192, 194, 197, 199, 200, 202, 204, 206, 209, 211, 213, 215, 217, 219, 221,
  222, 224, 225, 227, 229, 231, 232, 234, 236, 237, 239, 240, 242, 244, 245, 246, 248, 250, 251, 252, 254,
];

/** fls64: the number of the highest bit set, from 1. */
function fls64(a: number): number {
  const high = Math.floor(a / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(a);
}

/** cubic_root: table and one step of Newton's; a fifth of a percent off on average. */
export function cubicRoot(a: number): number {
  const bits = fls64(a);
  if (bits < 7) return (V[a] + 35) >> 6;
  const b = ((bits * 84) >> 8) - 1;
  const shift = Math.floor(a / 2 ** (b * 3));
  const x = Math.floor(((V[shift] + 10) * 2 ** b) / 64);
  const next = 2 * x + Math.floor(a / (x * (x - 1)));
  return Math.floor((next * 341) / 1024);
}

function hystartReset(env: TcpEnv, s: TcpSock): void {
  const { ca } = s.tx;
  ca.roundStart = microseconds(env.now);
  ca.lastAck = ca.roundStart;
  ca.endSeq = s.tx.sndNxt;
  ca.currRtt = Number.POSITIVE_INFINITY;
  ca.sampleCnt = 0;
}

function reset(s: TcpSock): void {
  const { ca } = s.tx;
  ca.cnt = 0;
  ca.lastMaxCwnd = 0;
  ca.lastCwnd = 0;
  ca.lastTime = 0;
  ca.originPoint = 0;
  ca.k = 0;
  ca.delayMin = 0;
  ca.epochStart = -1;
  ca.ackCnt = 0;
  ca.tcpCwnd = 0;
  ca.found = false;
}

export function cubicInit(env: TcpEnv, s: TcpSock): void {
  reset(s);
  hystartReset(env, s);
}

/** A timeout forgets the curve. */
export function cubicStateLoss(env: TcpEnv, s: TcpSock): void {
  cubicInit(env, s);
}

/** bictcp_cwnd_event: a pause of the application doesn't count as time on the curve. */
export function cubicTxStart(env: TcpEnv, s: TcpSock): void {
  const { ca } = s.tx;
  const now = jiffiesAt(env);
  const delta = now - s.lsndtime;
  if (ca.epochStart < 0 || delta <= 0) return;
  ca.epochStart = Math.min(ca.epochStart + delta, now);
}

/** After a loss: 0.7 of the window; its height is remembered, a little less where it was falling (fast convergence). */
export function cubicSsthresh(s: TcpSock): number {
  const { ca, cwnd } = s.tx;
  ca.epochStart = -1;
  ca.lastMaxCwnd = cwnd < ca.lastMaxCwnd ? Math.floor((cwnd * (SCALE + BETA)) / (2 * SCALE)) : cwnd;
  return Math.max(Math.floor((cwnd * BETA) / SCALE), 2);
}

export function cubicCongAvoid(env: TcpEnv, s: TcpSock, acked: number): void {
  const t = s.tx;
  const left = inSlowStart(t) ? slowStart(s, acked) : acked;
  if (left === 0) return;
  update(env, s, left);
  congAvoidAi(s, t.ca.cnt, left);
}

/** bictcp_update: ca.cnt, the segments to be delivered for one more in the window. */
function update(env: TcpEnv, s: TcpSock, acked: number): void {
  const { ca, cwnd } = s.tx;
  const second = hz(env.jiffyNs, 1);
  const now = jiffiesAt(env);
  ca.ackCnt += acked;
  if (ca.lastCwnd === cwnd && now - ca.lastTime <= Math.floor(second / 32)) return;
  if (ca.epochStart < 0 || now !== ca.lastTime) {
    ca.lastCwnd = cwnd;
    ca.lastTime = now;
    if (ca.epochStart < 0) {
      ca.epochStart = now;
      ca.ackCnt = acked;
      ca.tcpCwnd = cwnd;
      if (ca.lastMaxCwnd <= cwnd) {
        ca.k = 0;
        ca.originPoint = cwnd;
      } else {
        ca.k = cubicRoot(CUBE_FACTOR * (ca.lastMaxCwnd - cwnd));
        ca.originPoint = ca.lastMaxCwnd;
      }
    }
    const time = Math.floor(((now - ca.epochStart + usToJiffies(env, ca.delayMin)) * 1024) / second);
    const off = Math.abs(time - ca.k);
    const delta = Math.floor((CUBE_RTT_SCALE * off * off * off) / 2 ** 40);
    const target = time < ca.k ? ca.originPoint - delta : ca.originPoint + delta;
    ca.cnt = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : 100 * cwnd;
    // where no loss was seen yet, nothing is known about the path
    if (ca.lastMaxCwnd === 0 && ca.cnt > 20) ca.cnt = 20;
  }
  // never slower than Reno would be
  const per = (cwnd * BETA_SCALE) >> 3;
  while (ca.ackCnt > per) {
    ca.ackCnt -= per;
    ca.tcpCwnd += 1;
  }
  if (ca.tcpCwnd > cwnd) ca.cnt = Math.min(ca.cnt, Math.floor(cwnd / (ca.tcpCwnd - cwnd)));
  ca.cnt = Math.max(ca.cnt, 2);
}

/** cubictcp_acked @param us round trip of the newest segment (S)ACKed */
export function cubicAcked(env: TcpEnv, s: TcpSock, us: number): void {
  const { ca } = s.tx;
  if (us < 0) return;
  if (ca.epochStart >= 0 && jiffiesAt(env) - ca.epochStart < hz(env.jiffyNs, 1)) return;
  const delay = Math.max(us, 1);
  if (ca.delayMin === 0 || ca.delayMin > delay) ca.delayMin = delay;
  if (!ca.found && inSlowStart(s.tx) && env.rules.tcpHystart) hystart(env, s, delay);
}

/** hystart_ack_delay: what large frames and their merging add to a round trip. us */
function ackDelay(s: TcpSock): number {
  const { gsoMaxSize, pacingRate } = s.tx;
  return Math.min(1000, Math.floor((gsoMaxSize * 4 * 1_000_000) / pacingRate));
}

/** hystart_update: slow start ends where ACKs come for half a round trip on end, or each comes later than before. */
function hystart(env: TcpEnv, s: TcpSock, delay: number): void {
  const t = s.tx;
  const { ca } = t;
  if (after(t.sndUna, ca.endSeq)) hystartReset(env, s);
  if (t.cwnd < HYSTART_LOW_WINDOW) return;
  const now = microseconds(env.now);
  if (now - ca.lastAck <= HYSTART_ACK_DELTA_US) {
    ca.lastAck = now;
    let threshold = ca.delayMin + ackDelay(s);
    if (t.pacing === SK_PACING_NONE) threshold >>= 1;
    if (now - ca.roundStart > threshold) {
      ca.found = true;
      env.counters.TcpExtTCPHystartTrainDetect += 1;
      env.counters.TcpExtTCPHystartTrainCwnd += t.cwnd;
      t.ssthresh = t.cwnd;
      env.decide(s, Reason.hystartTrain, t.cwnd, now - ca.roundStart);
    }
  }
  ca.currRtt = Math.min(ca.currRtt, delay);
  if (ca.sampleCnt < HYSTART_MIN_SAMPLES) {
    ca.sampleCnt += 1;
    return;
  }
  const more = Math.min(Math.max(ca.delayMin >> 3, HYSTART_DELAY_MIN_US), HYSTART_DELAY_MAX_US);
  if (ca.currRtt <= ca.delayMin + more) return;
  ca.found = true;
  env.counters.TcpExtTCPHystartDelayDetect += 1;
  env.counters.TcpExtTCPHystartDelayCwnd += t.cwnd;
  t.ssthresh = t.cwnd;
  env.decide(s, Reason.hystartDelay, t.cwnd, ca.currRtt - ca.delayMin);
}
