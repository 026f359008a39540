/**
 * The world's flows: every five-tuple (with its link-layer addresses) that any source can send, numbered from 1 when the world is
 * made. Tables get columns with these numbers; options and extension headers are interned likewise.
 */
import { macAt, neighbourOf, portsBeside, type Segment } from './bridge/segment.ts';
import { isGroupMac } from './bridge/state.ts';
import { fibLookup, tablesOf } from './net/fib.ts';
import { canonicalAddress } from './packet/address.ts';
import { flowHash } from './packet/flow-hash.ts';
import type { FrameFields } from './packet/frame.ts';
import { IPPROTO_TCP } from './packet/frame.ts';
import { createTrafficBuilder, type FlowKey, type TrafficTable } from './packet/traffic-table.ts';
import type {
  ClientTraffic,
  HostSpec,
  LinkEnd,
  RateTraffic,
  SendSpec,
  StreamSpec,
  TlsSpec,
  TrafficSpec,
  WorldSpec,
} from './spec.ts';
import { IPPROTO_IPIP } from './tunnel/state.ts';
import type { FlowInfo, Route } from './world.ts';

export interface FlowTables {
  flows: FlowInfo[];
  options: string[];
  exts: string[];
  tables: TrafficTable[];
  /** Flow ids that each application sends by itself, by host and application. */
  sends: number[][][];
  /** By way of a link, then by flow at its near end: the flow at its far end; 0: none. */
  far: Uint32Array[];
  /** By NIC (world index) that is a tunnel, then by flow: the outer flow; 0: none. null: a card. */
  outer: (Uint32Array | null)[];
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

/** A card on the way of packets, and the link it has. */
interface LinkedCard extends LinkEnd {
  /** Way of the link (world index) that leaves here. */
  way: number;
  to: LinkEnd;
}

/** Both directions of what two hosts say to each other, by flow id: at the one that began, and at the other one. */
export interface FlowPair {
  host: number;
  out: number;
  in: number;
  /** The host that its packets end at, and the same two there: what comes in there is what goes out here. */
  farHost: number;
  farIn: number;
  farOut: number;
}

/** Numbers flows, each when it is first met. */
export class FlowMaker {
  readonly flows: FlowInfo[];
  /** By way of a link: the flow at the far end of each flow at its near end. */
  readonly far: Map<number, number>[];
  /** By NIC (world index) that is a tunnel: the outer flow of each flow. */
  readonly outer: (Map<number, number> | null)[];
  private readonly spec: WorldSpec;
  private readonly l2 = new Map<string, number>();
  private readonly nets = new Map<string, number>();
  private readonly known = new Map<string, number>();
  private readonly firstSockets: number[] = [];
  private readonly firstNics: number[] = [];
  /** By host. */
  private readonly linked: LinkedCard[][];
  private readonly routes: Route[][];
  /** Flows that come out of a tunnel, with its index in the host. */
  private readonly byTunnel = new Map<number, number>();
  /** Card (index in its host) that a source's flow comes in by. */
  private readonly cameBy = new Map<number, number>();
  private connections = 0;

  constructor(spec: WorldSpec) {
    this.spec = spec;
    // index 0 is no flow
    this.flows = [undefined as unknown as FlowInfo];
    let sockets = 1;
    let nics = 0;
    for (const host of spec.hosts) {
      this.firstSockets.push(sockets);
      this.firstNics.push(nics);
      sockets += host.sockets.length;
      nics += host.nics.length;
    }
    this.linked = spec.hosts.map(() => []);
    this.outer = spec.hosts.flatMap((host) =>
      host.nics.map(({ tunnel }) => (tunnel === undefined ? null : new Map<number, number>())),
    );
    this.routes = spec.hosts.map((host, h) =>
      host.nics.some(({ tunnel }) => tunnel !== undefined) ? tablesOf(host, this.firstNics[h]).routes : [],
    );
    this.far = [];
    for (const { ends } of spec.links ?? []) {
      for (const [d, near] of ends.entries()) {
        this.linked[near.host].push({ ...near, way: this.far.length, to: ends[1 - d] });
        this.far.push(new Map());
      }
    }
  }

