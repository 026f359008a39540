/**
 * Segments of connections on their way from TCP to the card: the work they cost the CPU that made them, the queue they leave by,
 * and what TCP makes of a queueing discipline that is full. Source: net/ipv4/tcp_output.c __tcp_transmit_skb, v6.12.
 */
import { Part } from '../../catalog/work-parts.ts';
import { spend, startWork } from '../cpu/context.ts';
import { enterCwr } from '../tcp/recovery.ts';
import { countSent, pickDeviceQueue, skbBytes, throughDevice, tunnelCycles, wrap } from '../tunnel/xmit.ts';
import type { Cpu, FlowInfo, Nic, World } from '../world.ts';
import { pickTxQueue } from './pick-tx.ts';
import { WorldEnv } from './tcp-env.ts';
import { needsWork, xmitCycles } from './validate-xmit.ts';
import { xmitAtOnce, xmitOrLose } from './xmit.ts';

/** Begins the item of work that the ACKs made on this CPU cost. */
export function startAcks(w: World, cpu: Cpu): void {
  const { profile } = w.fixed.hosts[cpu.host];
  // drivers of old clean up what they have sent when they are called next
  const cleaning = w.fixed.rules.napi ? 0 : profile.txDone;
  const each = profile.qdisc + profile.txDrv + cleaning;
  let work =
    spend(cpu, Part.tcpip, cpu.acks.length * profile.tcpAck) +
    spend(cpu, Part.netdev, cpu.acks.length * each);
  for (const slot of cpu.acks) {
    const nic = w.nics[w.flowState.out[w.pool.flow[slot]]];
    if (nic.tunnel !== null) work += tunnelCycles(w, cpu, nic, slot);
    else if (needsWork(w, nic, slot)) work += xmitCycles(w, cpu, nic, slot);
  }
  startWork(w, cpu, work);
}

/** The item is over: they leave. An interrupt may have taken them along meanwhile. */
export function sendAcks(w: World, cpu: Cpu): void {
  const { snmp } = w.hosts[cpu.host];
  while (cpu.acks.length > 0) {
    const slot = cpu.acks.shift() as number;
    const flow = w.fixed.flows[w.pool.flow[slot]];
    const nic = w.nics[w.flowState.out[flow.id]];
    if (flow.key.ipVersion === 6) snmp.Ip6OutRequests += 1;
    else snmp.IpOutRequests += 1;
    if (nic.tunnel !== null) {
      byTunnel(w, cpu, nic, slot);
      continue;
    }
    const lost = xmitAtOnce(w, cpu, pickTxQueue(w, nic, cpu, slot), slot);
    if (lost !== 0) refused(w, cpu, flow, lost);
  }
}

/** A tunnel says that all went well, whatever becomes of it below. */
function byTunnel(w: World, cpu: Cpu, tun: Nic, slot: number): void {
  pickDeviceQueue(w, tun, cpu.index, slot);
  for (const piece of throughDevice(w, tun, cpu.index, slot)) {
    const bytes = skbBytes(w, piece);
    const card = wrap(w, tun, cpu.index, piece);
    if (card === null) continue;
    countSent(tun, bytes, xmitOrLose(w, cpu, pickTxQueue(w, card, cpu, piece), piece) > 0);
  }
}

const env = new WorldEnv();

/** The result is above 0 (NET_XMIT_DROP): congestion, seen at home. A SYN-ACK is sent past all this. @param cause record of the loss */
function refused(w: World, cpu: Cpu, flow: FlowInfo, cause: number): void {
  const conn = w.connections[w.fixed.flows[flow.reply].connection];
  const s = conn.tcp;
  if (s === null || s.state === 'closed' || (s.state === 'syn-recv' && s.passive)) return;
  env.bind(w, cpu, conn, w.sockets[conn.sock - 1]);
  env.cause = cause;
  enterCwr(env, s);
}
