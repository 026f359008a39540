/** Which queue a packet leaves by, and what CPUs do that send on one queue together. */
import { describe, expect, it } from 'vitest';
import { appSpec, MAC, udpClient, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced, traced, type TraceRecord } from '../../testing/trace.ts';
import { makeFrame } from '../packet/frame.ts';
import { createWorld } from '../create.ts';
import { takeSlot } from '../packet/pool.ts';
import { beginXmit, xmitStep } from './xmit.ts';
import type { Change } from '../change.ts';
import type { NicSpec, SocketSpec, WorldSpec } from '../spec.ts';
import { metric } from '../metrics/metric-table.ts';

const MS = 1_000_000;

/** As many senders as CPUs, each on its own CPU and socket. */
function senders(
  cpus: number,
  parts: {
    nic?: Partial<NicSpec>;
    socket?: Partial<SocketSpec>;
    setup?: Change[];
    kernel?: string;
    count?: number;
    flows?: number;
  } = {},
): WorldSpec {
  const { nic = {}, socket = {}, setup = [], kernel = '6.12', count = 200, flows = 1 } = parts;
  const spec = worldSpec({
    cpus,
    kernel,
    nic: { queues: cpus, linkBps: 100_000_000_000, ...nic },
    traffic: [],
    apps: Array.from({ length: cpus }, (_, i) => {
      const send = udpSend({ socket: i, count, flows });
      const template = { ...send.template, sport: 9000 + i };
      return appSpec({ name: `a${i}`, cpu: i, sockets: [], send: { ...send, template } });
    }),
    setup: setup.map((change) => ({ host: 0, change })),
  });
  const [host] = spec.hosts;
  const sockets = Array.from({ length: cpus }, (_, i) => ({
    name: `s${i}`,
    proto: 'udp' as const,
    address: '*',
    port: 9000 + i,
    ...socket,
  }));
  return { ...spec, hosts: [{ ...host, sockets }] };
}

const of = (records: TraceRecord[], ...kinds: string[]) => records.filter((r) => kinds.includes(r.kind));
const xps = (cpus: number): Change[] =>
  Array.from({ length: cpus }, (_, i) => ({ type: 'xps-cpus', queue: i, cpus: [i] }));

describe('the transmit queue', () => {
  const chosen = (records: TraceRecord[]) =>
    new Set(of(records, 'txSelect').map((r) => `${r.reason} ${r.a}`));

  it('txOneQueue: where there is one, nothing is asked', () => {
    const spec = senders(2, { nic: { queues: 1 }, setup: xps(1) });
    expect(chosen(runTraced(spec, MS).records)).toEqual(new Set(['txOneQueue 0']));
  });

  it('txByHash: without maps the hash is scaled onto the queues, whatever CPU sends', () => {
    const { world: w, records } = runTraced(senders(4, { flows: 20 }), MS);
    const sent = of(records, 'send');
    const flowOf = new Map(sent.map((r) => [r.packet, r.other]));
    for (const r of of(records, 'txSelect')) {
      expect(r.reason).toBe('txByHash');
      const hash = w.fixed.flows[flowOf.get(r.packet) ?? 0].softHash;
      expect(r.a).toBe(Math.floor(hash / 2 ** 30));
    }
    expect(new Set(of(records, 'txSelect').map((r) => r.a)).size).toBe(4);
  });

  it('xpsByCpu: the queue that names the sending CPU', () => {
    const { records } = runTraced(senders(4, { setup: xps(4) }), MS);
    for (const r of of(records, 'txSelect')) expect([r.reason, r.a]).toEqual(['xpsByCpu', r.cpu]);
  });

  it('xpsByCpu: several queues that name it share by hash; a queue not in use counts for none', () => {
    const both: Change[] = [0, 1].map((queue) => ({ type: 'xps-cpus', queue, cpus: [0] }));
    const { records } = runTraced(senders(4, { setup: both, flows: 20 }), MS);
    const first = of(records, 'txSelect').filter((r) => r.cpu === 0);
    expect(new Set(first.map((r) => r.a))).toEqual(new Set([0, 1]));
    const gone: Change[] = [
      { type: 'channels', nic: 0, combined: 2 },
      { type: 'xps-cpus', queue: 3, cpus: [0] },
    ];
    const rest = of(runTraced(senders(4, { setup: gone }), MS).records, 'txSelect');
    expect(new Set(rest.map((r) => r.reason))).toEqual(new Set(['txByHash']));
  });

  it('txCached: a connected UDP socket keeps the queue of its first packet, even when its task has moved', () => {
    const spec = senders(4, { setup: xps(4), socket: { connected: true }, count: 2000 });
    // tasks: a ksoftirqd a CPU, a NAPI thread a queue, then the applications
    spec.inputs = [
      { at: 100_000, after: null, host: 0, line: '', change: { type: 'task-affinity', task: 9, cpu: 3 } },
    ];
    const { records } = runTraced(spec, MS);
    const mine = of(records, 'send').filter((r) => r.other === 1);
    const packets = new Set(mine.map((r) => r.packet));
    const queues = of(records, 'txSelect').filter((r) => packets.has(r.packet));
    expect(queues.some((r) => r.cpu === 3)).toBe(true);
    expect(queues.slice(0, 2).map((r) => r.reason)).toEqual(['xpsByCpu', 'txCached']);
    expect(new Set(queues.map((r) => r.a))).toEqual(new Set([0]));
  });

  it('xpsByRxQueue: answers of a connected socket leave by the queue that names its receive queue', () => {
    const spec = worldSpec({
      cpus: 2,
      nic: { queues: 2, affinity: [0, 1] },
      apps: [appSpec({ sockets: [0], cpu: 0, replyBytes: 18 })],
      traffic: [udpClient({ count: 5 })],
    });
    const [host] = spec.hosts;
    spec.hosts = [{ ...host, sockets: host.sockets.map((s) => ({ ...s, connected: true })) }];
    const came = of(runTraced(spec, MS).records, 'queueSelected')[0].a;
    spec.setup = [
      { host: 0, change: { type: 'xps-rxqs', queue: 1 - came, rxqs: [came] } },
      { host: 0, change: { type: 'xps-cpus', queue: came, cpus: [0] } },
    ];
    const { records } = runTraced(spec, MS);
    const [first] = of(records, 'txSelect');
    expect([first.reason, first.a]).toEqual(['xpsByRxQueue', 1 - came]);
  });

  it('txByRxQueue: what is forwarded leaves by the queue it came in on', () => {
    const spec = worldSpec({ cpus: 2, nic: { queues: 2 } });
    const [host] = spec.hosts;
    const template = makeFrame({ dmac: MAC, proto: 17, src: '10.9.0.1', dst: '10.20.0.5', dport: 9 });
    spec.hosts = [{ ...host, routes: [{ prefix: '10.20.0.0/16', nic: 0 }] }];
    spec.traffic = [{ ...udpClient(), kind: 'rate', template } as never];
    spec.traffic = [
      {
        kind: 'rate',
        host: 0,
        nic: 0,
        template,
        flows: 8,
        ratePps: 100_000,
        trainFrames: 1,
        pshLast: false,
        pattern: 'constant',
        startNs: 0,
        stopNs: MS,
        count: 50,
      },
    ];
    spec.setup = [
      { host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } },
      { host: 0, change: { type: 'hash-fields', nic: 0, flowType: 'udp4', fields: 0xf0 } },
    ];
    const { records } = runTraced(spec, MS);
    const came = new Map(of(records, 'queueSelected').map((r) => [r.packet, r.a]));
    const left = of(records, 'txSelect');
    expect(left.length).toBeGreaterThan(20);
    for (const r of left) expect([r.reason, r.a]).toEqual(['txByRxQueue', came.get(r.packet)]);
  });
});

