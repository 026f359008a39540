import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancel, createAgenda, nextActor, schedule } from './agenda.ts';

describe('the agenda', () => {
  it('names the actor with the lowest time, the one scheduled first where times are equal', () => {
    const step = fc.record({
      actor: fc.integer({ min: 0, max: 20 }),
      time: fc.integer({ min: 0, max: 6 }),
      off: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const agenda = createAgenda(21);
        // slow and plainly right: a list sorted by (time, order)
        let pending: { actor: number; time: number; order: number }[] = [];
        steps.forEach(({ actor, time, off }, order) => {
          pending = pending.filter((p) => p.actor !== actor);
          if (off) cancel(agenda, actor);
          else {
            schedule(agenda, actor, time);
            pending.push({ actor, time, order });
          }
          const [first] = [...pending].sort((x, y) => x.time - y.time || x.order - y.order);
          const next = nextActor(agenda);
          if (first === undefined) expect(agenda.time[next]).toBe(Number.POSITIVE_INFINITY);
          else expect(next).toBe(first.actor);
        });
      }),
    );
  });
});
