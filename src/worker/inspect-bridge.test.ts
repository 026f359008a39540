/** What the inspector says of a bridge's port, by hand. */
import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { learn } from '../engine/bridge/fdb.ts';
import { leaveBridge } from '../engine/bridge/members.ts';
import { createWorld } from '../engine/create.ts';
import { nicSpec, worldSpec } from '../testing/specs.ts';
import { bridgeRows, linkAddressRows } from './inspect-bridge.ts';

describe('a bridge in the inspector', () => {
  const spec = worldSpec();
  spec.hosts[0].nics.push(nicSpec({ name: 'eth1', mac: '02:00:00:00:00:0c', addresses: [] }));
  const w = createWorld({
    ...spec,
    hosts: [{ ...spec.hosts[0], bridges: [{ name: 'br0', ports: [0, 1] }] }],
  });

  it('names the other ports, and who was heard where', () => {
    expect(bridgeRows(w, w.nics[0])).toEqual([
      { key: 'bridge', value: 'br0: eth1' },
      { key: 'bridgeFdb', value: '0' },
    ]);
    for (let i = 0; i < 9; i += 1) learn(w.hosts[0].bridges[0], `02:00:00:00:01:0${i}`, i % 2, 0);
    expect(bridgeRows(w, w.nics[1])).toEqual([
      { key: 'bridge', value: 'br0: eth0' },
      {
        key: 'bridgeFdb',
        value: `${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `02:00:00:00:01:0${i} eth${i % 2}`).join(', ')}, +1`,
      },
    ]);
    leaveBridge(w, w.nics[1]);
    expect(bridgeRows(w, w.nics[1])).toEqual([]);
    expect(bridgeRows(w, w.nics[0])[0].value).toBe('br0');
  });

  it('tells link addresses only where a bridge looks at them', () => {
    advance(w, 0);
    const flow = w.fixed.flows[1];
    expect(linkAddressRows(w, flow)[0].value).toBe(`${flow.key.smac} → ${flow.key.dmac}`);
    const plain = createWorld(worldSpec());
    expect(linkAddressRows(plain, plain.fixed.flows[1])).toEqual([]);
  });
});
