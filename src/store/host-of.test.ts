import { describe, expect, it } from 'vitest';
import { hostOf } from './host-of.ts';

const nic = (index: number, host: number) => ({
  index,
  host,
  name: 'eth0',
  driver: 'ixgbe',
  node: -1,
  linkBps: 1e9,
  queues: [index],
  sends: true,
  qdisc: 'pfifo_fast',
});
const map = {
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
    expect(hostOf(map, { kind: 'cpu', cpu: 1 })).toBe(1);
    expect(hostOf(map, { kind: 'socket', socket: 2 })).toBe(1);
    expect(hostOf(map, { kind: 'task', task: 1 })).toBe(0);
    for (const kind of ['queue', 'napi', 'tx'] as const) expect(hostOf(map, { kind, queue: 1 })).toBe(1);
    expect(hostOf(map, { kind: 'socket', socket: 9 })).toBeUndefined();
    expect(hostOf(map, { kind: 'packet', packet: 1 })).toBeUndefined();
  });
});