describe('several CPUs on one queue', () => {
  const off: Change = { type: 'bql', queue: 0, name: 'limit_min', value: 1_879_048_192 };
  const shared = { nic: { queues: 1, affinity: [0] } };

  it('txOtherRuns: one sends for the others, who leave their packet and go; nobody waits', () => {
    const { world: w, records } = runTraced(senders(4, { ...shared, setup: [off] }), 2 * MS);
    expect(of(records, 'txQueue').some((r) => r.reason === 'txOtherRuns')).toBe(true);
    expect(w.queues[0].tx.forOthers).toBeGreaterThan(0);
    expect(w.locks).toEqual([]);
    expect(w.totals.txSent).toBe(800);
  });

  it('txBehind: nobody overtakes what waits already, though there is room', () => {
    const w = createWorld(senders(1));
    const trace = traced(w);
    const [q] = w.queues;
    const [first, second] = [1, 2].map((id) => {
      const slot = takeSlot(w.pool);
      w.pool.id[slot] = id;
      w.pool.flow[slot] = 1;
      w.pool.frameLen[slot] = 60;
      return slot;
    });
    q.tx.qdisc.push(first);
    beginXmit(w, w.cpus[0], q, second, false);
    while (!xmitStep(w, w.cpus[0]));
    const queued = of(trace.read(), 'txQueue');
    expect(queued.map((r) => [r.packet, r.reason])).toEqual([
      [2, 'txBehind'],
      [1, 'txFromQdisc'],
    ]);
    // the first fills the limit of 0
    expect(q.tx.qdisc).toEqual([second]);
  });

  it.each([
    ['before 4.16', { kernel: '4.15' }],
    ['with fq_codel', { nic: { ...shared.nic, qdisc: 'fq_codel' as const } }],
  ])('%s there is a root lock, and CPUs wait for it', (_, parts) => {
    const { world: w, records } = runTraced(senders(4, { ...shared, ...parts }), 2 * MS);
    const waits = of(records, 'lockWait');
    expect(waits.length).toBeGreaterThan(10);
    expect(metric(w, 'txLockWaits')).toBe(waits.length);
    expect(metric(w, 'txLockWaitNs')).toBeGreaterThan(0);
    expect(w.totals.txSent).toBe(800);
  });

  it('with XPS and a queue each nobody waits, and whoever sends also frees', () => {
    const nic = { affinity: [0, 1, 2, 3], qdisc: 'fq_codel' as const };
    const { world: w, records } = runTraced(senders(4, { nic, setup: xps(4) }), 2 * MS);
    expect(of(records, 'lockWait')).toEqual([]);
    expect(metric(w, 'remoteCompletions')).toBe(0);
    expect(metric(w, 'sent')).toBe(800);
  });

  it('without it most are freed on another CPU than sent them', () => {
    const nic = { affinity: [0, 1, 2, 3] };
    const { world: w } = runTraced(senders(4, { nic, flows: 40 }), 2 * MS);
    // of four queues one is the sender's own
    expect(metric(w, 'remoteShare')).toBeGreaterThan(0.5);
    expect(metric(w, 'remoteShare')).toBeLessThan(0.95);
  });

  it('keeps the order of a flow', () => {
    const { records } = runTraced(senders(4, { ...shared, count: 500 }), 5 * MS);
    const flowOf = new Map(of(records, 'send').map((r) => [r.packet, r.other]));
    const last = new Map<number, number>();
    for (const r of of(records, 'txSent')) {
      const flow = flowOf.get(r.packet) ?? 0;
      expect(r.packet).toBeGreaterThan(last.get(flow) ?? 0);
      last.set(flow, r.packet);
    }
  });
});
