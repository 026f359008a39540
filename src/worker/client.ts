/**
 * The page's side of the worker: a promise for each request, newest-wins lanes, cancelling, and a watch over the worker's life. The
 * transport is handed in, so that tests talk to a session in the same realm.
 * A request superseded in its lane, or cancelled, resolves to null; an error rejects with a WorkerProblem.
 */
import type { ErrorValue, Request, Response } from '../protocol/messages.ts';

export interface Transport {
  post(request: Request, transfer: ArrayBuffer[]): void;
  listen(onMessage: (response: Response) => void, onError: (message: string) => void): void;
  close(): void;
}

export class WorkerProblem extends Error {
  readonly value: ErrorValue;

  constructor(value: ErrorValue) {
    super(value.message);
    this.value = value;
  }
}

/** A request without its id: the client numbers them. */
export type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;
type Progress = Extract<Response, { type: 'progress' }>;
/** What comes before the answer of a request that takes long. */
export type Part = Extract<Response, { type: 'sweepPart' | 'capturePart' }>;
type Answer = Exclude<Response, { type: Part['type'] | 'progress' | 'cancelled' | 'error' }>;

interface Waiting {
  lane: string | null;
  part: ((part: Part) => void) | null;
  resolve(answer: Answer | null): void;
  reject(error: Error): void;
}

export interface ClientEvents {
  progress(progress: Progress): void;
  /** The worker died, or has been silent for too long with a question open. */
  crashed(message: string): void;
}

const SILENCE_MS = 10_000;
const WATCH_MS = 1000;

/** A worker's own transport. */
export function workerTransport(worker: Worker): Transport {
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onMessage, onError) {
      worker.onmessage = (event: MessageEvent<Response>) => onMessage(event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        onError(event.message || 'the simulation stopped');
      };
      worker.onmessageerror = () => onError('a message could not be read');
    },
    close: () => worker.terminate(),
  };
}

export class Client {
  private readonly transport: Transport;
  private readonly events: ClientEvents;
  private readonly waiting: Map<number, Waiting>;
  private readonly watch: ReturnType<typeof setInterval>;
  private nextId: number;
  private heardAt: number;
  private dead: boolean;

  constructor(transport: Transport, events: ClientEvents) {
    this.transport = transport;
    this.events = events;
    this.waiting = new Map();
    this.nextId = 1;
    this.heardAt = Date.now();
    this.dead = false;
    transport.listen(
      (response) => this.receive(response),
      (message) => this.die(message),
    );
    let lastTick = Date.now();
    this.watch = setInterval(() => {
      const now = Date.now();
      // a page that slept itself (a hidden tab, a closed lid) heard nothing for its own reasons
      if (now - lastTick > 3 * WATCH_MS) this.heardAt = now;
      lastTick = now;
      if (this.waiting.size === 0) this.heardAt = now;
      else if (now - this.heardAt > SILENCE_MS) this.die('the simulation has not answered for 10 seconds');
    }, WATCH_MS);
  }

  /** Asks; a newer question of the same lane makes this one's answer null. @param part hears what comes before the answer */
  ask(
    request: Ask,
    lane: string | null = null,
    part: ((part: Part) => void) | null = null,
  ): Promise<Answer | null> {
    if (this.dead)
      return Promise.reject(
        new WorkerProblem({ code: 'worker-dead', message: 'the simulation has stopped' }),
      );
    if (lane !== null) this.cancelLane(lane);
    const id = this.nextId;
    this.nextId += 1;
    if (this.waiting.size === 0) this.heardAt = Date.now();
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { lane, part, resolve, reject });
      this.transport.post({ ...request, id } as Request, []);
    });
  }

  /** Gives up what a lane still waits for. */
  cancelLane(lane: string): void {
    for (const [id, waiting] of this.waiting) {
      if (waiting.lane !== lane) continue;
      this.waiting.delete(id);
      this.transport.post({ type: 'cancel', id: 0, target: id }, []);
      waiting.resolve(null);
    }
  }

  /** Says something that has no answer. */
  tell(request: Ask): void {
    if (!this.dead) this.transport.post({ ...request, id: 0 } as Request, []);
  }

  close(): void {
    this.dead = true;
    clearInterval(this.watch);
    this.transport.close();
    for (const waiting of this.waiting.values()) waiting.resolve(null);
    this.waiting.clear();
  }

  private receive(response: Response): void {
    this.heardAt = Date.now();
    if (response.type === 'progress') {
      this.events.progress(response);
      return;
    }
    const waiting = this.waiting.get(response.id);
    if (waiting === undefined) return;
    if (response.type === 'sweepPart' || response.type === 'capturePart') {
      waiting.part?.(response);
      return;
    }
    this.waiting.delete(response.id);
    if (response.type === 'error') waiting.reject(new WorkerProblem(response.error));
    else if (response.type === 'cancelled') waiting.resolve(null);
    else waiting.resolve(response);
  }

  private die(message: string): void {
    if (this.dead) return;
    this.close();
    this.events.crashed(message);
  }
}
