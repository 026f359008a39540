/** IPIP tunnels: what goes in, what is on the wire, who cuts and sums by version, what comes out, and what is lost where. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from '../advance.ts';
import { forgottenSoftirqs, imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import { copyWorld } from '../copy.ts';
import { createWorld } from '../create.ts';
import { Point } from '../../catalog/capture-points.ts';
import { compileScenario } from '../../scenario/compile.ts';
import { loadScenario } from '../../scenario/load.ts';
import { isTunnelled } from './state.ts';
import { arbitraryWorld, RUN_NS } from '../../testing/arbitrary-world.ts';
import { traced } from '../../testing/trace.ts';
import { compileTunnels, runTunnel, type TunnelParts } from '../../testing/tunnels.ts';

function play(parts: TunnelParts = {}) {
  const run = runTunnel(parts);
  expect(run.imbalances).toEqual([0, 0, 0, 0]);
  return run;
}

/** Bytes of the writer's stream that the reader has read. */
const bytesRead = (run: ReturnType<typeof play>): number =>
  run.w.tasks.find((t) => t.name === 'reader')?.bytes ?? 0;

const off = (...names: string[]): { host: string; line: string }[] =>
  ['h1', 'h2'].flatMap((host) => names.map((name) => ({ host, line: `ethtool -K ipip1 ${name} off` })));

describe('on the wire', () => {
  it('a segment is 20 bytes less, its frame as long: MTU 1480, MSS 1440, with timestamps 1428', () => {
    const run = play();
    expect(run.nic(0, 'ipip1').mtu).toBe(1480);
    const conn = run.w.connections.find((c) => c.tcp?.tx.mssCache !== undefined && c.segsOut > 50);
    expect(conn?.tcp?.tx.mssCache).toBe(1428);
    const lengths = new Set(
      run.records.filter((r) => r.kind === 'frameArrived' && r.a > 100).map((r) => r.a),
    );
    // 14 + 20 + 20 + 32 + 1428, and the rest of each write
    expect(Math.max(...lengths)).toBe(1514);
    // a bare ACK: 14 + 20 + 20 + 20 + 12 bytes of timestamps
    expect(run.records.some((r) => r.kind === 'frameArrived' && r.a === 86)).toBe(true);
    expect(bytesRead(run)).toBe(5 * 65_536);
  });

  it('counts inner bytes at the tunnel, outer ones at the card', () => {
    const run = play({ stream: null, send: {} });
    expect(run.nic(0, 'ipip1').counters).toMatchObject({ tx_packets: 10, tx_bytes: 10 * 128 });
    expect(run.nic(0, 'eth0').counters).toMatchObject({ tx_packets: 10, tx_bytes: 10 * 162 });
    expect(run.nic(1, 'eth0').counters).toMatchObject({ rx_packets: 10, rx_bytes: 10 * 162 });
    expect(run.nic(1, 'ipip1').counters).toMatchObject({ rx_packets: 10, rx_bytes: 10 * 128 });
    // both headers are an IP packet's: counted twice at either end
    expect(run.w.hosts[0].snmp).toMatchObject({ IpOutRequests: 20, UdpOutDatagrams: 10 });
    expect(run.w.hosts[1].snmp).toMatchObject({ IpInReceives: 20, IpInDelivers: 20, UdpInDatagrams: 10 });
  });

  it('costs 300 cycles to wrap, and 200 with a softirq of its own to unwrap', () => {
    const run = play({ stream: null, send: { count: 1 }, kernel: '4.4' });
    const at = (kind: string) => run.records.find((r) => r.kind === kind) as (typeof run.records)[number];
    // copy of 100 bytes at 0.36 cycles, the tunnel's 300: 112 ns at 3 GHz
    expect(Math.abs(at('tunnelXmit').timeNs - at('send').timeNs - 112)).toBeLessThanOrEqual(1);
    const outer = run.records.filter((r) => r.kind === 'ipRcv')[0];
    expect(Math.abs(at('tunnelRcv').timeNs - outer.timeNs - 67)).toBeLessThanOrEqual(1);
  });
});

