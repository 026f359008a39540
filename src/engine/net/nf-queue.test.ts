/** Packets screened by a program: values from the cost tables and the kernel's source by hand. */
import { describe, expect, it } from 'vitest';
import { appSpec, MAC, routerSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { screeningRouter } from '../../reproduce/machines.ts';
import { advance } from '../advance.ts';
import { imbalance, txImbalance } from '../conservation.ts';
import { createWorld } from '../create.ts';
import { makeFrame } from '../packet/frame.ts';
import type { AppSpec, RateTraffic, SocketSpec, WorldSpec } from '../spec.ts';
import type { World } from '../world.ts';

const screend: SocketSpec = { name: 'nfq', proto: 'netlink', address: '*', port: 0 };

function firewall(
  traffic: Partial<RateTraffic>,
  app: Partial<AppSpec> | null,
  socket: Partial<SocketSpec> = {},
  more: Partial<WorldSpec> = {},
): WorldSpec {
  return routerSpec(
    {},
    {
      sockets: [{ ...screend, ...socket }],
      apps: app === null ? [] : [appSpec({ name: 'screend', ...app })],
      firewall: 'forward-queue',
    },
    { ratePps: 10_000, ...traffic },
    more,
  );
}

/** Before NAPI, and on its card. */
function old(spec: WorldSpec): WorldSpec {
  const [host] = spec.hosts;
  return {
    ...spec,
    kernel: '2.4.18',
    hz: 100,
    hosts: [{ ...host, nics: host.nics.map((nic) => ({ ...nic, driver: 'tulip', ringSize: 128 })) }],
  };
}

const queueOf = (w: World) => w.hosts[0].nfQueue as NonNullable<World['hosts'][0]['nfQueue']>;
const lost = (records: ReturnType<typeof runTraced>['records']): (string | undefined)[] =>
  records.filter((r) => r.kind === 'drop').map((r) => r.reason);

describe('the packet queue', () => {
  it('nfQueued, nfMessageRead, nfAccepted: a packet waits for its verdict and goes on in the program’s time', () => {
    const { records, world } = runTraced(firewall({ count: 3 }, { workNs: 2000 }), 2_000_000);
    const kinds = ['ipForward', 'nfQueue', 'nfRead', 'nfVerdict', 'txSelect', 'txSent'];
    expect(
      records.filter((r) => r.packet === 1 && kinds.includes(r.kind)).map((r) => [r.kind, r.reason]),
    ).toEqual([
      ['ipForward', 'fibForward'],
      ['nfQueue', 'nfQueued'],
      ['nfRead', 'nfMessageRead'],
      ['nfVerdict', 'nfAccepted'],
      ['txSelect', expect.anything()],
      ['txSent', expect.anything()],
    ]);
    expect(world.hosts[0].snmp).toMatchObject({ IpInReceives: 3, IpForwDatagrams: 3 });
    expect(world.totals).toMatchObject({ delivered: 3, dropped: 0, txSent: 3 });
    expect(queueOf(world)).toMatchObject({ sequence: 3, total: 0, accepted: 3, rejected: 0, outs: [] });
    expect(world.pool.used).toBe(0);
    // the transmit queue is chosen inside sendmsg: the context of the last record that names one is a system call
    const at = records.findIndex((r) => r.kind === 'txSelect');
    const before = records.slice(0, at).map((r) => r.kind);
    expect(before.lastIndexOf('sendEnter')).toBeGreaterThan(before.lastIndexOf('softirqExit'));
  });

  it('costs what its parts cost: 46 bytes copied twice, recvmsg, 2 µs of work, the verdict, queueing discipline and driver', () => {
    const { records } = runTraced(firewall({ count: 1 }, { workNs: 2000 }), 2_000_000);
    const at = (kind: string): number => records.find((r) => r.kind === kind)?.timeNs ?? Number.NaN;
    // 3 cycles a ns: recvmsg 1557 + 46 * 0.36; then 2000 ns; then 1100 of the verdict; then 330 + 380
    expect(at('nfRead') - at('syscallEnter')).toBeCloseTo((1557 + 46 * 0.36) / 3, -0.5);
    expect(at('sendEnter') - at('nfRead')).toBe(2000);
    expect(at('nfVerdict') - at('sendEnter')).toBeCloseTo(1100 / 3, -0.5);
    expect(at('txQueue') - at('nfVerdict')).toBeCloseTo((330 + 380) / 3, -0.5);
    // in the softirq: 900 and the copy, once IP has let it go on
    expect(at('nfQueue') - at('ipForward')).toBeCloseTo((900 + 46 * 0.36) / 3, -0.5);
  });

  it('nfRejected: the program drops what goes to a port it does not want', () => {
    const { records, world } = runTraced(firewall({ count: 2 }, { rejectPorts: [7000] }), 2_000_000);
    expect(lost(records)).toEqual(['nfRejected', 'nfRejected']);
    expect(queueOf(world)).toMatchObject({ accepted: 0, rejected: 2, total: 0, outs: [] });
    expect(world.hosts[0].snmp.IpForwDatagrams).toBe(0);
    expect(world.pool.used).toBe(0);
  });

  it('nfNoListener: without a program, or before it has started, packets are dropped', () => {
    const none = runTraced(firewall({ count: 2 }, null), 2_000_000);
    expect(lost(none.records)).toEqual(['nfNoListener', 'nfNoListener']);
    const late = runTraced(firewall({ count: 4 }, { startNs: 150_000 }), 2_000_000);
    // frames come every 100 µs, the first at 0
    expect(lost(late.records)).toEqual(['nfNoListener', 'nfNoListener']);
    expect(late.world.totals.txSent).toBe(2);
    expect(queueOf(late.world).unheard).toBe(2);
  });

  it('nfQueueFull: queue_maxlen packets wait for a verdict, the one in the program’s hands among them', () => {
    const spec = firewall({ count: 10, ratePps: 1_000_000 }, { workNs: 1_000_000 }, { queueMaxlen: 4 });
    const { records, world } = runTraced(spec, 500_000);
    expect(lost(records)).toEqual(Array(6).fill('nfQueueFull'));
    expect(queueOf(world)).toMatchObject({ total: 4, dropped: 6, userDropped: 0, sequence: 4 });
    // one read, three messages of 512 + 256 bytes left
    expect(world.sockets[0]).toMatchObject({ rmem: 3 * 768, drops: 0 });
    expect(imbalance(world)).toBe(0);
  });

  it('nfSocketFull, nfCongested, nfOverrun, nfCongestionOver: once the socket has overflowed it takes nothing until it is empty', () => {
    const spec = firewall({ count: 40, ratePps: 200_000 }, { workNs: 12_000 }, { rcvbufBytes: 2304 });
    const { records, world } = runTraced(spec, 4_000_000);
    const seen = records.filter((r) => r.reason?.startsWith('nf')).map((r) => r.reason);
    const first = seen.indexOf('nfSocketFull');
    // messages of 768 bytes: the fourth makes it 3072, more than 2304; then no other one fits
    expect(Math.max(...records.filter((r) => r.kind === 'nfQueue').map((r) => r.b))).toBe(4 * 768);
    const over = seen.indexOf('nfCongestionOver', first);
    expect(over).toBeGreaterThan(first);
    const between = seen.slice(first + 1, over);
    expect(between).not.toContain('nfQueued');
    expect(between).toContain('nfCongested');
    expect(between.filter((reason) => reason === 'nfOverrun')).toHaveLength(1);
    expect(records.find((r) => r.reason === 'nfOverrun')?.a).toBe(-105);
    expect(seen.slice(over + 1)).toContain('nfQueued');
    // an id is taken for every message that netlink was asked to carry
    const q = queueOf(world);
    expect(q.sequence).toBe(40);
    expect(q.userDropped).toBe(world.sockets[0].drops);
    expect(q.userDropped + q.accepted).toBe(40);
  });

  it('nfFailOpen: where there is no room packets pass unseen, since 3.6', () => {
    const spec = firewall(
      { count: 10, ratePps: 1_000_000 },
      { workNs: 1_000_000 },
      { queueMaxlen: 4, failOpen: true },
    );
    const open = runTraced(spec, 500_000);
    expect(lost(open.records)).toEqual([]);
    expect(open.records.filter((r) => r.reason === 'nfFailOpen')).toHaveLength(6);
    expect(open.world.totals.txSent).toBe(6);
    const before = runTraced({ ...spec, kernel: '3.3' }, 500_000);
    expect(lost(before.records)).toEqual(Array(6).fill('nfQueueFull'));
  });

  it('of 2.4 obeys ip_queue_maxlen, and its messages are smaller', () => {
    const spec = old(firewall({ count: 10, ratePps: 20_000 }, { workNs: 10_000_000 }, { queueMaxlen: 9 }));
    spec.setup = [
      ...spec.setup,
      { host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_queue_maxlen', values: [4] } },
    ];
    const { records, world } = runTraced(spec, 5_000_000);
    expect(lost(records)).toEqual(Array(6).fill('nfQueueFull'));
    // 16 + 88 + 46 bytes, a multiple of 16, and 160
    expect(records.filter((r) => r.kind === 'nfQueue').map((r) => r.a)).toEqual(Array(4).fill(320));
    expect(world.sockets[0].rmem).toBe(3 * 320);
  });

  it('before NAPI the softirq works up to the queue only, and the rest is the program’s', () => {
    const spec = old(firewall({ count: 1 }, {}));
    const { records, world } = runTraced(spec, 5_000_000);
    const at = (kind: string): number => records.find((r) => r.kind === kind)?.timeNs ?? Number.NaN;
    const { legacySoft, legacyOut } = world.fixed.hosts[0].profile;
    expect(at('netifReceive') - at('backlogTake')).toBeCloseTo((legacySoft - legacyOut) / 3, -0.5);
    expect(at('txQueue') - at('nfVerdict')).toBeCloseTo(legacyOut / 3, -0.5);
    expect(txImbalance(world)).toBe(0);
    expect(world.totals.txSent).toBe(1);
  });

  it('leaves softirqs to ksoftirqd at the end of the verdict too, from 4.9 to 6.4: the program then has its share', () => {
    const sent = (kernel: string): number => {
      const w = createWorld(screeningRouter(kernel, 8000, true));
      advance(w, 500_000_000);
      const before = w.totals.txSent;
      advance(w, 1_500_000_000);
      return w.totals.txSent - before;
    };
    // half of the CPU is 500 ms a second, about 340 µs each for the program's part
    expect(sent('4.18')).toBeGreaterThan(1200);
    expect(sent('4.8')).toBeLessThan(100);
    expect(sent('6.12')).toBeLessThan(100);
  });

  it('does not exist before netfilter', () => {
    expect(() => createWorld({ ...firewall({}, {}), kernel: '2.2.16' })).toThrow('2.4.0');
  });

  it('hands a train of GRO over as one packet, and copies 4096 bytes of it at most', () => {
    const train = makeFrame({
      dmac: MAC,
      proto: 6,
      src: '10.9.0.1',
      dst: '10.20.0.5',
      sport: 40000,
      dport: 5001,
      payloadLen: 1448,
      tcpFlags: 0x10,
      csumVerified: true,
    });
    const spec = firewall(
      { template: train, count: 16, trainFrames: 16, pshLast: true },
      {},
      {},
      { kernel: '6.12' },
    );
    const { records, world } = runTraced(spec, 3_000_000);
    // the interrupt for the first frame comes before the others are there
    expect(records.filter((r) => r.kind === 'nfRead').map((r) => r.a)).toEqual([1488, 4096]);
    // 108 + 1488 (a multiple of 64) and shared info 320: a buffer of 2048; 108 + 4096: one of 8192; a struct sk_buff each
    expect(records.filter((r) => r.kind === 'nfQueue').map((r) => r.a)).toEqual([2048 + 256, 8192 + 256]);
    expect(world.totals.txSent).toBe(16);
  });
});
