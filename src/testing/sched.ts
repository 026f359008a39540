/** Senders behind one transmit queue with a queueing discipline, for its tests. */
import type { Change } from '../engine/change.ts';
import type { QdiscSpec } from '../engine/net/sched/spec.ts';
import { defaultQdisc, type QdiscKind } from '../engine/net/sched/spec.ts';
import type { WorldSpec } from '../engine/spec.ts';
import { appSpec, udpSend, worldSpec } from './specs.ts';

export interface UdpSender {
  bytes: number;
  ratePps: number | null;
  tos?: number;
  count?: number;
  startNs?: number;
}

/** One application a CPU, each with a connected socket of its own: a flow for fq, a hash for fq_codel. */
export function udpSenders(
  qdisc: QdiscSpec,
  senders: readonly UdpSender[],
  parts: { linkBps?: number; kernel?: string } = {},
): WorldSpec {
  const spec = worldSpec({
    cpus: senders.length,
    kernel: parts.kernel ?? '6.12',
    nic: { linkBps: parts.linkBps ?? 10_000_000, rxUsecs: 20 },
    traffic: [],
    apps: senders.map(({ bytes, ratePps, count, startNs }, i) => {
      const send = udpSend({ socket: i, ratePps, startNs: startNs ?? 0 }, bytes);
      send.template = { ...send.template, sport: 9000 + i };
      return appSpec({
        name: `app${i}`,
        cpu: i,
        sockets: [],
        send: { ...send, ...(count === undefined ? {} : { count }) },
      });
    }),
  });
  const sockets = senders.map(({ tos }, i) => ({
    name: `s${i}`,
    proto: 'udp' as const,
    address: '*',
    port: 9000 + i,
    connected: true,
    sndbufBytes: 4_000_000,
    ...(tos === undefined ? {} : { tos }),
  }));
  return { ...spec, hosts: [{ ...spec.hosts[0], sockets }], setup: [{ host: 0, change: putQdisc(qdisc) }] };
}

export function putQdisc(spec: QdiscSpec, keep = false): Change {
  return { type: 'qdisc', nic: 0, queue: null, spec, handle: 0x8001, mq: null, keep };
}

/** A kind with some options. */
export function qdisc<K extends QdiscKind>(
  kind: K,
  options: Partial<Extract<QdiscSpec, { kind: K }>> = {},
): QdiscSpec {
  return { ...defaultQdisc(kind, 1500, 1000, 10_000), ...options } as QdiscSpec;
}