describe('who cuts and who sums', () => {
  it('3.12: the tunnel takes nothing, so TCP cuts and the CPU sums before the tunnel, a packet a segment', () => {
    const run = play({ kernel: '3.12' });
    const sent = run.nic(0, 'ipip1').counters.tx_packets;
    expect(run.count('gsoSegment')).toBe(0);
    expect(run.count('tunnelXmit', 'tunnelWhole')).toBe(0);
    expect(run.count('xmitValidate', 'txChecksumHelp')).toBe(run.count('tunnelXmit'));
    // 5 * 65536 bytes in segments of 1428 at most
    expect(sent).toBeGreaterThan((5 * 65_536) / 1428);
    expect(run.nic(0, 'eth0').counters.tx_packets).toBe(sent);
    expect(run.w.hosts[0].software).toMatchObject({ cuts: 0, copiedBytes: 0, txSummedBytes: 5 * 65_536 });
    expect(bytesRead(run)).toBe(5 * 65_536);
  });

  it('3.13: packets go through the tunnel whole; software cuts and sums right before the card', () => {
    const run = play({ kernel: '3.13' });
    const whole = run.count('tunnelXmit', 'tunnelWhole');
    expect(whole).toBeGreaterThan(4);
    expect(run.count('xmitValidate', 'tunnelTakes')).toBe(whole);
    expect(run.count('txSelect', 'tunnelNoQueue')).toBe(run.count('tunnelXmit'));
    expect(run.count('xmitValidate', 'txGsoTunnel')).toBe(whole);
    expect(run.w.hosts[0].software).toMatchObject({ cuts: whole, copiedBytes: 0, txSummedBytes: 5 * 65_536 });
    const { tx_packets } = run.nic(0, 'ipip1').counters;
    expect(run.nic(0, 'eth0').counters.tx_packets).toBe(tx_packets - whole + run.count('gsoSegment', 'none'));
    // SYN and what else is one segment: no card of then sums behind an outer header
    expect(run.count('xmitValidate', 'txChecksumTunnel')).toBe(run.count('tunnelXmit', 'tunnelEncap'));
    expect(bytesRead(run)).toBe(5 * 65_536);
  });

  it('4.7: the card finishes the checksum of each piece; a virtual one does not', () => {
    expect(play({ kernel: '4.7' }).w.hosts[0].software.txSummedBytes).toBe(0);
    const virtual = play({ kernel: '4.7', driver: 'virtio_net' });
    expect(virtual.w.hosts[0].software.txSummedBytes).toBe(5 * 65_536);
    expect(bytesRead(virtual)).toBe(5 * 65_536);
  });

  it('offloads of the tunnel turned off: it cuts itself, a packet a segment below', () => {
    const run = play({ kernel: '6.12', setup: off('tso', 'gso') });
    expect(run.count('tunnelXmit', 'tunnelWhole')).toBe(0);
    expect(run.count('xmitValidate', 'txTsoOff')).toBeGreaterThan(4);
    expect(run.count('xmitValidate', 'txGsoTunnel')).toBe(0);
    expect(bytesRead(run)).toBe(5 * 65_536);
    // the same with everything off as a 3.12 has it, where TCP is not told of it
    const bare = play({ kernel: '6.12', setup: off('sg', 'tx') });
    expect(bare.w.hosts[0].software.copiedBytes).toBeGreaterThan(4 * 65_536);
    expect(bytesRead(bare)).toBe(5 * 65_536);
  });

  it('TCP before 4.17 makes single segments where the device cuts none, and later never', () => {
    const segments = (kernel: string): number => {
      const run = play({ kernel, setup: off('tso', 'gso') });
      return run.count('xmitValidate', 'txTsoOff');
    };
    expect(segments('4.16')).toBe(0);
    expect(segments('4.17')).toBeGreaterThan(4);
  });

  it('UDP_SEGMENT goes through whole too', () => {
    const send = { bytes: 5000, segmentBytes: 1000, count: 4 };
    const run = play({ stream: null, send });
    expect(run.count('tunnelXmit', 'tunnelWhole')).toBe(4);
    expect(run.count('gsoSegment')).toBe(20);
    expect(run.w.hosts[1].snmp.UdpInDatagrams).toBe(20);
  });
});

