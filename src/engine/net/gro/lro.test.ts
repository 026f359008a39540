/** LRO beside GRO: what it joins that GRO keeps apart, what is lost by it, and where it must not be. */
import { describe, expect, it } from 'vitest';
import { FEATURES, type Change } from '../../change.ts';
import { MAC, nicSpec, udpRate, worldSpec } from '../../../testing/specs.ts';
import { runTraced } from '../../../testing/trace.ts';
import { createTrafficBuilder } from '../../packet/traffic-table.ts';
import { type FrameFields, makeFrame, TCP_ACK, TCP_PSH } from '../../packet/frame.ts';
import { playOnce } from '../../traffic/plain.ts';
import type { TimedInput, WorldSpec } from '../../spec.ts';

const lro: Change = { type: 'feature', nic: 0, name: 'large-receive-offload', on: true };
const forward: Change = { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] };

/** Four segments in a row, of different TTL and length, the last with PSH. */
const frames = (dst = '10.9.0.2'): FrameFields[] =>
  [
    [0, 1000, 64],
    [1000, 500, 63],
    [1500, 1000, 64],
    [2500, 700, 64],
  ].map(([seq, payloadLen, ttl], i) =>
    makeFrame({
      dmac: MAC,
      dst,
      dport: 5001,
      seq,
      payloadLen,
      ttl,
      ipId: 9,
      ack: 1000 + i,
      win: 500 + i,
      tcpFlags: i === 3 ? TCP_ACK | TCP_PSH : TCP_ACK,
    }),
  );

function spec(setup: Change[], dst?: string): WorldSpec {
  const builder = createTrafficBuilder();
  frames(dst).forEach((frame, i) => {
    builder.add(i, frame);
  });
  const base = worldSpec({
    hosts: [
      {
        id: 'h1',
        cpus: 1,
        profile: 'server3g',
        nics: [
          nicSpec({ driver: 'mlx5_core' }),
          nicSpec({ name: 'eth1', driver: 'mlx5_core', mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'] }),
        ],
        sockets: [{ name: 's', proto: 'tcp', address: '*', port: 5001 }],
        apps: [],
        routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
      },
    ],
    traffic: [udpRate()],
    setup: setup.map((change) => ({ host: 0, change })),
  });
  return { ...base, traffic: [playOnce(builder.finish())] };
}

const skbs = ({ records }: ReturnType<typeof runTraced>) =>
  records.filter((r) => r.kind === 'netifReceive').map((r) => [r.a, r.b]);

describe('LRO', () => {
  it('joins what GRO keeps apart; ACK number and window are the last segment’s', () => {
    // GRO: another TTL, a shorter segment and the IP identification that stays end each train
    expect(skbs(runTraced(spec([]), 1_000_000)).length).toBeGreaterThan(1);
    const run = runTraced(spec([lro]), 1_000_000);
    expect(skbs(run)).toEqual([[4, 3200]]);
    expect(run.records.filter((r) => r.kind === 'gro').map((r) => r.reason)).toEqual([
      'groNewFlow',
      'lroMerged',
      'lroMerged',
      'lroMerged',
    ]);
    const slot = run.world.sockets[0].queue[0];
    expect([run.world.pool.ack[slot], run.world.pool.win[slot]]).toEqual([1003, 503]);
  });

  it('works without GRO', () => {
    const off: Change = { type: 'feature', nic: 0, name: 'generic-receive-offload', on: false };
    expect(skbs(runTraced(spec([lro, off]), 1_000_000))).toEqual([[4, 3200]]);
  });

  it('lroForwarding: a host that begins to forward turns it off', () => {
    const at = (change: Change, time: number): TimedInput => ({
      at: time,
      after: null,
      host: 0,
      line: '',
      change,
    });
    const run = runTraced({ ...spec([lro]), inputs: [at(forward, 0)] }, 1_000_000);
    const told = run.records.filter((r) => r.kind === 'featureChange');
    expect(told.map((r) => [FEATURES[r.a], r.b, r.reason])).toEqual([
      ['large-receive-offload', 0, 'lroForwarding'],
    ]);
    expect(run.world.nics[0].features['large-receive-offload']).toBe(false);
    expect(run.world.nics[0].wanted['large-receive-offload']).toBe(false);
  });

  it('forwardLro: turned on again all the same, its packets are not forwarded', () => {
    const run = runTraced(spec([forward, lro], '10.20.0.5'), 1_000_000);
    expect(run.records.filter((r) => r.kind === 'drop').map((r) => [r.reason, r.a])).toEqual([
      ['forwardLro', 4],
    ]);
    expect(run.world.nics[1].counters.tx_packets).toBe(0);
    // without it all four go through
    expect(runTraced(spec([forward], '10.20.0.5'), 1_000_000).world.nics[1].counters.tx_packets).toBe(4);
  });

  it('featureNoRxChecksum: it needs the card’s checksums', () => {
    const rx: Change = { type: 'feature', nic: 0, name: 'rx-checksumming', on: false };
    const { world } = runTraced(spec([lro, rx]), 1000);
    expect([world.nics[0].features, world.nics[0].wanted].map((f) => f['large-receive-offload'])).toEqual([
      false,
      true,
    ]);
  });
});
