/** CUBIC's numbers, worked out by hand from its curve: W(t) = C (t - K)^3 + Wmax, C = 0.4, beta = 0.7. */
import { describe, expect, it } from 'vitest';
import { testSender } from '../../testing/tcp-sender.ts';
import { congAvoid } from './cong.ts';
import { cubicRoot, cubicSsthresh } from './cubic.ts';

describe('the cube root', () => {
  it('is a fifth of a percent off on average, never far', () => {
    for (const n of [64, 100, 1000, 12_345, 99_999, 1_000_000, 2_000_000]) {
      const root = cubicRoot(n ** 3);
      expect(Math.abs(root - n) / n).toBeLessThan(0.01);
    }
    expect(cubicRoot(0)).toBe(0);
    expect([1, 8, 27].map(cubicRoot)).toEqual([1, 2, 3]);
  });
});

/** In congestion avoidance, the window full, a loss behind it. */
function avoiding(cwnd: number, lastMax: number) {
  const t = testSender({ handshakeRttUs: 100_000 });
  const { tx } = t.s;
  tx.cwnd = cwnd;
  tx.ssthresh = cwnd;
  tx.isCwndLimited = true;
  tx.ca.lastMaxCwnd = lastMax;
  tx.ca.delayMin = 100_000;
  return t;
}

describe('after a loss', () => {
  it('0.7 of the window stay; falling windows remember a little less (fast convergence)', () => {
    const t = avoiding(100, 0);
    // 100 * 717 / 1024
    expect(cubicSsthresh(t.s)).toBe(70);
    expect(t.s.tx.ca.lastMaxCwnd).toBe(100);
    t.s.tx.cwnd = 80;
    cubicSsthresh(t.s);
    // 80 * (1024 + 717) / 2048
    expect(t.s.tx.ca.lastMaxCwnd).toBe(68);
  });

  it('the window is back after K = cbrt(Wmax 0.3 / 0.4) seconds, flat there, and steeper later', () => {
    const t = avoiding(700, 1000);
    const at: Record<number, number> = {};
    // K = cbrt(300 / 0.4) = 9.09 s; one round trip of 100 ms each step
    for (let i = 1; i <= 200; i += 1) {
      t.env.now += 100_000_000;
      congAvoid(t.env, t.s, t.s.tx.cwnd);
      at[i] = t.s.tx.cwnd;
    }
    // 0.4 (4.9 - 9.09)^3 + 1000 = 970 after 5 s; Reno's share would be 700 + 50 * 0.53 = 726
    expect(Math.abs(at[49] - 970)).toBeLessThan(8);
    expect(Math.abs(at[91] - 1000)).toBeLessThan(5);
    expect(at[110] - at[75]).toBeLessThan(12);
    // 0.4 * 5.9^3 = 82 more after 15 s
    expect(Math.abs(at[149] - 1082)).toBeLessThan(12);
  });

  it('on a short path Reno’s growth is the faster: 3 (1 - beta) / (1 + beta) a round trip', () => {
    const t = avoiding(70, 100);
    t.s.tx.ca.delayMin = 1000;
    for (let i = 0; i < 100; i += 1) {
      t.env.now += 1_000_000;
      congAvoid(t.env, t.s, t.s.tx.cwnd);
    }
    // 0.1 s on the cubic curve is nothing; 100 round trips at 8 of 15 of a segment are about 53
    expect(t.s.tx.cwnd).toBeGreaterThan(110);
    expect(t.s.tx.cwnd).toBeLessThan(130);
  });

  it('Reno adds one a round trip', () => {
    const t = testSender({ sysctl: { tcp_congestion_control: 'reno' } });
    Object.assign(t.s.tx, { cwnd: 20, ssthresh: 20, isCwndLimited: true });
    for (let i = 0; i < 10; i += 1) congAvoid(t.env, t.s, t.s.tx.cwnd);
    expect(t.s.tx.cwnd).toBe(30);
    expect(t.decisions).toContain('cwndAvoidance');
  });

  it('a window that is not used does not grow', () => {
    const t = avoiding(20, 0);
    t.s.tx.isCwndLimited = false;
    congAvoid(t.env, t.s, 20);
    expect(t.s.tx.cwnd).toBe(20);
    expect(t.decisions).toContain('cwndNotUsed');
  });
});

describe('HyStart', () => {
  /** Slow start at 40 ms, every ACK later by `more` us than the one before. */
  const grow = (kernel: string, gapUs: number, more: number) => {
    const t = testSender({ kernel });
    t.send(10_000_000);
    let us = 40_000;
    let n = 0;
    for (let round = 0; round < 6; round += 1) {
      const out = t.s.tx.packetsOut;
      for (let i = 0; i < out; i += 2) {
        n += 2;
        t.ack(
          us + i * gapUs,
          Math.min(
            n,
            t.sent.reduce((sum, f) => sum + f.segs, 0),
          ),
        );
      }
      us += 40_000 + more;
    }
    return t;
  };

  it('ends slow start where ACKs come for half a round trip on end', () => {
    const t = grow('6.18', 500, 0);
    expect(t.decisions).toContain('hystartTrain');
    expect(t.counters.TcpExtTCPHystartTrainDetect).toBe(1);
    expect(t.s.tx.ssthresh).toBe(t.counters.TcpExtTCPHystartTrainCwnd);
  });

  it('or where round trips become longer by an eighth, 4 ms at least', () => {
    const t = grow('6.18', 1, 6000);
    expect(t.decisions).toContain('hystartDelay');
    expect(t.counters.TcpExtTCPHystartDelayDetect).toBe(1);
  });

  it('neither in a burst of equal round trips, nor before 2.6.29', () => {
    expect(grow('6.18', 1, 0).s.tx.ssthresh).toBe(0x7fffffff);
    expect(grow('2.6.28', 500, 0).decisions).not.toContain('hystartTrain');
  });
});
