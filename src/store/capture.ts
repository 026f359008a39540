/** Captures under way and the newest one made: asked of the worker that holds the runs, told of as it comes. */
import type { StoreApi } from 'zustand/vanilla';
import type { CaptureAsk } from '../protocol/messages.ts';
import { type Client, WorkerProblem } from '../worker/client.ts';
import type { AppState, CaptureSlice } from './types.ts';

const LANE = 'capture';

export class Capturer {
  private readonly store: StoreApi<AppState>;
  private newest: number;

  constructor(store: StoreApi<AppState>) {
    this.store = store;
    this.newest = 0;
  }

  private set(part: Partial<CaptureSlice>): void {
    this.store.setState((s) => ({ capture: { ...s.capture, ...part } }));
  }

  async start(client: Client, branch: number, ask: CaptureAsk): Promise<void> {
    this.newest += 1;
    const mine = this.newest;
    this.set({ status: 'running', doneNs: 0, ofNs: ask.toNs - ask.fromNs, packets: 0, error: null });
    try {
      const answer = await client.ask({ type: 'capture', branch, ask }, LANE, (part) => {
        if (part.type !== 'capturePart' || mine !== this.newest) return;
        const { doneNs, ofNs, packets } = part;
        this.set({ doneNs, ofNs, packets });
      });
      if (mine !== this.newest || answer?.type !== 'captured') return;
      this.set({
        status: 'done',
        view: answer.capture,
        chosen: null,
        packets: answer.capture.rows.length,
      });
    } catch (error) {
      if (mine !== this.newest) return;
      const value =
        error instanceof WorkerProblem ? error.value : { code: 'internal', message: String(error) };
      this.set({ status: 'failed', error: value });
    }
  }

  /** What was captured before stays. */
  cancel(client: Client): void {
    this.newest += 1;
    client.cancelLane(LANE);
    this.set({ status: this.store.getState().capture.view === null ? 'cancelled' : 'done' });
  }
}
