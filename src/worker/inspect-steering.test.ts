import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import type { Inspection, InspectTarget, Request, Response, SteeringFlow } from '../protocol/messages.ts';
import type { RecordView } from '../protocol/scene.ts';
import { ruleSentence } from '../panels/inspector/Steering.tsx';
import { Session } from './session.ts';

const text = readFileSync(
  new URL('../../scenarios/overload/rfs-follows-an-application.json', import.meta.url),
  'utf8',
);

/** The scenario's run, and questions about it. */
function open() {
  const posted: Response[] = [];
  const session = new Session({
    builtins: new Map([['rfs', text]]),
    now: () => 0,
    post: (r) => posted.push(r),
  });
  let id = 0;
  const ask = (request: Record<string, unknown>): Response => {
    id += 1;
    session.handle({ ...request, id } as Request);
    for (let n = 0; n < 100_000; n += 1) {
      const answer = posted.find((r) => r.id === id && r.type !== 'progress');
      if (answer !== undefined) return answer;
      session.pump();
    }
    throw new Error('no answer');
  };
  ask({ type: 'load', scenario: { builtin: 'rfs' }, captures: [], variant: 'base' });
  return {
    find(reason: number): RecordView | null {
      const answer = ask({
        ...{ type: 'find', branch: 1, from: { t: 0, seq: 0 }, direction: 1 },
        filter: { kinds: [Kind.rpsSelect], reasons: [reason] },
      });
      return answer.type === 'moment' ? answer.record : null;
    },
    inspect(target: InspectTarget, at: { t: number; seq: number }): Inspection {
      const answer = ask({ type: 'inspect', branch: 1, at, target });
      if (answer.type !== 'inspection') throw new Error(JSON.stringify(answer));
      return answer.inspection;
    },
    run: (line: string, at: number) => ask({ type: 'command', branch: 1, at, after: null, host: 'h1', line }),
  };
}

describe('steering, as the inspector tells it', () => {
  const lab = open();
  const end = { t: 3_000_000, seq: -1 };

  it('names for each flow the CPU of both tables, and the numbers the rule compares', () => {
    const { steering } = lab.inspect({ kind: 'queue', queue: 0 }, end);
    expect(steering?.flows.length).toBeGreaterThan(0);
    for (const flow of steering?.flows ?? []) {
      expect(flow.queue).toBe('eth0 rx-0');
      expect(flow.wanted).not.toBeNull();
      expect(flow.head).toBeGreaterThanOrEqual(0);
      // a flow that is where its application is says so
      if (flow.cpu === flow.wanted) expect(ruleSentence(flow)).toMatch(/where its application is$/);
    }
  });

  it('shows a flow that has moved on its new CPU, with the flow of the packet that moved it', () => {
    const moved = lab.find(Reason.rfsMoves);
    expect(moved).not.toBeNull();
    const at = { t: (moved?.timeNs ?? 0) + 2000, seq: -1 };
    const cpu = lab.inspect({ kind: 'cpu', cpu: moved?.a ?? 0 }, at);
    expect(cpu.steering?.flows.some((flow) => flow.cpu === moved?.a && flow.wanted === moved?.a)).toBe(true);
  });

  it('says in words whether a flow may move', () => {
    const flow: SteeringFlow = {
      ...{ flow: 1, queue: 'eth0 rx-0', wanted: 2, cpu: 0, lastTail: 14, head: 12, filter: null },
    };
    expect(ruleSentence(flow)).toBe(
      'head[0] 12 − last_qtail 14 = -2: old packets still wait there, so it stays until the difference is 0',
    );
    expect(ruleSentence({ ...flow, head: 14 })).toMatch(/14 = 0: .*may move$/);
    expect(ruleSentence({ ...flow, cpu: null })).toBeNull();
    expect(ruleSentence({ ...flow, wanted: null })).toBeNull();
  });

  it('has nothing to say where nothing steers', () => {
    const off = lab.inspect({ kind: 'socket', socket: 1 }, end);
    expect(off.steering).toBeNull();
  });
});
