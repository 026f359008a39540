/** Links between hosts: times by hand, what is lost where and why, what the far host sees of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWay } from '../../testing/arbitrary-world.ts';
import { FAR_MAC, linkedSpec, linkSpec, linkWay, MAC, nicSpec } from '../../testing/specs.ts';
import { runTraced, type TraceRecord } from '../../testing/trace.ts';
import { linkImbalance, imbalance, txImbalance } from '../conservation.ts';
import type { LinkFaults, LinkScriptLine, LinkWaySpec, WorldSpec } from '../spec.ts';
import type { World } from '../world.ts';

const MS = 1_000_000;
const of = (records: TraceRecord[], ...kinds: string[]) => records.filter((r) => kinds.includes(r.kind));
const at = (w: World, r: TraceRecord): string => w.fixed.places[r.place].host;

function run(
  way: Partial<Omit<LinkWaySpec, 'faults'>> & { faults?: Partial<LinkFaults> },
  count = 10,
  more = {},
) {
  const spec = linkedSpec({ link: linkSpec(linkWay(way)), send: { count }, ...more });
  const ran = runTraced(spec, 20 * MS);
  expect([imbalance(ran.world), txImbalance(ran.world), linkImbalance(ran.world)]).toEqual([0, 0, 0]);
  return ran;
}

const script = (...lines: [number, LinkScriptLine['act'], LinkScriptLine['of']?][]): Partial<LinkFaults> => ({
  script: lines.map(([nth, act, who = 'data']) => ({ nth, of: who, act })),
});

describe('a cable between two hosts', () => {
  it('brings a frame from wire to MAC after its delay, as a packet of its own that names where it came from', () => {
    const { world, records } = run({}, 1);
    const [sent] = of(records, 'txSent');
    const [enter] = of(records, 'linkEnter');
    const [start] = of(records, 'linkStart');
    const [arrived] = of(records, 'frameArrived');
    expect(enter).toMatchObject({ timeNs: sent.timeNs, packet: 2, other: 1, a: 60, reason: 'none' });
    expect(start).toMatchObject({ cause: enter.seq, a: 10_000, packet: 2 });
    expect(arrived).toMatchObject({ timeNs: sent.timeNs + 10_000, packet: 2, cause: start.seq, a: 60 });
    expect([at(world, enter), at(world, arrived)]).toEqual(['h1', 'h2']);
    expect(of(records, 'recv')).toHaveLength(1);
    expect(world.sockets.map((s) => [s.sent, s.received])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('numbers a flow at both its ends, each with the other as its far or near side', () => {
    const { world } = run({}, 1, { replyBytes: 5 });
    const flows = world.fixed.flows.slice(1).map((f) => [f.host, f.key.sport, f.key.dport, f.far, f.reply]);
    expect(flows).toEqual([
      [0, 9000, 7000, 2, 0],
      [1, 9000, 7000, 0, 3],
      [1, 7000, 9000, 4, 0],
      [0, 7000, 9000, 0, 0],
    ]);
    expect(world.fixed.flows[2].macOurs).toBe(true);
  });

  it('takes an answer back: request, answer, one round trip', () => {
    const { world, records } = run({}, 3, { replyBytes: 40 });
    expect(world.sockets.map((s) => [s.sent, s.received, s.receivedBytes])).toEqual([
      [3, 3, 120],
      [3, 3, 54],
    ]);
    const bySeq = new Map(records.map((r) => [r.seq, r]));
    const kinds: string[] = [];
    let r = of(records, 'frameArrived').find((x) => at(world, x) === 'h1');
    for (; r !== undefined; r = bySeq.get(r.cause)) kinds.push(r.kind);
    // the answer's chain leads over the link into the host that sent it
    expect(kinds.slice(0, 6)).toEqual([
      'frameArrived',
      'linkStart',
      'linkEnter',
      'txQueue',
      'txSelect',
      'send',
    ]);
  });

  it('macFilter: the far card takes no frame to another MAC address', () => {
    const spec = linkedSpec({ send: { count: 2 } });
    const { template } = spec.hosts[0].apps[0].send as { template: { dmac: string } };
    template.dmac = '02:00:00:00:00:77';
    const { records } = runTraced(spec, MS);
    expect(of(records, 'drop').map((r) => r.reason)).toEqual(['macFilter', 'macFilter']);
  });
});

describe('a narrow place', () => {
  // 60 bytes take 84 * 8 bits: 672 ns at 1 Gbit/s, 67.2 µs at 10 Mbit/s
  it('linkFree, linkQueued: frames pass one after the other at its rate, what is left below a ns carried on', () => {
    const { records } = run({ rateBps: 10_000_000 }, 4, { send: { count: 4, ratePps: 1_000_000 } });
    expect(of(records, 'linkEnter').map((r) => r.reason)).toEqual([
      'linkFree',
      'linkQueued',
      'linkQueued',
      'linkQueued',
    ]);
    const times = of(records, 'linkStart').map((r) => r.timeNs);
    expect(times.slice(1).map((t, i) => t - times[i])).toEqual([67_200, 67_200, 67_200]);
    expect(times[0] - of(records, 'linkEnter')[0].timeNs).toBe(67_200);
    expect(of(records, 'frameArrived').map((r) => r.timeNs)).toEqual(times.map((t) => t + 10_000));
  });

  it('linkQueueFull: one frame more than its queue holds is lost, and the last one is', () => {
    const { world, records } = run({ rateBps: 1_000_000, queueFrames: 2 }, 5);
    // one passes, two wait, two are lost
    expect(of(records, 'linkEnter').map((r) => r.reason)).toEqual([
      'linkFree',
      'linkQueued',
      'linkQueued',
      'linkQueueFull',
      'linkQueueFull',
    ]);
    expect(of(records, 'linkDrop').map((r) => r.reason)).toEqual(['linkQueueFull', 'linkQueueFull']);
    expect(world.ways[0].counters).toMatchObject({
      put: 5,
      arrived: 3,
      lost: 2,
      queueDrops: 2,
      queueMost: 2,
    });
    expect(world.ways[0].counters.busyNs).toBe(3 * 672_000);
    expect(world.totals).toMatchObject({ arrived: 3, dropped: 0, txSent: 5 });
  });
});

describe('what goes wrong', () => {
  it('linkLossScripted: exactly the frame that a script names is lost, nothing else', () => {
    const { world, records } = run({ faults: script([3, 'lose']) }, 5);
    expect(of(records, 'linkDrop').map((r) => [r.reason, r.a, r.b])).toEqual([['linkLossScripted', 1, 60]]);
    expect(
      of(records, 'linkEnter').indexOf(
        of(records, 'linkEnter').find((r) => r.packet === of(records, 'linkDrop')[0].packet) as TraceRecord,
      ),
    ).toBe(2);
    expect(world.sockets[1].received).toBe(4);
  });

  it('counts frames with payload and without apart', () => {
    const lost = (who: LinkScriptLine['of']) =>
      run({ faults: script([1, 'lose', who]) }, 2, { bytes: 0 }).world.ways[0].counters.lost;
    expect([lost('data'), lost('empty'), lost('any')]).toEqual([0, 1, 1]);
  });

  it('linkHeldBack: one frame held back by 1 ms is overtaken by all that follow', () => {
    const { records } = run({ faults: script([2, 'delay']) }, 4);
    const order = of(records, 'linkStart').map((r) => r.packet);
    const came = of(records, 'frameArrived').map((r) => r.packet);
    expect(came).toEqual([order[0], order[2], order[3], order[1]]);
    expect(of(records, 'linkStart')[1]).toMatchObject({ reason: 'linkHeldBack', a: 1_010_000 });
  });

  it('linkDuplicated: one frame arrives twice; the copy has an id of its own and says of what', () => {
    const { world, records } = run({ faults: script([1, 'duplicate']) }, 1);
    const [first, copy] = of(records, 'linkStart');
    expect(copy).toMatchObject({ reason: 'linkDuplicated', other: first.packet, packet: first.packet + 1 });
    expect(world.sockets[1].received).toBe(2);
    expect(world.ways[0].counters).toMatchObject({ put: 2, arrived: 2, duplicated: 1 });
  });

  it('linkBitError, crcError: bits turned on the cable are found by the FCS at the far MAC', () => {
    const { world, records } = run({ faults: script([2, 'bit-error']) }, 3);
    expect(of(records, 'linkStart').map((r) => r.reason)).toEqual(['none', 'linkBitError', 'none']);
    expect(of(records, 'drop').map((r) => r.reason)).toEqual(['crcError']);
    expect(world.nics[1].counters).toMatchObject({ rx_crc_errors: 1, rx_packets: 2 });
    expect(world.totals).toMatchObject({ arrived: 3, dropped: 1 });
  });

  it('linkDamagedL4, linkDamagedIp: damage behind a right FCS reaches the stack, and its own sums find it', () => {
    const { world, records } = run({ faults: script([1, 'damage-l4'], [2, 'damage-ip']) }, 3);
    expect(of(records, 'linkStart').map((r) => r.reason)).toEqual(['linkDamagedL4', 'linkDamagedIp', 'none']);
    expect(of(records, 'drop').map((r) => r.reason)).toEqual(['udpChecksum', 'ipChecksum']);
    expect(world.hosts[1].snmp).toMatchObject({ UdpInCsumErrors: 1, IpInHdrErrors: 1 });
    expect(world.nics[1].counters.rx_crc_errors).toBe(0);
    expect(world.sockets[1].received).toBe(1);
  });

  it('linkLossRandom: about its share is lost, the same frames each time, none of them one more for other knobs', () => {
    const lost = (faults: Partial<LinkFaults>) =>
      of(run({ faults }, 1000).records, 'linkDrop').map((r) => [r.packet, r.reason]);
    const once = lost({ loss: 0.1 });
    expect(once.every(([, reason]) => reason === 'linkLossRandom')).toBe(true);
    expect(once.length).toBeGreaterThan(70);
    expect(once.length).toBeLessThan(130);
    expect(lost({ loss: 0.1 })).toEqual(once);
  });

  it('linkLossBurst: losses come in rows as long as the bad state lasts on average', () => {
    const burst = { toBad: 0.02, toGood: 0.25, lossGood: 0, lossBad: 1 };
    const { records } = run({ faults: { burst } }, 1800);
    const fates = of(records, 'linkStart', 'linkDrop').map((r) => r.reason === 'linkLossBurst');
    const rows: number[] = [];
    fates.forEach((lost, i) => {
      if (lost && fates[i - 1]) rows[rows.length - 1] += 1;
      else if (lost) rows.push(1);
    });
    const mean = rows.reduce((a, b) => a + b, 0) / rows.length;
    // 1 / toGood frames
    expect(mean).toBeGreaterThan(3);
    expect(mean).toBeLessThan(5);
    expect(fates.filter(Boolean).length / fates.length).toBeCloseTo(0.02 / 0.27, 1);
  });

  it('jitter: delays differ by so much at most, and frames overtake each other', () => {
    const { records } = run({ jitterNs: 8_000 }, 300);
    const delays = of(records, 'linkStart').map((r) => r.a);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(18_000);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(12_000);
  });
});

/** h1 - r - h2: r has two cards, forwards, and knows the way. */
function routed(): WorldSpec {
  const spec = linkedSpec({ replyBytes: 30, send: { count: 4 } });
  const [h1, h2] = spec.hosts;
  const cards = [
    nicSpec({ mac: '02:00:00:00:01:01', addresses: ['10.9.0.254'] }),
    nicSpec({ name: 'eth1', mac: '02:00:00:00:01:02', addresses: ['10.8.0.254'] }),
  ];
  const { template } = h1.apps[0].send as { template: { dmac: string; dst: string } };
  template.dmac = cards[0].mac;
  template.dst = '10.8.0.2';
  h2.nics[0].addresses = ['10.8.0.2'];
  return {
    ...spec,
    hosts: [
      h1,
      h2,
      {
        id: 'r',
        cpus: 1,
        profile: 'server3g',
        nics: cards,
        sockets: [],
        apps: [],
        routes: [
          { prefix: '10.9.0.0/24', nic: 0 },
          { prefix: '10.8.0.0/24', nic: 1 },
        ],
      },
    ],
    links: [
      {
        ...linkSpec(),
        name: 'left',
        ends: [
          { host: 0, nic: 0 },
          { host: 2, nic: 0 },
        ],
      },
      {
        ...linkSpec(),
        name: 'right',
        ends: [
          { host: 2, nic: 1 },
          { host: 1, nic: 0 },
        ],
      },
    ],
    setup: [{ host: 2, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } }],
  };
}

