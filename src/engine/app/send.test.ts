/** Applications that answer and send; what limits them; clients that wait for the answers. */
import { describe, expect, it } from 'vitest';
import { appSpec, udpClient, udpRate, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced, type TraceRecord } from '../../testing/trace.ts';
import { makeFrame } from '../packet/frame.ts';
import { metric } from '../metrics/metric-table.ts';
import type { AppSpec, NicSpec, SocketSpec, TrafficSpec, WorldSpec } from '../spec.ts';

const MS = 1_000_000;

function world(parts: {
  app?: Partial<AppSpec>;
  socket?: Partial<SocketSpec>;
  nic?: Partial<NicSpec>;
  traffic?: TrafficSpec[];
  cpus?: number;
  kernel?: string;
}): WorldSpec {
  const { app = {}, socket = {}, nic = {}, traffic = [], cpus = 2, kernel = '6.12' } = parts;
  const spec = worldSpec({
    cpus,
    nic,
    traffic,
    kernel,
    apps: [appSpec({ cpu: cpus - 1, sockets: [], ...app })],
  });
  const [host] = spec.hosts;
  const sockets: SocketSpec[] = [{ name: 'udp', proto: 'udp', address: '*', port: 7000, ...socket }];
  return { ...spec, hosts: [{ ...host, sockets }] };
}

const of = (records: TraceRecord[], ...kinds: string[]) => records.filter((r) => kinds.includes(r.kind));

describe('request and response', () => {
  const server = { sockets: [0], replyBytes: 18 };

  it('takes one request through the host and back, and the answer is the next request’s cause', () => {
    const { records } = runTraced(world({ app: server, traffic: [udpClient({ count: 2 })] }), MS);
    const way = ['frameArrived', 'recv', 'sendEnter', 'send', 'txQueue', 'sendExit', 'txSent', 'transaction'];
    expect(of(records, ...way).map((r) => r.kind)).toEqual([...way, ...way]);
    const [first, second] = of(records, 'transaction');
    // the round trip is from the request's first bit at 0 to the answer's last
    expect(first).toMatchObject({ reason: 'answered', a: first.timeNs });
    expect(second.a).toBe(second.timeNs - first.timeNs);
    // both are 60 bytes long: 84 with preamble, FCS and gap, 67.2 ns at 10 Gbit/s
    expect(of(records, 'frameArrived')[0].timeNs).toBe(67);
  });

  it('makes as many transactions as round trip, delay and think time leave room for', () => {
    const nic = { rxUsecs: 0 };
    const plain = runTraced(world({ app: server, nic, traffic: [udpClient()] }), 5 * MS).world;
    const rtt = plain.sources[0].client as NonNullable<(typeof plain.sources)[0]['client']>;
    const slow = udpClient({ delayNs: 10_000, thinkNs: 30_000 });
    const { world: w, records } = runTraced(world({ app: server, nic, traffic: [slow] }), 5 * MS);
    const trips = of(records, 'transaction').map((r) => r.a);
    const gaps = of(records, 'transaction').map((r) => r.timeNs);
    for (let i = 1; i < trips.length; i += 1) expect(gaps[i] - gaps[i - 1]).toBe(trips[i] + 30_000);
    expect(Math.min(...trips)).toBeGreaterThan(20_000);
    expect(rtt.transactions).toBeGreaterThan(2 * trips.length);
    expect(metric(w, 'transactions')).toBe(trips.length);
    expect(metric(w, 'transactionsPs')).toBe(trips.length * 200);
  });

  it('keeps as many requests under way as it has users', () => {
    const traffic = [udpClient({ flows: 3, outstanding: 2 })];
    const { world: w, records } = runTraced(world({ app: server, traffic }), MS);
    let waiting = 0;
    let most = 0;
    for (const r of of(records, 'frameArrived', 'transaction')) {
      waiting += r.kind === 'frameArrived' ? 1 : -1;
      most = Math.max(most, waiting);
    }
    expect(most).toBe(6);
    expect(w.fixed.flows.slice(1).map((f) => f.key.dport)).toEqual([7000, 40000, 7000, 40001, 7000, 40002]);
  });

  it('answerLate: a request without an answer in time is sent again, and what comes later counts as late', () => {
    const traffic = [udpClient({ timeoutNs: 2000, count: 3 })];
    const { world: w, records } = runTraced(world({ app: server, traffic }), MS);
    const client = w.sources[0].client;
    expect(of(records, 'transaction').map((r) => r.reason)).toEqual(['answerLate', 'answerLate', 'answered']);
    expect(client).toMatchObject({ transactions: 1, lost: 2, late: 2 });
  });

  it('stops for ever at a lost request where the client has no timer', () => {
    const spec = world({ app: server, traffic: [udpClient()] });
    spec.hosts[0].firewall = 'raw-drop';
    expect(runTraced(spec, MS).world.totals.arrived).toBe(1);
    spec.traffic = [udpClient({ timeoutNs: 100_000 })];
    const { world: w } = runTraced(spec, MS - 1);
    // requests at 0, 100, ... 900 us; the last is still waited for
    expect(w.totals.arrived).toBe(10);
    expect(metric(w, 'transactionsLost')).toBe(9);
  });

  it('a request may go before an open-loop frame that was planned for later', () => {
    const other = makeFrame({ ...udpRate().template, sport: 4000 });
    const rate = udpRate({ template: other, ratePps: 1000, startNs: 500_000, count: 1 });
    const traffic = [rate, udpClient({ startNs: 1000 })];
    const { records } = runTraced(world({ app: server, nic: { rxUsecs: 0 }, traffic }), MS);
    const at = of(records, 'frameArrived').map((r) => r.timeNs);
    expect(at[0]).toBe(1067);
    expect(at.filter((t) => t < 500_000).length).toBeGreaterThan(20);
    expect(at).toContain(500_067);
  });
});

