/** Decisions that neither a measured case nor a scenario shows: each in the smallest world that takes it. */
import { describe, expect, it } from 'vitest';
import { createWorld } from './create.ts';
import { ARFS_INSTALL_NS, arfsWork } from './nic/arfs.ts';
import { napiCompleteFinish, napiSchedule } from './net/napi.ts';
import { runTraced, traced, type TraceRecord } from '../testing/trace.ts';
import { appSpec, MAC, nicSpec, tcpTrains, udpRate, worldSpec } from '../testing/specs.ts';
import type { Change } from './change.ts';
import { type FrameFields, makeFrame } from './packet/frame.ts';
import { createTrafficBuilder } from './packet/traffic-table.ts';
import { playOnce } from './traffic/plain.ts';
import type { TableTraffic, TimedInput, WorldSpec } from './spec.ts';
import type { World } from './world.ts';

const UDP = { dmac: MAC, proto: 17, src: '10.9.0.1', dst: '10.9.0.2', sport: 4000, dport: 7000 };
const TCP = { ...UDP, proto: 6, dport: 5001, tcpFlags: 0x10 };

function frames(...list: Partial<FrameFields>[]): TableTraffic {
  const builder = createTrafficBuilder(list.length);
  list.forEach((fields, i) => {
    builder.add(i * 100_000, makeFrame(fields as Parameters<typeof makeFrame>[0]));
  });
  return playOnce(builder.finish());
}

function run(spec: WorldSpec, untilNs = 1_000_000): { world: World; records: TraceRecord[] } {
  return runTraced(spec, untilNs);
}

const setup = (...changes: Change[]) => changes.map((change) => ({ host: 0, change }));
const at = (ns: number, change: Change): TimedInput => ({ at: ns, after: null, host: 0, line: '', change });
const of = (records: TraceRecord[], kind: string): string[] =>
  records.filter((r) => r.kind === kind).map((r) => r.reason);

describe('the card chooses a queue', () => {
  const two = { queues: 2 };

  it('rssNoHash: what is no IP goes to queue 0', () => {
    const { records } = run(
      worldSpec({ nic: two, traffic: [frames({ dmac: MAC, etherType: 0x0806, proto: 0 })] }),
    );
    expect(of(records, 'queueSelected')).toEqual(['rssNoHash']);
  });

  it('rssOff: without receive hashing everything goes to queue 0', () => {
    const { records } = run(
      worldSpec({
        nic: two,
        traffic: [udpRate({ flows: 4, count: 8 })],
        setup: setup({ type: 'feature', nic: 0, name: 'receive-hashing', on: false }),
      }),
    );
    expect(new Set(of(records, 'queueSelected'))).toEqual(new Set(['rssOff']));
    expect(records.filter((r) => r.kind === 'queueSelected' && r.a !== 0)).toEqual([]);
  });

  it('ntupleMatch and ntupleDrop: a filter wins over the hash; action -1 loses the frame', () => {
    const rule = { loc: 0, flowType: 'udp4' as const, src: null, dst: null, sport: null };
    const { world, records } = run(
      worldSpec({
        nic: two,
        traffic: [frames({ ...UDP, dport: 7000 }, { ...UDP, dport: 7001 })],
        setup: setup(
          { type: 'feature', nic: 0, name: 'ntuple-filters', on: true },
          { type: 'ntuple-add', nic: 0, rule: { ...rule, dport: 7000, action: 1 } },
          { type: 'ntuple-add', nic: 0, rule: { ...rule, loc: 1, dport: 7001, action: -1 } },
        ),
      }),
    );
    expect(records.filter((r) => r.kind === 'queueSelected').map((r) => [r.reason, r.a])).toEqual([
      ['ntupleMatch', 1],
    ]);
    expect(of(records, 'drop')).toEqual(['ntupleDrop']);
    expect(world.nics[0].counters.rx_ntuple_dropped).toBe(1);
  });

  it('macFilter: a frame to another card is not taken in', () => {
    const { records } = run(worldSpec({ traffic: [frames({ ...UDP, dmac: '02:00:00:00:00:77' })] }));
    expect(of(records, 'drop')).toEqual(['macFilter']);
  });
});

