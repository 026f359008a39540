/** ACKs on their way from TCP to the card: the work they cost the CPU that made them, and the queue they leave by. */
import { startWork } from '../cpu/context.ts';
import { pickTxQueue, xmit } from '../nic/tx-ring.ts';
import type { Cpu, World } from '../world.ts';

/** Begins the item of work that the ACKs made on this CPU cost. */
export function startAcks(w: World, cpu: Cpu): void {
  const { profile } = w.fixed.hosts[cpu.host];
  startWork(w, cpu, cpu.acks.length * (profile.tcpAck + profile.qdisc + profile.txDrv));
}

/** The item is over: they leave. An interrupt may have taken them along meanwhile. */
export function sendAcks(w: World, cpu: Cpu): void {
  const { snmp } = w.hosts[cpu.host];
  while (cpu.acks.length > 0) {
    const slot = cpu.acks.shift() as number;
    const flow = w.fixed.flows[w.pool.flow[slot]];
    const nic = w.nics[flow.out];
    if (flow.key.ipVersion === 6) snmp.Ip6OutRequests += 1;
    else snmp.IpOutRequests += 1;
    xmit(w, nic, pickTxQueue(w, nic, cpu, slot), cpu, slot);
  }
}
