/** Scenarios with bridges: what is wrong in them, and hosts that talk over one. */
import { describe, expect, it } from 'vitest';
import { Point } from '../catalog/capture-points.ts';
import { advance } from '../engine/advance.ts';
import { forgottenSoftirqs, imbalance, linkImbalance, txImbalance } from '../engine/conservation.ts';
import { createWorld } from '../engine/create.ts';
import { traced } from '../testing/trace.ts';
import { compileScenario } from './compile.ts';
import { loadScenario } from './load.ts';

const card = (mac: string, ...addresses: string[]) => ({
  driver: 'ixgbe',
  mac: `02:00:00:00:00:${mac}`,
  addresses,
});

/**
 * h1 and h2 talk; h3 is there as well, all at ports of b1. `behind`: in h3's place is another bridge, or a router, between b1 and h2.
 */
function scenario(
  parts: { behind?: 'bridge' | 'router'; b1?: object; kernel?: string; stream?: object } = {},
) {
  const end = (host: string, nic = 'eth0') => ({ host, nic });
  const cable = (a: object, b: object) => ({ a, b, delayNs: 2000 });
  const { behind } = parts;
  const net = behind === 'router' ? '10.1.0' : '10.0.0';
  const bridge = (id: string) => ({
    cpus: 1,
    nics: { eth0: card(`${id}0`), eth1: card(`${id}1`), eth2: card(`${id}2`) },
    bridges: { br0: { ports: ['eth0', 'eth1', 'eth2'] } },
  });
  const h3 = {
    cpus: 1,
    nics: { eth0: card('03', '10.0.0.3') },
    sockets: { s: { proto: 'udp', port: 7000 } },
    apps: { sink: { cpu: 0, sockets: ['s'] } },
  };
  const r1 = {
    cpus: 1,
    nics: { eth0: card('c0', '10.0.0.254'), eth1: card('c1', '10.1.0.254') },
    routes: [
      { prefix: '10.0.0.0/24', nic: 'eth0' },
      { prefix: '10.1.0.0/24', nic: 'eth1' },
    ],
  };
  return JSON.stringify({
    format: 1,
    id: 'bridges',
    title: { text: 'bridges' },
    kernel: parts.kernel ?? '6.12',
    durationNs: 3_000_000,
    hosts: {
      h1: {
        cpus: 1,
        nics: { eth0: card('01', '10.0.0.1') },
        sockets: { c: { proto: 'tcp', port: 0, acks: true }, u: { proto: 'udp', port: 9000 } },
        apps: {
          writer: {
            cpu: 0,
            sockets: ['c'],
            stream: { socket: 'c', dst: `${net}.2`, count: 1, writeBytes: 60_000, ...parts.stream },
          },
          ...(behind === undefined
            ? {
                sender: {
                  cpu: 0,
                  send: { socket: 'u', dst: '10.0.0.3', dport: 7000, bytes: 100, count: 5, ratePps: 50_000 },
                },
              }
            : {}),
        },
      },
      h2: {
        cpus: 1,
        nics: { eth0: card('02', `${net}.2`) },
        sockets: { s: { proto: 'tcp', port: 5001, acks: true } },
        apps: { reader: { cpu: 0, sockets: ['s'] } },
      },
      ...(behind === undefined ? { h3 } : behind === 'bridge' ? { b2: bridge('c') } : { r1 }),
      b1: { ...bridge('b'), ...parts.b1 },
    },
    links: {
      one: cable(end('h1'), end('b1')),
      ...(behind === undefined
        ? { two: cable(end('h2'), end('b1', 'eth1')), three: cable(end('h3'), end('b1', 'eth2')) }
        : {
            between: cable(end('b1', 'eth1'), end(behind === 'bridge' ? 'b2' : 'r1')),
            two: cable(end(behind === 'bridge' ? 'b2' : 'r1', 'eth1'), end('h2')),
          }),
    },
    setup: behind === 'router' ? [{ host: 'r1', line: 'sysctl -w net.ipv4.ip_forward=1' }] : [],
  });
}

function compiled(parts: Parameters<typeof scenario>[0]) {
  const loaded = loadScenario(scenario(parts), 'bridges.json');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return compileScenario(loaded.scenario);
}