  /** The flow with this key at a host's card, numbered when it is first met. @param inner of packets with an outer header: the flow of the inner ones */
  flowOf(h: number, n: number, key: FlowKey, inner: FlowInfo | null = null): FlowInfo {
    const host = this.spec.hosts[h];
    const nic = host.nics[n];
    const name = `${h}|${key.smac}|${key.dmac}|${key.etherType}|${key.vlan}|${key.src}|${key.dst}|${key.proto}|${key.sport}|${key.dport}${inner === null ? '' : `|${inner.id}`}`;
    const old = this.known.get(name);
    if (old !== undefined) return this.flows[old];
    const id = this.flows.length;
    this.known.set(name, id);
    const group =
      key.dst === '255.255.255.255' || key.dst.startsWith('ff') || /^2(2[4-9]|3\d)\./.test(key.dst);
    const flow: FlowInfo = {
      id,
      key,
      host: h,
      l2: numberOf(this.l2, `${key.smac}|${key.dmac}|${key.etherType}`),
      net: numberOf(this.nets, `${key.ipVersion}|${key.src}|${key.dst}|${key.proto}`),
      socket: socketFor(host, key, this.firstSockets[h]),
      // the dissector looks behind an outer header
      softHash: inner?.softHash ?? flowHash(this.spec.seed, key),
      softHashFragment: inner?.softHashFragment ?? flowHash(this.spec.seed, key, true),
      tagged: key.vlan >= 0,
      macOurs: nic.promiscuous || key.dmac === nic.mac || isGroupMac(key.dmac),
      always: nic.promiscuous || group,
      dev: -1,
      reply: 0,
      connection: -1,
      live: false,
      client: -1,
      far: 0,
      same: inner?.same ?? id,
      inner: inner?.id ?? 0,
      endsTunnel: -1,
    };
    this.flows.push(flow);
    return flow;
  }

  /** What the host itself sends: by the route, else out of the card named (index in the host). */
  outFlow(h: number, n: number, key: FlowKey): FlowInfo {
    const flow = this.flowOf(h, n, key);
    if (flow.dev < 0) flow.dev = this.firstNics[h] + n;
    return flow;
  }

  /** Numbers what the host sends back for a flow that comes in by its card: ACKs, an application's answers. */
  answered(h: number, n: number, flow: FlowInfo): void {
    // a bridge does not answer for others
    if (flow.reply !== 0 || (this.mayBridge(flow) && !isGroupMac(flow.key.dmac))) return;
    const host = this.spec.hosts[h];
    const socket = flow.socket - this.firstSockets[h];
    if (flow.key.proto === IPPROTO_TCP && host.sockets[socket]?.acks) {
      const out = this.outFlow(h, n, reversed(flow.key));
      flow.reply = out.id;
      // what it sends leads back to it
      out.reply = flow.id;
      flow.connection = this.connections;
      this.connections += 1;
    } else if (answers(host, socket)) flow.reply = this.outFlow(h, n, reversed(flow.key)).id;
  }

  /**
   * Follows a flow over the links that it may leave its host by, from host to host, and numbers what it is there and what is
   * answered. A flow that ends at its host goes no further; one that came by a link does not go back by it. On a host with bridges
   * any card may become a port: what has another one's link address, or a group's, goes on as it is.
   * @param from card (index in the host) it came in by; -1: the host sends it
   */
  spread(flow: FlowInfo, from: number): void {
    const { host: h } = flow;
    const bridged = from >= 0 && this.mayBridge(flow);
    if (from >= 0 && this.endsAt(flow)) {
      if (flow.inner !== 0) this.decapsulated(flow);
      if (!bridged) return;
    }
    // by the way that its packets take first: what answers goes back by it where no route leads
    const tunnelFirst = flow.inner === 0 && this.leadsIntoTunnel(flow);
    if (tunnelFirst) this.encapsulated(flow, from);
    for (const card of this.linked[h]) {
      if (card.nic === from || this.far[card.way].has(flow.id)) continue;
      // who forwards by IP writes new link addresses
      const key =
        bridged || (from < 0 && flow.inner === 0)
          ? flow.key
          : { ...flow.key, ...this.macsOf(h, card.nic, flow.key.dst) };
      const far = this.flowOf(card.to.host, card.to.nic, key, this.innerAt(flow, card.to, key));
      this.far[card.way].set(flow.id, far.id);
      if (far.id > flow.id && far.same === far.id) far.same = flow.same;
      if (flow.far === 0 || flow.dev === this.firstNics[h] + card.nic) flow.far = far.id;
      this.answered(card.to.host, card.to.nic, far);
      if (far.reply !== 0) this.spread(this.flows[far.reply], -1);
      this.spread(far, card.to.nic);
    }
    if (!tunnelFirst && flow.inner === 0 && !bridged) this.encapsulated(flow, from);
  }

