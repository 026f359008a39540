import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { DEFAULT_PREFERENCES, initialState } from './initial.ts';
import type { ConsoleEntry } from './types.ts';
import { isDue, keepWatching } from './watch.ts';

const entry: ConsoleEntry = {
  n: 1,
  host: 'h1',
  line: 'watch date',
  output: '0',
  status: 0,
  at: { t: 100, seq: 5 },
  branch: 1,
  before: null,
};

describe('watch', () => {
  it('is due when time has moved far enough, or back, or the branch is another', () => {
    expect(isDue(entry, 0, { t: 100, seq: 5 }, 1)).toBe(false);
    expect(isDue(entry, 0, { t: 100, seq: 6 }, 1)).toBe(true);
    expect(isDue(entry, 50, { t: 149, seq: 9 }, 1)).toBe(false);
    expect(isDue(entry, 50, { t: 150, seq: 9 }, 1)).toBe(true);
    expect(isDue(entry, 50, { t: 99, seq: 4 }, 1)).toBe(true);
    expect(isDue(entry, 50, { t: 100, seq: 5 }, 2)).toBe(true);
  });

  it('shows again what is asked for one at a time, and ends', async () => {
    const store = createStore(() => initialState(DEFAULT_PREFERENCES));
    const asked: number[] = [];
    const end = keepWatching(store, async (_, at) => {
      asked.push(at.t);
      return { output: String(at.t), status: 0 };
    });
    const move = (t: number) =>
      store.setState((s) => ({ playhead: { ...s.playhead, moment: { t, seq: t } } }));
    store.setState((s) => ({
      console: { ...s.console, entries: [entry], watching: { entry: 1, everyNs: 10, differences: true } },
    }));
    await Promise.resolve();
    move(200);
    move(205);
    await new Promise((done) => setTimeout(done));
    move(206);
    await new Promise((done) => setTimeout(done));
    move(300);
    await new Promise((done) => setTimeout(done));
    expect(asked.slice(-2)).toEqual([200, 300]);
    expect(store.getState().console.entries[0]).toMatchObject({
      output: '300',
      before: '200',
      at: { t: 300 },
    });
    store.setState((s) => ({ console: { ...s.console, watching: null } }));
    move(400);
    end();
    expect(asked).not.toContain(400);
  });
});
