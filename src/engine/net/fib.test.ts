import { describe, expect, it } from 'vitest';
import { MAC, nicSpec, udpRate, worldSpec } from '../../testing/specs.ts';
import { advance } from '../advance.ts';
import { applyChange } from '../apply-change.ts';
import { copyWorld } from '../copy.ts';
import { createWorld } from '../create.ts';
import { makeFrame } from '../packet/frame.ts';
import { broadcastOf, fibLookup, inNetwork, networkOf, parsePrefix } from './fib.ts';

/** 10 frames, one every 100 µs, for 10.20.0.5; eth1 leads there. */
function router() {
  const template = makeFrame({
    dmac: MAC,
    proto: 17,
    src: '10.9.0.1',
    dst: '10.20.0.5',
    sport: 4000,
    dport: 7000,
  });
  return createWorld(
    worldSpec({
      hosts: [
        {
          id: 'r1',
          cpus: 1,
          profile: 'server3g',
          nics: [nicSpec(), nicSpec({ name: 'eth1', mac: '02:00:00:00:00:0c', addresses: ['10.30.0.1'] })],
          sockets: [],
          apps: [],
          routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
        },
      ],
      traffic: [udpRate({ template, ratePps: 10_000, count: 10 })],
      setup: [{ host: 0, change: { type: 'sysctl', name: 'net.ipv4.ip_forward', values: [1] } }],
    }),
  );
}

describe('addresses and routes', () => {
  it('a route taken away in the middle: packets after it are for nobody', () => {
    const w = router();
    advance(w, 450_000);
    applyChange(w, 0, { type: 'route-del', network: '10.20.0.0', bits: 16 });
    advance(w, 2_000_000);
    const { IpForwDatagrams, IpInAddrErrors } = w.hosts[0].snmp;
    expect(IpForwDatagrams + IpInAddrErrors).toBe(10);
    expect(IpForwDatagrams).toBeGreaterThan(3);
    expect(IpInAddrErrors).toBeGreaterThan(3);
  });

  it('a packet that has found its route keeps it', () => {
    const w = router();
    while (w.hosts[0].snmp.IpForwDatagrams === 0) advance(w, 2_000_000, Number.POSITIVE_INFINITY, 1);
    applyChange(w, 0, { type: 'route-del', network: '10.20.0.0', bits: 16 });
    advance(w, 2_000_000);
    expect(w.totals.txSent).toBe(1);
  });

  it('an address makes what is sent to it local; its network comes and goes with it', () => {
    const w = router();
    applyChange(w, 0, { type: 'address-add', nic: 1, address: '10.20.0.5', bits: 24 });
    expect(w.hosts[0].routes).toContainEqual({
      network: '10.20.0.0',
      bits: 24,
      nic: 1,
      via: null,
      source: '10.20.0.5',
    });
    const other = copyWorld(w);
    applyChange(other, 0, { type: 'address-del', nic: 1, address: '10.20.0.5', bits: 24 });
    advance(w, 2_000_000);
    advance(other, 2_000_000);
    expect(w.hosts[0].snmp).toMatchObject({ IpForwDatagrams: 0, UdpNoPorts: 10 });
    expect(other.hosts[0].snmp).toMatchObject({ IpForwDatagrams: 10, UdpNoPorts: 0 });
    expect(other.hosts[0].routes).toEqual(router().hosts[0].routes);
  });

  it('a card without IPv4 addresses has no IPv4 routes', () => {
    const w = router();
    applyChange(w, 0, { type: 'address-del', nic: 1, address: '10.30.0.1', bits: 32 });
    expect(w.hosts[0].routes.filter((r) => r.nic === 1)).toEqual([]);
  });

  it('the longest prefix wins', () => {
    const route = (text: string, nic: number) => ({ ...parsePrefix(text), nic, via: null, source: null });
    const routes = [
      route('0.0.0.0/0', 0),
      route('10.20.0.0/16', 1),
      route('10.20.4.0/22', 2),
      route('::/0', 3),
    ];
    const nic = (address: string) => fibLookup(routes, address)?.nic;
    expect(['10.20.5.9', '10.20.8.1', '192.0.2.1', '2001:db8::1'].map(nic)).toEqual([2, 1, 0, 3]);
    expect(networkOf('10.20.7.9', 22)).toBe('10.20.4.0');
    expect(broadcastOf({ nic: 0, address: '10.20.4.9', bits: 22 })).toBe('10.20.7.255');
    expect(broadcastOf({ nic: 0, address: '10.20.4.9', bits: 31 })).toBe(null);
    expect(networkOf('2001:db8:0:ffff::9', 50)).toBe('2001:db8:0:c000::');
    expect(inNetwork('2001:db8:0:c123::', '2001:db8:0:c000::', 50)).toBe(true);
    expect(inNetwork('10.20.8.1', '10.20.4.0', 22)).toBe(false);
  });
});