  /** Its host has bridges, and the frames are not for the host's own cards alone. */
  private mayBridge({ host: h, key }: FlowInfo): boolean {
    const { bridges = [], nics } = this.spec.hosts[h];
    return bridges.length > 0 && nics.every(({ mac }) => mac !== key.dmac);
  }

  /** The host's route, or the device that it leaves by without one, is a tunnel. */
  private leadsIntoTunnel({ host: h, key, dev }: FlowInfo): boolean {
    const nic = fibLookup(this.routes[h], key.dst)?.nic ?? dev;
    return this.outer[nic] instanceof Map;
  }

  /** What the inner packets of a flow are at the other end of a link; null: it has none. */
  private innerAt(flow: FlowInfo, to: LinkEnd, { smac, dmac }: FlowKey): FlowInfo | null {
    if (flow.inner === 0) return null;
    const inner = this.flows[flow.inner];
    const there = this.flowOf(to.host, to.nic, { ...inner.key, smac, dmac });
    if (there.same === there.id && there !== inner) there.same = inner.same;
    return there;
  }

  /** A flow that the host's tunnels may take: with an outer header it is another one, which goes its own way. */
  private encapsulated(flow: FlowInfo, from: number): void {
    const { host: h, key } = flow;
    if (key.ipVersion !== 4) return;
    this.spec.hosts[h].nics.forEach(({ tunnel }, t) => {
      const map = this.outer[this.firstNics[h] + t];
      if (tunnel === undefined || map === null || t === from || map.has(flow.id)) return;
      const [src, dst] = [canonicalAddress(tunnel.local), canonicalAddress(tunnel.remote)];
      const n = this.cardTo(h, dst);
      const macs = this.macsOf(h, n, dst);
      const outer = { ...key, ...macs, vlan: -1, src, dst, proto: IPPROTO_IPIP, sport: 0, dport: 0 };
      const out = this.flowOf(h, n, outer, flow);
      if (out.dev < 0) out.dev = this.firstNics[h] + n;
      map.set(flow.id, out.id);
      this.spread(out, -1);
    });
  }

  /** The card (index in the host) that an outer packet leaves by: the route's, else the first with a link. */
  private cardTo(h: number, dst: string): number {
    const route = fibLookup(this.routes[h], dst);
    const n = route === null ? -1 : route.nic - this.firstNics[h];
    if (n >= 0 && this.spec.hosts[h].nics[n].tunnel === undefined) return n;
    return this.linked[h].length > 0 ? this.linked[h][0].nic : 0;
  }

  /** Link addresses of what leaves by a card for `dst`, or for a router on the way there. */
  private macsOf(h: number, n: number, dst: string): { smac: string; dmac: string } {
    const { hosts } = this.spec;
    const cardOf = ({ host, nic }: LinkEnd) => hosts[host].nics[nic];
    const segment: Segment<LinkEnd> = {
      farOf: ({ host, nic }) => this.linked[host].find((card) => card.nic === nic)?.to ?? null,
      portsBeside: ({ host, nic }) =>
        portsBeside(hosts[host].bridges ?? [], nic)?.map((port) => ({ host, nic: port })) ?? null,
      keyOf: ({ host, nic }) => `${host} ${nic}`,
    };
    const to = neighbourOf(
      { host: h, nic: n },
      segment,
      (card) => cardOf(card).addresses.some((text) => canonicalAddress(text) === dst),
      ({ host }) => hosts[host].nics.length > 1,
    );
    const dmac = to === null ? '02:00:00:00:00:0a' : macAt(to, segment, (card) => cardOf(card).mac);
    return { smac: hosts[h].nics[n].mac, dmac };
  }