describe('over a router', () => {
  it('follows flows from link to link, with new link addresses on each, and back', () => {
    const { world, records } = runTraced(routed(), 5 * MS);
    expect(world.sockets.map((s) => [s.sent, s.received])).toEqual([
      [4, 4],
      [4, 4],
    ]);
    expect(world.ways.map((way) => way.counters.arrived)).toEqual([4, 4, 4, 4]);
    const keys = world.fixed.flows
      .slice(1)
      .map((f) => [f.host, f.key.smac.slice(-5), f.key.dmac.slice(-5), f.far]);
    expect(keys).toEqual([
      [0, MAC.slice(-5), '01:01', 2],
      [2, MAC.slice(-5), '01:01', 3],
      [1, '01:02', FAR_MAC.slice(-5), 0],
      [1, FAR_MAC.slice(-5), '01:02', 5],
      [2, FAR_MAC.slice(-5), '01:02', 6],
      [0, '01:01', MAC.slice(-5), 0],
    ]);
    expect(of(records, 'drop')).toEqual([]);
  });

  it('linkNotForeseen: a route turned while time runs sends packets back, where no flow was made for them', () => {
    const spec = routed();
    const [card] = runTraced(spec, 1).world.hosts[2].addresses;
    const change = { type: 'route-add' as const, network: '10.8.0.2', bits: 32, nic: card.nic, via: null };
    const { world, records } = runTraced(
      { ...spec, inputs: [{ at: 0, after: null, host: 2, line: '', change }] },
      5 * MS,
    );
    expect(of(records, 'linkDrop').map((r) => r.reason)).toEqual(new Array(4).fill('linkNotForeseen'));
    expect(linkImbalance(world)).toBe(0);
  });
});

