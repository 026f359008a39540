/** Rates by hand: which bin an ACK and a frame count in, and what a whole connection adds up to. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import { advance } from '../engine/advance.ts';
import { copyWorld } from '../engine/copy.ts';
import { createWorld } from '../engine/create.ts';
import { RecordWriter } from '../engine/records.ts';
import type { World } from '../engine/world.ts';
import type { Request, Response, Transfer } from '../protocol/messages.ts';
import { linkedSpec, linkSpec, linkWay } from '../testing/specs.ts';
import { binFor, Rates, wholeRunBin } from './rates.ts';
import { Session } from './session.ts';

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

describe('the length of a bin', () => {
  it('is the least of 1, 2, 5, 10, ... ns of which so many make up the span', () => {
    expect(binFor(10_000_000, 100)).toBe(100_000);
    expect(binFor(10_000_001, 100)).toBe(200_000);
    expect(binFor(2_100, 100)).toBe(50);
    expect(binFor(99, 100)).toBe(1);
  });

  it('is a power of ten for a whole run', () => {
    expect([wholeRunBin(9_000), wholeRunBin(10_000_000), wholeRunBin(10_000_001)]).toEqual([
      1, 1_000, 10_000,
    ]);
  });
});

describe('rates', () => {
  it('count an ACK where it is heard, a frame where it sets out, a lost one nowhere', () => {
    const w = createWorld(linkedSpec());
    const [there, back] = w.ways.map((way) => way.place);
    const rates = new Rates(10, 0, 100, w);
    const writer = new RecordWriter((buffer, count) => rates.consume(new DataView(buffer), count));
    let seq = 0;
    const record = (
      timeNs: number,
      kind: number,
      place: number,
      packet: number,
      other: number,
      a: number,
    ) => {
      seq += 1;
      writer.write(timeNs, seq, kind, place, 0, 0, packet, other, 0, a, 0);
    };
    for (const [t, flow] of [
      [9, 3],
      [10, 3],
      [10, 4],
      [19, 3],
      [99, 3],
    ])
      record(t, Kind.tcpAcked, 0, 1, flow, 0);
    record(3, Kind.linkEnter, there, 5, 0, 1000);
    record(12, Kind.linkStart, there, 5, 0, 0);
    record(14, Kind.linkEnter, back, 6, 0, 60);
    record(19, Kind.linkStart, back, 6, 0, 0);
    // a copy of it
    record(20, Kind.linkStart, back, 7, 6, 0);
    record(21, Kind.linkEnter, there, 8, 0, 1500);
    record(22, Kind.linkDrop, there, 8, 0, 1);
    writer.flush();
    expect(rates.view(3, 0, 0, 100, 10)).toEqual({
      binNs: 10,
      firstNs: 0,
      acks: [1, 2, 0, 0, 0, 0, 0, 0, 0, 1],
      way: 0,
      out: [0, 1000, 0, 0, 0, 0, 0, 0, 0, 0],
      back: [0, 60, 60, 0, 0, 0, 0, 0, 0, 0],
    });
    // bins that touch the window, of two each
    expect(rates.view(3, 0, 25, 55, 20)).toEqual({
      binNs: 20,
      firstNs: 20,
      acks: [0, 0],
      way: 0,
      out: [0, 0],
      back: [60, 0],
    });
    expect(rates.view(4, 1, 0, 20, 20)).toMatchObject({ acks: [1], out: [60], back: [1000] });
    expect(rates.view(4, -1, 0, 20, 20)).toMatchObject({ acks: [1], out: [], back: [] });
  });

  it('go on after a fork from the frames that wait there', () => {
    // 60 bytes and 24 of preamble, gap and FCS at 1 Mbit/s: a frame takes 672 µs, and they come every 10 µs
    const spec = linkedSpec({ link: linkSpec(linkWay({ rateBps: 1_000_000 })), send: { count: 10 } });
    const reader = (w: World, rates: Rates) => {
      w.writer = new RecordWriter((buffer, count) => rates.consume(new DataView(buffer), count));
      return rates;
    };
    const w = createWorld(spec);
    const whole = reader(w, new Rates(1000, 0, 10_000_000, w));
    advance(w, 1_000_500);
    w.writer?.flush();
    const fork = copyWorld(w);
    expect(fork.ways[0].queue.length).toBeGreaterThan(0);
    advance(w, 10_000_000);
    w.writer?.flush();
    const forked = reader(fork, new Rates(1000, 0, 10_000_000, fork));
    forked.takeOver(whole, fork.now);
    advance(fork, 10_000_000);
    fork.writer?.flush();
    const seen = whole.view(1, 0, 0, 10_000_000, 1000);
    expect(sum(seen.out)).toBe(10 * 60);
    expect(forked.view(1, 0, 0, 10_000_000, 1000)).toEqual(seen);
  });
});

describe('a connection’s rates', () => {
  const text = readFileSync('scenarios/sending/a-hole-and-its-sacks.json', 'utf8');
  const posted: Response[] = [];
  const session = new Session({
    builtins: new Map([['it', text]]),
    released: new Map(),
    now: () => 0,
    post: (r) => posted.push(r),
  });
  let id = 0;
  const ask = (request: object): Response => {
    id += 1;
    session.handle({ ...request, id } as Request);
    while (session.pump());
    return posted.find((r) => r.id === id && r.type !== 'progress') as Response;
  };
  const loaded = ask({ type: 'load', scenario: { builtin: 'it' }, captures: [], variant: 'base' });
  const flow = loaded.type === 'loaded' ? loaded.map.transfers[0].flow : 0;
  const transfer = (fromNs: number, toNs: number, bars: number): Transfer['rates'] => {
    const answer = ask({ type: 'transfer', branch: 1, flow, fromNs, toNs, points: 1000, bars });
    if (answer.type !== 'transfer') throw new Error(answer.type);
    return answer.transfer.rates;
  };

  it('add up to the frames of the lesson', () => {
    const { binNs, acks, out, back } = transfer(0, 10_000_000, 100);
    expect([binNs, acks.length]).toEqual([100_000, 100]);
    // the SYN-ACK; three segments, six behind the hole, the one that fills it
    expect(sum(acks)).toBe(1 + 3 + 6 + 1);
    // SYN 74; ACK 66; ten segments of 1448 bytes and 66 of headers, of which one is lost and sent again
    expect(sum(out)).toBe(74 + 66 + 10 * 1514);
    // SYN-ACK 74; four ACKs; six with a SACK block, which takes 12 bytes
    expect(sum(back)).toBe(74 + 4 * 66 + 6 * 78);
  });

  it('are the same close up, where bins are shorter than those of the whole run', () => {
    const coarse = transfer(4_100_000, 4_300_000, 200);
    const close = transfer(4_100_000, 4_300_000, 1000);
    expect([coarse.binNs, close.binNs, close.firstNs]).toEqual([1000, 200, 4_100_000]);
    for (const name of ['acks', 'out', 'back'] as const)
      expect(coarse[name].map((_, i) => sum(close[name].slice(5 * i, 5 * i + 5)))).toEqual(coarse[name]);
    expect(sum(close.acks)).toBeGreaterThan(0);
  });
});
