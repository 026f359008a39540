/** Makes a world from its spec: everything at rest at time 0, set-up applied, the first frames on their links. */
import { rulesFor } from '../catalog/rules.ts';
import { applyChange } from './apply-change.ts';
import { joinBridge } from './bridge/members.ts';
import { createAgenda, schedule } from './clock/agenda.ts';
import { makeConnection } from './create/connection.ts';
import { makeCpu } from './create/cpu.ts';
import { makeHost, makeHostState, makeNfQueue } from './create/host.ts';
import { makeLinks } from './create/link.ts';
import { addLock } from './create/lock.ts';
import { Maker } from './create/maker.ts';
import { makeNic, makeToe } from './create/nic.ts';
import { makeQueue, rootedBySetup } from './create/queue.ts';
import { makeSocket, refusePlainToTls } from './create/socket.ts';
import { makeSource } from './create/source.ts';
import { makeTask } from './create/task.ts';
import { makeFlows } from './flows.ts';
import { createLatency } from './metrics/latency.ts';
import { recomputeFib } from './net/fib.ts';
import { createBottomHalf } from './net/net-bh.ts';
import { recomputeSteering } from './nic/steering.ts';
import { createPool } from './packet/pool.ts';
import type { WorldSpec } from './spec.ts';
import { planNext, planWire } from './traffic/source.ts';
import {
  ACTOR_TICK,
  type Cpu,
  type HostFixed,
  type HostState,
  LATENCY_FLOWS,
  type Lock,
  type Nic,
  type RxQueue,
  type Socket,
  type Task,
  type World,
} from './world.ts';

/**
 * Parts are made host by host, and links last: that is the order in which places and actors get their numbers.
 * @throws RangeError for a spec that no world can be made from (an unknown profile, an affinity without such a CPU); the
 * scenario loader checks all of it before and says where.
 */