describe('any link', () => {
  it('keeps its balance: put on = arrived + lost + under way, and what arrives was put on', () => {
    fc.assert(
      fc.property(
        arbitraryWay,
        arbitraryWay,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: MS }),
        (ab, ba, count, until) => {
          const spec = linkedSpec({
            link: linkSpec(ab, ba),
            send: { count, ratePps: 200_000 },
            replyBytes: 9,
          });
          const { world, records } = runTraced(spec, until);
          expect([imbalance(world), txImbalance(world), linkImbalance(world)]).toEqual([0, 0, 0]);
          expect(of(records, 'frameArrived').length).toBe(world.totals.arrived);
          expect(world.ways.reduce((n, w) => n + w.counters.arrived, 0)).toBe(world.totals.arrived);
          const started = new Set(of(records, 'linkStart').map((r) => r.packet));
          expect(of(records, 'frameArrived').every((r) => started.has(r.packet))).toBe(true);
          // a link that neither holds back nor jitters keeps the order
          const [one] = world.ways;
          if (one.jitterNs === 0 && one.faults.reorder === 0) {
            const came = of(records, 'frameArrived').filter((r) => at(world, r) === 'h2');
            const copies = new Set(
              of(records, 'linkStart')
                .filter((r) => r.other !== 0)
                .map((r) => r.packet),
            );
            const firsts = came.map((r) => r.packet).filter((id) => !copies.has(id));
            expect(firsts).toEqual([...firsts].sort((x, y) => x - y));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
