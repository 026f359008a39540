import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Request, Response } from '../protocol/messages.ts';
import { Client, type Transport, WorkerProblem } from './client.ts';
import { Session } from './session.ts';

const scenario = JSON.stringify({
  format: 1,
  id: 'it',
  title: { text: 'It' },
  durationNs: 1_000_000,
  hosts: {
    h1: { cpus: 1, nics: { eth0: { driver: 'igb' } }, sockets: { sink: { proto: 'udp', port: 7000 } } },
  },
  traffic: { load: { kind: 'rate', frame: { proto: 'udp', dport: 7000 }, ratePps: 100000 } },
});

/** A core behind a MessageChannel, as in a worker; what it throws becomes the transport's error. */
function channel(core: (request: Request, post: (r: Response) => void) => void): Transport {
  const { port1, port2 } = new MessageChannel();
  let fail: (message: string) => void = () => undefined;
  port2.onmessage = (event: MessageEvent<Request>) => {
    try {
      core(event.data, (r) => port2.postMessage(r));
    } catch (error) {
      fail(String(error));
    }
  };
  return {
    post: (request, transfer) => port1.postMessage(request, transfer),
    listen(onMessage, onError) {
      fail = onError;
      port1.onmessage = (event: MessageEvent<Response>) => onMessage(event.data);
    },
    close() {
      port1.close();
      port2.close();
    },
  };
}

function sessionCore(): (request: Request, post: (r: Response) => void) => void {
  let session: Session | null = null;
  return (request, post) => {
    session ??= new Session({ builtins: new Map([['it', scenario]]), now: () => 0, post });
    session.handle(request);
    while (session.pump());
  };
}

const quiet = { progress: () => undefined, crashed: () => undefined };
const clients: Client[] = [];
function connect(transport: Transport, events = quiet): Client {
  const client = new Client(transport, events);
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  vi.useRealTimers();
});

describe('the client', () => {
  it('matches answers to questions and tells progress', async () => {
    const progress = vi.fn();
    const client = connect(channel(sessionCore()), { ...quiet, progress });
    const loaded = await client.ask({
      type: 'load',
      scenario: { builtin: 'it' },
      captures: [],
      variant: 'base',
    });
    expect(loaded?.type).toBe('loaded');
    const [scene, report] = await Promise.all([
      client.ask({ type: 'scene', branch: 1, at: { t: 500_000 } }),
      client.ask({ type: 'report', branch: 1, at: null }),
    ]);
    expect([scene?.type, report?.type]).toEqual(['scene', 'report']);
    expect(progress).toHaveBeenCalled();
  });

  it('hands errors over as values', async () => {
    const client = connect(channel(sessionCore()));
    const load = client.ask({ type: 'load', scenario: { builtin: 'none' }, captures: [], variant: 'base' });
    await expect(load).rejects.toMatchObject({ value: { code: 'no-such-scenario' } });
  });

  it('answers null to a question that a newer one of its lane replaces, and tells the core', async () => {
    const heard: Request[] = [];
    const client = connect(
      channel((request, post) => {
        heard.push(request);
        if (request.type === 'report') post({ type: 'report', id: request.id, report: request.id });
      }),
    );
    const slow = client.ask({ type: 'claims', variants: [] }, 'lane');
    const other = client.ask({ type: 'claims', variants: [] }, 'other');
    const newer = client.ask({ type: 'report', branch: 1, at: null }, 'lane');
    expect(await slow).toBeNull();
    expect((await newer)?.type).toBe('report');
    client.cancelLane('other');
    expect(await other).toBeNull();
    await vi.waitFor(() => expect(heard.filter((r) => r.type === 'cancel')).toHaveLength(2));
  });

  it('reports a core that throws, and leaves nobody waiting', async () => {
    const crashed = vi.fn();
    const client = connect(
      channel(() => {
        throw new Error('boom');
      }),
      { ...quiet, crashed },
    );
    expect(await client.ask({ type: 'claims', variants: [] })).toBeNull();
    expect(crashed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('boom'));
    await expect(client.ask({ type: 'claims', variants: [] })).rejects.toBeInstanceOf(WorkerProblem);
  });

  it('reports a core that is silent for ten seconds while asked, not one that nobody asks', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    const crashed = vi.fn();
    const client = connect(
      { post: () => undefined, listen: () => undefined, close: () => undefined },
      { ...quiet, crashed },
    );
    vi.advanceTimersByTime(60_000);
    expect(crashed).not.toHaveBeenCalled();
    const asked = client.ask({ type: 'claims', variants: [] });
    vi.advanceTimersByTime(9_000);
    expect(crashed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3_000);
    expect(crashed).toHaveBeenCalledOnce();
    expect(await asked).toBeNull();
  });
});
