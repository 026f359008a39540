/**
 * A scenario's variant to the engine's spec: ids to indexes, texts to frames, command lines to typed changes (through the shell, on
 * the world they will act on). Whatever can't be is an error with its place; nothing throws.
 */

import { drivers } from '../catalog/drivers.ts';
import { rulesFor } from '../catalog/rules.ts';
import { versionNumber } from '../catalog/version.ts';
import { applyChange } from '../engine/apply-change.ts';
import { createWorld } from '../engine/create.ts';
import { NETFILTER_NONE } from '../engine/net/nf-message.ts';
import { QDISC_SINCE } from '../engine/net/sched/spec.ts';
import { canonicalAddress } from '../engine/packet/address.ts';
import { IPPROTO_UDP } from '../engine/packet/frame.ts';
import { createTrafficBuilder, type TrafficTable } from '../engine/packet/traffic-table.ts';
import type {
  AppSpec,
  HostChange,
  HostSpec,
  NicSpec,
  SendSpec,
  SocketSpec,
  TimedInput,
  TrafficSpec,
  WorldSpec,
} from '../engine/spec.ts';
import type { World } from '../engine/world.ts';
import { runCommand } from '../shell/shell.ts';
import { compileBridges } from './bridges.ts';
import { frameFrom } from './frames.ts';
import { compileLinks, farCard } from './links.ts';
import type { ScenarioError } from './load.ts';
import { type FrameText, LIMITS, type Scenario } from './schema.ts';
import { compileStream } from './streams.ts';
import { checkTls } from './tls.ts';
import { compileToe } from './toe.ts';
import { compileTunnels, deviceOf, devicesOf, peerOf } from './tunnels.ts';
import { applyVariant, BASE } from './variants.ts';

/** No host answers a request sooner; only used to guess how many there may be. */
const LEAST_ROUND_NS = 2000;
/** No CPU sends more datagrams a second; likewise. */
const MOST_SENDS_PS = 2_000_000;
/** Payload of a usual full segment. */
const SEGMENT_BYTES = 1448;
/** What a segment takes of the wire beside its payload: headers with timestamps, FCS, preamble, gap. */
const FRAME_EXTRA = 90;

export interface CompileOptions {
  variant?: string;
  seed?: number;
  /** Capture tables by SHA-256. */
  captures?: ReadonlyMap<string, TrafficTable>;
}

export type Compiled =
  | {
      ok: true;
      spec: WorldSpec;
      scenario: Scenario;
      /** About how many its sources send. */
      packets: number;
    }
  | { ok: false; errors: ScenarioError[]; missingCaptures: { sha256: string; name: string }[] };

