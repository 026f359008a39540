/** Datagrams beyond the MTU: cut into fragments, put together again, or lost with one of them. Lengths by hand. */
import { describe, expect, it } from 'vitest';
import { rulesFor } from '../../catalog/rules.ts';
import type { KernelVersion } from '../../catalog/version.ts';
import { appSpec, MAC, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import type { Change } from '../change.ts';
import { imbalance, txImbalance } from '../conservation.ts';
import { buildFrame } from '../packet/build.ts';
import { type FrameFields, makeFrame } from '../packet/frame.ts';
import { createTrafficBuilder } from '../packet/traffic-table.ts';
import { playOnce } from '../traffic/plain.ts';
import type { SendSpec, WorldSpec } from '../spec.ts';
import { fragmentRoom } from './ip-fragment.ts';
import { ipFragment } from './gso/segment.ts';

const MS = 1_000_000;

describe('sending', () => {
  function sending(payload: number, send: Partial<SendSpec> = {}, setup: Change[] = []): WorldSpec {
    const spec = worldSpec({
      nic: { driver: 'igb' },
      traffic: [],
      apps: [appSpec({ sockets: [], send: { ...udpSend({ count: 1 }, payload), ...send } })],
      setup: setup.map((change) => ({ host: 0, change })),
    });
    const sockets = [{ name: 's', proto: 'udp' as const, address: '*', port: 9000 }];
    return { ...spec, hosts: [{ ...spec.hosts[0], sockets }] };
  }

  it('4000 bytes at an MTU of 1500: 1480 + 1480 + 1048 behind the IP header, as the bytes are cut', () => {
    expect(fragmentRoom(1500)).toBe(1480);
    const { world: w, records } = runTraced(sending(4000), 2 * MS);
    const bytes = ipFragment(buildFrame(makeFrame({ proto: 17, df: false, payloadLen: 4000 }), 1), 1500);
    const cut = records.filter((r) => r.kind === 'ipFragment').map((r) => r.a);
    expect(cut).toEqual([1514, 1514, 1082]);
    expect(cut).toEqual(bytes.map((b) => b.length));
    expect(w.hosts[0].snmp).toMatchObject({
      IpOutRequests: 1,
      IpFragOKs: 1,
      IpFragCreates: 3,
      IpFragFails: 0,
      UdpOutDatagrams: 1,
    });
    expect([w.nics[0].counters.tx_packets, w.nics[0].counters.tx_bytes]).toEqual([3, 1514 + 1514 + 1082]);
    expect([txImbalance(w), w.sockets[0].wmem, w.pool.used]).toEqual([0, 0, 0]);
  });

  it('IP_PMTUDISC_DO and what IP can’t carry: EMSGSIZE', () => {
    const result = (spec: WorldSpec) =>
      runTraced(spec, MS)
        .records.filter((r) => r.kind === 'sendExit')
        .map((r) => r.a);
    expect(result(sending(1473, { dontFragment: true }))).toEqual([-90]);
    expect(result(sending(1473))).toEqual([1473]);
    expect(result(sending(65_508))).toEqual([-90]);
  });

  it('fragGivenUp: a fragment that finds the queue full takes the rest with it', () => {
    // one descriptor's worth of bytes is under way, one packet waits, and the third has no room
    const spec = sending(20_000, { count: 3 }, [{ type: 'link', nic: 0, name: 'txqueuelen', value: 2 }]);
    spec.hosts[0].nics[0].linkBps = 1_000_000;
    const { world: w, records } = runTraced(spec, 5 * MS);
    const lost = records.filter((r) => r.kind === 'txDrop').map((r) => r.reason);
    expect(new Set(lost)).toEqual(new Set(['qdiscFull', 'fragGivenUp']));
    expect(w.hosts[0].snmp.IpFragFails).toBeGreaterThan(0);
    expect(w.hosts[0].snmp.UdpSndbufErrors).toBe(w.hosts[0].snmp.IpFragFails);
    expect(txImbalance(w)).toBe(0);
  });
});

describe('receiving', () => {
  /** Fragments of one datagram of 2960 + 1040 bytes behind the IP header. */
  const part = (offset: number, payloadLen: number, mf: boolean, more: Partial<FrameFields> = {}) =>
    makeFrame({
      dmac: MAC,
      proto: 17,
      src: '10.9.0.1',
      dst: '10.9.0.2',
      sport: offset === 0 ? 40000 : 0,
      dport: offset === 0 ? 7000 : 0,
      df: false,
      mf,
      fragOffset: offset,
      ipId: 77,
      payloadLen,
      ...(offset === 0 ? { udpLen: 4000 } : {}),
      ...more,
    });
  const first = part(0, 1472, true);
  const second = part(1480, 1480, true);
  const third = part(2960, 1040, false);

  function run(frames: FrameFields[], setup: Change[] = [], ns = MS, kernel: KernelVersion = '6.12') {
    const builder = createTrafficBuilder();
    frames.forEach((frame, i) => {
      builder.add(i * 20_000, frame);
    });
    const spec = worldSpec({
      nic: { driver: 'igb' },
      apps: [appSpec({ sockets: [] })],
      traffic: [playOnce(builder.finish())],
      setup: setup.map((change) => ({ host: 0, change })),
    });
    const { world, records } = runTraced({ ...spec, kernel }, ns);
    expect(imbalance(world)).toBe(0);
    return {
      world,
      snmp: world.hosts[0].snmp,
      told: records.filter((r) => r.kind === 'ipFrag').map((r) => [r.reason, r.a, r.b]),
      drops: records.filter((r) => r.kind === 'drop').map((r) => r.reason),
      sums: records.filter((r) => r.kind === 'rxChecksum').map((r) => [r.reason, r.a]),
    };
  }

  it('in any order: whole once the last is there, one datagram of all bytes', () => {
    for (const frames of [
      [first, second, third],
      [third, first, second],
      [second, third, first],
    ]) {
      const { snmp, world, told, sums } = run(frames);
      expect(snmp).toMatchObject({
        IpInReceives: 3,
        IpReasmReqds: 3,
        IpReasmOKs: 1,
        IpReasmFails: 0,
        IpInDelivers: 1,
        UdpInDatagrams: 1,
      });
      expect(told.at(-1)).toEqual(['fragReassembled', 0, 4000]);
      expect(world.sockets[0].receivedBytes).toBe(3992);
      // no card has seen the whole: 3992 bytes summed here
      expect(sums).toEqual([['rxCsumParts', 3992]]);
      expect(world.hosts[0].frags).toEqual([]);
    }
  });

  it('fragTimeout: one lost loses all, after ipfrag_time', () => {
    const waits = run([first, third]);
    expect(waits.snmp).toMatchObject({ IpReasmReqds: 2, IpReasmOKs: 0, IpReasmFails: 0 });
    expect(waits.world.hosts[0].frags.map((q) => q.meat)).toEqual([2520]);
    const late = run(
      [first, third],
      [{ type: 'sysctl', name: 'net.ipv4.ipfrag_time', values: [1] }],
      1001 * MS,
    );
    expect(late.drops).toEqual(['fragTimeout', 'fragTimeout']);
    expect(late.snmp).toMatchObject({ IpReasmFails: 1, IpReasmTimeout: 1 });
    expect(late.world.pool.used).toBe(0);
  });

  it('fragDuplicate: the same bytes twice do no harm; fragOverlap, fragLength: contradictions end it', () => {
    const twice = run([first, first, second, third]);
    expect([twice.drops, twice.snmp.IpReasmOKs]).toEqual([['fragDuplicate'], 1]);
    const overlap = run([first, part(1400, 1480, true), third]);
    expect(overlap.drops).toEqual(['fragOverlap', 'fragOverlap']);
    expect(overlap.snmp).toMatchObject({ IpReasmFails: 1, IpReasmOKs: 0 });
    const short = run([first, second, part(1480, 100, false)]);
    expect(short.drops).toEqual(['fragLength', 'fragLength', 'fragLength']);
  });

  it('fragmentNotModelled: those of IPv6 are given up', () => {
    const v6 = { ipVersion: 6 as const, src: 'fd00::1', dst: 'fd00::2', extHeaders: 'frag:00000100000009' };
    const frame = makeFrame({ dmac: MAC, proto: 17, sport: 40000, dport: 7000, payloadLen: 1000, ...v6 });
    const { drops, snmp } = run([frame]);
    expect([drops, snmp.Ip6ReasmReqds]).toEqual([['fragmentNotModelled'], 1]);
  });

  it('fragEvicted: older kernels throw incomplete datagrams out, those first that got nothing for longest', () => {
    // four datagrams begin, then the first gets its second fragment: 5 times 2304 bytes
    const begun = [78, 79, 80].map((ipId) => part(0, 1472, true, { ipId }));
    const frames = [first, ...begun, second, part(0, 1472, true, { ipId: 81 })];
    const limits = (high: number, low: number): Change[] => [
      { type: 'sysctl', name: 'net.ipv4.ipfrag_high_thresh', values: [high] },
      { type: 'sysctl', name: 'net.ipv4.ipfrag_low_thresh', values: [low] },
    ];
    const left = (kernel: KernelVersion, high: number, low: number) => {
      const { drops, world, snmp } = run(frames, limits(high, low), MS, kernel);
      return [drops, world.hosts[0].frags.map((q) => q.ipId), snmp.IpReasmFails, snmp.IpReasmTimeout];
    };
    const [high, low] = [4 * 2304, 2 * 2304];
    // before 3.17: above high (11520 of 9216 at the sixth) down to low; the first is the newest but one
    expect(left('3.14', high, low)).toEqual([Array(3).fill('fragEvicted'), [77, 81], 3, 0]);
    // until 4.17: above low, two at the fourth (6912 of 4608) and two at the sixth
    expect(left('4.13', high, low)).toEqual([Array(4).fill('fragEvicted'), [77, 81], 4, 0]);
    // since: nobody; the sixth is refused
    expect(left('4.17', high, low)).toEqual([['fragMemory'], [77, 78, 79, 80], 1, 0]);
    expect([rulesFor('3.8').ipfragLowThresh, rulesFor('3.9').ipfragLowThresh]).toEqual([196_608, 3_145_728]);
  });

  it('fragMemory: beyond ipfrag_high_thresh no further datagram is begun', () => {
    const other = part(0, 1472, true, { ipId: 78 });
    const limit: Change = { type: 'sysctl', name: 'net.ipv4.ipfrag_high_thresh', values: [2303] };
    // a fragment of 1514 bytes is charged 2304
    const { drops, snmp, world } = run([first, other, second, third], [limit]);
    expect(drops).toEqual(['fragMemory']);
    expect(snmp).toMatchObject({ IpReasmFails: 1, IpReasmOKs: 1 });
    expect(world.hosts[0].frags).toEqual([]);
    expect(rulesFor('3.3').ipfragHighThresh).toBe(262_144);
    expect(rulesFor('3.10').ipfragHighThresh).toBe(4_194_304);
  });
});
