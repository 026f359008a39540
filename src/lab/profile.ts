/** The measured machine as a world: Linux 6.18.44, two CPUs, HZ 250, no 802.1Q, a tap without hash or trust. */
import type { HostChange, WorldSpec } from '../engine/spec.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { playOnce } from '../engine/traffic/plain.ts';
import type { Change } from '../engine/change.ts';
import { TAP_MAC } from './gro-input.ts';

export const LAB_KERNEL = '6.18.44';

/** @param table every frame of the case; @param changes its set-up, after the profile's own. */
export function labSpec(kernel: string, table: TrafficTable, changes: Change[]): WorldSpec {
  const own: Change[] = [
    // a tap has no receive hash: all flows share a bucket
    { type: 'feature', nic: 0, name: 'receive-hashing', on: false },
    { type: 'napi', nic: 0, name: 'threaded', value: 1 },
  ];
  const setup: HostChange[] = [...own, ...changes].map((change) => ({ host: 0, change }));
  return {
    kernel,
    hz: 250,
    config: { vlan8021q: false },
    seed: 1,
    durationNs: 1,
    hosts: [
      {
        id: 'labgro',
        cpus: 2,
        profile: 'veth-lab',
        nics: [
          {
            name: 'tap0',
            driver: 'igb',
            mac: TAP_MAC,
            addresses: ['10.9.0.2', 'fd00::2'],
            promiscuous: false,
            linkBps: 10_000_000_000,
            mtu: 1500,
            queues: 1,
            ringSize: 4096,
            affinity: [1],
          },
        ],
        sockets: [],
        apps: [],
      },
    ],
    traffic: [playOnce(table)],
    setup,
    inputs: [],
  };
}
