/** What holds for any sequence of segments, reads and waits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST, testReceiver } from '../../testing/tcp-receiver.ts';
import { tcpRecvmsg } from './read.ts';
import type { TcpSock } from './sock.ts';
import { receiveWindow } from './window.ts';

const KERNELS = ['4.17', '4.18', '4.20', '5.8', '6.12', '6.18', '6.19'];
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ seq: fc.integer({ min: 0, max: 60 }), len: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 60_000 }) }) },
);
const world = fc.record({
  kernel: fc.constantFrom(...KERNELS),
  tsOk: fc.boolean(),
  sackOk: fc.boolean(),
  coalesces: fc.boolean(),
  rcvbuf: fc.constantFrom(0, 8192, 20_000, 1_048_576),
  nr: fc.constantFrom(0, 3, 44),
  actions: fc.array(action, { minLength: 1, maxLength: 60 }),
});

/** Bytes are counted in steps of 300, so that segments overlap in every way. */
const UNIT = 300;
const rel = (seq: number): number => (seq - FIRST) | 0;

function play(w: typeof world extends fc.Arbitrary<infer T> ? T : never, check: boolean) {
  const t = testReceiver({
    kernel: w.kernel,
    tsOk: w.tsOk,
    sackOk: w.sackOk,
    coalesces: w.coalesces,
    rcvbuf: w.rcvbuf,
    sysctl: { tcp_comp_sack_nr: w.nr },
  });
  const offered = new Set<number>();
  let us = 0;
  let read = 0;
  let edge = 0;
  for (const one of w.actions) {
    us += 50;
    t.until(us);
    if ('wait' in one) {
      us += one.wait;
      t.until(us);
    } else if ('read' in one) read += tcpRecvmsg(t.env, t.s, one.read).bytes;
    else {
      for (let u = one.seq; u < one.seq + one.len; u += 1) offered.add(u);
      t.segment(us, { seq: one.seq * UNIT, len: one.len * UNIT, truesize: one.len > 1 ? 2304 : 1280 });
    }
    if (check) holds(t.s);
    const right = rel(t.s.rcvNxt) + receiveWindow(t.s);
    // only an ACK for want of memory takes an offer back
    if (check && t.reasons().at(-1) !== 'ackNoMemory') expect(right).toBeGreaterThanOrEqual(edge);
    edge = right;
  }
  if (check) {
    let next = 0;
    while (offered.has(next)) next += 1;
    expect(rel(t.s.rcvNxt)).toBeLessThanOrEqual(next * UNIT);
    for (const ack of t.acks) {
      expect(ack.sacks.length).toBeLessThanOrEqual(w.tsOk ? 3 : 4);
      for (const [left, right] of ack.sacks) {
        expect(left).toBeLessThan(right);
        for (let u = Math.floor(left / UNIT); u * UNIT < right; u += 1) expect(offered.has(u)).toBe(true);
      }
      if (!w.sackOk) expect(ack.sacks).toEqual([]);
    }
    read += tcpRecvmsg(t.env, t.s, Number.MAX_SAFE_INTEGER).bytes;
    expect(read).toBe(rel(t.s.rcvNxt));
    t.until(us + 10_000_000);
    expect(t.s.compressedAtNs).toBe(Number.POSITIVE_INFINITY);
    if (t.acks.length > 0) expect(t.acks.at(-1)?.acked).toBe(rel(t.s.rcvNxt));
  }
  return t;
}

function holds(s: TcpSock): void {
  const charged = [...s.queue, ...s.ofo].reduce((sum, skb) => sum + skb.truesize, 0);
  expect(s.rmem).toBe(charged);
  expect(rel(s.copiedSeq)).toBeLessThanOrEqual(rel(s.rcvNxt));
  s.ofo.forEach((skb, i) => {
    expect(rel(skb.seq)).toBeGreaterThan(rel(s.rcvNxt));
    expect(rel(skb.endSeq) - rel(skb.seq)).toBe(skb.len);
    if (i > 0) expect(rel(skb.seq)).toBeGreaterThan(rel(s.ofo[i - 1].seq));
  });
  s.queue.forEach((skb, i) => {
    if (i > 0) expect(rel(skb.seq)).toBeLessThanOrEqual(rel(s.queue[i - 1].endSeq));
  });
  expect(s.sacks.length).toBeLessThanOrEqual(8);
  for (let i = 0; i < s.sacks.length; i += 2) {
    expect(rel(s.sacks[i])).toBeGreaterThan(rel(s.rcvNxt));
    for (let j = i + 2; j < s.sacks.length; j += 2)
      expect(s.sacks[j] === s.sacks[i + 1] || s.sacks[i] === s.sacks[j + 1]).toBe(false);
  }
}

describe('any connection', () => {
  it('keeps its books, offers no byte twice, and what it says is true', () => {
    fc.assert(
      fc.property(world, (w) => {
        play(w, true);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same again, and as a copy', () => {
    fc.assert(
      fc.property(world, (w) => {
        const a = play(w, false);
        const b = play(w, false);
        expect(b.s).toEqual(a.s);
        expect(b.acks).toEqual(a.acks);
        expect(JSON.parse(JSON.stringify(a.s, (_, v) => (v === Infinity ? 'never' : v)))).toEqual(
          JSON.parse(JSON.stringify(structuredClone(a.s), (_, v) => (v === Infinity ? 'never' : v))),
        );
      }),
      { numRuns: 100 },
    );
  });
});
