/** A packet with an outer header, byte by byte: the header stack, both checksums, and the wire's cut. */
import { describe, expect, it } from 'vitest';
import { Point } from '../catalog/capture-points.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { get16 } from '../engine/net/gso/frame.ts';
import { compileTunnels, type TunnelParts } from '../testing/tunnels.ts';
import { dissect } from './dissect.ts';
import { framesAt, type SeenFrame } from './skb-bytes.ts';

function seen(parts: TunnelParts, at: number, device: string): SeenFrame[] {
  const made = compileTunnels(parts);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  const w = createWorld(made.spec);
  const frames: SeenFrame[] = [];
  w.tap = (world, point, nic, slot) => {
    if (point === at && world.nics[nic].name === device && world.nics[nic].host === 0)
      frames.push(...framesAt(world, point, nic, slot));
  };
  advance(w, made.spec.durationNs);
  return frames;
}

describe('a datagram in a tunnel', () => {
  const parts: TunnelParts = { stream: null, send: { count: 1 }, near: { ttl: 9 } };

  it('has two IP headers on the wire, each with a length and a checksum of its own', () => {
    const [frame] = seen(parts, Point.wireOut, 'eth0');
    expect(frame.bytes.length).toBe(14 + 20 + 20 + 8 + 100);
    const { fields, checksums } = dissect(frame);
    const value = (name: string) => fields.find((f) => f.name === name)?.value;
    expect([value('outer.ip.protocol'), value('outer.ip.tot_len'), value('outer.ip.ttl')]).toEqual([
      '4',
      '148',
      '9',
    ]);
    expect([value('outer.ip.saddr'), value('outer.ip.daddr')]).toEqual(['10.0.0.1', '10.0.0.2']);
    expect([value('outer.ip.df'), value('ip.ttl')]).toEqual(['1', '64']);
    expect([value('ip.protocol'), value('ip.tot_len'), value('ip.saddr')]).toEqual([
      '17',
      '128',
      '192.168.7.1',
    ]);
    expect([value('udp.dest'), value('udp.len')]).toEqual(['7000', '108']);
    expect(checksums.map(({ of, verdict }) => [of, verdict])).toEqual([
      ['ip', 'right'],
      ['ip', 'right'],
      ['udp', 'right'],
    ]);
  });

  it('is seen bare at the tunnel itself', () => {
    const [frame] = seen(parts, Point.driverOut, 'ipip1');
    expect(frame.bytes.length).toBe(14 + 20 + 8 + 100);
    expect(dissect(frame).fields.some(({ name }) => name.startsWith('outer.'))).toBe(false);
  });
});

describe('a stream in a tunnel', () => {
  it('leaves as frames of 1514 bytes, whose outer identification goes up by one', () => {
    const frames = seen({ stream: { count: 1 } }, Point.wireOut, 'eth0');
    const long = frames.filter(({ bytes }) => bytes.length === 1514);
    expect(long.length).toBeGreaterThan(40);
    const ids = long.map(({ bytes }) => get16(bytes, 18));
    expect(ids.every((id, i) => i === 0 || id > ids[i - 1])).toBe(true);
    for (const frame of frames)
      expect(dissect(frame).checksums.map(({ verdict }) => verdict)).toEqual(['right', 'right', 'right']);
  });
});