describe('interrupts', () => {
  it('irqTimerRestarted: in CQE mode each frame starts the timer anew', () => {
    const { records } = run(
      worldSpec({
        nic: { driver: 'mlx5_core', rxUsecs: 30, rxFrames: 100 },
        traffic: [udpRate({ ratePps: 100_000, count: 4 })],
        setup: setup({ type: 'coalesce', nic: 0, cqeMode: true }),
      }),
    );
    expect(of(records, 'moderationStart')).toEqual([
      'irqTimerStarted',
      'irqTimerRestarted',
      'irqTimerRestarted',
      'irqTimerRestarted',
    ]);
    // frames every 10 us keep it going: one interrupt, 30 us after the last
    const raised = records.filter((r) => r.kind === 'irqRaised');
    const last = records.filter((r) => r.kind === 'dmaDone')[3];
    expect(raised.map((r) => r.timeNs)).toEqual([last.timeNs + 30_000]);
  });

  it('irqCpuBusy: two vectors on one CPU wait for each other', () => {
    const both = [udpRate({ count: 1 }), udpRate({ count: 1, nic: 1 })];
    const base = worldSpec({ traffic: both });
    const [host] = base.hosts;
    const other = nicSpec({ name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.9.1.2'] });
    both[1].template.dmac = other.mac;
    const { records } = run({ ...base, hosts: [{ ...host, nics: [nicSpec(), other] }] });
    expect(of(records, 'irqPending')).toEqual(['irqCpuBusy']);
  });

  it('napiMissed: an interrupt that finds the NAPI scheduled leaves a mark, and it is polled once more', () => {
    const w = createWorld(worldSpec({ traffic: [] }));
    const trace = traced(w);
    const [cpu] = w.cpus;
    const [q] = w.queues;
    napiSchedule(w, cpu, q, 0);
    napiSchedule(w, cpu, q, 0);
    expect(of(trace.read(), 'napiSchedule')).toEqual(['napiScheduled', 'napiMissed']);
    napiCompleteFinish(w, q, cpu, 0, 0);
    expect(of(trace.read(), 'napiComplete')).toEqual(['napiMissedAgain']);
    expect(q.napi.scheduled).toBe(true);
  });

  it('commandDone: a command is a record of its own', () => {
    const { records } = run(
      worldSpec({ traffic: [], inputs: [at(500, { type: 'coalesce', nic: 0, rxUsecs: 3 })] }),
    );
    expect(records.map((r) => [r.timeNs, r.kind, r.reason])).toContainEqual([500, 'command', 'commandDone']);
  });

  it('napiTimer: with napi_defer_hard_irqs a timer polls, the interrupt stays off', () => {
    const { records } = run(
      worldSpec({
        traffic: [udpRate({ ratePps: 100_000, count: 3 })],
        setup: setup(
          { type: 'napi', nic: 0, name: 'gro_flush_timeout', value: 20_000 },
          { type: 'napi', nic: 0, name: 'napi_defer_hard_irqs', value: 2 },
        ),
      }),
    );
    expect(new Set(of(records, 'timerFire'))).toEqual(new Set(['napiTimer']));
    expect(of(records, 'irqRaised')).toHaveLength(1);
    // two empty polls in a row, then back to interrupts
    expect(of(records, 'napiComplete').slice(-2)).toEqual(['napiDeferred', 'napiIrqOn']);
  });

  it('affinityMoved: mlx5 ends a full poll where its interrupt belongs to another CPU by now', () => {
    const { records } = run(
      worldSpec({
        nic: { driver: 'mlx5_core', ringSize: 1024, affinity: [0] },
        traffic: [udpRate({ ratePps: 10_000_000, count: 1000 })],
        inputs: [at(40_000, { type: 'irq-affinity', irq: 32, cpus: [1] })],
      }),
    );
    const moved = records.findIndex((r) => r.reason === 'affinityMoved');
    expect(moved).toBeGreaterThan(0);
    expect(records[moved]).toMatchObject({ kind: 'pollEnd', cpu: 0, a: 63 });
    expect(records.slice(moved).find((r) => r.kind === 'hardirqEnter')?.cpu).toBe(1);
  });

  it('ringReset: what waits in a ring that is set up anew is lost', () => {
    const { world, records } = run(
      worldSpec({
        nic: { driver: 'mlx5_core', rxUsecs: 500, rxFrames: 1000 },
        traffic: [udpRate({ ratePps: 10_000_000, count: 10 })],
        inputs: [at(100_000, { type: 'ring', nic: 0, rx: 2048 })],
      }),
    );
    expect(of(records, 'drop')).toEqual(Array(10).fill('ringReset'));
    expect(world.queues[0].size).toBe(2048);
  });
});

describe('IP and above', () => {
  const one = (fields: Partial<FrameFields>, nic = {}): { world: World; records: TraceRecord[] } =>
    run(worldSpec({ nic, traffic: [frames(fields)] }));

  it('notLocal: a packet to an address that is not ours, to a host that does not forward', () => {
    const { world, records } = one({ ...UDP, dst: '10.9.0.99' });
    expect(of(records, 'drop')).toEqual(['notLocal']);
    expect(world.hosts[0].snmp.IpInAddrErrors).toBe(1);
  });

  it('ipHeader: a header that is none is counted and dropped', () => {
    const { world, records } = one({ ...UDP, malformed: 'ip-version' });
    expect(of(records, 'drop')).toEqual(['ipHeader']);
    expect(world.hosts[0].snmp.IpInHdrErrors).toBe(1);
  });

  it('noProtocol: nobody takes this EtherType', () => {
    const { world, records } = one({ dmac: MAC, etherType: 0x88b5, proto: 0 });
    expect(of(records, 'drop')).toEqual(['noProtocol']);
    expect(world.nics[0].counters.rx_dropped).toBe(1);
  });

  it('ipChecksum, udpChecksum: a wrong sum is counted under the kernel’s names', () => {
    const ip = one({ ...UDP, ipCsum: 'bad' });
    expect(of(ip.records, 'drop')).toEqual(['ipChecksum']);
    expect(ip.world.hosts[0].snmp).toMatchObject({ IpInHdrErrors: 1, IpExtInCsumErrors: 1, IpInDelivers: 0 });
    const udp = one({ ...UDP, l4Csum: 'bad' });
    expect(of(udp.records, 'drop')).toEqual(['udpChecksum']);
    expect(udp.world.hosts[0].snmp).toMatchObject({ UdpInCsumErrors: 1, UdpInErrors: 1, UdpInDatagrams: 0 });
  });

  it('icmpEcho: the kernel takes a ping itself', () => {
    const { world, records } = one({ ...UDP, proto: 1 });
    expect(of(records, 'consumed')).toEqual(['icmpEcho']);
    expect(world.hosts[0].snmp.IcmpInMsgs).toBe(1);
  });

  it('oldData: bytes that TCP has already are dropped', () => {
    const segment = { ...TCP, seq: 1000, payloadLen: 100, csumVerified: true };
    const { world, records } = run(worldSpec({ traffic: [frames(segment, segment)] }));
    expect(of(records, 'drop')).toEqual(['oldData']);
    expect(world.hosts[0].snmp.TcpExtDelayedACKLost).toBe(1);
  });

  it('ofoPruned, tcpMemory: without memory out-of-order data goes first, then what comes', () => {
    const seg = (seq: number) => ({ ...TCP, seq, payloadLen: 1000, csumVerified: true });
    const list = [seg(1000), seg(9000), seg(2000), seg(3000), seg(4000)];
    // nobody reads; a full frame is charged 2304: the fourth one stands above 5000
    const base = worldSpec({ apps: [appSpec({ sockets: [0], cpu: 1 })], traffic: [frames(...list)] });
    const [host] = base.hosts;
    const sockets = host.sockets.map((s) => ({ ...s, rcvbufBytes: 5000 }));
    const { records, world } = run({ ...base, hosts: [{ ...host, sockets }] });
    expect(records.filter((r) => r.kind === 'drop').map((r) => [r.reason, r.packet])).toEqual([
      ['ofoPruned', 2],
      ['tcpMemory', 5],
    ]);
    expect(world.hosts[0].snmp).toMatchObject({ TcpExtOfoPruned: 1, TcpExtTCPRcvQDrop: 1 });
  });

  it('socketBacklogFull: while a slow reader copies, segments wait on the socket; there is room for a few', () => {
    const base = worldSpec({
      cpus: 5,
      nic: { queues: 4, linkBps: 100_000_000_000, ringSize: 4096, rxUsecs: 20 },
      apps: [appSpec({ sockets: [1], cpu: 4, readBytes: 1 << 24 })],
      traffic: [tcpTrains({ ratePps: 1_000_000, trainFrames: 44, flows: 16, count: 4400 })],
    });
    const [host] = base.hosts;
    const sockets = host.sockets.map((s) => ({ ...s, rcvbufBytes: 2304 }));
    const { records, world } = run({ ...base, hosts: [{ ...host, sockets }] });
    const lost = records.filter((r) => r.reason === 'socketBacklogFull');
    expect(lost.length).toBeGreaterThan(0);
    expect(world.hosts[0].snmp.TcpExtTCPBacklogDrop).toBe(lost.length);
    // only while the reader is inside recvmsg
    const enters = records.filter((r) => r.kind === 'syscallEnter').map((r) => r.timeNs);
    const exits = records.filter((r) => r.kind === 'syscallExit').map((r) => r.timeNs);
    for (const { timeNs } of lost) {
      const call = enters.filter((t) => t <= timeNs).length - 1;
      expect(exits[call] ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(timeNs);
    }
  });
});

describe('RPS, RFS and accelerated RFS', () => {
  const rfs: Change[] = [
    { type: 'sysctl', name: 'net.core.rps_sock_flow_entries', values: [1024] },
    { type: 'rps-flow-cnt', queue: 0, entries: 256 },
    { type: 'rps-flow-cnt', queue: 1, entries: 256 },
  ];
  const reader = (cpu: number) => [appSpec({ sockets: [0, 1], cpu })];
  const chosen = (records: TraceRecord[]): [string, number][] =>
    records.filter((r) => r.kind === 'rpsSelect').map((r) => [r.reason, r.a]);

  it('rpsNoMap: RFS alone leaves a flow that nobody has read yet where it is', () => {
    const { records } = run(worldSpec({ traffic: [udpRate({ count: 2 })], setup: setup(...rfs) }));
    expect(chosen(records)).toEqual([
      ['rpsNoMap', -1],
      ['rpsNoMap', -1],
    ]);
  });

  it('rpsNoHash: what has no addresses has no hash, and stays', () => {
    const arp = frames({ dmac: MAC, etherType: 0x0806, proto: 0, ipVersion: 0 });
    const rps: Change = { type: 'rps-cpus', queue: 0, cpus: [1] };
    const { records } = run(worldSpec({ traffic: [arp], setup: setup(rps) }));
    expect(chosen(records)).toEqual([['rpsNoHash', -1]]);
  });

  it('rfsFollows: once its application has read, a flow goes to that CPU', () => {
    const { records } = run(
      worldSpec({
        cpus: 4,
        apps: reader(2),
        traffic: [tcpTrains({ ratePps: 10_000, trainFrames: 1, count: 4 })],
        setup: setup(...rfs),
      }),
    );
    expect(chosen(records)).toEqual([
      ['rpsNoMap', -1],
      ['rfsFollows', 2],
      ['rfsThere', 2],
      ['rfsThere', 2],
    ]);
  });

  it('rfsWaits: while packets of the flow wait on the old CPU it stays there, so that none is overtaken', () => {
    // 5.8 leaves softirqs to ksoftirqd once it runs: a task that computes on CPU 1 lets its backlog wait
    const base = worldSpec({
      kernel: '5.8',
      cpus: 4,
      nic: { affinity: [0], ringSize: 4096 },
      apps: [
        appSpec({ sockets: [0], cpu: 1 }),
        appSpec({ name: 'spin', sockets: [], spin: true, cpu: 1, startNs: 2_000_000 }),
      ],
      traffic: [udpRate({ ratePps: 4_000_000, count: 80_000 })],
      setup: setup(...rfs),
      inputs: [at(6_000_000, { type: 'task-affinity', task: appTask(4), cpu: 3 })],
    });
    const [host] = base.hosts;
    const sockets = host.sockets.map((s) => ({ ...s, connected: true }));
    const { records } = run({ ...base, hosts: [{ ...host, sockets }] }, 20_000_000);
    const list = chosen(records);
    const waits = list.findIndex(([reason]) => reason === 'rfsWaits');
    const moves = list.findIndex(([reason]) => reason === 'rfsMoves');
    expect(list[waits]).toEqual(['rfsWaits', 1]);
    expect(moves).toBeGreaterThan(waits);
    expect(list[moves]).toEqual(['rfsMoves', 3]);
    const read = records.filter((r) => r.kind === 'recv').map((r) => r.packet);
    expect(read).toEqual([...read].sort((a, b) => a - b));
  });

  it('arfsFull: without a free filter RFS goes on alone', () => {
    const { records, world } = run(
      worldSpec({
        cpus: 2,
        nic: { driver: 'mlx5_core', queues: 2, affinity: [0, 1] },
        apps: reader(1),
        traffic: [tcpTrains({ ratePps: 10_000, trainFrames: 1, count: 4, template: onQueue0() })],
        setup: setup(
          ...rfs,
          { type: 'feature', nic: 0, name: 'ntuple-filters', on: true },
          ...Array.from(
            { length: 1024 },
            (_, loc): Change => ({
              type: 'ntuple-add',
              nic: 0,
              rule: { loc, flowType: 'udp4', src: null, dst: null, sport: loc + 1, dport: 1, action: 0 },
            }),
          ),
        ),
      }),
    );
    expect(of(records, 'arfsRule')).toEqual(['arfsFull']);
    expect(world.queues[1].arfs).toMatchObject({ err: 1, add: 0 });
    expect(chosen(records)[3]).toEqual(['rfsThere', 1]);
  });

  it('arfsExpired: a filter goes once ten times the table’s mask of packets have gone by', () => {
    const w = createWorld(worldSpec({ nic: { driver: 'mlx5_core', queues: 2 } }));
    const [nic] = w.nics;
    w.queues[1].rpsFlows = { entries: 16, flows: { 3: { cpu: 1, lastTail: 10, filter: 7 } } };
    nic.arfs.rules = [{ id: 7, flow: 1, queue: 1, at: 3, readyNs: 0, seq: 0, inCard: true }];
    nic.flowArfs[1] = 1;
    // 10 * (16 - 1) = 150
    w.cpus[1].backlog.head = 10 + 149;
    arfsWork(w, nic);
    expect(nic.arfs.rules).toHaveLength(1);
    const trace = traced(w);
    w.cpus[1].backlog.head = 10 + 150;
    arfsWork(w, nic);
    expect(of(trace.read(), 'arfsRule')).toEqual(['arfsExpired']);
    expect([nic.arfs.rules.length, nic.flowArfs[1], w.queues[1].arfs.expired]).toEqual([0, -1, 1]);
  });

  it('arfsAsked, arfsInstalled, arfsMatch: the card learns the flow and uses the CPU’s own queue', () => {
    const { records, world } = run(
      worldSpec({
        cpus: 2,
        nic: { driver: 'mlx5_core', queues: 2, affinity: [0, 1] },
        apps: reader(1),
        traffic: [tcpTrains({ ratePps: 10_000, trainFrames: 1, count: 8, template: onQueue0() })],
        setup: setup(...rfs, { type: 'feature', nic: 0, name: 'ntuple-filters', on: true }),
      }),
    );
    expect(of(records, 'arfsRule')).toEqual(['arfsAsked', 'arfsInstalled']);
    const queues = records.filter((r) => r.kind === 'queueSelected').map((r) => [r.reason, r.a]);
    expect(queues[0]).toEqual(['rssFourTuple', 0]);
    expect(queues[7]).toEqual(['arfsMatch', 1]);
    expect(world.queues.map((q) => q.arfs.add)).toEqual([0, 1]);
    expect(world.queues[1].arfs).toEqual({ add: 1, request_in: 0, request_out: 0, expired: 0, err: 0 });
  });

  it('arfsAsked once: frames that come on the old queue meanwhile neither ask again nor put the rule off', () => {
    const { records, world } = run(
      worldSpec({
        cpus: 2,
        nic: { driver: 'mlx5_core', queues: 2, affinity: [0, 1] },
        apps: reader(1),
        traffic: [tcpTrains({ ratePps: 200_000, trainFrames: 1, count: 60, template: onQueue0() })],
        setup: setup(...rfs, { type: 'feature', nic: 0, name: 'ntuple-filters', on: true }),
      }),
    );
    const rules = records.filter((r) => r.kind === 'arfsRule');
    expect(rules.map((r) => r.reason)).toEqual(['arfsAsked', 'arfsInstalled']);
    expect(rules[1].timeNs - rules[0].timeNs).toBe(ARFS_INSTALL_NS);
    expect(world.queues[1].packets).toBeGreaterThan(30);
  });

  it('a rule that follows its flow: asked to move counts in on the new ring, out on the old one', () => {
    const spec = worldSpec({
      cpus: 2,
      nic: { driver: 'mlx5_core', queues: 2, affinity: [0, 1] },
      apps: reader(1),
      traffic: [tcpTrains({ ratePps: 20_000, trainFrames: 1, count: 60, template: onQueue0() })],
      setup: setup(...rfs, { type: 'feature', nic: 0, name: 'ntuple-filters', on: true }),
    });
    const task = createWorld(spec).tasks.find((row) => row.kind === 'app')?.id ?? 0;
    const inputs = [at(1_500_000, { type: 'task-affinity', task, cpu: 0 })];
    const { records, world } = run({ ...spec, inputs }, 4_000_000);
    expect(of(records, 'arfsRule')).toEqual(['arfsAsked', 'arfsInstalled', 'arfsAsked', 'arfsInstalled']);
    expect(world.queues.map((q) => q.arfs)).toEqual([
      { add: 0, request_in: 1, request_out: 0, expired: 0, err: 0 },
      { add: 1, request_in: 0, request_out: 1, expired: 0, err: 0 },
    ]);
  });
});

/** Tasks are numbered: one ksoftirqd a CPU, then the NAPI threads, then the applications. */
function appTask(cpus: number): number {
  const world = run(worldSpec({ cpus, nic: { affinity: [0], ringSize: 4096 }, traffic: [] }), 1).world;
  return (world.tasks.find((t) => t.kind === 'app')?.id ?? 0) as number;
}

/** A TCP flow that RSS puts on queue 0 of two. */
function onQueue0(): ReturnType<typeof makeFrame> {
  for (let sport = 40_000; ; sport += 1) {
    const template = makeFrame({ ...TCP, sport, payloadLen: 1000, csumVerified: true });
    const { records } = run(
      worldSpec({
        nic: { driver: 'mlx5_core', queues: 2 },
        traffic: [tcpTrains({ template, trainFrames: 1, count: 1 })],
      }),
      100_000,
    );
    if (records.find((r) => r.kind === 'queueSelected')?.a === 0) return template;
  }
}