  /** ip_tunnel_lookup: the host's tunnel with these two ends takes the outer header off, and the inner packets go on. */
  private decapsulated(flow: FlowInfo): void {
    const { host: h, key } = flow;
    const t = this.spec.hosts[h].nics.findIndex(
      ({ tunnel }) =>
        tunnel !== undefined &&
        canonicalAddress(tunnel.local) === key.dst &&
        canonicalAddress(tunnel.remote) === key.src,
    );
    if (t < 0) return;
    const inner = this.flows[flow.inner];
    flow.endsTunnel = this.firstNics[h] + t;
    this.byTunnel.set(inner.id, t);
    this.answered(h, t, inner);
    if (inner.reply !== 0) this.spread(this.flows[inner.reply], -1);
    this.spread(inner, t);
  }

  /** The packets are for an address of the host, or for all. */
  private endsAt(flow: FlowInfo): boolean {
    return (
      flow.always ||
      this.spec.hosts[flow.host].nics.some((nic) =>
        nic.addresses.some((text) => canonicalAddress(text) === flow.key.dst),
      )
    );
  }

  /**
   * Both directions between a host that sends out of its card and the host at the other end of the links, wherever that is: for
   * an application that talks to another one. Null: the packets come to no host of the world.
   * @param key of what it sends
   */
  pair(h: number, n: number, key: FlowKey): FlowPair | null {
    const out = this.outFlow(h, n, key);
    this.spread(out, -1);
    const farIn = this.endOf(out);
    if (farIn === null) return null;
    const card = this.cardOf(farIn);
    const farOut = this.outFlow(farIn.host, card, reversed(farIn.key));
    farIn.reply = farOut.id;
    this.spread(farOut, -1);
    const back = this.endOf(farOut);
    if (back === null || back.host !== h) return null;
    back.reply = out.id;
    return { host: h, out: out.id, in: back.id, farHost: farIn.host, farIn: farIn.id, farOut: farOut.id };
  }

  /**
   * A TCP connection between a socket of a host and one at the other end of the links: both directions are flows of a connection.
   * @param socket index in the host  @throws RangeError where the way does not end at a socket that acknowledges
   */
  stream(h: number, n: number, key: FlowKey, socket: number): number {
    const pair = this.pair(h, n, key);
    const text = `${key.dst} port ${key.dport}`;
    if (pair === null) throw new RangeError(`no link leads to ${text} and back`);
    const far = this.flows[pair.farIn];
    if (far.connection < 0)
      throw new RangeError(`no TCP socket with \`acks\` at ${text}: the connection would be refused`);
    checkTls(this.spec, h, socket, far, far.socket - this.firstSockets[far.host], text);
    const near = this.flows[pair.in];
    near.socket = this.firstSockets[h] + socket;
    if (near.connection < 0) {
      near.connection = this.connections;
      this.connections += 1;
    }
    // what a connection sends is answered by what it hears
    this.flows[pair.out].reply = pair.in;
    this.flows[pair.farOut].reply = pair.farIn;
    near.live = true;
    far.live = true;
    return pair.out;
  }

  /** The flow that a flow is at the host where it ends; null: it ends nowhere. */
  private endOf(flow: FlowInfo, seen: ReadonlySet<number> = new Set()): FlowInfo | null {
    const routed = this.throughTunnel(flow);
    if (routed !== null) return routed;
    const passed = new Set([...seen, flow.id]);
    for (const card of this.linked[flow.host]) {
      const far = this.flows[this.far[card.way].get(flow.id) ?? 0];
      // bridges may stand in a ring
      if (far === undefined || passed.has(far.id)) continue;
      const ends = this.endsAt(far) && !this.mayBridge(far);
      const end = ends ? this.taken(far) : this.endOf(far, passed);
      if (end !== null) return end;
    }
    return null;
  }

  /** The same by the tunnel that the host's route to it leads into; null: none does. */
  private throughTunnel(flow: FlowInfo): FlowInfo | null {
    const { host: h, inner, key, dev } = flow;
    if (inner !== 0 || key.ipVersion !== 4) return null;
    const nic = fibLookup(this.routes[h], key.dst)?.nic ?? dev;
    const outer = this.flows[this.outer[nic]?.get(flow.id) ?? 0];
    return outer === undefined ? null : this.endOf(outer);
  }

  /** What has come to its address: behind an outer header another packet is, and goes on from the tunnel. */
  private taken(flow: FlowInfo): FlowInfo | null {
    if (flow.inner === 0) return flow;
    if (flow.endsTunnel < 0) return null;
    const inner = this.flows[flow.inner];
    return this.endsAt(inner) ? inner : this.endOf(inner);
  }