describe('coming out', () => {
  it('the tunnel’s own GRO joins inner segments (gro_cells, 3.10); before, or without, each goes to the backlog', () => {
    const cells = play({ kernel: '3.13' });
    expect(cells.count('gro', 'groNoHandler')).toBe(cells.count('tunnelRcv', 'tunnelCell'));
    expect(cells.count('gro', 'groMerged')).toBeGreaterThan(50);
    expect(cells.count('napiComplete', 'cellEmptied')).toBeGreaterThan(0);
    const before = play({ kernel: '3.9' });
    expect(before.count('tunnelRcv', 'tunnelCell')).toBe(0);
    expect(before.count('gro', 'groMerged')).toBe(0);
    const without = play({ kernel: '3.13', setup: off('gro') });
    expect(without.count('tunnelRcv', 'tunnelBacklog')).toBeGreaterThan(50);
    for (const run of [cells, before, without]) expect(bytesRead(run)).toBe(5 * 65_536);
  });

  it('3.18: the card’s GRO joins them behind the outer header, and trains pass the tunnel’s', () => {
    const run = play({ kernel: '3.18' });
    expect(run.count('gro', 'groNoHandler')).toBe(0);
    expect(run.count('gro', 'groTrain')).toBeGreaterThan(3);
    expect(run.nic(1, 'ipip1').counters.rx_packets).toBeLessThan(run.nic(1, 'eth0').counters.rx_packets / 2);
    expect(bytesRead(run)).toBe(5 * 65_536);
  });

  it('a train overtakes nothing that the tunnel’s GRO holds of its flow', () => {
    // behind a hole the card's GRO begins anew: a single frame, then a train, in one poll
    const run = play({
      link: { ab: { script: [{ nth: 12, of: 'data', act: 'lose' }] } },
      durationNs: 30_000_000,
    });
    expect(run.count('groComplete', 'groTrainFollows')).toBeGreaterThan(0);
    expect(bytesRead(run)).toBe(5 * 65_536);
  });

  it('no card that gives verdicts vouches for the inner checksum: the CPU sums; one that gives sums leaves nothing', () => {
    const summed = play({ driver: 'ixgbe' });
    expect(summed.w.hosts[1].software.rxSummedBytes).toBe(5 * 65_536);
    expect(summed.count('rxChecksum', 'rxCsumTunnel')).toBeGreaterThan(100);
    expect(play({ driver: 'mlx5_core' }).w.hosts[1].software.rxSummedBytes).toBe(0);
  });

  it('the card spreads by outer addresses alone, RPS by the inner flow', () => {
    const parts: TunnelParts = {
      stream: { flows: 8, count: 1, writeBytes: 3000 },
      cpus: 4,
      nic: { queues: 4 },
      setup: [{ host: 'h2', line: 'echo f > /sys/class/net/eth0/queues/rx-0/rps_cpus' }],
    };
    const all = [0, 1, 2, 3].map((q) => ({
      host: 'h2',
      line: `echo f > /sys/class/net/eth0/queues/rx-${q}/rps_cpus`,
    }));
    const run = play({ ...parts, setup: all });
    const far = run.w.fixed.hosts[1].firstCpu;
    const queues = run.records.filter((r) => r.kind === 'queueSelected' && r.reason === 'rssTwoTuple');
    // one direction of one pair of addresses each
    const [, second] = [0, 1].map(
      (host) =>
        new Set(queues.filter((r) => run.w.fixed.places[r.place].host === `h${host + 1}`).map((r) => r.a)),
    );
    expect(second.size).toBe(1);
    const steered = run.records.filter((r) => r.kind === 'rpsSelect' && r.cpu >= far && r.a >= 0);
    expect(new Set(steered.map((r) => r.a)).size).toBeGreaterThan(1);
  });

  it('what no tunnel takes is lost: with the module loaded, and without', () => {
    const unknown = play({ stream: null, send: {}, far: { remote: '10.0.0.9' } });
    expect(unknown.count('drop', 'tunnelUnknown')).toBe(10);
    const none = play({ stream: null, send: {}, far: null });
    expect(none.count('drop', 'tunnelNoHandler')).toBe(10);
    expect(none.w.hosts[1].snmp.IpInUnknownProtos).toBe(10);
  });

  it('a cell holds one more than net.core.netdev_max_backlog', () => {
    const line = 'sysctl -w net.core.netdev_max_backlog=0';
    const run = play({ stream: null, send: { ratePps: null, count: 200 }, setup: [{ host: 'h2', line }] });
    const lost = run.count('drop', 'tunnelCellFull');
    expect(lost).toBeGreaterThan(0);
    expect(run.nic(1, 'ipip1').counters.rx_dropped).toBe(lost);
  });
});

