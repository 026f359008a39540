/** The worker's entry: receives, calls the session, posts; between messages it goes on with what is left, a slice at a time. */
import type { Request, Response } from '../protocol/messages.ts';
import { builtins, released } from './builtins.ts';
import { Session } from './session.ts';

const SLICE_MS = 12;

const session = new Session({
  builtins,
  released,
  now: () => performance.now(),
  post: (response: Response, transfer: ArrayBuffer[] = []) => self.postMessage(response, transfer),
});

// a message to oneself comes after those that wait already, sooner than any timer
const channel = new MessageChannel();
let pumping = false;

function keepPumping(): void {
  if (pumping) return;
  pumping = true;
  channel.port2.postMessage(null);
}

channel.port1.onmessage = () => {
  pumping = false;
  const until = performance.now() + SLICE_MS;
  while (session.pump()) {
    if (performance.now() < until) continue;
    keepPumping();
    return;
  }
};

self.onmessage = (event: MessageEvent<Request>) => {
  session.handle(event.data);
  keepPumping();
};
