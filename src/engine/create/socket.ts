/** A socket: open and empty, its buffers by the sysctls' defaults until the set-up is done. */
import { noLatency } from '../metrics/latency.ts';
import type { HostSpec, SocketSpec } from '../spec.ts';
import type { FlowInfo, HostState, Socket } from '../world.ts';
import type { Maker } from './maker.ts';

/** @param h its host @param id in the world, from 1 @param state of its host: sysctls */
export function makeSocket(
  maker: Maker,
  host: HostSpec,
  h: number,
  spec: SocketSpec,
  id: number,
  state: HostState,
): Socket {
  const byDefault =
    spec.proto === 'tcp' ? state.sysctl['net.ipv4.tcp_rmem'][1] : state.sysctl['net.core.rmem_default'][0];
  return {
    id,
    host: h,
    spec,
    place: maker.place({ type: 'socket', host: host.id, socket: id }),
    rcvbuf: spec.rcvbufBytes ?? byDefault,
    rmem: 0,
    sndbuf: spec.sndbufBytes ?? state.sysctl['net.core.wmem_default'][0],
    wmem: 0,
    writer: 0,
    sent: 0,
    sentBytes: 0,
    sendErrors: 0,
    txQueue: -1,
    rxQueue: -1,
    ipId: 0,
    txLatency: noLatency(),
    queue: [],
    head: 0,
    ofo: [],
    owned: false,
    touched: [],
    tlsReady: [],
    backlog: [],
    backlogBytes: 0,
    drops: 0,
    busyPollUs: 0,
    busyPollBudget: spec.busyPollBudget ?? 8,
    napiQueue: -1,
    waiter: 0,
    received: 0,
    receivedBytes: 0,
  };
}

/** A socket with TLS can do nothing with segments that are no records. @throws RangeError where traffic of no connection goes to one */
export function refusePlainToTls(flows: readonly FlowInfo[], sockets: readonly Socket[]): void {
  for (const flow of flows) {
    if (flow === undefined || flow.connection < 0 || flow.live) continue;
    const { spec } = sockets[flow.socket - 1];
    if (spec.tls === undefined) continue;
    const { src, dst, dport } = flow.key;
    throw new RangeError(
      `plain TCP from ${src} to ${dst} port ${dport}: socket ${spec.name} has \`tls\`, which needs an application's \`stream\` at the other end`,
    );
  }
}