export function createWorld(spec: WorldSpec): World {
  const maker = new Maker();
  const rules = rulesFor(spec.kernel);
  const { flows, options, exts, tables, sends, far, outer } = makeFlows(spec);
  const sendFlows: number[][] = [[]];
  const hosts: HostFixed[] = [];
  const states: HostState[] = [];
  const cpus: Cpu[] = [];
  const locks: Lock[] = [];
  const nics: Nic[] = [];
  const queues: RxQueue[] = [];
  const sockets: Socket[] = [];
  const tasks: Task[] = [];
  spec.hosts.forEach((host, h) => {
    const fixed = makeHost(maker, rules, host, cpus.length, nics.length);
    hosts.push(fixed);
    states.push(makeHostState(maker, spec, rules, host, h, fixed));
    const firstSocket = sockets.length;
    for (const s of host.sockets) sockets.push(makeSocket(maker, host, h, s, sockets.length + 1, states[h]));
    for (let number = 0; number < host.cpus; number += 1) {
      const cpu = makeCpu(maker, host, h, number, cpus.length, fixed.mhz);
      cpus.push(cpu);
      const thread = makeTask(
        maker,
        host,
        h,
        'ksoftirqd',
        `ksoftirqd/${number}`,
        cpu.index,
        tasks.length + 1,
      );
      cpu.ksoftirqd = thread.id;
      tasks.push(thread);
    }
    for (const nicSpec of host.nics) {
      const nic = makeNic(maker, spec, rules, host, h, nicSpec, nics.length, queues.length, flows.length);
      nic.toe = makeToe(maker, host, fixed, nicSpec, nic.index);
      nics.push(nic);
      for (let number = 0; number < nic.queues; number += 1) {
        const queue = makeQueue(maker, rules, host, fixed, nicSpec, nic, number, queues.length);
        queues.push(queue);
        const { kind } = queue.tx.qd.spec;
        const rooted = !rules.qdiscLockless || kind !== 'pfifo_fast' || rootedBySetup(spec, h, nic.index);
        if (rooted && rules.napi && host.cpus > 1 && nic.tunnel === null)
          queue.tx.rootLock = addLock(maker, locks, host, h, `${nic.name}-tx-${number}`);
        if (!rules.qdiscLockless || kind !== 'pfifo_fast') queue.tx.lock = queue.tx.rootLock;
        // its thread sleeps until the NAPI is made threaded
        const thread = makeTask(
          maker,
          host,
          h,
          'napi-thread',
          `napi/${nic.name}-${queue.napi.id}`,
          queue.affinity[0],
          tasks.length + 1,
        );
        thread.queue = queue.index;
        queue.napi.thread = thread.id;
        tasks.push(thread);
      }
    }
    for (const [a, app] of host.apps.entries()) {
      const task = makeTask(maker, host, h, 'app', app.name, fixed.firstCpu + app.cpu, tasks.length + 1);
      if (app.cpu < 0 || app.cpu >= host.cpus)
        throw new RangeError(`app ${app.name}: there is no CPU ${app.cpu}`);
      task.app = app;
      task.sockets = app.sockets.filter((s) => s >= 0).map((s) => firstSocket + s + 1);
      tasks.push(task);
      sendFlows[task.id] = sends[h][a];
      const writes = app.replyBytes === undefined ? [] : task.sockets.slice();
      if (app.send !== undefined) {
        task.send.own = firstSocket + app.send.socket + 1;
        writes.push(task.send.own);
      }
      for (const id of writes) sockets[id - 1].txLatency = createLatency();
      if (app.stream !== undefined && app.stream.answerBytes > 0) task.stream.answers = createLatency();
    }
    states[h].nfQueue = makeNfQueue(rules, host, firstSocket, tasks);
    if (rules.bigKernelLock) fixed.kernelLock = addLock(maker, locks, host, h, 'kernel_flag');
    if (rules.bottomHalves) {
      // one backlog for all: that of the first CPU
      const shared = maker.place({ type: 'backlog', host: host.id, cpu: 0, shared: true });
      for (const cpu of cpus.slice(fixed.firstCpu)) cpu.backlogPlace = shared;
      states[h].bottomHalf = createBottomHalf(
        addLock(maker, locks, host, h, 'global_bh_count'),
        maker.actor(ACTOR_TICK, h),
      );
    }
  });
  const sources = spec.traffic.map((_, index) => makeSource(spec, hosts, index));
  refusePlainToTls(flows, sockets);
  const connections = flows
    .filter((flow) => flow?.connection >= 0)
    .map((flow, index) => makeConnection(maker, flow, index));
  const { links, ways } = makeLinks(maker, spec, hosts, nics);
  const agenda = createAgenda(maker.kinds.length);
  const world: World = {
    fixed: {
      spec,
      rules,
      jiffyNs: Math.round(1_000_000_000 / spec.hz),
      places: maker.places,
      flows,
      options,
      exts,
      tables,
      sendFlows,
      far,
      outer,
      hosts,
      actorKind: Uint8Array.from(maker.kinds),
      actorIndex: Int32Array.from(maker.indexes),
    },
    now: 0,
    seq: 0,
    lastPacket: 0,
    agenda,
    pool: createPool(),
    hosts: states,
    cpus,
    locks,
    nics,
    queues,
    sockets,
    tasks,
    connections,
    ownOptions: {},
    sources,
    links,
    ways,
    flowState: {
      forUs: new Uint8Array(flows.length),
      out: new Int16Array(flows.length).fill(-1),
      rcvNxt: new Uint32Array(flows.length),
      synced: new Uint8Array(flows.length),
      ofo: new Uint16Array(flows.length),
      received: new Float64Array(flows.length),
      packets: new Float64Array(flows.length),
      bytes: new Float64Array(flows.length),
      latency: Array.from({ length: Math.min(LATENCY_FLOWS, flows.length - 1) }, createLatency),
    },
    inputs: spec.inputs.slice().sort((x, y) => x.at - y.at || (x.after ?? -1) - (y.after ?? -1)),
    applied: 0,
    totals: {
      arrived: 0,
      delivered: 0,
      dropped: 0,
      merged: 0,
      drops: {},
      txProduced: 0,
      txSent: 0,
      txDropped: 0,
      txDrops: {},
      linkDrops: {},
    },
    writer: null,
    tap: null,
  };
  for (const nic of nics) recomputeSteering(world, nic);
  for (let host = 0; host < hosts.length; host += 1) recomputeFib(world, host);
  spec.hosts.forEach(({ bridges = [] }, h) => {
    for (const [index, { ports }] of bridges.entries())
      for (const port of ports) joinBridge(world, nics[hosts[h].firstNic + port], index, 0);
  });
  for (const { host, change } of spec.setup) applyChange(world, host, change);
  // sockets are opened after set-up: what it says of their buffers holds
  for (const sock of sockets) {
    const { sysctl } = states[sock.host];
    const name = sock.spec.proto === 'tcp' ? 'net.ipv4.tcp_rmem' : 'net.core.rmem_default';
    sock.rcvbuf = sock.spec.rcvbufBytes ?? sysctl[name][sock.spec.proto === 'tcp' ? 1 : 0];
    sock.sndbuf = sock.spec.sndbufBytes ?? sysctl['net.core.wmem_default'][0];
  }
  // programs start, and make their sockets, once the host is set up
  for (const sock of sockets)
    sock.busyPollUs = sock.spec.busyPollUs ?? states[sock.host].sysctl['net.core.busy_read'][0];
  // set-up is before time: its records are nobody's
  world.seq = 0;
  world.applied = 0;
  for (const source of sources) planNext(world, source);
  for (const nic of nics) planWire(world, nic);
  for (const task of tasks) if (task.app !== null) schedule(agenda, task.timerActor, task.app.startNs);
  return world;
}
