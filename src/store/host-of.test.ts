import { describe, expect, it } from 'vitest';
import { createWorld } from '../engine/create.ts';
import type { RecordView } from '../protocol/scene.ts';
import { linkedSpec, worldSpec } from '../testing/specs.ts';
import { mapOf } from '../worker/scene-of.ts';
import { hostOf, hostOfStep } from './host-of.ts';

const nic = (index: number, host: number) => ({
  index,
  host,
  name: 'eth0',
  driver: 'ixgbe',
  node: -1,
  linkBps: 1e9,
  queues: [index],
  sends: true,
  toe: null,
});
const parts = {
  ways: [],
  cpus: [0, 1].map((index) => ({ index, host: index, number: 0, mhz: 3000, node: 0, profile: 'server3g' })),
  nics: [nic(0, 0), nic(1, 1)],
  queues: [0, 1].map((index) => ({ index, nic: index, number: 0, irq: 32, txLock: -1 })),
  sockets: [1, 2].map((id) => ({
    id,
    host: id - 1,
    name: 's',
    proto: 'tcp' as const,
    address: '*',
    port: 0,
  })),
  tasks: [1, 2].map((id) => ({ id, host: id - 1, kind: 'app' as const, name: 'a', sockets: [id] })),
};

describe('hostOf', () => {
  it('knows where each thing stands, and that packets stand nowhere', () => {
    expect(hostOf(parts, { kind: 'cpu', cpu: 1 })).toBe(1);
    expect(hostOf(parts, { kind: 'socket', socket: 2 })).toBe(1);
    expect(hostOf(parts, { kind: 'task', task: 1 })).toBe(0);
    for (const kind of ['queue', 'napi', 'tx'] as const) expect(hostOf(parts, { kind, queue: 1 })).toBe(1);
    expect(hostOf(parts, { kind: 'socket', socket: 9 })).toBeUndefined();
    expect(hostOf(parts, { kind: 'packet', packet: 1 })).toBeUndefined();
  });
});

describe('the host of a step', () => {
  const map = mapOf(createWorld(linkedSpec()), 'x');
  const far = map.places.findIndex((place) => place.host === 'h2' && place.type === 'mac');
  const at = (place: number): RecordView => ({
    timeNs: 0,
    seq: 1,
    packet: 1,
    other: 0,
    cause: 0,
    kind: 1,
    place,
    reason: 0,
    cpu: 0,
    a: 0,
    b: 0,
  });

  it('is that of what it points at', () => {
    expect(hostOfStep(map, { kind: 'socket', socket: 2 }, at(0))).toBe(1);
    expect(hostOfStep(map, { kind: 'link', way: 0 }, at(far))).toBe(0);
    expect(hostOfStep(map, { kind: 'link', way: 1 }, null)).toBe(1);
  });

  it('else that of the event it stands on', () => {
    expect(hostOfStep(map, null, at(far))).toBe(1);
    expect(hostOfStep(map, { kind: 'packet', packet: 1 }, at(0))).toBe(0);
    expect(hostOfStep(map, null, null)).toBeUndefined();
  });

  it('is not told where there is one host', () => {
    expect(hostOfStep(mapOf(createWorld(worldSpec()), 'x'), null, at(0))).toBeUndefined();
  });
});
