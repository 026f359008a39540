/** What captures show of TLS: records with their headers, plaintext above a card that encrypts, the same ciphertext when it is sent again. */
import { describe, expect, it } from 'vitest';
import { Point } from '../../catalog/capture-points.ts';
import { compileScenario } from '../../scenario/compile.ts';
import { loadScenario } from '../../scenario/load.ts';
import { framesAt } from '../../taps/skb-bytes.ts';
import { advance } from '../advance.ts';
import { createWorld } from '../create.ts';

/** The client's stream as captures at a point put it together; the first bytes seen of each place stay, `again` counts other ones. */
function streams(tx: 'user' | 'kernel', lose: number[], points: readonly number[]) {
  const tls = { version: '1.2', tx, rx: 'kernel' };
  const nic = (n: number) => ({
    eth0: { driver: 'mlx5_core', mac: `02:00:00:00:00:0${n}`, addresses: [`10.0.0.${n}`] },
  });
  const loaded = loadScenario(
    JSON.stringify({
      format: 1,
      id: 'bytes',
      title: { text: 'bytes' },
      kernel: '6.12',
      durationNs: 10_000_000,
      hosts: {
        h1: {
          nics: nic(1),
          sockets: { c: { proto: 'tcp', port: 0, acks: true, tls } },
          apps: { writer: { cpu: 0, stream: { socket: 'c', writeBytes: 40_000, count: 2 } } },
        },
        h2: {
          nics: nic(2),
          sockets: { s: { proto: 'tcp', port: 5001, acks: true, tls } },
          apps: { reader: { cpu: 1, sockets: ['s'] } },
        },
      },
      links: {
        l: {
          a: { host: 'h1' },
          b: { host: 'h2' },
          ab: { script: lose.map((nth) => ({ nth, act: 'lose' })) },
        },
      },
      setup: [{ host: 'h2', line: 'ethtool -K eth0 tls-hw-rx-offload on' }],
    }),
    'bytes.json',
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const made = compileScenario(loaded.scenario);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  const w = createWorld(made.spec);
  const seen = new Map(points.map((p) => [p, { bytes: new Map<number, number>(), other: 0, twice: 0 }]));
  w.tap = (world, point, card, slot) => {
    const own = seen.get(point);
    const flow = world.fixed.flows[world.pool.flow[slot]];
    if (own === undefined || flow.key.dport !== 5001 || world.pool.totalPayload[slot] === 0) return;
    for (const { bytes } of framesAt(world, point, card, slot)) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const seq = view.getUint32(14 + 20 + 4);
      const payload = bytes.subarray(14 + 20 + (bytes[14 + 20 + 12] >> 4) * 4);
      payload.forEach((byte, i) => {
        const old = own.bytes.get(seq + i);
        if (old === undefined) own.bytes.set(seq + i, byte);
        else {
          own.twice += 1;
          if (old !== byte) own.other += 1;
        }
      });
    }
  };
  advance(w, made.spec.durationNs);
  const first = w.connections.find((c) => w.sockets[c.sock - 1].spec.name === 'c')?.tcp?.issSnd ?? 0;
  return points.map((p) => {
    const own = seen.get(p);
    const list: number[] = [];
    for (let at = first + 1; own?.bytes.has(at); at += 1) list.push(own.bytes.get(at) ?? 0);
    return { list, other: own?.other, twice: own?.twice };
  });
}

/** Lengths that the headers state, one record after the other. */
function walk(list: readonly number[]): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < list.length; ) {
    expect(list.slice(at, at + 3)).toEqual([0x17, 3, 3]);
    const length = (list[at + 3] << 8) | list[at + 4];
    lengths.push(length);
    at += 5 + length;
  }
  return lengths;
}

/** 40,000 bytes are records of 16,384, 16,384 and 7232, each with nonce and tag. */
const LENGTHS = [16_408, 16_408, 7256, 16_408, 16_408, 7256];

describe('a capture of TLS', () => {
  it('on the wire is record after record', () => {
    for (const tx of ['user', 'kernel'] as const) {
      const [wire] = streams(tx, [], [Point.wireOut]);
      expect(walk(wire.list)).toEqual(LENGTHS);
    }
  });

  it('has the same ciphertext on the wire whoever encrypts, also what is sent again', () => {
    const [user] = streams('user', [], [Point.wireOut]);
    const [card] = streams('kernel', [20, 33], [Point.wireOut]);
    expect(card.list).toEqual(user.list);
    expect(card.other).toBe(0);
    expect(card.twice).toBeGreaterThanOrEqual(2 * 1448);
  });

  it('above a card that encrypts shows the same records with plaintext', () => {
    const [above, wire] = streams('kernel', [], [Point.driverOut, Point.wireOut]);
    expect(walk(above.list)).toEqual(LENGTHS);
    const same = above.list.filter((byte, i) => byte === wire.list[i]).length;
    // headers, and one byte in 256 by chance
    expect(same).toBeLessThan(above.list.length / 100);
    const [soft] = streams('user', [], [Point.driverOut]);
    expect(soft.list).toEqual(wire.list);
  });

  it('behind a card that decrypts shows plaintext, where it has come in order', () => {
    const [above, wire, behind] = streams('kernel', [], [Point.driverOut, Point.wireOut, Point.driverIn]);
    expect(behind.list).toEqual(above.list);
    expect(behind.list).not.toEqual(wire.list);
  });
});