/** Gathers errors; `at` names the place. */
class Problems {
  readonly errors: ScenarioError[] = [];
  readonly missing: { sha256: string; name: string }[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  add(path: string, message: string): void {
    this.errors.push({ file: this.file, path, message });
  }
}

export function compileScenario(source: Scenario, options: CompileOptions = {}): Compiled {
  const varied = applyVariant(source, options.variant ?? BASE);
  if (!varied.ok) return { ok: false, errors: varied.errors, missingCaptures: [] };
  const { scenario } = varied;
  const problems = new Problems(scenario.id);
  const failed = (): Compiled => ({ ok: false, errors: problems.errors, missingCaptures: problems.missing });
  const hosts = compileHosts(scenario, problems);
  if (problems.errors.length > 0) return failed();
  const links = compileLinks(scenario, hosts, (path, message) => problems.add(path, message));
  if (problems.errors.length > 0) return failed();
  const { specs: traffic, packets } = compileTraffic(scenario, hosts, options, problems);
  if (problems.errors.length > 0) return failed();
  const spec: WorldSpec = {
    kernel: scenario.kernel,
    hz: scenario.hz,
    config: {
      vlan8021q: scenario.config.vlan8021q ?? true,
      irqTimeAccounting: scenario.config.irqTimeAccounting ?? false,
    },
    seed: options.seed ?? scenario.seed,
    durationNs: scenario.durationNs,
    hosts,
    links,
    traffic,
    setup: [],
    inputs: [],
  };
  let world: World;
  try {
    world = createWorld(spec);
  } catch (error) {
    problems.add('hosts', error instanceof Error ? error.message : String(error));
    return failed();
  }
  spec.setup = compileSetup(scenario, world, problems);
  spec.inputs = compileRun(scenario, world, problems);
  return problems.errors.length > 0 ? failed() : { ok: true, spec, scenario, packets };
}

type SocketText = Scenario['hosts'][string]['sockets'][string];

function socketSpec(name: string, { queueMaxlen, failOpen, tls, ...socket }: SocketText): SocketSpec {
  const spec: SocketSpec = { name, ...socket };
  if (tls !== undefined) spec.tls = tls;
  if (queueMaxlen !== undefined) spec.queueMaxlen = queueMaxlen;
  if (failOpen !== undefined) spec.failOpen = failOpen;
  return spec;
}

/** A card's queueing discipline must be one that its kernel has. */
function checkQdiscs(kernel: string, host: Scenario['hosts'][string], at: string, problems: Problems): void {
  for (const [name, { qdisc }] of Object.entries(host.nics)) {
    const since = qdisc === undefined ? undefined : QDISC_SINCE[qdisc];
    if (since !== undefined && versionNumber(kernel) < versionNumber(since))
      problems.add(`${at}.nics.${name}.qdisc`, `${qdisc} came with Linux ${since}; here: ${kernel}`);
  }
}

/** A rule that hands packets to a program, and the socket they come by, belong together. */
function checkPacketQueue(
  kernel: string,
  host: Scenario['hosts'][string],
  at: string,
  problems: Problems,
): void {
  const queued = host.firewall === 'forward-queue';
  if (queued && rulesFor(kernel).packetQueue === NETFILTER_NONE)
    problems.add(`${at}.firewall`, 'forward-queue needs netfilter, which came with Linux 2.4.0');
  let seen = false;
  for (const [name, socket] of Object.entries(host.sockets)) {
    const here = `${at}.sockets.${name}`;
    if (socket.proto !== 'netlink') {
      if (socket.queueMaxlen !== undefined || socket.failOpen !== undefined)
        problems.add(here, 'queueMaxlen and failOpen are a netlink socket’s');
      continue;
    }
    if (!queued) problems.add(here, "nothing comes to a netlink socket without firewall 'forward-queue'");
    if (seen) problems.add(here, 'one netlink socket a host: there is one packet queue');
    seen = true;
  }
}

function compileHosts(scenario: Scenario, problems: Problems): HostSpec[] {
  return Object.entries(scenario.hosts).map(([hostId, host]): HostSpec => {
    const at = `hosts.${hostId}`;
    const socketIds = Object.keys(host.sockets);
    const nics = Object.entries(host.nics).map(([name, nic]): NicSpec => {
      const driver = drivers[nic.driver];
      const here = `${at}.nics.${name}`;
      const ringSize = nic.ringSize ?? driver.ringDefault;
      if (ringSize > driver.ringMax)
        problems.add(`${here}.ringSize`, `${nic.driver} takes at most ${driver.ringMax}`);
      if (driver.ringStep === 'pow2' && (ringSize & (ringSize - 1)) !== 0) {
        problems.add(`${here}.ringSize`, `${nic.driver} takes powers of two only`);
      }
      if (nic.queues > driver.maxQueues)
        problems.add(`${here}.queues`, `${nic.driver} has at most ${driver.maxQueues}`);
      if (nic.mtu > driver.maxMtu)
        problems.add(`${here}.mtu`, `${nic.driver} takes at most ${driver.maxMtu}`);
      for (const cpu of nic.affinity) {
        if (cpu >= host.cpus)
          problems.add(`${here}.affinity`, `there is no CPU ${cpu}: the host has ${host.cpus}`);
      }
      checkNode(host, nic.numaNode, `${here}.numaNode`, problems);
      const toe = compileToe(nic, host, scenario.kernel, here, (path, message) =>
        problems.add(path, message),
      );
      return { name, ...nic, ringSize, toe };
    });
    if (nics.length === 0) problems.add(`${at}.nics`, 'a host needs at least one NIC');
    nics.push(...compileTunnels(host, scenario.kernel, at, (path, message) => problems.add(path, message)));
    const apps = Object.entries(host.apps).map(([name, app]): AppSpec => {
      const sockets = app.sockets.map((id) => {
        const index = socketIds.indexOf(id);
        if (index < 0)
          problems.add(
            `${at}.apps.${name}.sockets`,
            `there is no socket ${id}; there are ${socketIds.join(', ') || 'none'}`,
          );
        return index;
      });
      if (app.cpu >= host.cpus)
        problems.add(`${at}.apps.${name}.cpu`, `there is no CPU ${app.cpu}: the host has ${host.cpus}`);
      const { send, stream, replyBytes, nonblocking, rejectPorts, ...rest } = app;
      const spec: AppSpec = { name, ...rest, sockets };
      const here = `${at}.apps.${name}`;
      if (nonblocking === true) spec.nonblocking = true;
      if (rejectPorts !== undefined) {
        spec.rejectPorts = rejectPorts;
        if (!sockets.some((s) => host.sockets[socketIds[s]]?.proto === 'netlink'))
          problems.add(`${here}.rejectPorts`, 'only the reader of a netlink socket gives verdicts');
      }
      if (replyBytes !== undefined) {
        spec.replyBytes = replyBytes;
        for (const s of sockets) {
          const socket = host.sockets[socketIds[s]];
          if (s >= 0 && (socket.proto === 'tcp' ? !socket.acks : socket.udpGro))
            problems.add(
              `${here}.replyBytes`,
              'it can answer on UDP sockets without udpGro and TCP sockets with acks',
            );
        }
      }
      if (send !== undefined) {
        const made = compileSend(send, scenario, hostId, host, `${here}.send`, problems);
        if (made !== null) spec.send = made;
      }
      if (stream !== undefined) {
        if (rulesFor(scenario.kernel).bigKernelLock)
          problems.add(`${here}.stream`, 'TCP senders are modelled from Linux 2.4 on');
        if (send !== undefined) problems.add(`${here}.stream`, 'an application has send or stream, not both');
        const made = compileStream(stream, scenario, hostId, app.sockets, `${here}.stream`, (path, message) =>
          problems.add(path, message),
        );
        if (made !== null) spec.stream = made;
      }
      return spec;
    });
    const nicNames = devicesOf(host);
    const routes = host.routes.map(({ prefix, nic }, i) => {
      const index = nicNames.indexOf(nic);
      const here = `${at}.routes[${i}]`;
      if (index < 0) problems.add(`${here}.nic`, `there is no NIC ${nic}; there are ${nicNames.join(', ')}`);
      const [address, bits] = prefix.split('/');
      if (!isNetworkAddress(address) || Number(bits) > (address.includes(':') ? 128 : 32))
        problems.add(`${here}.prefix`, `${prefix} is not a network`);
      return { prefix, nic: index };
    });
    const readers = apps.flatMap((app) => app.sockets);
    socketIds.forEach((id, i) => {
      if (readers.filter((s) => s === i).length > 1)
        problems.add(`${at}.sockets.${id}`, 'two applications read it: one socket, one reader');
    });
    checkPacketQueue(scenario.kernel, host, at, problems);
    checkQdiscs(scenario.kernel, host, at, problems);
    checkTls(scenario.kernel, host, at, (path, message) => problems.add(path, message));
    const spec: HostSpec = {
      id: hostId,
      cpus: host.cpus,
      profile: host.profile,
      nics,
      sockets: Object.entries(host.sockets).map(([name, socket]) => socketSpec(name, socket)),
      apps,
      routes,
    };
    const bridges = compileBridges(host, scenario.kernel, at, (path, message) => problems.add(path, message));
    if (bridges.length > 0) spec.bridges = bridges;
    if (host.firewall !== undefined) spec.firewall = host.firewall;
    if (host.clockMhz !== undefined) spec.clockMhz = host.clockMhz;
    if (host.numa !== undefined) spec.cpuNodes = host.numa.cpuNodes;
    return spec;
  });
}

type HostText = Scenario['hosts'][string];

function checkNode(host: HostText, node: number | undefined, at: string, problems: Problems): void {
  const nodes = (host.numa?.cpuNodes ?? [0]).slice(0, host.cpus);
  if (node === undefined || node < 0 || nodes.includes(node)) return;
  const there = [...new Set(nodes)].sort((a, b) => a - b).join(', ');
  problems.add(at, `there is no CPU on node ${node}: the host's nodes (numa.cpuNodes) are ${there}`);
}

/** What an application sends by itself; null where something is wrong with it. */
function compileSend(
  send: NonNullable<HostText['apps'][string]['send']>,
  scenario: Scenario,
  hostId: string,
  host: HostText,
  at: string,
  problems: Problems,
): SendSpec | null {
  const socketIds = Object.keys(host.sockets);
  const nicNames = devicesOf(host);
  const socket = socketIds.indexOf(send.socket);
  const nic = send.nic === undefined ? 0 : nicNames.indexOf(send.nic);
  const text = host.sockets[send.socket];
  const card = deviceOf(host, nicNames[nic] ?? '');
  if (socket < 0)
    problems.add(
      `${at}.socket`,
      `there is no socket ${send.socket}; there are ${socketIds.join(', ') || 'none'}`,
    );
  else if (text.proto !== 'udp') problems.add(`${at}.socket`, 'it can send on UDP sockets only');
  else if (text.port === 0) problems.add(`${at}.socket`, 'it needs a port of its own: the source port');
  else if (text.connected && send.flows > 1)
    problems.add(`${at}.flows`, 'a connected socket has one destination');
  if (nic < 0) problems.add(`${at}.nic`, `there is no NIC ${send.nic}; there are ${nicNames.join(', ')}`);
  if (socket < 0 || card === undefined) return null;
  const far = peerOf(scenario, hostId, nicNames[nic], send.dst);
  const src = text.address === '*' ? sourceAddress(card.addresses, send.dst) : text.address;
  const v6 = src.includes(':');
  const dmac = send.dmac ?? far?.mac ?? '02:00:00:00:00:0a';
  const farAddress = far?.addresses.find((a) => a.includes(':') === v6);
  const frame: FrameText = { proto: 'udp', src, dport: send.dport, sport: text.port, len: send.bytes };
  frame.smac = card.mac;
  frame.dmac = dmac;
  frame.dst = send.dst ?? farAddress ?? (v6 ? 'fd00::1' : '10.0.0.1');
  const headers = (v6 ? 40 : 20) + 8;
  const datagram = Math.min(send.bytes, send.segmentBytes ?? send.bytes);
  const cut = send.segmentBytes !== undefined || send.dontFragment === true || src.includes(':');
  if (datagram + headers > card.mtu && cut) {
    const field = send.segmentBytes === undefined ? 'bytes' : 'segmentBytes';
    problems.add(`${at}.${field}`, `a datagram may have at most ${card.mtu - headers} bytes on this card`);
  }
  try {
    return {
      socket,
      nic,
      template: frameFrom(frame, { dmac, dst: frame.dst }),
      flows: send.flows,
      ratePps: send.ratePps,
      startNs: send.startNs,
      stopNs: send.stopNs ?? scenario.durationNs,
      count: send.count ?? Number.POSITIVE_INFINITY,
      ...(send.dontFragment === undefined ? {} : { dontFragment: send.dontFragment }),
      ...(send.segmentBytes === undefined ? {} : { segmentBytes: send.segmentBytes }),
    };
  } catch (error) {
    problems.add(at, error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** About how many datagrams the applications send by themselves. */
function sendCount(hosts: readonly HostSpec[]): number {
  let packets = 0;
  for (const { apps, nics } of hosts) {
    for (const { stream } of apps) {
      if (stream === undefined) continue;
      const { writeBytes, count, flows, startNs, stopNs, ratePps, nic, nodelay } = stream;
      const seconds = Math.max(0, stopNs - startNs) / 1e9;
      const writes = Math.min(flows * count, (ratePps === null ? MOST_SENDS_PS : flows * ratePps) * seconds);
      const segments = writes * Math.ceil(writeBytes / SEGMENT_BYTES);
      const least = nodelay ? Math.min(writeBytes, SEGMENT_BYTES) : SEGMENT_BYTES;
      // no more than the card's link carries; an ACK for every second segment
      packets += 1.5 * Math.min(segments, (nics[nic].linkBps * seconds) / (8 * (least + FRAME_EXTRA)));
    }
  }
  for (const app of hosts.flatMap((h) => h.apps)) {
    if (app.send === undefined) continue;
    const { ratePps, startNs, stopNs, count, template, segmentBytes } = app.send;
    const sends = Math.min(count, ((ratePps ?? MOST_SENDS_PS) * Math.max(0, stopNs - startNs)) / 1e9);
    packets +=
      sends * (segmentBytes === undefined ? 1 : Math.max(1, Math.ceil(template.payloadLen / segmentBytes)));
  }
  return packets;
}

/** The card's first address of the destination's version. */
function sourceAddress(addresses: readonly string[], dst: string | undefined): string {
  const v6 = dst?.includes(':') ?? false;
  return addresses.find((a) => a.includes(':') === v6) ?? addresses[0] ?? '10.0.0.2';
}

function isNetworkAddress(text: string): boolean {
  try {
    canonicalAddress(text);
    return true;
  } catch {
    return false;
  }
}

function targetOf(
  hosts: HostSpec[],
  traffic: { host?: string | undefined; nic?: string | undefined },
  at: string,
  problems: Problems,
): { host: number; nic: number } | null {
  const host = traffic.host === undefined ? 0 : hosts.findIndex((h) => h.id === traffic.host);
  if (host < 0) {
    problems.add(
      `${at}.host`,
      `there is no host ${traffic.host}; there are ${hosts.map((h) => h.id).join(', ')}`,
    );
    return null;
  }
  const nic = traffic.nic === undefined ? 0 : hosts[host].nics.findIndex((n) => n.name === traffic.nic);
  if (nic < 0) {
    problems.add(
      `${at}.nic`,
      `there is no NIC ${traffic.nic}; there are ${hosts[host].nics.map((n) => n.name).join(', ')}`,
    );
    return null;
  }
  return { host, nic };
}

function compileTraffic(
  scenario: Scenario,
  hosts: HostSpec[],
  options: CompileOptions,
  problems: Problems,
): { specs: TrafficSpec[]; packets: number } {
  const specs: TrafficSpec[] = [];
  let packets = sendCount(hosts);
  for (const [name, traffic] of Object.entries(scenario.traffic)) {
    const at = `traffic.${name}`;
    const target = targetOf(hosts, traffic, at, problems);
    if (target === null) continue;
    const nic = hosts[target.host].nics[target.nic];
    const peer = farCard(scenario, hosts[target.host].id, nic.name);
    if (peer !== null) {
      problems.add(at, `${nic.name} has a link: its frames come from ${peer.host}, not from a source`);
      continue;
    }
    const defaults = { dmac: nic.mac, dst: nic.addresses[0] ?? '10.0.0.2' };
    try {
      if (traffic.kind === 'rate') {
        const template = frameFrom(traffic.frame, defaults);
        const lineRate = nic.linkBps / ((template.frameLen + 24) * 8);
        const framesPps = Math.min(traffic.ratePps ?? lineRate, lineRate);
        const stopNs = traffic.stopNs ?? scenario.durationNs;
        const count = traffic.count ?? Number.POSITIVE_INFINITY;
        packets += Math.min(count, (framesPps * Math.max(0, stopNs - traffic.startNs)) / 1e9);
        // an open-loop rate above the link's waits at the sender; trains keep their spacing
        const spec: TrafficSpec = {
          kind: 'rate',
          ...target,
          template,
          flows: traffic.flows,
          ratePps: (traffic.ratePps ?? lineRate) / traffic.trainFrames,
          trainFrames: traffic.trainFrames,
          pshLast: traffic.pshLast,
          pattern: traffic.pattern,
          startNs: traffic.startNs,
          stopNs,
          count,
        };
        if (traffic.weights !== undefined) spec.weights = traffic.weights;
        specs.push(spec);
      } else if (traffic.kind === 'client') {
        const template = frameFrom({ proto: 'udp', ...traffic.frame }, defaults);
        const stopNs = traffic.stopNs ?? scenario.durationNs;
        const count = traffic.count ?? Number.POSITIVE_INFINITY;
        const users = traffic.flows * traffic.outstanding;
        if (users > LIMITS.users) problems.add(at, `${users} users: at most ${LIMITS.users}`);
        const port = template.dport;
        const host = hosts[target.host];
        const takes = (p: number) => host.sockets.findIndex((s) => s.proto === 'udp' && s.port === p);
        const socket = takes(port) >= 0 ? takes(port) : takes(0);
        if (template.proto !== IPPROTO_UDP) problems.add(`${at}.frame.proto`, 'a client sends UDP');
        else if (!host.apps.some((a) => a.replyBytes !== undefined && a.sockets.includes(socket)))
          problems.add(at, `no application of ${host.id} answers at UDP port ${port}: give one replyBytes`);
        const fastest = 2 * traffic.delayNs + traffic.thinkNs + LEAST_ROUND_NS;
        packets += Math.min(count, (users * Math.max(0, stopNs - traffic.startNs)) / fastest);
        specs.push({
          kind: 'client',
          ...target,
          template,
          flows: traffic.flows,
          outstanding: traffic.outstanding,
          thinkNs: traffic.thinkNs,
          delayNs: traffic.delayNs,
          timeoutNs: traffic.timeoutNs ?? Number.POSITIVE_INFINITY,
          startNs: traffic.startNs,
          stopNs,
          count,
        });
      } else if (traffic.kind === 'frames') {
        const frames = [...traffic.frames].sort((x, y) => x.atNs - y.atNs);
        const builder = createTrafficBuilder(frames.length);
        for (const { atNs, ...frame } of frames)
          builder.add(atNs, frameFrom({ ...traffic.frame, ...frame }, defaults));
        packets += frames.length * traffic.repeat;
        specs.push({
          kind: 'table',
          ...target,
          table: builder.finish(),
          startNs: traffic.startNs,
          timeScale: 1,
          ratePps: null,
          repeat: traffic.repeat,
        });
      } else {
        const table = options.captures?.get(traffic.sha256);
        if (table === undefined) {
          problems.missing.push({ sha256: traffic.sha256, name: traffic.name });
          problems.add(at, `the capture ${traffic.name} is not here: open the file`);
          continue;
        }
        packets += table.count * traffic.repeat;
        specs.push({
          kind: 'table',
          ...target,
          table,
          startNs: traffic.startNs,
          timeScale: traffic.timeScale,
          ratePps: traffic.ratePps,
          repeat: traffic.repeat,
        });
      }
    } catch (error) {
      problems.add(at, error instanceof Error ? error.message : String(error));
    }
  }
  if (packets > LIMITS.packets) {
    problems.add(
      'traffic',
      `about ${Math.round(packets)} packets: at most ${LIMITS.packets} (shorten durationNs, lower ratePps, or set count)`,
    );
  }
  return { specs, packets };
}

function hostIndex(world: World, id: string | undefined): number {
  return id === undefined ? 0 : world.fixed.hosts.findIndex((h) => h.id === id);
}

/** One command line to changes; a refused one is a problem at `path`. */
function parseCommand(
  world: World,
  host: string | undefined,
  line: string,
  path: string,
  problems: Problems,
): HostChange[] {
  const index = hostIndex(world, host);
  if (index < 0) {
    problems.add(path, `there is no host ${host}`);
    return [];
  }
  const result = runCommand(world, index, line);
  if (result.status !== 0) {
    problems.add(path, `"${line}": ${result.output.trim().replace(/\n/g, '; ')}`);
    return [];
  }
  return result.changes;
}

function compileSetup(scenario: Scenario, world: World, problems: Problems): HostChange[] {
  const changes: HostChange[] = [];
  scenario.setup.forEach((command, i) => {
    for (const change of parseCommand(world, command.host, command.line, `setup[${i}].line`, problems)) {
      applyChange(world, change.host, change.change);
      changes.push(change);
    }
  });
  return changes;
}

/** Timed commands are checked one after the other on the world as set up, each seeing those before it. */
function compileRun(scenario: Scenario, world: World, problems: Problems): TimedInput[] {
  const inputs: TimedInput[] = [];
  const order = scenario.run
    .map((command, i) => ({ command, i }))
    .sort((x, y) => x.command.atNs - y.command.atNs);
  for (const { command, i } of order) {
    for (const { host, change } of parseCommand(
      world,
      command.host,
      command.line,
      `run[${i}].line`,
      problems,
    )) {
      applyChange(world, host, change);
      inputs.push({ at: command.atNs, after: null, host, line: command.line, change });
    }
  }
  return inputs;
}
