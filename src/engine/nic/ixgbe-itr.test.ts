/** ixgbe's adaptive moderation: the driver's arithmetic by hand, and what it settles at. */
import { describe, expect, it } from 'vitest';
import { appSpec, udpRate, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { classOf, gapBySize, itrUsecs, smoothed } from './ixgbe-itr.ts';

describe('the classes before 4.15', () => {
  it('rise above 10 and 20 bytes a microsecond, and fall one at a time (itrLowest, itrLow, itrBulk)', () => {
    expect([classOf(0, 10), classOf(0, 11), classOf(0, 500)]).toEqual([0, 1, 1]);
    expect([classOf(1, 10), classOf(1, 11), classOf(1, 20), classOf(1, 21)]).toEqual([0, 1, 1, 2]);
    expect([classOf(2, 21), classOf(2, 20), classOf(2, 0)]).toEqual([2, 1, 1]);
  });

  it('approach the gap of the class smoothly, and the register takes steps of 2 µs', () => {
    // 10 * 40 * 200 / (9 * 40 + 200), then 10 * 40 * 142 / (9 * 40 + 142)
    expect(smoothed(200, 40)).toBe(142);
    expect(smoothed(142, 40)).toBe(113);
    // slower the other way: 10 * 500 * 40 / (9 * 500 + 40)
    expect(smoothed(40, 500)).toBe(44);
    expect([200, 142, 40].map(itrUsecs)).toEqual([50, 34, 10]);
  });
});

describe('the gap by size since 4.15', () => {
  it('grows with the packets, is halved for latency, and ends at 126 µs', () => {
    expect(gapBySize(60, true, 10)).toBe(10);
    // 64 * 40 + 2720 = 5280, halved 2640: 6 steps of 512
    expect(gapBySize(64, true, 10)).toBe(12);
    // 1514 * 5 + 22420 = 29990: 59 steps
    expect(gapBySize(1514, false, 10)).toBe(118);
    expect(gapBySize(9014, false, 10)).toBe(126);
  });

  it('is four times as long at 1 Gbit/s', () => {
    // 2560 / 128
    expect(gapBySize(60, true, 1)).toBe(40);
    expect(gapBySize(1514, false, 1)).toBe(126);
  });
});

const ADAPTIVE = { host: 0, change: { type: 'coalesce' as const, nic: 0, adaptiveRx: true } };

function settled(kernel: string, traffic: object, rest: object = {}) {
  const spec = worldSpec({
    nic: { driver: 'ixgbe' },
    setup: [ADAPTIVE],
    traffic: [udpRate({ ...traffic })],
    ...rest,
  });
  const { world, records } = runTraced({ ...spec, kernel }, 20_000_000);
  const set = records.filter((r) => r.kind === 'itrUpdate');
  return { usecs: world.queues[0].rxUsecs, set, reasons: new Set(set.map((r) => r.reason)) };
}

describe('a queue that adapts', () => {
  it('serves a few packets at once (itrFew, itrStale; itrLowest)', () => {
    expect(settled('6.12', { ratePps: 10_000 })).toMatchObject({ usecs: 10, reasons: new Set(['itrFew']) });
    // 10 ms apart: more than a jiffy of 4 ms
    expect(settled('6.12', { ratePps: 100 }).set[1]).toMatchObject({ reason: 'itrStale', a: 10_000, b: 1 });
    expect(settled('4.14', { ratePps: 10_000 })).toMatchObject({
      usecs: 10,
      reasons: new Set(['itrLowest']),
    });
  });

  it('lengthens the gap until 48 packets come an interrupt (itrLonger, itrKept)', () => {
    const { usecs, set, reasons } = settled('6.12', { ratePps: 800_000 });
    // 48 / 0.8 = 60 µs, and steps of 2 from 10
    expect(usecs).toBeGreaterThanOrEqual(60);
    expect(usecs).toBeLessThanOrEqual(64);
    expect(set.at(-1)?.reason).toBe('itrKept');
    expect(reasons).toContain('itrLonger');
  });

  it('halves a gap that gathers 96 packets, computes one where 256 came (itrHalved, itrMany)', () => {
    // the first guess, 50 µs, gathers 2.5 a µs
    expect(settled('6.12', { ratePps: 2_000_000 }).reasons).toContain('itrHalved');
    const burst = settled('6.12', { ratePps: 14_000_000, count: 400 }).set.find((r) => r.b >= 256);
    // 60 bytes: 5120 / 512 steps
    expect(burst).toMatchObject({ reason: 'itrMany', a: 20_000 });
  });

  it('waits longer where only the other direction has work, not for ever (itrNothing)', () => {
    const sender = appSpec({ sockets: [], send: udpSend({ ratePps: 10_000 }, 1472) });
    const { set } = settled('6.12', {}, { traffic: [], apps: [sender] });
    // 1514 bytes: 14,995 / 512, 30 steps, 60 µs; from 50 on by 2
    expect(set.slice(0, 3).map((r) => [r.reason, r.a])).toEqual([
      ['itrNothing', 52_000],
      ['itrNothing', 54_000],
      ['itrNothing', 56_000],
    ]);
    expect(set.at(-1)).toMatchObject({ reason: 'itrFew', a: 60_000 });
  });

  it('takes the gap for bulk of its kernel (itrLow, itrBulk)', () => {
    // smoothing in whole numbers ends at 326 of 336 and 490 of 500; steps of 8
    const late = settled('4.14', { ratePps: 800_000 });
    expect(late).toMatchObject({ usecs: 80, reasons: new Set(['itrLowest', 'itrLow', 'itrBulk']) });
    expect(settled('4.3', { ratePps: 800_000 }).usecs).toBe(122);
  });

  it('is fixed again where rx-usecs is set', () => {
    const fixed = { host: 0, change: { type: 'coalesce' as const, nic: 0, adaptiveRx: false, rxUsecs: 20 } };
    const { usecs, set } = settled('6.12', { ratePps: 10_000 }, { setup: [ADAPTIVE, fixed] });
    expect(usecs).toBe(20);
    expect(set).toEqual([]);
  });
});
