/**
 * UDP receive: look up the socket, charge its buffer, queue the datagram, wake the reader.
 * Source: net/ipv4/udp.c __udp4_lib_rcv, __udp_enqueue_schedule_skb, v6.12. Left out: multicast fan-out, SO_REUSEPORT, the
 * ICMP answer to a closed port.
 */
import { Reason } from '../../catalog/reasons.ts';
import { dropPacket } from '../drop.ts';
import type { Cpu, FlowInfo, World } from '../world.ts';
import { dataReady, enqueue } from './socket.ts';
import { condensedTruesize } from './truesize.ts';

export function udpRcv(w: World, cpu: Cpu, flow: FlowInfo, slot: number, badChecksum: boolean): void {
  const { snmp } = w.hosts[cpu.host];
  const v6 = flow.key.ipVersion === 6;
  if (badChecksum) {
    if (v6) snmp.Udp6InCsumErrors += 1;
    else snmp.UdpInCsumErrors += 1;
    if (v6) snmp.Udp6InErrors += 1;
    else snmp.UdpInErrors += 1;
    dropPacket(w, slot, cpu.protocolPlace, Reason.udpChecksum, cpu.index);
    return;
  }
  if (flow.socket === 0) {
    if (v6) snmp.Udp6NoPorts += 1;
    else snmp.UdpNoPorts += 1;
    dropPacket(w, slot, cpu.protocolPlace, Reason.noSocket, cpu.index);
    return;
  }
  const sock = w.sockets[flow.socket - 1];
  const pool = w.pool;
  if (sock.rmem > sock.rcvbuf >> 1)
    pool.truesize[slot] = condensedTruesize(pool.frameLen[slot], pool.truesize[slot]);
  // one packet may go over the limit, so that a small buffer takes at least one
  if (sock.rmem + pool.truesize[slot] > sock.rcvbuf && sock.rmem > sock.rcvbuf) {
    sock.drops += 1;
    if (v6) snmp.Udp6RcvbufErrors += 1;
    else snmp.UdpRcvbufErrors += 1;
    if (v6) snmp.Udp6InErrors += 1;
    else snmp.UdpInErrors += 1;
    dropPacket(w, slot, sock.place, Reason.socketFull, cpu.index);
    return;
  }
  if (v6) snmp.Udp6InDatagrams += 1;
  else snmp.UdpInDatagrams += 1;
  // sk_mark_napi_id: a connected socket remembers where it is fed from
  if (sock.spec.connected) sock.rxQueue = w.queues[pool.queue[slot]].number;
  enqueue(w, cpu, sock, slot, Reason.datagram, true);
  dataReady(w, cpu, sock, pool.lastSeq[slot]);
}