describe('an application that sends by itself', () => {
  it('sendPaced: at a rate, each datagram at its time', () => {
    const send = udpSend({ ratePps: 10_000, count: 5 });
    const { world: w, records } = runTraced(world({ app: { send } }), MS);
    expect(of(records, 'appSleep').map((r) => r.reason)).toEqual([...Array(4).fill('sendPaced'), 'sendOver']);
    const wakes = of(records, 'wakeUp').map((r) => r.timeNs);
    expect(wakes.slice(1)).toEqual([100_000, 200_000, 300_000, 400_000]);
    expect(w.totals).toMatchObject({ txProduced: 5, txSent: 5, txDropped: 0 });
    expect(w.hosts[0].snmp).toMatchObject({ IpOutRequests: 5, UdpOutDatagrams: 5, UdpSndbufErrors: 0 });
  });

  it('sendDone: it takes as long as sendmsg, copy, queueing discipline and driver cost', () => {
    const { records } = runTraced(world({ app: { send: udpSend({ count: 2 }, 1000) } }), MS);
    const [enter] = of(records, 'sendEnter');
    const [exit] = of(records, 'sendExit');
    // 1250 + 0.36 * 1000 + 330 + 380 cycles at 3 GHz
    expect(exit.timeNs - enter.timeNs).toBeCloseTo(2320 / 3, -1);
  });

  it('sndbufFull, sndbufFreed: it sleeps until less than half of the buffer is in use', () => {
    // each datagram of 1472 bytes is charged 2304: room while less than 4608 is in use
    const { records } = runTraced(
      world({ app: { send: udpSend({ count: 3 }, 1472) }, socket: { sndbufBytes: 4608 } }),
      MS,
    );
    expect(of(records, 'send').map((r) => r.b)).toEqual([2304, 4608, 2304]);
    expect(of(records, 'appSleep')[0].reason).toBe('sndbufFull');
    const woken = of(records, 'wakeUp').filter((r) => r.reason === 'sndbufFreed');
    expect(woken).toHaveLength(1);
    // at the clean-up after which nothing is in use
    const cleaned = of(records, 'txClean').filter((r) => r.seq < woken[0].seq);
    expect(cleaned.reduce((n, r) => n + r.a, 0)).toBe(2);
    expect(of(records, 'sendEnter')[3]).toMatchObject({ reason: 'sndbufFreed' });
  });

  it('sndbufAgain: one that will not wait is told EAGAIN, and UdpSndbufErrors counts it', () => {
    const send = udpSend({ count: 20 }, 1472);
    const app = { send, nonblocking: true };
    const { world: w, records } = runTraced(world({ app, socket: { sndbufBytes: 4608 } }), MS);
    const failed = of(records, 'sendExit').filter((r) => r.reason === 'sndbufAgain');
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map((r) => r.a))).toEqual(new Set([-11]));
    expect(w.hosts[0].snmp.UdpSndbufErrors).toBe(failed.length);
    expect(w.totals.txSent).toBe(20 - failed.length);
  });

  it('a full queueing discipline loses datagrams, and sendmsg returns as if nothing had happened', () => {
    const send = udpSend({ count: 2000 }, 1472);
    const nic = { linkBps: 10_000_000, ringSize: 64 };
    const socket = { sndbufBytes: 100_000_000 };
    const { world: w, records } = runTraced(world({ app: { send }, nic, socket }), 3 * MS);
    const { snmp } = w.hosts[0];
    const lost = of(records, 'txDrop').length;
    expect(lost).toBeGreaterThan(100);
    expect([snmp.UdpSndbufErrors, snmp.IpOutDiscards, w.totals.txDropped]).toEqual([lost, lost, lost]);
    expect(snmp.UdpOutDatagrams).toBe(snmp.IpOutRequests - lost);
    expect(new Set(of(records, 'sendExit').map((r) => r.a))).toEqual(new Set([1472]));
    // 63 descriptors and 1000 in the queueing discipline, while the first is on the wire for 1.2 ms
    expect(of(records, 'txQueue').filter((r) => r.timeNs < 1_200_000).length).toBeLessThanOrEqual(1063);
  });

  it('sendTooLong: beyond the MTU, where the socket allows no fragments', () => {
    const spec = world({ app: { send: { ...udpSend({ count: 2 }, 1472), dontFragment: true } } });
    spec.setup = [{ host: 0, change: { type: 'link', nic: 0, name: 'mtu', value: 1499 } }];
    const { world: w, records } = runTraced(spec, MS);
    expect(of(records, 'sendExit').map((r) => [r.reason, r.a])).toEqual(Array(2).fill(['sendTooLong', -90]));
    expect(w.totals.txProduced).toBe(0);
  });

  describe('UDP_SEGMENT', () => {
    const segmented = (
      payload: number,
      segmentBytes: number,
      kernel = '6.12',
      nic: Partial<NicSpec> = { driver: 'igb' },
    ) =>
      runTraced(
        world({ app: { send: { ...udpSend({ count: 1 }, payload), segmentBytes } }, kernel, nic }),
        MS,
      );

    it('one call, one skb, many datagrams: cut by the card', () => {
      const { world: w, records } = segmented(3000, 1200);
      expect(of(records, 'xmitValidate').map((r) => [r.reason, r.a, r.b])).toEqual([['txUso', 3, 3000]]);
      expect(of(records, 'sendExit').map((r) => r.a)).toEqual([3000]);
      // 1200 + 1200 + 600, 42 bytes of headers each
      expect([w.nics[0].counters.tx_packets, w.nics[0].counters.tx_bytes]).toEqual([3, 3126]);
      expect(w.hosts[0].snmp).toMatchObject({ IpOutRequests: 1, UdpOutDatagrams: 1 });
      expect([w.totals.txProduced, w.totals.txSent, w.sockets[0].wmem, w.pool.used]).toEqual([3, 3, 0, 0]);
    });

    it('by software where the card does not: a frame and a completion each', () => {
      const spec = world({
        app: { send: { ...udpSend({ count: 1 }, 3000), segmentBytes: 1200 } },
        nic: { driver: 'igb' },
      });
      const off = { type: 'feature' as const, nic: 0, name: 'tx-udp-segmentation' as const, on: false };
      spec.setup = [{ host: 0, change: off }];
      const { world: w, records } = runTraced(spec, MS);
      expect(of(records, 'gsoSegment').map((r) => r.a)).toEqual([1242, 1242, 642]);
      expect([w.totals.txProduced, w.totals.txSent, w.sockets[0].wmem, w.pool.used]).toEqual([3, 3, 0, 0]);
    });

    it('sendTooLong, sendTooManySegments: EINVAL; 64 datagrams before 6.9, 128 since', () => {
      const result = (run: ReturnType<typeof segmented>) =>
        of(run.records, 'sendExit').map((r) => [r.reason, r.a]);
      expect(result(segmented(3000, 1473))).toEqual([['sendTooLong', -22]]);
      expect(result(segmented(6500, 100))).toEqual([['sendDone', 6500]]);
      expect(result(segmented(6500, 100, '6.6'))).toEqual([['sendTooManySegments', -22]]);
      expect(result(segmented(12_801, 100))).toEqual([['sendTooManySegments', -22]]);
    });

    it('is not there before 4.18', () => {
      const { records } = segmented(3000, 1200, '4.17');
      expect(of(records, 'xmitValidate')).toEqual([]);
      // one datagram of 3008 bytes behind the IP header: in three fragments
      expect(of(records, 'ipFragment').map((r) => r.a)).toEqual([1514, 1514, 82]);
    });
  });

  it('is freed on the CPU of the queue’s vector, not where it was sent', () => {
    const nic = { affinity: [0] };
    const { records } = runTraced(world({ app: { send: udpSend({ count: 5 }) }, nic }), MS);
    expect(new Set(of(records, 'send').map((r) => r.cpu))).toEqual(new Set([1]));
    expect(new Set(of(records, 'txClean').map((r) => r.cpu))).toEqual(new Set([0]));
  });

  it('sentFreed: before NAPI what has left is free at once', () => {
    const { records } = runTraced(world({ app: { send: udpSend({ count: 3 }) }, kernel: '2.4.18' }), MS);
    expect(of(records, 'txSent').map((r) => r.reason)).toEqual(Array(3).fill('sentFreed'));
    expect(of(records, 'txClean')).toEqual([]);
  });

  it('no softirq runs while it has bottom halves off', () => {
    const nic = { affinity: [1], rxUsecs: 0 };
    const { records } = runTraced(world({ app: { send: udpSend() }, nic, traffic: [udpRate()] }), MS);
    let off = false;
    let waited = 0;
    for (const r of records.filter((x) => x.cpu === 1)) {
      if (r.kind === 'txQueue') off = true;
      if (r.kind === 'sendExit') off = false;
      if (r.kind === 'softirqEnter') expect(off).toBe(false);
      if (r.kind === 'hardirqExit' && r.a === 1 && r.reason === 'none') waited += 1;
    }
    expect(waited).toBeGreaterThan(0);
  });

  it('reads and sends in turn where both could go on', () => {
    const app = { sockets: [0], send: udpSend({ socket: 0 }) };
    const { records } = runTraced(world({ app, traffic: [udpRate({ ratePps: 2_000_000 })] }), MS);
    // from the second interrupt on, 50 us after the first, there is always something to read
    const calls = of(records, 'recv', 'send').filter((r) => r.timeNs > 65_000);
    const turns = calls.slice(0, 100);
    const reads = turns.filter((r) => r.kind === 'recv').length;
    expect(reads).toBe(50);
  });
});

describe('identification', () => {
  it.each([
    [true, [0, 1, 2]],
    [false, [0, 0, 0]],
  ])('counts up on a connected socket only (connected: %s)', (connected, ids) => {
    const spec = world({
      app: { send: udpSend({ count: 3 }) },
      socket: { connected },
      nic: { linkBps: 1_000_000 },
    });
    const { world: w } = runTraced(spec, 100_000);
    const { tx } = w.queues[0];
    expect([...tx.ring, ...tx.qdisc].map((slot) => w.pool.ipId[slot])).toEqual(ids);
  });

  it('one call of UDP_SEGMENT takes one number, however many datagrams it makes: those behind the first come again', () => {
    const spec = world({
      app: { send: { ...udpSend({ count: 3 }, 3000), segmentBytes: 1200 } },
      socket: { connected: true },
      nic: { linkBps: 1_000_000 },
    });
    const { world: w } = runTraced(spec, 100_000);
    const { tx } = w.queues[0];
    const waiting = [...tx.ring, ...tx.qdisc];
    expect(waiting.map((slot) => w.pool.ipId[slot])).toEqual([0, 1, 2]);
    expect(waiting.map((slot) => w.pool.segs[slot])).toEqual([3, 3, 3]);
  });
});
