/**
 * The world's flows: every five-tuple (with its link-layer addresses) that any source can send, numbered from 1 when the world is
 * made. Tables get columns with these numbers; options and extension headers are interned likewise.
 */
import { canonicalAddress } from './packet/address.ts';
import { flowHash } from './packet/flow-hash.ts';
import { IPPROTO_TCP } from './packet/frame.ts';
import { createTrafficBuilder, type FlowKey, type TrafficTable } from './packet/traffic-table.ts';
import type { FrameFields } from './packet/frame.ts';
import type { ClientTraffic, HostSpec, NicSpec, RateTraffic, SendSpec, WorldSpec } from './spec.ts';
import type { FlowInfo } from './world.ts';

export interface FlowTables {
  flows: FlowInfo[];
  options: string[];
  exts: string[];
  tables: TrafficTable[];
  /** Flow ids that each application sends by itself, by host and application. */
  sends: number[][][];
}

/** Ports of a rate source's flows run from the template's on, within 1024..65535. */
export function flowPort(first: number, i: number): number {
  if (first + i <= 65535) return first + i;
  return 1024 + ((first + i - 65536) % 64512);
}

/** A source's flows as a table with one row each: what its frames start from. `port` is the one that differs. */
function flowRows(template: FrameFields, flows: number, port: 'sport' | 'dport'): TrafficTable {
  const builder = createTrafficBuilder(flows);
  for (let i = 0; i < flows; i += 1) builder.add(i, { ...template, [port]: flowPort(template[port], i) });
  return builder.finish();
}

/** A rate source, or a client, as a table with one row a flow. */
export function rateTable(spec: RateTraffic | ClientTraffic): TrafficTable {
  return flowRows(spec.template, spec.flows, 'sport');
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

/** The same addresses and ports from the other side. */
function reversed(key: FlowKey): FlowKey {
  return {
    ...key,
    smac: key.dmac,
    dmac: key.smac,
    src: key.dst,
    dst: key.src,
    sport: key.dport,
    dport: key.sport,
  };
}

/** Whether an application of the host answers what its socket (index) receives. */
function answers(host: HostSpec, socket: number): boolean {
  return (
    host.sockets[socket]?.proto === 'udp' &&
    host.apps.some((app) => app.replyBytes !== undefined && app.sockets.includes(socket))
  );
}

/** Numbers all flows of the spec: what sources send, the answers to it, what applications send. @throws RangeError where a source names a host or NIC that isn't there. */
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
  const firstNics: number[] = [];
  let sockets = 1;
  let connections = 0;
  let nics = 0;
  for (const host of spec.hosts) {
    firstSockets.push(sockets);
    firstNics.push(nics);
    sockets += host.sockets.length;
    nics += host.nics.length;
  }
  // index 0 is no flow
  flows.push(undefined as unknown as FlowInfo);
  /** The flow with this key at a host's card, numbered when it is first met. */
  const flowOf = (h: number, nic: NicSpec, key: FlowKey): FlowInfo => {
    const host = spec.hosts[h];
    const name = `${h}|${key.smac}|${key.dmac}|${key.etherType}|${key.vlan}|${key.src}|${key.dst}|${key.proto}|${key.sport}|${key.dport}`;
    const old = known.get(name);
    if (old !== undefined) return flows[old];
    const id = flows.length;
    known.set(name, id);
    const group =
      key.dst === '255.255.255.255' || key.dst.startsWith('ff') || /^2(2[4-9]|3\d)\./.test(key.dst);
    const flow: FlowInfo = {
      id,
      key,
      host: h,
      l2: numberOf(l2, `${key.smac}|${key.dmac}|${key.etherType}`),
      net: numberOf(nets, `${key.ipVersion}|${key.src}|${key.dst}|${key.proto}`),
      socket: socketFor(host, key, firstSockets[h]),
      softHash: flowHash(spec.seed, key),
      tagged: key.vlan >= 0,
      macOurs:
        nic.promiscuous || key.dmac === nic.mac || (Number.parseInt(key.dmac.slice(0, 2), 16) & 1) !== 0,
      always: nic.promiscuous || group,
      dev: -1,
      reply: 0,
      connection: -1,
      client: -1,
    };
    flows.push(flow);
    return flow;
  };
  /** What the host itself sends: by the route, else out of the card named (world index). */
  const outFlow = (h: number, nic: number, key: FlowKey): FlowInfo => {
    const flow = flowOf(h, spec.hosts[h].nics[nic], key);
    if (flow.dev < 0) flow.dev = firstNics[h] + nic;
    return flow;
  };
  const tables = spec.traffic.map((source, index) => {
    const host = spec.hosts[source.host];
    const nic = host?.nics[source.nic];
    if (nic === undefined)
      throw new RangeError(`traffic for host ${source.host}, nic ${source.nic}: there is none`);
    const table = source.kind === 'table' ? source.table : rateTable(source);
    const ids = table.flows.map((key) => {
      const flow = flowOf(source.host, nic, key);
      const socket = host.sockets[flow.socket - firstSockets[source.host]];
      if (flow.reply === 0 && key.proto === IPPROTO_TCP && socket?.acks) {
        flow.reply = outFlow(source.host, source.nic, reversed(key)).id;
        flow.connection = connections;
        connections += 1;
      }
      if (flow.reply === 0 && answers(host, flow.socket - firstSockets[source.host])) {
        const reply = outFlow(source.host, source.nic, reversed(key));
        flow.reply = reply.id;
      }
      if (source.kind === 'client' && flow.reply !== 0) flows[flow.reply].client = index;
      return flow.id;
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
  const sends = spec.hosts.map((host, h) =>
    host.apps.map((app) => (app.send === undefined ? [] : sendFlows(app.send, h))),
  );
  function sendFlows(send: SendSpec, h: number): number[] {
    return flowRows(send.template, send.flows, 'dport').flows.map((key) => outFlow(h, send.nic, key).id);
  }
  return { flows, options: options.values, exts: exts.values, tables, sends };
}
