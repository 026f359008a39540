/**
 * A datagram beyond the MTU, cut by the card (UFO) or by the kernel, over a link: the same fragments on the wire, byte for byte, and another
 * price. Lengths by hand: 4000 bytes of payload are 4008 behind the IP header, 1480 + 1480 + 1048 of them a fragment at an MTU of 1500.
 */
import { describe, expect, it } from 'vitest';
import { Point } from '../../catalog/capture-points.ts';
import { type DriverName, drivers } from '../../catalog/drivers.ts';
import { reasonName } from '../../catalog/reasons.ts';
import { rulesFor } from '../../catalog/rules.ts';
import type { KernelVersion } from '../../catalog/version.ts';
import { framesAt } from '../../taps/skb-bytes.ts';
import { linkedSpec, linkSpec, linkWay } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import type { Change, FeatureName } from '../change.ts';
import { imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import { createWorld } from '../create.ts';
import { dropped, netdevFixFeatures, offeredFeatures } from '../nic/features.ts';
import type { LinkFaults, WorldSpec } from '../spec.ts';
import { get16, headersOf, l4ChecksumRight } from './gso/frame.ts';
import { ipFragment } from './gso/segment.ts';

const MS = 1_000_000;

interface Parts {
  kernel?: KernelVersion;
  driver?: DriverName;
  bytes?: number;
  count?: number;
  setup?: Change[];
  faults?: Partial<LinkFaults>;
}

function spec(parts: Parts = {}): WorldSpec {
  const { kernel = '4.13', driver = 'virtio_net', bytes = 4000, count = 1, setup = [], faults = {} } = parts;
  const link = linkSpec(linkWay({ faults }));
  const base = linkedSpec({ bytes, nic: { driver, ringSize: 256 }, send: { count }, link });
  return { ...base, kernel, setup: setup.map((change) => ({ host: 0, change })) };
}

const off: Change = { type: 'feature', nic: 0, name: 'udp-fragmentation-offload', on: false };

function run(parts: Parts = {}, ns = 2 * MS) {
  const { world: w, records } = runTraced(spec(parts), ns);
  expect([imbalance(w), txImbalance(w), linkImbalance(w)]).toEqual([0, 0, 0]);
  const of = (kind: string) => records.filter((r) => r.kind === kind);
  return {
    w,
    of,
    why: [...of('xmitValidate'), ...of('ipFragment')].map((r) => r.reason),
    lengths: of('linkEnter').map((r) => r.a),
    busy: w.cpus[0].ctxNs.reduce((sum, ns, ctx) => (ctx < w.cpus[0].ctxNs.length - 1 ? sum + ns : sum), 0),
  };
}

describe('who cuts', () => {
  it('txUfo: one packet down to the card, which makes three frames of it', () => {
    const { w, of, why, lengths } = run();
    expect(why).toEqual(['txUfo']);
    expect(of('txQueue').map((r) => r.b)).toEqual([3]);
    expect(lengths).toEqual([1514, 1514, 1082]);
    expect([w.nics[0].counters.tx_packets, w.nics[0].counters.tx_bytes]).toEqual([3, 1514 + 1514 + 1082]);
    // the stack has cut nothing, nor summed
    expect(w.hosts[0].snmp).toMatchObject({ IpOutRequests: 1, IpFragOKs: 0, IpFragCreates: 0 });
    expect(w.hosts[0].software).toMatchObject({ qdisc: 1, cuts: 0, txSummedBytes: 0 });
    expect(w.hosts[1].snmp).toMatchObject({ IpReasmReqds: 3, IpReasmOKs: 1, UdpInDatagrams: 1 });
    expect([w.sockets[0].wmem, w.sockets[1].receivedBytes, w.pool.used]).toEqual([0, 4000, 0]);
  });

  it('fragUfoOff, fragNoUfo, fragInSoftware: the kernel, each fragment by itself, the sum over all bytes too', () => {
    const ways: [Parts, string][] = [
      [{ setup: [off] }, 'fragUfoOff'],
      [{ driver: 'igb' }, 'fragNoUfo'],
      [{ kernel: '4.14' }, 'fragInSoftware'],
      [{ kernel: '2.6.14' }, 'fragInSoftware'],
    ];
    for (const [parts, reason] of ways) {
      const { w, why, lengths } = run(parts);
      expect(why).toEqual([reason, reason, reason]);
      expect(lengths).toEqual([1514, 1514, 1082]);
      expect(w.hosts[0].snmp).toMatchObject({ IpOutRequests: 1, IpFragOKs: 1, IpFragCreates: 3 });
      expect(w.hosts[0].software).toMatchObject({ qdisc: 3, txSummedBytes: 4000 });
      expect(w.sockets[1].receivedBytes).toBe(4000);
    }
  });

  it('costs: 65507 bytes are 45 fragments (44 of 1480, one of 395): 44 more passes and a sum', () => {
    const big = { bytes: 65_507 };
    const [card, kernel] = [run(big), run({ ...big, setup: [off] })];
    expect([card.lengths.length, kernel.lengths.length]).toEqual([45, 45]);
    expect(card.lengths.at(-1)).toBe(14 + 20 + 65_515 - 44 * 1480);
    expect([card.w.hosts[0].software.qdisc, kernel.w.hosts[0].software.qdisc]).toEqual([1, 45]);
    const { profile } = card.w.fixed.hosts[0];
    const cycles = 44 * (profile.gsoSegment + profile.qdisc + profile.txDrv) + 65_507 * profile.csumPerByte;
    const ghz = profile.clockMhz / 1000;
    // 45 transmit descriptors to free instead of one come on top, with more interrupts
    expect(kernel.busy - card.busy).toBeGreaterThan(cycles / ghz);
  });

  it('txUfoOff: UFO goes off while the datagram waits in the queueing discipline', () => {
    const waiting = spec({ bytes: 20_000, count: 8 });
    // two packets in the ring at a time, 16 ms each
    Object.assign(waiting.hosts[0].nics[0], { linkBps: 10_000_000, ringSize: 3 });
    Object.assign(waiting.hosts[0].apps[0].send as object, { ratePps: null });
    const { world: w, records } = runTraced(
      { ...waiting, inputs: [{ at: MS, after: null, host: 0, line: '', change: off }] },
      500 * MS,
    );
    const decided = records.filter((r) => r.kind === 'xmitValidate').map((r) => r.reason);
    expect(decided).toEqual([...Array(2).fill('txUfo'), ...Array(6).fill('txUfoOff')]);
    expect(records.filter((r) => r.kind === 'ipFragment')).toEqual([]);
    expect([imbalance(w), txImbalance(w), linkImbalance(w), w.sockets[0].wmem]).toEqual([0, 0, 0, 0]);
    expect(w.sockets[1].receivedBytes).toBe(8 * 20_000);
    // GSO's cut, not the IP layer's
    expect(w.hosts[0].software).toMatchObject({ cuts: 6, txSummedBytes: 6 * 20_000 });
    expect(w.hosts[0].snmp.IpFragCreates).toBe(0);
  });

  it('sendNoBuffers: fragments of more than twice the send buffer are ENOBUFS; the card’s one packet is not', () => {
    const small = (setup: Change[]) => {
      const s = spec({ bytes: 65_507, setup });
      s.hosts[0].sockets[0].sndbufBytes = 40_000;
      const { world, records } = runTraced(s, 2 * MS);
      return [records.filter((r) => r.kind === 'sendExit').map((r) => [r.reason, r.a]), world] as const;
    };
    const [refused, w] = small([off]);
    expect(refused).toEqual([['sendNoBuffers', -105]]);
    expect(w.hosts[0].snmp).toMatchObject({ IpOutDiscards: 1, UdpSndbufErrors: 1, IpOutRequests: 0 });
    expect(small([])[0]).toEqual([['sendDone', 65_507]]);
  });
});

describe('what leaves', () => {
  /** Bytes of all frames at a point, as a capture there has them. */
  function seen(parts: Parts, point: number, nic: number): Uint8Array[] {
    const w = createWorld(spec(parts));
    const frames: Uint8Array[] = [];
    w.tap = (world, at, of, slot) => {
      if (at === point && of === nic) frames.push(...framesAt(world, point, of, slot).map((f) => f.bytes));
    };
    advance(w, 5 * MS);
    return frames;
  }

  it('is the same, byte for byte, from the card and from the kernel, and as the cutter of bytes cuts', () => {
    for (const bytes of [1473, 4000, 65_507]) {
      const card = seen({ bytes }, Point.wireOut, 0);
      const [whole] = seen({ bytes }, Point.driverOut, 0);
      expect(get16(whole, 16)).toBe(bytes + 28);
      for (const other of [
        seen({ bytes, setup: [off] }, Point.wireOut, 0),
        seen({ bytes }, Point.wireIn, 1),
        seen({ bytes }, Point.stackIn, 1),
      ])
        expect(other.map((b) => [...b])).toEqual(card.map((b) => [...b]));
      // one identification, DF clear, MF on all but the last, offsets in eights, one UDP header
      const data = card.flatMap((b) => [...b.subarray(34, 14 + get16(b, 16))]);
      expect(data).toHaveLength(bytes + 8);
      const joined = new Uint8Array(34 + data.length);
      joined.set(whole.subarray(0, 34));
      joined.set(data, 34);
      expect(l4ChecksumRight(joined)).toBe(true);
      expect(get16(joined, headersOf(joined).l4 + 4)).toBe(bytes + 8);
      const again = ipFragment(joined, 1500);
      expect(card.map((b) => [...b.subarray(0, 14 + get16(b, 16))])).toEqual(again.map((b) => [...b]));
      // what the application writes and reads
      const [wrote] = seen({ bytes }, Point.appOut, 0);
      const [read] = seen({ bytes }, Point.appIn, 1);
      expect([...read.subarray(20)]).toEqual([...wrote.subarray(20)]);
    }
  });
});

describe('one lost', () => {
  const lost = { script: [{ nth: 2, of: 'any' as const, act: 'lose' as const }] };

  it('loses the datagram, whoever cut it; of datagrams by UDP_SEGMENT only itself', () => {
    for (const setup of [[], [off]]) {
      const { w } = run({ faults: lost, setup });
      expect(w.hosts[1].snmp).toMatchObject({ IpReasmReqds: 2, IpReasmOKs: 0, UdpInDatagrams: 0 });
      expect(w.hosts[1].frags).toHaveLength(1);
      const late = run({ faults: lost, setup }, 30_001 * MS);
      expect(late.w.hosts[1].snmp).toMatchObject({ IpReasmTimeout: 1, IpReasmFails: 1 });
      expect(late.of('drop').map((r) => r.reason)).toEqual(['fragTimeout', 'fragTimeout']);
      expect(late.w.pool.used).toBe(0);
    }
    const uso = spec({ kernel: '6.12', driver: 'igb', faults: lost });
    Object.assign(uso.hosts[0].apps[0].send as object, { segmentBytes: 1472 });
    const { world } = runTraced(uso, 2 * MS);
    expect([world.hosts[1].snmp.UdpInDatagrams, world.sockets[1].receivedBytes]).toEqual([2, 4000 - 1472]);
  });

  it('a bit turned in any of them fails the checksum of the whole', () => {
    const hurt = run({ faults: { script: [{ nth: 3, of: 'any', act: 'damage-l4' }] } });
    expect(hurt.w.hosts[1].snmp).toMatchObject({ IpReasmOKs: 1, UdpInCsumErrors: 1, UdpInDatagrams: 0 });
  });
});

describe('the feature', () => {
  const fixed = (kernel: KernelVersion, driver: DriverName, ...without: FeatureName[]) => {
    const rules = rulesFor(kernel);
    const wanted = offeredFeatures(drivers[driver], rules);
    for (const name of without) wanted[name] = false;
    const on = netdevFixFeatures(wanted, rules)['udp-fragmentation-offload'];
    const why = dropped.get('udp-fragmentation-offload');
    return why === undefined ? on : reasonName(why);
  };

  it('is there from 2.6.15 until 4.14, on virtio_net alone', () => {
    expect([fixed('2.6.14', 'virtio_net'), fixed('2.6.15', 'virtio_net')]).toEqual([false, true]);
    expect([fixed('4.13', 'virtio_net'), fixed('4.14', 'virtio_net')]).toEqual([true, false]);
    expect([fixed('4.13', 'igb'), fixed('4.13', 'mlx5_core')]).toEqual([false, false]);
  });

  it('needs checksums and scatter-gather', () => {
    expect(fixed('4.13', 'virtio_net', 'tx-checksum-ip-generic')).toBe('featureNoTxChecksum');
    expect(fixed('4.13', 'virtio_net', 'tx-scatter-gather')).toBe('featureNoSg');
    // both versions' checksums will do
    expect(fixed('3.14', 'virtio_net', 'tx-checksum-ipv6')).toBe('featureNoTxChecksum');
    expect(fixed('3.14', 'virtio_net')).toBe(true);
  });
});
