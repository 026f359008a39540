import { describe, expect, it } from 'vitest';
import { CONTEXTS, Ctx } from '../catalog/contexts.ts';
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

  it('keeps what it showed over a jump until it knows better, and knows nothing at the start', () => {
    const meter = new LoadMeter();
    meter.push(0, [cpu(Ctx.task)]);
    meter.push(9_000, [cpu(Ctx.task)]);
    expect(meter.busy(0)).toBe(1);
    meter.reset();
    meter.push(20_000, [cpu(Ctx.idle)]);
    expect(meter.busy(0)).toBe(1);
    meter.push(30_000, [cpu(Ctx.idle)]);
    expect(meter.busy(0)).toBe(0);
    meter.reset();
    meter.push(0, [cpu(Ctx.idle)]);
    expect(meter.busy(0)).toBeNull();
  });

  it('shows the same load at a moment, played to or jumped to', () => {
    const played = new LoadMeter();
    const spans = [30_000, 50_000, 20_000, 90_000, 10_000];
    let now = 0;
    const bins = spans.reduce((a, b) => a + b) / 10_000;
    const contextNs = new Float32Array(bins * CONTEXTS.length);
    spans.forEach((span, i) => {
      const ctx = i % 2 === 0 ? Ctx.softirq : Ctx.idle;
      played.push(now, [cpu(ctx)]);
      for (let b = now / 10_000; b < (now + span) / 10_000; b++)
        contextNs[b * CONTEXTS.length + ctx] = 10_000;
      now += span;
    });
    played.push(now, [cpu(Ctx.idle)]);
    const jumped = new LoadMeter();
    jumped.push(now, [cpu(Ctx.idle)]);
    jumped.seed(now, contextNs, null, bins, 10_000);
    expect(jumped.busy(0)).toBeCloseTo(played.busy(0) ?? -1, 6);
    // the same where the past comes after some time has gone by
    const late = new LoadMeter();
    late.push(now, [cpu(Ctx.softirq)]);
    late.push(now + 5_000, [cpu(Ctx.softirq)]);
    late.seed(now, contextNs, null, bins, 10_000);
    jumped.push(now, [cpu(Ctx.softirq)]);
    jumped.push(now + 5_000, [cpu(Ctx.softirq)]);
    expect(late.busy(0)).toBeCloseTo(jumped.busy(0) ?? -1, 6);
  });
});
