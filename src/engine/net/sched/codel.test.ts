/** CoDel's law by hand: interval / sqrt(count), in units of 1024 ns. */
import { describe, expect, it } from 'vitest';
import { codelTime, controlLaw, createCodelVars, enterDropping, newtonStep, shouldDrop } from './codel.ts';

const params = { target: codelTime(5_000_000), interval: codelTime(100_000_000), mtu: 1514 };

describe('codel', () => {
  it('keeps times as the kernel does: 5 ms are 4882 units, 100 ms are 97656', () => {
    expect([params.target, params.interval]).toEqual([4882, 97_656]);
  });

  it('drops only when the wait has been above the target for a whole interval', () => {
    const vars = createCodelVars();
    const seen = (now: number, wait: number): boolean => shouldDrop(vars, params, now - wait, 100_000, now);
    expect(seen(10_000, 4881)).toBe(false);
    expect(vars.firstAbove).toBe(0);
    expect(seen(20_000, 4882)).toBe(false);
    expect(vars.firstAbove).toBe(20_000 + 97_656);
    expect(seen(117_656, 9000)).toBe(false);
    expect(seen(117_657, 9000)).toBe(true);
    // one short wait, and it begins anew
    expect(seen(118_000, 100)).toBe(false);
    expect(vars.firstAbove).toBe(0);
  });

  it('never drops the last packet: with a frame or less behind it the queue is no queue', () => {
    const vars = { ...createCodelVars(), firstAbove: 1 };
    expect(shouldDrop(vars, params, 0, 1514, 1_000_000)).toBe(false);
    expect(shouldDrop({ ...vars, firstAbove: 1 }, params, 0, 1515, 1_000_000)).toBe(true);
  });

  it('comes nearer by sqrt(count): one Newton step a drop, within 2.5 percent of the root from the fourth on', () => {
    const vars = createCodelVars();
    enterDropping(vars, params, 1000);
    expect([vars.count, vars.recInvSqrt]).toEqual([1, 0xffff]);
    expect(vars.dropNext).toBe(1000 + 97_654);
    for (let count = 2; count <= 400; count += 1) {
      vars.count = count;
      newtonStep(vars);
      const ideal = 97_656 / Math.sqrt(count);
      // from 1 the first step goes to x (3 - 2 x x) / 2 = 0.5, not 0.707
      if (count === 2) expect(Math.abs(controlLaw(0, 97_656, vars.recInvSqrt) - 48_828)).toBeLessThan(5);
      if (count >= 4)
        expect(Math.abs(controlLaw(0, 97_656, vars.recInvSqrt) / ideal - 1)).toBeLessThan(0.025);
    }
  });

  it('goes on nearly where it was when it has to drop again soon', () => {
    const vars = { ...createCodelVars(), count: 12, lastCount: 1, recInvSqrt: 18_000, dropNext: 5000 };
    enterDropping(vars, params, 6000);
    expect([vars.count, vars.lastCount]).toEqual([11, 11]);
    const late = { ...createCodelVars(), count: 12, lastCount: 1, recInvSqrt: 18_000, dropNext: 5000 };
    enterDropping(late, params, 5000 + 16 * 97_656);
    expect(late.count).toBe(1);
  });
});
