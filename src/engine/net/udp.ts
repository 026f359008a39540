/**
 * UDP receive: look up the socket, charge its buffer, queue the datagram, wake the reader.
 * Source: net/ipv4/udp.c __udp4_lib_rcv, __udp_enqueue_schedule_skb, v6.12. Left out: multicast fan-out, SO_REUSEPORT, the
 * ICMP answer to a closed port.
 */
import { Reason } from "../../catalog/reasons.ts";
import { dropPacket } from "../drop.ts";
import type { Cpu, FlowInfo, World } from "../world.ts";
import { count } from "./snmp.ts";
import { dataReady, enqueue } from "./socket.ts";
import { condensedTruesize } from "./truesize.ts";

export function udpRcv(
	w: World,
	cpu: Cpu,
	flow: FlowInfo,
	slot: number,
	badChecksum: boolean,
): void {
	const udp = flow.key.ipVersion === 6 ? "Udp6" : "Udp";
	if (badChecksum) {
		count(w, cpu, `${udp}InCsumErrors`);
		count(w, cpu, `${udp}InErrors`);
		dropPacket(w, slot, cpu.protocolPlace, Reason.udpChecksum, cpu.index);
		return;
	}
	if (flow.socket === 0) {
		count(w, cpu, `${udp}NoPorts`);
		dropPacket(w, slot, cpu.protocolPlace, Reason.noSocket, cpu.index);
		return;
	}
	const sock = w.sockets[flow.socket - 1];
	const pool = w.pool;
	if (sock.rmem > sock.rcvbuf >> 1)
		pool.truesize[slot] = condensedTruesize(
			pool.frameLen[slot],
			pool.truesize[slot],
		);
	// one packet may go over the limit, so that a small buffer takes at least one
	if (
		sock.rmem + pool.truesize[slot] > sock.rcvbuf &&
		sock.rmem > sock.rcvbuf
	) {
		sock.drops += 1;
		count(w, cpu, `${udp}RcvbufErrors`);
		count(w, cpu, `${udp}InErrors`);
		dropPacket(w, slot, sock.place, Reason.socketFull, cpu.index);
		return;
	}
	count(w, cpu, `${udp}InDatagrams`);
	enqueue(w, cpu, sock, slot, Reason.datagram, true);
	dataReady(w, cpu, sock, pool.lastSeq[slot]);
}
