/**
 * The world's flows: every five-tuple (with its link-layer addresses) that any source can send, numbered from 1 when the world is
 * made. Tables get columns with these numbers; options and extension headers are interned likewise.
 */
import { canonicalAddress } from './packet/address.ts';
import { flowHash } from './packet/flow-hash.ts';
import { IPPROTO_TCP } from './packet/frame.ts';
import { createTrafficBuilder, type FlowKey, type TrafficTable } from './packet/traffic-table.ts';
import type { HostSpec, RateTraffic, WorldSpec } from './spec.ts';
import type { FlowInfo } from './world.ts';

export interface FlowTables {
  flows: FlowInfo[];
  options: string[];
  exts: string[];
  tables: TrafficTable[];
}

/** Ports of a rate source's flows run from the template's on, within 1024..65535. */
export function flowPort(first: number, i: number): number {
  if (first + i <= 65535) return first + i;
  return 1024 + ((first + i - 65536) % 64512);
}

/** A rate source as a table with one row a flow: what its frames start from. */
export function rateTable(spec: RateTraffic): TrafficTable {
  const builder = createTrafficBuilder(spec.flows);
  for (let i = 0; i < spec.flows; i += 1) {
    builder.add(i, {
      ...spec.template,
      sport: flowPort(spec.template.sport, i),
    });
  }
  return builder.finish();
}

class Interner {
  readonly values: string[] = [''];
  private readonly index = new Map<string, number>([['', 0]]);

  of(value: string): number {
    let at = this.index.get(value);
    if (at === undefined) {
      at = this.values.length;
      this.values.push(value);
      this.index.set(value, at);
    }
    return at;
  }
}

function socketFor(host: HostSpec, key: FlowKey, firstSocket: number): number {
  const proto = key.proto === IPPROTO_TCP ? 'tcp' : key.proto === 17 ? 'udp' : null;
  if (proto === null || key.ipVersion === 0) return 0;
  let any = 0;
  for (let i = 0; i < host.sockets.length; i += 1) {
    const s = host.sockets[i];
    if (s.proto !== proto) continue;
    if (s.address !== '*' && canonicalAddress(s.address) !== key.dst) continue;
    if (s.port === key.dport) return firstSocket + i;
    if (s.port === 0 && any === 0) any = firstSocket + i;
  }
  return any;
}

/** Numbers all flows of the spec. @throws RangeError where a source names a host or NIC that isn't there. */
export function makeFlows(spec: WorldSpec): FlowTables {
  const flows: FlowInfo[] = [];
  const options = new Interner();
  const exts = new Interner();
  const l2 = new Map<string, number>();
  const nets = new Map<string, number>();
  const known = new Map<string, number>();
  const numberOf = (map: Map<string, number>, key: string): number => {
    const at = map.get(key) ?? map.size + 1;
    map.set(key, at);
    return at;
  };
  const firstSockets: number[] = [];
  let sockets = 1;
  for (const host of spec.hosts) {
    firstSockets.push(sockets);
    sockets += host.sockets.length;
  }
  // index 0 is no flow
  flows.push(undefined as unknown as FlowInfo);
  const tables = spec.traffic.map((source) => {
    const host = spec.hosts[source.host];
    const nic = host?.nics[source.nic];
    if (nic === undefined)
      throw new RangeError(`traffic for host ${source.host}, nic ${source.nic}: there is none`);
    const table = source.kind === 'table' ? source.table : rateTable(source);
    const ids = table.flows.map((key) => {
      const tag = `${key.etherType}|${key.vlan}`;
      const name = `${source.host}|${key.smac}|${key.dmac}|${tag}|${key.src}|${key.dst}|${key.proto}|${key.sport}|${key.dport}`;
      const old = known.get(name);
      if (old !== undefined) return old;
      const id = flows.length;
      known.set(name, id);
      const group =
        key.dst === '255.255.255.255' || key.dst.startsWith('ff') || /^2(2[4-9]|3\d)\./.test(key.dst);
      flows.push({
        id,
        key,
        host: source.host,
        l2: numberOf(l2, `${key.smac}|${key.dmac}|${key.etherType}`),
        net: numberOf(nets, `${key.ipVersion}|${key.src}|${key.dst}|${key.proto}`),
        socket: socketFor(host, key, firstSockets[source.host]),
        softHash: flowHash(spec.seed, key),
        tagged: key.vlan >= 0,
        macOurs:
          nic.promiscuous || key.dmac === nic.mac || (Number.parseInt(key.dmac.slice(0, 2), 16) & 1) !== 0,
        always: nic.promiscuous || group,
      });
      return id;
    });
    const opts = table.options.map((o) => options.of(o));
    const extIds = table.exts.map((e) => exts.of(e));
    return {
      ...table,
      flow: table.flow.map((f) => ids[f]),
      opt: table.opt.map((o) => opts[o]),
      ext: table.ext.map((e) => extIds[e]),
    };
  });
  return { flows, options: options.values, exts: exts.values, tables };
}
