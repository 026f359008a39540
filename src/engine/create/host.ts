/** A host: what stays (costs, first CPU and NIC, nodes), its state before set-up, and the packet queue to its program. */
import type { RuleValues } from '../../catalog/rules.ts';
import { createBridge } from '../bridge/state.ts';
import { type CostProfile, costProfiles } from '../cost.ts';
import { schedTunables } from '../cpu/fair.ts';
import { tablesOf } from '../net/fib.ts';
import { NETFILTER_NONE } from '../net/nf-message.ts';
import { createNfQueue, NF_QUEUE_MAXLEN } from '../net/nf-queue.ts';
import { createSnmp } from '../net/snmp.ts';
import { createSoftwareWork } from '../net/software-work.ts';
import type { HostSpec, WorldSpec } from '../spec.ts';
import { createTlsStat } from '../tls/state.ts';
import { ACTOR_FRAG, type HostFixed, type HostState, type NfQueue, type Task } from '../world.ts';
import { nodesOf } from './cpu.ts';
import type { Maker } from './maker.ts';
import { sysctlDefaults } from './sysctl.ts';

/** What of a host never changes. @param firstCpu, firstNic world indexes that its own begin at @throws RangeError for an unknown profile */
export function makeHost(
  maker: Maker,
  rules: RuleValues,
  host: HostSpec,
  firstCpu: number,
  firstNic: number,
): HostFixed {
  const profile = costProfiles[host.profile];
  if (profile === undefined) throw new RangeError(`no cost profile ${host.profile}`);
  return {
    id: host.id,
    profile,
    mhz: host.clockMhz ?? profile.clockMhz,
    firstCpu,
    cpus: host.cpus,
    firstNic,
    nics: host.nics.length,
    hostPlace: maker.place({ type: 'host', host: host.id }),
    firewall: host.firewall ?? null,
    kernelLock: -1,
    coreCost: rules.napi ? profile.coreRx : softCost(profile, host),
    ipCost: rules.napi ? profile.ipRcv + firewallCost(profile, host) : 0,
    sched: schedTunables(rules.scheduler, rules.baseSliceNs, host.cpus),
    nodes: nodesOf(host),
  };
}

function firewallCost(profile: CostProfile, host: HostSpec): number {
  if (host.firewall === undefined || host.firewall === 'forward-queue') return 0;
  return (host.firewall === 'raw-drop' ? profile.nfRaw : profile.nfFilter) + profile.skbFree;
}

/** Before NAPI: up to the wire, or up to where a packet is handed to a program. */
function softCost(profile: CostProfile, host: HostSpec): number {
  return host.firewall === 'forward-queue' ? profile.legacySoft - profile.legacyOut : profile.legacySoft;
}

/** The state of host `h` before its set-up. */
export function makeHostState(
  maker: Maker,
  spec: WorldSpec,
  rules: RuleValues,
  host: HostSpec,
  h: number,
  fixed: HostFixed,
): HostState {
  return {
    sysctl: sysctlDefaults(spec, rules, host),
    snmp: createSnmp(),
    software: createSoftwareWork(),
    tls: createTlsStat(),
    sockFlows: null,
    frags: [],
    fragActor: maker.actor(ACTOR_FRAG, h),
    ...tablesOf(host, fixed.firstNic),
    bottomHalf: null,
    bridges: (host.bridges ?? []).map(({ name }) => createBridge(name)),
    nfQueue: null,
    softirqNow: 0,
    softirqMost: 0,
  };
}

/** The packet queue with its socket and reader, once sockets and tasks have their numbers. */
export function makeNfQueue(
  rules: RuleValues,
  host: HostSpec,
  firstSocket: number,
  tasks: readonly Task[],
): NfQueue | null {
  if (host.firewall !== 'forward-queue') return null;
  if (rules.packetQueue === NETFILTER_NONE) throw new RangeError('no packet queue before netfilter (2.4.0)');
  const at = host.sockets.findIndex(({ proto }) => proto === 'netlink');
  if (at < 0) return createNfQueue(0, 0, 0, false);
  const { queueMaxlen = NF_QUEUE_MAXLEN, failOpen = false } = host.sockets[at];
  const socket = firstSocket + at + 1;
  const reader = tasks.find((task) => task.sockets.includes(socket));
  return createNfQueue(socket, reader?.id ?? 0, queueMaxlen, failOpen && rules.packetQueueFailOpen);
}
