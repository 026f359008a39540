/**
 * NUMA nodes: what work on another node's memory costs more. The rings of a card, their buffers and the skbs made of them lie on the
 * card's node; a CPU of another node pays `remoteNode` times the cost where it takes a frame off the ring, where it takes a packet out
 * of its backlog through the protocol, and for each byte that recvmsg copies. So do a hand-over, an IPI and a lock between two nodes.
 * Source: one factor for all stages that touch memory, from terabit stack profiling 2021 (with and without aRFS). Left out: which
 * lines a cache has, links between nodes that fill up, three distances, memory that a driver takes from the polling CPU's node.
 */
import type { Cpu, Nic, World } from '../world.ts';

/** True where memory of this card is of another node; a card without a node (-1) has its memory wherever it is used. */
export function nicAway(cpu: Cpu, nic: Nic): boolean {
  return nic.node >= 0 && nic.node !== cpu.node;
}

/** The same, of a packet that has come in. */
export function packetAway(w: World, cpu: Cpu, slot: number): boolean {
  return nicAway(cpu, w.nics[w.queues[w.pool.queue[slot]].nic]);
}

/** What work of so many cycles costs on top where its memory is of another node; adds it to what this CPU has lost so. */
export function remoteExtra(w: World, cpu: Cpu, cycles: number): number {
  const extra = (w.fixed.hosts[cpu.host].profile.remoteNode - 1) * cycles;
  cpu.remoteCycles += extra;
  return extra;
}

/** Time lost to other nodes' memory, ns; of an item of work it counts from its beginning. */
export function remoteNs(cpu: Cpu): number {
  return (cpu.remoteCycles * 1000) / cpu.mhz;
}
