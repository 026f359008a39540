/** A TCP connection of the world before its first segment: nobody has opened it yet. */
import { ACTOR_TCP, type FlowInfo, type TcpConnection } from '../world.ts';
import type { Maker } from './maker.ts';

/** @param flow whose segments it takes @param index in the world */
export function makeConnection(maker: Maker, flow: FlowInfo, index: number): TcpConnection {
  const actor = maker.actor(ACTOR_TCP, index);
  return {
    index,
    flow: flow.id,
    sock: flow.socket,
    job: null,
    actor,
    tcp: null,
    live: flow.live,
    state: 7,
    cwnd: 0,
    ssthresh: 0,
    segsOut: 0,
    queuedTo: 0,
    txQueue: -1,
    cpu: 0,
    rmem: 0,
    rxQueue: 0,
    ipId: 0,
    acksSent: 0,
    firstResendNs: -1,
    sending: false,
    tls: null,
    toe: -1,
    toeAsked: false,
  };
}
