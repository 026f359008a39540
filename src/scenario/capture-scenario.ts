/** The scenario a bare capture runs in: one host to which every frame belongs, and an application for every destination port. */
import { IPPROTO_TCP, IPPROTO_UDP } from '../engine/packet/frame.ts';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { WIRE_OVERHEAD } from '../engine/traffic/wire.ts';
import { FORMAT, LIMITS, type Scenario } from './schema.ts';

const MOST_PORTS = 100;
const LINK_BPS = 10_000_000_000;

/**
 * @param table the capture's frames; at least one
 * @param sha256 of the file, hex
 * Times after the last frame: 1 ms, so that the applications catch up.
 */
export function captureScenario(table: TrafficTable, name: string, sha256: string): Scenario {
  const counts = new Map<string, number>();
  for (let i = 0; i < table.count; i += 1) {
    const key = table.flows[table.flow[i]];
    if (key.proto !== IPPROTO_TCP && key.proto !== IPPROTO_UDP) continue;
    const port = `${key.proto === IPPROTO_TCP ? 'tcp' : 'udp'}-${key.dport}`;
    counts.set(port, (counts.get(port) ?? 0) + 1);
  }
  const ports = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_PORTS);
  const sockets: Scenario['hosts'][string]['sockets'] = {};
  const apps: Scenario['hosts'][string]['apps'] = {};
  ports.forEach(([id], i) => {
    const [proto, port] = id.split('-');
    if (port === '0') return;
    sockets[id] = {
      proto: proto as 'tcp' | 'udp',
      address: '*',
      port: Number(port),
      acks: false,
      connected: false,
      udpGro: false,
    };
    apps[`app-${id}`] = {
      cpu: i % 4,
      sockets: [id],
      readBytes: 65_536,
      syscallNs: 0,
      workNs: 0,
      workNsPerByte: 0,
      pauseNs: 0,
      spin: false,
      startNs: 0,
    };
  });
  if (counts.size > MOST_PORTS) {
    // the rest of the ports share one reader a protocol
    for (const proto of ['tcp', 'udp'] as const) {
      sockets[`${proto}-other`] = {
        proto,
        address: '*',
        port: 0,
        acks: false,
        connected: false,
        udpGro: false,
      };
      apps[`app-${proto}-other`] = {
        cpu: 3,
        sockets: [`${proto}-other`],
        readBytes: 65_536,
        syscallNs: 0,
        workNs: 0,
        workNsPerByte: 0,
        pauseNs: 0,
        spin: false,
        startNs: 0,
      };
    }
  }
  const last = table.count === 0 ? 0 : table.timeNs[table.count - 1];
  // a capture longer than a run may be is played faster
  const most = LIMITS.durationNs - 2_000_000;
  const timeScale = last > most ? most / last : 1;
  // times are arrivals: the first frame's bits take their time before it
  const startNs =
    table.count === 0 ? 0 : Math.ceil(((table.frameLen[0] + WIRE_OVERHEAD) * 8 * 1e9) / LINK_BPS);
  const longest = table.frameLen.reduce((most_, len) => Math.max(most_, len), 0);
  return {
    format: FORMAT,
    id: 'capture',
    title: { text: name },
    summary: {
      text: `${table.count} frames of ${name}. Every destination address is local; each destination port has a socket whose application reads at once.${timeScale < 1 ? ` Its time is shortened by ${(1 / timeScale).toFixed(1)}.` : ''}`,
    },
    kernel: '6.12',
    hz: 250,
    config: { vlan8021q: true, irqTimeAccounting: false },
    seed: 1,
    durationNs: startNs + Math.ceil(last * timeScale) + 1_000_000,
    hosts: {
      h1: {
        cpus: 4,
        profile: 'server3g',
        nics: {
          eth0: {
            driver: 'mlx5_core',
            mac: '02:00:00:00:00:0b',
            addresses: ['10.0.0.2'],
            promiscuous: true,
            linkBps: LINK_BPS,
            mtu: longest > 1518 ? Math.min(9978, longest - 14) : 1500,
            queues: 4,
            affinity: [],
          },
        },
        sockets,
        routes: [],
        apps,
      },
    },
    traffic: { capture: { kind: 'capture', sha256, name, startNs, timeScale, ratePps: null, repeat: 1 } },
    links: {},
    setup: [],
    run: [],
    variants: {},
    sweeps: {},
    lesson: { steps: [] },
    claims: [],
  };
}