  /** Card (index in its host) that a flow comes in by: the one with its link address, else its source's, else the first. */
  cardOf(flow: FlowInfo): number {
    const tunnel = this.byTunnel.get(flow.id);
    if (tunnel !== undefined) return tunnel;
    const at = this.spec.hosts[flow.host].nics.findIndex((nic) => nic.mac === flow.key.dmac);
    return at < 0 ? (this.cameBy.get(flow.id) ?? 0) : at;
  }

  /** A source's table with this world's flows. */
  tableOf(source: TrafficSpec, index: number): { table: TrafficTable; ids: number[] } {
    const nic = this.spec.hosts[source.host]?.nics[source.nic];
    if (nic === undefined)
      throw new RangeError(`traffic for host ${source.host}, nic ${source.nic}: there is none`);
    const table = source.kind === 'table' ? source.table : rateTable(source);
    const ids = table.flows.map((key) => {
      const flow = this.flowOf(source.host, source.nic, key);
      this.cameBy.set(flow.id, source.nic);
      this.answered(source.host, source.nic, flow);
      if (source.kind === 'client' && flow.reply !== 0) this.flows[flow.reply].client = index;
      return flow.id;
    });
    return { table, ids };
  }
}

function numberOf(map: Map<string, number>, key: string): number {
  const at = map.get(key) ?? map.size + 1;
  map.set(key, at);
  return at;
}

/** Numbers all flows of the spec: what sources send, the answers to it, what applications send, and what all that is at the other ends of links. @throws RangeError where a source names a host or NIC that isn't there. */
export function makeFlows(spec: WorldSpec): FlowTables {
  const maker = new FlowMaker(spec);
  const { flows } = maker;
  const options = new Interner();
  const exts = new Interner();
  const tables = spec.traffic.map((source, index) => {
    const { table, ids } = maker.tableOf(source, index);
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
    host.apps.map((app) =>
      app.send !== undefined
        ? sendFlows(maker, app.send, h)
        : app.stream !== undefined
          ? streamFlows(maker, app.stream, h)
          : [],
    ),
  );
  const tunnels = maker.outer.some((map) => map !== null);
  if (tunnels || (spec.links !== undefined && spec.links.length > 0)) spreadAll(maker);
  const far = maker.far.map((map) => {
    const column = new Uint32Array(flows.length);
    for (const [near, id] of map) column[near] = id;
    return column;
  });
  const outer = maker.outer.map((map) => {
    if (map === null) return null;
    const column = new Uint32Array(flows.length);
    for (const [inner, id] of map) column[inner] = id;
    return column;
  });
  return { flows, options: options.values, exts: exts.values, tables, sends, far, outer };
}

/** Connections differ by source port. */
function streamFlows(maker: FlowMaker, stream: StreamSpec, h: number): number[] {
  return flowRows(stream.template, stream.flows, 'sport').flows.map((key) =>
    maker.stream(h, stream.nic, key, stream.socket),
  );
}

function sendFlows(maker: FlowMaker, send: SendSpec, h: number): number[] {
  return flowRows(send.template, send.flows, 'dport').flows.map((key) => maker.outFlow(h, send.nic, key).id);
}

/** What sources and applications send, over all links. */
function spreadAll(maker: FlowMaker): void {
  const { flows } = maker;
  const given = flows.length;
  for (let id = 1; id < given; id += 1) {
    const flow = flows[id];
    if (flow.dev >= 0) maker.spread(flow, -1);
    else {
      maker.spread(flow, maker.cardOf(flow));
    }
  }
}

/** Both ends of a connection have TLS, of one version, or neither has. @throws RangeError where not */
function checkTls(
  spec: WorldSpec,
  h: number,
  socket: number,
  far: FlowInfo,
  farSocket: number,
  text: string,
): void {
  const name = (tls: TlsSpec | undefined): string => (tls === undefined ? 'plain TCP' : `TLS ${tls.version}`);
  const [near, there] = [spec.hosts[h].sockets[socket], spec.hosts[far.host].sockets[farSocket]];
  if (name(near.tls) === name(there.tls)) return;
  throw new RangeError(
    `${spec.hosts[h].id}.${near.name} speaks ${name(near.tls)}, ${spec.hosts[far.host].id}.${there.name} at ${text} ${name(there.tls)}: both ends need the same \`tls\``,
  );
}