describe('on the way', () => {
  it('what is too long with the outer header is lost at the tunnel', () => {
    const run = play({ stream: null, near: { mtu: 1500 }, send: { bytes: 1472, dontFragment: true } });
    expect(run.count('txDrop', 'tunnelTooBig')).toBe(10);
    expect(run.nic(0, 'ipip1').tunnel?.tx_errors).toBe(10);
    // 1452 + 28 + 20 bytes just fit
    const fits = play({ stream: null, near: { mtu: 1500 }, send: { bytes: 1452, dontFragment: true } });
    expect(fits.w.hosts[1].snmp.UdpInDatagrams).toBe(10);
  });

  it('inner fragments each get an outer header, and are put together behind the tunnel', () => {
    const run = play({ stream: null, send: { bytes: 3000 } });
    expect(run.count('tunnelXmit')).toBe(30);
    expect(run.w.hosts[1].snmp).toMatchObject({ IpReasmOKs: 10, UdpInDatagrams: 10 });
  });

  it('a route to the other end that leads into the tunnel itself is a collision', () => {
    const run = play({ stream: null, send: {}, routes: [{ prefix: '10.0.0.2/32', nic: 'ipip1' }] });
    expect(run.count('txDrop', 'tunnelLoop')).toBe(10);
    expect(run.nic(0, 'ipip1').tunnel).toMatchObject({ collisions: 10, tx_errors: 10 });
  });

  it('tunnels within tunnels, and IPv6, are lost and told apart', () => {
    const more = { outer: { local: '10.0.0.1', remote: '10.0.0.7' } };
    const routes = [{ prefix: '10.0.0.2/32', nic: 'outer' }];
    expect(play({ stream: null, send: {}, more, routes }).count('txDrop', 'tunnelNested')).toBe(10);
    const six = play({ stream: null, near: { addresses: ['fd01::1'] }, send: { dst: 'fd01::2' } });
    expect(six.count('txDrop', 'tunnelNotIpv4')).toBe(10);
    expect(six.nic(0, 'ipip1').tunnel?.tx_errors).toBe(10);
  });

  it('hides from TCP what the queueing discipline below loses', () => {
    const parts: TunnelParts = {
      nic: { linkBps: 100_000_000, qdisc: 'pfifo' },
      setup: [{ host: 'h1', line: 'tc qdisc replace dev eth0 root pfifo limit 2' }],
      durationNs: 30_000_000,
      stream: { flows: 8 },
    };
    const run = play(parts);
    expect(run.count('txDrop', 'qdiscFull')).toBeGreaterThan(0);
    expect(run.nic(0, 'ipip1').counters.tx_dropped).toBe(run.count('txDrop', 'qdiscFull'));
    expect(run.count('tcpCwnd', 'tcpEnterCwr')).toBe(0);
  });

  it('the outer TTL is the tunnel’s own, or the inner one’s', () => {
    const ttl = (near: object): number => {
      const made = compileTunnels({ stream: null, send: { count: 1 }, near });
      if (!made.ok) throw new Error('no world');
      const w = createWorld(made.spec);
      let seen = -1;
      w.tap = (world, point, _nic, slot) => {
        if (point === 3) seen = world.pool.outerTtl[slot];
      };
      advance(w, 1_000_000);
      return seen;
    };
    expect([ttl({}), ttl({ ttl: 7 })]).toEqual([64, 7]);
  });
});

