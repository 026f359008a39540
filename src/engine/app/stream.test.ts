/** TCP from host to host: what is written arrives, in order and once, whatever the link does. */
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../../scenario/compile.ts';
import { loadScenario } from '../../scenario/load.ts';
import { traced } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { forgottenSoftirqs, imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import { createWorld } from '../create.ts';
import { metric } from '../metrics/metric-table.ts';

interface Parts {
  stream?: object;
  link?: object;
  server?: object;
  setup?: { host: string; line: string }[];
  durationNs?: number;
  kernel?: string;
  socket?: object;
}

function scenario({
  stream = {},
  link = {},
  server = {},
  setup = [],
  durationNs = 60_000_000,
  kernel = '6.12',
  socket = {},
}: Parts): string {
  return JSON.stringify({
    format: 1,
    id: 'stream',
    title: { text: 'stream' },
    kernel,
    durationNs,
    hosts: {
      h1: {
        cpus: 2,
        nics: { eth0: { mac: '02:00:00:00:00:01', addresses: ['10.0.0.1', 'fd00::1'] } },
        sockets: { c: { proto: 'tcp', port: 0, acks: true, ...socket } },
        apps: { writer: { cpu: 0, sockets: ['c'], stream: { socket: 'c', count: 10, ...stream } } },
      },
      h2: {
        cpus: 2,
        nics: { eth0: { mac: '02:00:00:00:00:02', addresses: ['10.0.0.2', 'fd00::2'] } },
        sockets: { s: { proto: 'tcp', port: 5001, acks: true } },
        apps: { reader: { cpu: 1, sockets: ['s'], ...server } },
      },
    },
    links: { l: { a: { host: 'h1' }, b: { host: 'h2' }, delayNs: 50_000, ...link } },
    setup,
  });
}

function compiled(parts: Parts) {
  const loaded = loadScenario(scenario(parts), 'stream.json');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return compileScenario(loaded.scenario);
}

function play(parts: Parts = {}) {
  const made = compiled(parts);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  const w = createWorld(made.spec);
  const trace = traced(w);
  advance(w, made.spec.durationNs);
  expect([imbalance(w), txImbalance(w), linkImbalance(w), forgottenSoftirqs(w)]).toEqual([0, 0, 0, 0]);
  const task = (name: string) => w.tasks.find((t) => t.name === name);
  return { w, records: trace.read(), reader: task('reader'), writer: task('writer') };
}

const LOSE_30 = { ab: { script: [{ nth: 30, of: 'data', act: 'lose' }] } };

describe('a stream over a link', () => {
  it('opens with three segments, whose options agree on MSS, scale, SACK and timestamps', () => {
    const { w, records } = play({ stream: { count: 1, writeBytes: 100 } });
    const sent = records.filter((r) => r.kind === 'tcpSend').map((r) => [r.reason, r.a]);
    expect(sent.slice(0, 2)).toEqual([
      ['tcpSyn', 0],
      ['tcpSynAck', 0],
    ]);
    expect(records.find((r) => r.kind === 'tcpAck')?.reason).toBe('tcpHandshakeAck');
    const states = records.filter((r) => r.kind === 'tcpState').map((r) => [r.a, r.b]);
    // SYN-SENT, SYN-RECV, ESTABLISHED at both ends, as /proc/net/tcp numbers them
    expect(states).toEqual([
      [2, 7],
      [3, 7],
      [1, 2],
      [1, 3],
    ]);
    const [server, client] = w.connections.map((c) => c.tcp);
    expect([client?.sackOk, client?.tsOk, client?.tx.mssCache]).toEqual([true, true, 1448]);
    expect([server?.sackOk, server?.tsOk]).toEqual([true, true]);
    expect(client?.tx.sndWscale).toBe(server?.rcvWscale);
  });

  it('delivers every byte once, and takes as many frames as full segments make', () => {
    const { w, reader } = play();
    expect(reader?.bytes).toBe(655_360);
    // SYN, ACK of the handshake, 655,360 bytes in segments of 1448 at most
    expect(w.ways[0].counters.put).toBeGreaterThanOrEqual(2 + Math.ceil(655_360 / 1448));
    expect(w.hosts[0].snmp.TcpRetransSegs).toBe(0);
    expect(w.hosts[0].snmp.TcpActiveOpens).toBe(1);
    expect(w.hosts[1].snmp.TcpPassiveOpens).toBe(1);
  });

  it('sends one lost segment again, once', () => {
    const { w, records, reader } = play({ link: LOSE_30 });
    expect(reader?.bytes).toBe(655_360);
    expect(w.hosts[0].snmp).toMatchObject({
      TcpRetransSegs: 1,
      TcpExtTCPFastRetrans: 1,
      TcpExtTCPSackRecovery: 1,
    });
    const again = records.filter((r) => r.kind === 'tcpResend');
    expect(again.map((r) => r.a)).toEqual([1448]);
    expect(records.some((r) => r.kind === 'tcpSacked')).toBe(true);
    expect(records.some((r) => r.kind === 'tcpCwnd' && r.reason === 'cwndRecovery')).toBe(true);
  });

  it('delivers all over a link that loses, holds back and copies frames', () => {
    const bad = { loss: 0.03, reorder: 0.05, reorderNs: 300_000, duplicate: 0.02 };
    const { reader } = play({ link: bad, durationNs: 3_000_000_000, stream: { count: 8 } });
    expect(reader?.bytes).toBe(8 * 65_536);
  });

  it('cuts in software what the card cannot: the wire carries the same', () => {
    const frames = (line: string | null) =>
      play({
        stream: { count: 2 },
        setup: line === null ? [] : [{ host: 'h1', line }],
      }).w.ways[0].counters.bytes;
    const whole = frames(null);
    expect(frames('ethtool -K eth0 tso off')).toBe(whole);
    expect(frames('ethtool -K eth0 tso off gso off')).toBe(whole);
    expect(frames('ethtool -K eth0 tx off')).toBe(whole);
  });

  it('counts how long each answer took, from the write to its last byte read', () => {
    const asks = { writeBytes: 1, answerBytes: 1, nodelay: true };
    const { w } = play({ stream: { ...asks, count: 10 }, server: { replyBytes: 1 } });
    const of = (name: string): number => metric(w, `app.h1.writer.${name}`) ?? -1;
    expect(of('answers')).toBe(10);
    // a cable of 50 us each way, and what both hosts do in between
    expect(of('answerP50Ns')).toBeGreaterThan(100_000);
    expect(of('answerP50Ns')).toBeLessThanOrEqual(of('answerP99Ns'));
    const slow = play({ stream: { ...asks, count: 10 }, server: { replyBytes: 1, workNs: 300_000 } }).w;
    const later = (metric(slow, 'app.h1.writer.answerP50Ns') ?? -1) - of('answerP50Ns');
    // a value is known within 1/32 of itself
    expect(Math.abs(later - 300_000)).toBeLessThan(500_000 / 32);
    expect(metric(w, 'app.h2.reader.answers')).toBe(0);
  });

  it('takes a full queueing discipline of its own host for congestion, before anything is missing at the other end', () => {
    const { w, records, reader } = play({
      stream: { count: 4, flows: 4 },
      setup: [
        { host: 'h1', line: 'ethtool -K eth0 tso off gso off' },
        { host: 'h1', line: 'ip link set dev eth0 txqueuelen 1' },
      ],
      durationNs: 400_000_000,
    });
    const drop = records.find((r) => r.kind === 'txDrop');
    expect(drop?.reason).toBe('qdiscFull');
    const told = records.find((r) => r.kind === 'tcpDecision' && r.reason === 'tcpEnterCwr');
    // the initial window of ten, of which CUBIC keeps 717 of 1024
    expect(told).toMatchObject({ cause: drop?.seq, timeNs: drop?.timeNs, a: 10, b: 7 });
    expect(records.find((r) => r.kind === 'tcpCwnd' && r.reason === 'tcpEnterCwr')).toMatchObject({ b: 7 });
    expect(w.hosts[0].snmp.TcpRetransSegs).toBeGreaterThan(0);
    expect(reader?.bytes).toBe(16 * 65_536);
  });

  it('lets what an interrupt has raised while it sends run before it goes on', () => {
    // SYN after SYN, the card's interrupt in the middle of one: no other would come
    const { reader, records } = play({ stream: { flows: 63, writeBytes: 100, count: 1 } });
    expect(reader?.bytes).toBe(6300);
    const left = records.findIndex((r) => r.cpu === 0 && r.kind === 'hardirqExit' && r.reason === 'none');
    const enters = records.slice(left).find((r) => r.cpu === 0 && r.kind === 'softirqEnter');
    // the rest of one item of sending at most: ACK, queueing discipline and driver are 437 ns
    expect((enters?.timeNs ?? 0) - records[left].timeNs).toBeLessThanOrEqual(437);
  });

  it('waits for the answer where it asks for one', () => {
    const { w, writer, reader } = play({
      stream: { writeBytes: 100, answerBytes: 300, count: 20, nodelay: true },
      server: { replyBytes: 300 },
    });
    expect(reader?.bytes).toBe(20 * 100);
    expect(writer?.bytes).toBe(20 * 300);
    expect(w.connections.map((c) => c.job?.answers ?? 0)).toContain(20);
  });

  it('answers every connection of a socket: a call reads from one of them', () => {
    const stream = { flows: 16, writeBytes: 1, answerBytes: 1, count: 50, nodelay: true };
    const { writer } = play({ stream, server: { replyBytes: 1 } });
    expect(writer?.bytes).toBe(16 * 50);
  });

  it('closes after the last write that is due before its end', () => {
    // due at 0, 1, 2 ms; the connection is open after 0.1 ms
    const { w, records } = play({
      stream: { count: 100, ratePps: 1000, writeBytes: 100, stopNs: 2_500_000, close: true },
      durationNs: 10_000_000,
    });
    const writes = records.filter((r) => r.kind === 'sendExit' && r.a === 100);
    expect(writes.length).toBe(3);
    expect(w.connections.some((c) => c.tcp?.state === 'close-wait')).toBe(true);
    // a program that comes too late for its last write closes all the same
    const late = play({
      stream: { count: 100, ratePps: 1000, writeBytes: 100, stopNs: 50_000, close: true },
      durationNs: 10_000_000,
    });
    expect(late.records.filter((r) => r.kind === 'sendExit' && r.a === 100).length).toBe(0);
    expect(late.w.connections.some((c) => c.tcp?.state === 'close-wait')).toBe(true);
  });

  it('closes: FIN both ways as far as the reader goes, TIME-WAIT not before', () => {
    const { w, records } = play({ stream: { count: 1, writeBytes: 5000, close: true } });
    const states = records.filter((r) => r.kind === 'tcpState').map((r) => r.a);
    // FIN-WAIT-1 and FIN-WAIT-2 here, CLOSE-WAIT there: the server keeps its side open
    expect(states).toEqual(expect.arrayContaining([4, 8]));
    expect(w.connections.some((c) => c.tcp?.state === 'close-wait')).toBe(true);
  });

  it('stops where nobody reads, and goes on no further than the window', () => {
    const { w, reader } = play({ server: { startNs: 59_000_000, spin: true }, stream: { count: 100 } });
    expect(reader?.bytes).toBe(0);
    const job = w.connections.find((c) => c.job !== null)?.job;
    expect(job?.left).toBeGreaterThan(0);
    expect(w.sockets[1].rmem).toBeGreaterThan(0);
  });

  it('cuts to what TCP_MAXSEG says, at both ends', () => {
    const { w, reader } = play({ stream: { count: 1, maxSegBytes: 500 } });
    expect(reader?.bytes).toBe(65_536);
    // the option is of the SYN: the bytes of timestamps come off each segment
    expect(w.connections.map((c) => c.tcp?.tx.mssCache)).toEqual([488, 488]);
    expect(w.ways[0].counters.put).toBeGreaterThanOrEqual(2 + Math.ceil(65_536 / 488));
  });

  it('goes over IPv6 and old kernels alike', () => {
    expect(play({ stream: { v: 6 } }).reader?.bytes).toBe(655_360);
    for (const kernel of ['2.4.20', '2.6.32', '4.18', '6.18'])
      expect(play({ kernel, stream: { count: 2 }, durationNs: 400_000_000 }).reader?.bytes).toBe(131_072);
  });

  it('is the same in every run', () => {
    const hash = () =>
      JSON.stringify(play({ link: { loss: 0.02 }, stream: { count: 3 } }).records.slice(-200));
    expect(hash()).toBe(hash());
  });

  it('changes its transmit queue only where nothing of it waits below TCP', () => {
    const made = compiled({ stream: { count: 6 } });
    if (!made.ok) throw new Error('bad scenario');
    const { spec } = made;
    spec.hosts[0].nics[0].queues = 2;
    // XPS: the CPU that sends has queue 1; a connection that has begun elsewhere moves there once it may
    spec.setup.push({ host: 0, change: { type: 'xps-cpus', queue: 1, cpus: [0] } });
    const w = createWorld(spec);
    const trace = traced(w);
    advance(w, spec.durationNs);
    const picks = trace
      .read()
      .filter((r) => r.kind === 'txSelect' && r.other === 0 && w.fixed.places[r.place].host === 'h1');
    const reasons = new Set(picks.map((r) => r.reason));
    expect(reasons).toEqual(new Set(['xpsByCpu', 'txCached']));
    expect(new Set(picks.map((r) => r.a))).toEqual(new Set([1]));
  });

  it('says where a stream cannot be', () => {
    const bad = (parts: Parts): string => {
      const made = compiled(parts);
      return made.ok ? '' : made.errors.map((e) => `${e.path}: ${e.message}`).join('\n');
    };
    expect(bad({ stream: { socket: 'x' } })).toContain('there is no socket x');
    expect(bad({ socket: { acks: false } })).toContain('acks: true');
    expect(bad({ stream: { dport: 9 } })).toContain('the connection would be refused');
    expect(bad({ kernel: '2.2.16' })).toContain('from Linux 2.4 on');
    expect(bad({ stream: { maxSegBytes: 87 } })).toContain('TCP_MAXSEG is 88 bytes at least');
    expect(bad({ stream: { maxSegBytes: 88 } })).toBe('');
  });
});
