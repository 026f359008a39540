/** How TCP cuts a write into frames: sizes worked out by hand, some measured (lab tso files). */
import { describe, expect, it } from 'vitest';
import {
  createTcpWriter,
  packetsInFlight,
  sizeGoal,
  tcpAcked,
  tcpPushPending,
  tcpSendmsg,
  type TcpWriterOptions,
} from './write.ts';

const MSS = 1448;
const writer = (more: Partial<TcpWriterOptions> = {}) =>
  createTcpWriter({
    mss: MSS,
    gsoMaxSize: 65_536,
    gsoMaxSegs: 65_535,
    window: 65_535,
    nodelay: false,
    cork: false,
    minRttUs: 60,
    ...more,
  });
const lens = (frames: { len: number }[]): number[] => frames.map((f) => f.len);

describe('a write', () => {
  it('of ten segments leaves as 5 + 5: half of the congestion window at a time, each with PSH', () => {
    const w = writer();
    expect(tcpSendmsg(w, 10 * MSS)).toEqual([
      { seq: 0, len: 5 * MSS, segs: 5, psh: true },
      { seq: 5 * MSS, len: 5 * MSS, segs: 5, psh: true },
    ]);
    expect(packetsInFlight(w)).toBe(10);
  });

  it('goes on after the ACK, and slow start widens the window by what was acknowledged', () => {
    const w = writer();
    expect(lens(tcpSendmsg(w, 20 * MSS))).toEqual([5 * MSS, 5 * MSS]);
    expect(tcpPushPending(w)).toEqual([]);
    tcpAcked(w, 10 * MSS, 65_535);
    expect(w.cwnd).toBe(20);
    expect(lens(tcpPushPending(w))).toEqual([10 * MSS]);
  });

  it('a short tail goes with its frame; a short frame of its own waits for the window only', () => {
    expect(lens(tcpSendmsg(writer(), 10_000))).toEqual([5 * MSS, 10_000 - 5 * MSS]);
    const w = writer({ mss: 488 });
    expect(lens(tcpSendmsg(w, 5000))).toEqual([2440, 2440]);
    tcpAcked(w, 4880, 65_535);
    expect(tcpPushPending(w)).toEqual([{ seq: 4880, len: 120, segs: 1, psh: true }]);
  });

  it('is bounded by the device’s GSO limits and by half of the peer’s window', () => {
    expect(sizeGoal(writer())).toBe(22 * MSS);
    expect(sizeGoal(writer({ mss: 8948 }))).toBe(3 * 8948);
    expect(sizeGoal(writer({ gsoMaxSize: 8000 }))).toBe(5 * MSS);
    expect(sizeGoal(writer({ gsoMaxSegs: 4 }))).toBe(4 * MSS);
    expect(lens(tcpSendmsg(writer({ gsoMaxSegs: 2 }), 5 * MSS))).toEqual([2 * MSS, 2 * MSS, MSS]);
    expect(lens(tcpSendmsg(writer({ mss: 8948 }), 5 * 8948))).toEqual([3 * 8948, 2 * 8948]);
  });

  it('stops at the receive window', () => {
    const w = writer({ window: 4000 });
    expect(tcpSendmsg(w, 10_000).reduce((sum, f) => sum + f.len, 0)).toBeLessThanOrEqual(4000);
  });

  it('far away, frames hold a millisecond at the pacing rate, two segments at least', () => {
    // 1448 * 10 * 2 bytes in 50 ms are 566 in a (binary) millisecond
    expect(lens(tcpSendmsg(writer({ minRttUs: 50_000 }), 5 * MSS))).toEqual([2 * MSS, 2 * MSS, MSS]);
  });
});

describe('short writes', () => {
  it('Nagle: the second waits for the ACK of the first, unless TCP_NODELAY', () => {
    const w = writer();
    expect(lens(tcpSendmsg(w, 100))).toEqual([100]);
    expect(tcpSendmsg(w, 100)).toEqual([]);
    expect(tcpSendmsg(w, 100)).toEqual([]);
    tcpAcked(w, 100, 65_535);
    expect(tcpPushPending(w)).toEqual([{ seq: 100, len: 200, segs: 1, psh: true }]);
    const at = writer({ nodelay: true });
    expect([1, 2, 3].flatMap(() => lens(tcpSendmsg(at, 100)))).toEqual([100, 100, 100]);
  });

  it('TCP_CORK keeps short data back until it is cleared, full segments go', () => {
    const w = writer({ cork: true });
    for (let i = 0; i < 5; i += 1) expect(tcpSendmsg(w, 100)).toEqual([]);
    expect(lens(tcpSendmsg(w, 1000))).toEqual([MSS]);
    w.cork = false;
    expect(lens(tcpPushPending(w))).toEqual([52]);
  });
});
