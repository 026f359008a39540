/**
 * Turns a knob: a typed change takes effect at the present moment, as the driver or the kernel does it. A change that the world
 * can't take is a programming error of the shell, which checks before; nothing here throws for values it let through.
 */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { joinBridge, leaveBridge } from './bridge/members.ts';
import type { BqlName, Change, LinkSetting, SysctlName } from './change.ts';
import { moveTask, wakeTask } from './cpu/scheduler.ts';
import { emit } from './emit.ts';
import { changeNetem, createNetem } from './link/netem.ts';
import { createFlowLimit } from './net/backlog.ts';
import { addAddress, recomputeFib, removeAddress } from './net/fib.ts';
import { changeQdisc, replaceQdisc } from './net/sched/sched.ts';
import { beginAdaptive } from './nic/adaptive.ts';
import { clearArfs } from './nic/arfs.ts';
import { unmask } from './nic/moderation.ts';
import { resetRing } from './nic/rx-ring.ts';
import { disableLro, setFeature } from './nic/set-feature.ts';
import { recomputeSteering } from './nic/steering.ts';
import { parseHex } from './packet/hex.ts';
import { NO_CPU } from './records.ts';
import type { Dql, Nic, World } from './world.ts';

/** Applies `change` on a host (index) and writes its record. `change.nic` counts over the world. */
export function applyChange(w: World, host: number, change: Change): void {
  w.applied += 1;
  const place = w.fixed.hosts[host].hostPlace;
  const seq = emit(w, Kind.command, place, Reason.commandDone, NO_CPU, 0, 0, 0, w.applied, 0);
  switch (change.type) {
    case 'ring': {
      const nic = w.nics[change.nic];
      for (let i = 0; i < nic.queues; i += 1) resetRing(w, w.queues[nic.firstQueue + i], change.rx, seq);
      break;
    }
    case 'coalesce': {
      const nic = w.nics[change.nic];
      nic.rxUsecs = change.rxUsecs ?? nic.rxUsecs;
      nic.rxFrames = change.rxFrames ?? nic.rxFrames;
      if (nic.driver.adaptive !== null) nic.adaptiveRx = change.adaptiveRx ?? nic.adaptiveRx;
      // another mode has other profiles: DIM begins anew
      const begin = nic.adaptiveRx && (change.adaptiveRx === true || change.cqeMode === !nic.cqeMode);
      nic.cqeMode = change.cqeMode ?? nic.cqeMode;
      setModeration(w, nic, begin);
      break;
    }
    case 'channels':
      setChannels(w, w.nics[change.nic], change.combined, seq);
      break;
    case 'rss': {
      const nic = w.nics[change.nic];
      if (change.table !== undefined) nic.indirection = Uint16Array.from(change.table);
      if (change.key !== undefined) nic.rssKey = parseHex(change.key.replace(/[:\s]/g, ''));
      nic.symmetricXor = change.symmetricXor ?? nic.symmetricXor;
      recomputeSteering(w, nic);
      break;
    }
    case 'hash-fields': {
      const nic = w.nics[change.nic];
      nic.hashFields = { ...nic.hashFields, [change.flowType]: change.fields };
      recomputeSteering(w, nic);
      break;
    }
    case 'ntuple-add': {
      const nic = w.nics[change.nic];
      const others = nic.ntuple.filter((r) => r.loc !== change.rule.loc);
      nic.ntuple = [...others, change.rule].sort((a, b) => a.loc - b.loc);
      recomputeSteering(w, nic);
      break;
    }
    case 'ntuple-del': {
      const nic = w.nics[change.nic];
      nic.ntuple = nic.ntuple.filter((r) => r.loc !== change.loc);
      recomputeSteering(w, nic);
      break;
    }
    case 'feature': {
      setFeature(w, w.nics[change.nic], change.name, change.on, seq);
      break;
    }
    case 'irq-affinity': {
      const q = w.queues.find((queue) => queue.irq === change.irq);
      if (q !== undefined) q.affinity = change.cpus.slice();
      break;
    }
    case 'xps-cpus':
      w.queues[change.queue].tx.xpsCpus = change.cpus.slice();
      break;
    case 'xps-rxqs':
      w.queues[change.queue].tx.xpsRxqs = change.rxqs.slice();
      break;
    case 'bql':
      setBql(w.queues[change.queue].tx.dql, change.name, change.value);
      break;
    case 'rps-cpus':
      w.queues[change.queue].rpsCpus = change.cpus.slice();
      break;
    case 'rps-flow-cnt':
      // a table set up anew has forgotten every flow
      w.queues[change.queue].rpsFlows =
        change.entries === 0 ? null : { entries: powerOfTwo(change.entries), flows: {} };
      break;
    case 'napi':
      setNapi(w, w.nics[change.nic], change.name, change.value, seq);
      break;
    case 'link':
      setLink(w.nics[change.nic], change.name, change.value);
      break;
    case 'master':
      if (change.bridge === null) leaveBridge(w, w.nics[change.nic]);
      else joinBridge(w, w.nics[change.nic], change.bridge, seq);
      break;
    case 'route-add': {
      const { network, bits, nic, via } = change;
      w.hosts[host].routes = [...w.hosts[host].routes, { network, bits, nic, via, source: null }];
      recomputeFib(w, host);
      break;
    }
    case 'route-del':
      w.hosts[host].routes = w.hosts[host].routes.filter(
        (r) => r.network !== change.network || r.bits !== change.bits,
      );
      recomputeFib(w, host);
      break;
    case 'address-add':
      addAddress(w, host, { nic: change.nic, address: change.address, bits: change.bits });
      break;
    case 'address-del':
      removeAddress(w, host, { nic: change.nic, address: change.address, bits: change.bits });
      break;
    case 'sysctl':
      w.hosts[host].sysctl[change.name] = change.values.slice();
      sysctlEffects(w, host, change.name, change.values[0]);
      if (change.name === 'net.ipv4.ip_forward' && change.values[0] !== 0) {
        for (const nic of w.nics) if (nic.host === host) disableLro(w, nic, Reason.lroForwarding, seq);
      }
      break;
    case 'netem': {
      const way = w.ways[w.nics[change.nic].way];
      const number = 1 + w.ways.reduce((n, one) => Math.max(n, one.netem?.handle ?? 0), 0);
      if (change.netem === null) way.netem = null;
      else if (way.netem === null) way.netem = createNetem(change.netem, number);
      else changeNetem(way.netem, change.netem);
      break;
    }
    case 'qdisc':
      setQdisc(w, change);
      break;
    case 'task-affinity':
      moveTask(w, w.tasks[change.task - 1], change.cpu);
      break;
  }
}