describe('from router to router', () => {
  it('what is forwarded goes through, and each header’s TTL is its own', () => {
    const nic = (last: number, address: string) => ({
      mac: `02:00:00:00:00:0${last}`,
      addresses: [address],
    });
    const tcp = (port: number) => ({ proto: 'tcp', port, acks: true });
    const loaded = loadScenario(
      JSON.stringify({
        format: 1,
        id: 'sites',
        title: { text: 'sites' },
        durationNs: 5_000_000,
        hosts: {
          h1: {
            nics: { eth0: nic(1, '10.0.0.1') },
            sockets: { c: tcp(0) },
            apps: {
              w: { cpu: 0, stream: { socket: 'c', dst: '10.0.9.9', count: 3, writeBytes: 20_000 } },
            },
          },
          r1: {
            nics: { eth0: nic(2, '10.0.0.2'), eth1: nic(3, '10.0.1.1') },
            tunnels: { site: { local: '10.0.1.1', remote: '10.0.2.2' } },
            routes: [
              { prefix: '10.0.9.0/24', nic: 'site' },
              { prefix: '10.0.0.0/24', nic: 'eth0' },
              { prefix: '10.0.2.0/24', nic: 'eth1' },
            ],
          },
          r2: {
            nics: { eth0: nic(4, '10.0.1.2'), eth1: nic(5, '10.0.2.1') },
            routes: [
              { prefix: '10.0.2.0/24', nic: 'eth1' },
              { prefix: '10.0.1.0/24', nic: 'eth0' },
            ],
          },
          h2: {
            nics: { eth0: nic(6, '10.0.2.2') },
            tunnels: { site: { local: '10.0.2.2', remote: '10.0.1.1', addresses: ['10.0.9.9'] } },
            routes: [{ prefix: '10.0.0.0/24', nic: 'site' }],
            sockets: { s: tcp(5001) },
            apps: { r: { cpu: 0, sockets: ['s'] } },
          },
        },
        links: {
          a: { a: { host: 'h1' }, b: { host: 'r1', nic: 'eth0' } },
          b: { a: { host: 'r1', nic: 'eth1' }, b: { host: 'r2', nic: 'eth0' } },
          c: { a: { host: 'r2', nic: 'eth1' }, b: { host: 'h2' } },
        },
        setup: ['r1', 'r2'].map((host) => ({ host, line: 'sysctl -w net.ipv4.ip_forward=1' })),
      }),
      'sites.json',
    );
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    const made = compileScenario(loaded.scenario);
    if (!made.ok) throw new Error(JSON.stringify(made.errors));
    const w = createWorld(made.spec);
    const ttls = new Set<string>();
    w.tap = (world, point, nic, slot) => {
      if (point !== Point.wireIn) return;
      const { pool } = world;
      const outer = isTunnelled(world, slot) ? pool.outerTtl[slot] : 0;
      ttls.add(`${world.nics[nic].name} of host ${world.nics[nic].host}: ${outer} ${pool.ttl[slot]}`);
    };
    advance(w, made.spec.durationNs);
    expect(w.tasks.find((t) => t.name === 'r')?.bytes).toBe(60_000);
    // r1 takes one off the inner header and copies it, r2 one off the outer
    expect([...ttls]).toContain('eth0 of host 2: 63 63');
    expect([...ttls]).toContain('eth0 of host 3: 62 63');
    expect([imbalance(w), txImbalance(w), linkImbalance(w)]).toEqual([0, 0, 0]);
  });
});

describe('any world with a tunnel', () => {
  const worlds = arbitraryWorld.filter((spec) =>
    spec.hosts.some(({ nics }) => nics.some(({ tunnel }) => tunnel !== undefined)),
  );

  it('keeps its balances, and goes on from a keyframe as it would have', () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: RUN_NS }), (spec, half) => {
        const w = createWorld(spec);
        advance(w, half);
        const later = copyWorld(w);
        const [a, b] = [traced(w), traced(later)];
        advance(w, RUN_NS);
        advance(later, RUN_NS);
        expect(a.bytes()).toEqual(b.bytes());
        expect([imbalance(w), txImbalance(w), linkImbalance(w), forgottenSoftirqs(w)]).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 20 },
    );
  }, 300_000);
});

describe('a scenario with tunnels', () => {
  const problems = (parts: TunnelParts): string[] => {
    const made = compileTunnels(parts);
    return made.ok ? [] : made.errors.map(({ path, message }) => `${path}: ${message}`);
  };

  it('says what is wrong, and where', () => {
    expect(problems({ kernel: '2.6.20' })[0]).toBe(
      'hosts.h1.tunnels.ipip1: tunnels are modelled from Linux 2.6.29 on',
    );
    expect(problems({ near: { local: '10.0.0.7' } })[0]).toBe(
      "hosts.h1.tunnels.ipip1.local: 10.0.0.7 is no address of the host's cards; they have 10.0.0.1",
    );
    expect(problems({ near: { remote: 'fd00::1' } })[0]).toBe(
      'hosts.h1.tunnels.ipip1.remote: fd00::1 is not an IPv4 address: ipip carries IPv4 in IPv4',
    );
    expect(problems({ near: { remote: '10.0.0.1' } })[0]).toContain(
      'hosts.h1.tunnels.ipip1.remote: 10.0.0.1 is the host',
    );
    expect(problems({ near: { ttl: 9, pmtudisc: false } })[0]).toContain(
      'hosts.h1.tunnels.ipip1.pmtudisc: ttl and',
    );
    expect(problems({ far: null })).toEqual([
      'hosts.h1.apps.writer.stream.nic: ipip1 has no tunnel at its remote address',
    ]);
  });
});