function problems(parts: Parameters<typeof scenario>[0]): string[] {
  const made = compiled(parts);
  return made.ok ? [] : made.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('hosts at a bridge', () => {
  function run(parts: Parameters<typeof scenario>[0]) {
    const made = compiled(parts);
    if (!made.ok) throw new Error(JSON.stringify(made.errors));
    const w = createWorld(made.spec);
    const trace = traced(w);
    const ttls = new Set<number>();
    w.tap = (world, point, nic, slot) => {
      if (point === Point.wireIn && world.nics[nic].host === 1) ttls.add(world.pool.ttl[slot]);
    };
    advance(w, made.spec.durationNs);
    expect([imbalance(w), txImbalance(w), linkImbalance(w), forgottenSoftirqs(w)]).toEqual([0, 0, 0, 0]);
    const { bridges, snmp } = w.hosts[3];
    const learnt = Object.keys(bridges[0].fdb).filter((mac) => !bridges[0].fdb[mac].local);
    const told = trace.read().filter((r) => r.kind === 'bridgeRcv' && w.fixed.places[r.place].host === 'b1');
    return {
      bytes: (name: string) => w.tasks.find((t) => t.name === name)?.bytes,
      learnt: learnt.sort(),
      reasons: told.map((r) => r.reason),
      ttls: [...ttls],
      snmp,
      template: made.spec.hosts[0].apps[0].stream?.template,
    };
  }

  it('talk over it: no TTL is touched, and what is known goes out of one port', () => {
    const { bytes, learnt, reasons, ttls, snmp } = run({});
    expect([bytes('reader'), bytes('sink')]).toEqual([60_000, 500]);
    // h3 never says anything
    expect(learnt).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02']);
    // the SYN, and each datagram to h3
    expect(reasons.filter((reason) => reason === 'bridgeFlood').length).toBe(6);
    expect(new Set(reasons)).toEqual(new Set(['bridgeFlood', 'bridgeKnown']));
    expect(ttls).toEqual([64]);
    expect(snmp).toMatchObject({ IpInReceives: 0, IpForwDatagrams: 0 });
  });

  it('talk over two in a row', () => {
    const { bytes, learnt, reasons, ttls } = run({ behind: 'bridge' });
    expect(bytes('reader')).toBe(60_000);
    expect(learnt).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:02']);
    expect(reasons.filter((reason) => reason === 'bridgeFlood').length).toBe(1);
    expect(ttls).toEqual([64]);
  });

  it('send to a router there what is for another network', () => {
    const { bytes, learnt, ttls, template } = run({ behind: 'router' });
    expect(template?.dmac).toBe('02:00:00:00:00:c0');
    expect(bytes('reader')).toBe(60_000);
    expect(learnt).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:c0']);
    expect(ttls).toEqual([63]);
  });
});

describe('bridges in a ring', () => {
  const bridge = (id: string) => ({
    cpus: 1,
    nics: { eth0: card(`${id}0`), eth1: card(`${id}1`), eth2: card(`${id}2`) },
    bridges: { br0: { ports: ['eth0', 'eth1', 'eth2'] } },
  });
  const end = (host: string, nic: string) => ({ host, nic });

  it('let a broadcast circle, as without spanning tree, and the host behind them gets it again and again', () => {
    const text = JSON.stringify({
      format: 1,
      id: 'ring',
      title: { text: 'ring' },
      durationNs: 1_000_000,
      hosts: {
        h1: {
          cpus: 1,
          nics: { eth0: card('01', '10.0.0.1') },
          sockets: { u: { proto: 'udp', port: 9000 } },
          apps: {
            a: {
              cpu: 0,
              send: {
                socket: 'u',
                dst: '255.255.255.255',
                dmac: 'ff:ff:ff:ff:ff:ff',
                dport: 7000,
                bytes: 9,
                count: 1,
              },
            },
          },
        },
        h2: {
          cpus: 1,
          nics: { eth0: card('02', '10.0.0.2') },
          sockets: { s: { proto: 'udp', port: 7000 } },
          apps: { sink: { cpu: 0, sockets: ['s'] } },
        },
        b1: bridge('b'),
        b2: bridge('c'),
      },
      links: {
        near: { a: end('h1', 'eth0'), b: end('b1', 'eth0') },
        one: { a: end('b1', 'eth1'), b: end('b2', 'eth1') },
        other: { a: end('b1', 'eth2'), b: end('b2', 'eth2') },
        far: { a: end('b2', 'eth0'), b: end('h2', 'eth0') },
      },
    });
    const loaded = loadScenario(text, 'ring.json');
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    const made = compileScenario(loaded.scenario);
    if (!made.ok) throw new Error(JSON.stringify(made.errors));
    const w = createWorld(made.spec);
    advance(w, made.spec.durationNs);
    // two copies at once, and two more each time both have gone round
    expect(w.tasks.find((t) => t.name === 'sink')?.bytes).toBeGreaterThanOrEqual(4 * 9);
    expect([imbalance(w), txImbalance(w), linkImbalance(w)]).toEqual([0, 0, 0]);
  });
});

describe('a host with a bridge', () => {
  it('is spoken to at each of its ports by the link address of the bridge, and answers where it was asked', () => {
    const asker = (last: string) => ({
      cpus: 1,
      nics: { eth0: card(last, `10.0.0.${Number(last)}`) },
      sockets: { u: { proto: 'udp', port: 9000 } },
      apps: {
        a: {
          cpu: 0,
          sockets: ['u'],
          send: { socket: 'u', dst: '10.0.0.9', dport: 7000, bytes: 100, count: 5 },
        },
      },
    });
    const text = JSON.stringify({
      format: 1,
      id: 'own',
      title: { text: 'own' },
      durationNs: 3_000_000,
      hosts: {
        h1: asker('01'),
        h2: asker('02'),
        b1: {
          cpus: 1,
          // the address is on the port with the greater link address
          nics: { eth0: card('b0'), eth1: card('b1', '10.0.0.9') },
          bridges: { br0: { ports: ['eth0', 'eth1'] } },
          sockets: { r: { proto: 'udp', port: 7000 } },
          apps: { r: { cpu: 0, sockets: ['r'], replyBytes: 50 } },
        },
      },
      links: {
        one: { a: { host: 'h1' }, b: { host: 'b1', nic: 'eth0' } },
        two: { a: { host: 'h2' }, b: { host: 'b1', nic: 'eth1' } },
      },
    });
    const loaded = loadScenario(text, 'own.json');
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    const made = compileScenario(loaded.scenario);
    if (!made.ok) throw new Error(JSON.stringify(made.errors));
    expect([0, 1].map((h) => made.spec.hosts[h].apps[0].send?.template.dmac)).toEqual(
      Array(2).fill('02:00:00:00:00:b0'),
    );
    const w = createWorld(made.spec);
    advance(w, made.spec.durationNs);
    // 5 answers of 50 bytes each
    expect(w.tasks.filter((t) => t.name === 'a').map((t) => t.bytes)).toEqual([250, 250]);
    expect(w.totals.dropped).toBe(0);
    expect(w.hosts[2].bridges[0].rx_packets).toBe(10);
  });
});

describe('a scenario with bridges', () => {
  const withBridges = (bridges: object, more: object = {}) => ({
    stream: {},
    b1: {
      nics: { eth0: card('b0', '10.0.0.9'), eth1: card('b1'), eth2: card('b2') },
      bridges,
      ...more,
    },
  });

  it('says what is wrong, and where', () => {
    const ports = ['eth0', 'eth1', 'eth2'];
    expect(problems({ kernel: '2.4.18' })).toContain(
      'hosts.b1.bridges.br0: bridges are modelled from Linux 2.4.20 on',
    );
    expect(problems(withBridges({ br0: { ports: [...ports, 'eth7'] } }))).toEqual([
      'hosts.b1.bridges.br0.ports[3]: there is no NIC eth7; there are eth0, eth1, eth2',
    ]);
    expect(problems(withBridges({ br0: { ports }, br1: { ports: ['eth1'] } }))).toContain(
      'hosts.b1.bridges.br1.ports[0]: eth1 is a port of br0 already',
    );
    expect(problems(withBridges({ br0: { ports }, eth2: { ports: [] } }))).toContain(
      'hosts.b1.bridges.eth2: the host has a card of the name eth2',
    );
    const tunnels = { ipip1: { local: '10.0.0.9', remote: '10.0.0.8' } };
    expect(problems(withBridges({ br0: { ports: [...ports, 'ipip1'] } }, { tunnels }))).toEqual([
      'hosts.b1.bridges.br0.ports[3]: ipip1 is a tunnel, without Ethernet header: a bridge’s ports are cards',
    ]);
  });
});