/** tc qdisc: another queueing discipline, or other options for the one that stands. */
function setQdisc(w: World, change: Extract<Change, { type: 'qdisc' }>): void {
  const nic = w.nics[change.nic];
  const { queue, spec, handle } = change;
  if (nic.way >= 0 && queue === null) w.ways[nic.way].netem = null;
  if (change.mq !== null) nic.mqHandle = change.mq;
  for (let i = 0; i < nic.queues; i += 1) {
    const q = w.queues[nic.firstQueue + i];
    if (queue !== null && q.index !== queue) continue;
    if (change.keep) changeQdisc(w, q, spec);
    else replaceQdisc(w, q, spec, handle);
  }
}

function powerOfTwo(n: number): number {
  let size = 1;
  while (size < n) size *= 2;
  return size;
}

/** What a sysctl's handler does beside storing the value. */
function sysctlEffects(w: World, host: number, name: SysctlName, value: number): void {
  const state = w.hosts[host];
  const fixed = w.fixed.hosts[host];
  if (name === 'net.core.rps_sock_flow_entries') {
    const entries = value === 0 ? 0 : powerOfTwo(value);
    state.sysctl[name] = [entries];
    // written with the same size the table is kept
    if (entries === 0) state.sockFlows = null;
    else if (state.sockFlows?.entries !== entries) state.sockFlows = { entries, idents: {} };
  } else if (name === 'net.core.flow_limit_cpu_bitmap') {
    for (let i = 0; i < fixed.cpus; i += 1) {
      const { backlog } = w.cpus[fixed.firstCpu + i];
      const on = Math.floor(value / 2 ** i) % 2 === 1;
      if (!on) backlog.flowLimit = null;
      else backlog.flowLimit ??= createFlowLimit(state.sysctl['net.core.flow_limit_table_len'][0]);
    }
  }
}

/** Fixed moderation is the NIC's setting; adaptive begins with a first guess. A driver that has none keeps what is set. */
function setModeration(w: World, nic: Nic, begin: boolean): void {
  for (let i = 0; i < nic.queues; i += 1) {
    const q = w.queues[nic.firstQueue + i];
    if (begin) beginAdaptive(nic, q);
    else if (!nic.adaptiveRx) {
      q.rxUsecs = nic.rxUsecs;
      q.rxFrames = nic.rxFrames;
    }
  }
}

/** ethtool -L: the driver sets all its queues up anew and fills the table evenly again. */
function setChannels(w: World, nic: Nic, combined: number, seq: number): void {
  clearArfs(w, nic);
  nic.activeQueues = combined;
  nic.indirection = Uint16Array.from({ length: nic.indirection.length }, (_, i) => i % combined);
  for (let i = 0; i < nic.queues; i += 1) {
    const q = w.queues[nic.firstQueue + i];
    resetRing(w, q, q.size, seq);
  }
}

/** As the kernel stores it: what is in force follows at the next completion. */
function setBql(dql: Dql, name: BqlName, value: number): void {
  if (name === 'limit') dql.limit = value;
  else if (name === 'limit_min') dql.limitMin = value;
  else if (name === 'limit_max') dql.limitMax = value;
  else dql.holdMs = value;
}

function setLink(nic: Nic, name: LinkSetting, value: number): void {
  if (name === 'txqueuelen') nic.txQueueLen = value;
  else if (name === 'mtu') nic.mtu = value;
  else if (name === 'gso_max_segs') nic.gsoMaxSegs = value;
  else if (name === 'gso_ipv4_max_size') nic.gsoIpv4MaxSize = value;
  else if (name === 'gso_max_size') {
    nic.gsoMaxSize = value;
    if (value <= 65536) nic.gsoIpv4MaxSize = value;
  } else if (name === 'gro_ipv4_max_size') nic.groIpv4MaxSize = value;
  else {
    nic.groMaxSize = value;
    if (value <= 65536) nic.groIpv4MaxSize = value;
  }
}

function setNapi(
  w: World,
  nic: Nic,
  name: 'gro_flush_timeout' | 'napi_defer_hard_irqs' | 'threaded',
  value: number,
  seq: number,
): void {
  if (name === 'gro_flush_timeout') {
    nic.groFlushTimeout = value;
    return;
  }
  if (name === 'napi_defer_hard_irqs') {
    nic.napiDeferHardIrqs = value;
    return;
  }
  nic.threaded = value !== 0;
  for (let i = 0; i < nic.queues; i += 1) {
    const q = w.queues[nic.firstQueue + i];
    q.napi.threaded = nic.threaded;
    // a thread that polls now, or a NAPI on a poll_list, finishes as it began
    if (q.napi.thread !== 0 && q.napi.scheduled && nic.threaded) wakeTask(w, w.tasks[q.napi.thread - 1], seq);
    if (!q.napi.scheduled && !q.masked) unmask(w, q, seq);
  }
}
