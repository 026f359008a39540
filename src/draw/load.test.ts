import { describe, expect, it } from 'vitest';
import { Ctx } from '../catalog/contexts.ts';
import { busyRss } from '../testing/mock-scenes.ts';
import { FADE_NS, LoadMeter } from './load.ts';

const cpu = (ctx: number) => ({ ...busyRss().scene.cpus[0], ctx });

describe('LoadMeter', () => {
  it('weighs what it has seen by time, from the first moment on', () => {
    const meter = new LoadMeter();
    meter.push(0, [cpu(Ctx.task)]);
    expect(meter.busy(0)).toBeNull();
    meter.push(2_000, [cpu(Ctx.idle)]);
    meter.push(6_000, [cpu(Ctx.idle)]);
    expect(meter.busy(0)).toBeCloseTo(1 / 3, 2);
  });

  it('forgets what is long past', () => {
    const meter = new LoadMeter();
    meter.push(0, [cpu(Ctx.softirq)]);
    meter.push(FADE_NS * 4, [cpu(Ctx.idle)]);
    meter.push(FADE_NS * 10, [cpu(Ctx.idle)]);
    expect(meter.busy(0)).toBeLessThan(0.01);
  });

  it('knows nothing after a jump', () => {
    const meter = new LoadMeter();
    meter.push(0, [cpu(Ctx.task)]);
    meter.push(9_000, [cpu(Ctx.task)]);
    expect(meter.busy(0)).toBe(1);
    meter.reset();
    meter.push(20_000, [cpu(Ctx.idle)]);
    expect(meter.busy(0)).toBeNull();
  });
});
