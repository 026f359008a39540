/**
 * Sweeps run in a worker of their own, started for each: the one that answers for the stage is never kept waiting, and giving up is
 * at once. What came of them is kept, the last of each scenario.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { CaptureFile, SweepAsk } from '../protocol/messages.ts';
import { Client, type Transport, WorkerProblem } from '../worker/client.ts';
import type { AppState, ScenarioSource, SweepRun } from './types.ts';

interface SweeperDeps {
  store: StoreApi<AppState>;
  transport(): Transport;
}

export class Sweeper {
  private readonly deps: SweeperDeps;
  private client: Client | null;

  constructor(deps: SweeperDeps) {
    this.deps = deps;
    this.client = null;
  }

  /** Runs to its end, to an error, or until it is given up; one at a time, the newest. */
  async start(
    scenarioId: string,
    source: ScenarioSource,
    captures: CaptureFile[],
    ask: SweepAsk,
  ): Promise<void> {
    this.cancel();
    const set = (part: Partial<SweepRun>): void => {
      if (this.client !== client) return;
      this.deps.store.setState((s) => {
        const run = s.sweep.runs[scenarioId];
        return { sweep: { ...s.sweep, runs: { ...s.sweep.runs, [scenarioId]: { ...run, ...part } } } };
      });
    };
    let died = '';
    const client = new Client(this.deps.transport(), {
      progress: () => undefined,
      crashed: (message) => {
        died = message;
        set({ status: 'failed', error: { code: 'worker-crashed', message } });
      },
    });
    this.client = client;
    this.deps.store.setState((s) => ({
      sweep: {
        running: scenarioId,
        runs: {
          ...s.sweep.runs,
          [scenarioId]: { ask, status: 'running', done: 0, of: 0, points: [], error: null },
        },
      },
    }));
    try {
      const answer = await client.ask({ type: 'sweep', scenario: source, captures, ask }, 'sweep', (part) => {
        if (part.type !== 'sweepPart') return;
        const before = this.deps.store.getState().sweep.runs[scenarioId]?.points ?? [];
        set({
          done: part.done,
          of: part.of,
          ...(part.points.length > 0 ? { points: [...before, ...part.points] } : {}),
        });
      });
      if (died === '' && answer !== null) set({ status: 'done' });
    } catch (error) {
      const value =
        error instanceof WorkerProblem ? error.value : { code: 'internal', message: String(error) };
      set({ status: 'failed', error: value });
    }
    if (this.client === client) this.end();
  }

  /** Gives up what runs; the points there are stay. */
  cancel(): void {
    const { running } = this.deps.store.getState().sweep;
    if (this.client === null || running === null) return;
    this.deps.store.setState((s) => ({
      sweep: {
        ...s.sweep,
        runs: { ...s.sweep.runs, [running]: { ...s.sweep.runs[running], status: 'cancelled' } },
      },
    }));
    this.end();
  }

  /** Ends the worker with what it computes. */
  end(): void {
    const { client } = this;
    this.client = null;
    client?.close();
    this.deps.store.setState((s) => ({ sweep: { ...s.sweep, running: null } }));
  }
}
