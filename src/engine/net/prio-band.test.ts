/** pfifo_fast's bands by the kernel's own tables, and what they do to packets that wait. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../change.ts';
import { appSpec, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { percentile } from '../metrics/latency.ts';
import { DQL_MAX_LIMIT } from '../nic/dql.ts';
import type { WorldSpec } from '../spec.ts';
import { bandOfTos } from './prio-band.ts';

describe('the band of a TOS', () => {
  it('is as rt_tos2priority and prio2band say', () => {
    // low delay, with throughput, with reliability
    expect([0x10, 0x14].map(bandOfTos)).toEqual([0, 0]);
    // low delay and throughput together are interactive bulk: the middle band
    expect([0x18, 0x1c].map(bandOfTos)).toEqual([1, 1]);
    // throughput is bulk, lowest cost alone is filler: the last band
    expect([0x08, 0x0c, 0x02].map(bandOfTos)).toEqual([2, 2, 2]);
    expect([0x00, 0x04].map(bandOfTos)).toEqual([1, 1]);
    // bits above and the lowest one count for nothing
    expect([0xe0, 0x01, 0xb8].map(bandOfTos)).toEqual([1, 1, 1]);
  });
});

/** A bulk sender fills a link of 1 Gbit/s; another application sends a small datagram now and then, with TOS 16. */
function smallBehindBulk(tos: number, options: Partial<WorldSpec['hosts'][0]['nics'][0]> = {}): WorldSpec {
  const spec = worldSpec({
    cpus: 2,
    nic: { linkBps: 1_000_000_000, rxUsecs: 20, ...options },
    traffic: [],
    apps: [
      appSpec({ name: 'bulk', cpu: 0, sockets: [], send: udpSend({ socket: 0 }, 1472) }),
      appSpec({ name: 'small', cpu: 1, sockets: [], send: udpSend({ socket: 1, ratePps: 2000 }, 18) }),
    ],
  });
  const [host] = spec.hosts;
  const socket = { proto: 'udp' as const, address: '*', sndbufBytes: 2_000_000 };
  return {
    ...spec,
    hosts: [
      {
        ...host,
        sockets: [
          { ...socket, name: 'bulk', port: 9000 },
          { ...socket, name: 'small', port: 9001, tos },
        ],
      },
    ],
  };
}

const wait = (spec: WorldSpec): number =>
  percentile(runTraced(spec, 30_000_000).world.sockets[1].txLatency, 0.5);

describe('a small packet of the first band', () => {
  it('txOvertakes: goes before the bulk that waits, and within its band in order', () => {
    const { records, world } = runTraced(smallBehindBulk(16), 30_000_000);
    const ahead = records.filter((r) => r.kind === 'txQueue' && r.reason === 'txOvertakes');
    expect(ahead.length).toBeGreaterThan(10);
    expect(ahead.every((r) => r.other > 0)).toBe(true);
    // its own packets leave in the order they were made
    const sent = new Set(ahead.map((r) => r.packet));
    const left = records.filter((r) => r.kind === 'txSent' && sent.has(r.packet)).map((r) => r.packet);
    expect(left).toEqual([...left].sort((a, b) => a - b));
    expect(world.totals.txDropped).toBe(0);
  });

  it('waits behind the ring only: with a byte limit that is short, without it the whole ring', () => {
    const off: Change = { type: 'bql', queue: 0, name: 'limit_min', value: DQL_MAX_LIMIT };
    const limited = wait(smallBehindBulk(16));
    const full = wait({ ...smallBehindBulk(16), setup: [{ host: 0, change: off }] });
    // a ring of 512 descriptors: 511 frames of 1538 bytes on the cable take 6.3 ms at 1 Gbit/s
    expect(full).toBeGreaterThan(5_500_000);
    expect(limited).toBeLessThan(full / 5);
  });

  it('gains nothing in the band of all others, nor in one queue without bands', () => {
    const band1 = wait(smallBehindBulk(0));
    const fifo = wait(smallBehindBulk(16, { qdisc: 'fq_codel' }));
    const first = wait(smallBehindBulk(16));
    expect(band1).toBeGreaterThan(first * 5);
    expect(fifo).toBeGreaterThan(first * 5);
  });
});

describe('the limit of a full queueing discipline', () => {
  const lost = (kernel: string): number => {
    const spec = smallBehindBulk(16);
    const [host] = spec.hosts;
    const small = { ...host.apps[1], send: udpSend({ socket: 1, ratePps: 200_000 }, 18) };
    const full: Change = { type: 'link', nic: 0, name: 'txqueuelen', value: 50 };
    const { world } = runTraced(
      {
        ...spec,
        kernel,
        hosts: [{ ...host, apps: [host.apps[0], small] }],
        setup: [{ host: 0, change: full }],
      },
      3_000_000,
    );
    return world.queues[0].tx.qdisc.length;
  };

  it('is one a band since 4.16, one for all before', () => {
    expect(lost('4.15')).toBeLessThanOrEqual(50);
    expect(lost('4.16')).toBeGreaterThan(50);
  });
});
