/**
 * One poll of a NAPI instance: the driver takes up to 64 frames off the ring, makes an skb of each and hands it to GRO; what GRO
 * passes up is delivered right here (deliver.ts), then the poll goes on. The backlog NAPI is polled the same way. Then: ring empty,
 * complete; weight used, stay scheduled.
 * Source: net/core/dev.c __napi_poll, napi_threaded_poll; igb_clean_rx_irq, v6.12. Left out: XDP.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { Part } from '../../catalog/work-parts.ts';
import { spend, startWork } from '../cpu/context.ts';
import { nicAway, remoteExtra } from '../cpu/node.ts';
import {
  BACK_BH,
  POLL_CELL,
  POLL_COMPLETE,
  POLL_ENTER,
  POLL_FRAME,
  POLL_TSQ,
  POLL_TX,
  POLL_TX_MORE,
} from '../cpu/phases.ts';
import { emit } from '../emit.ts';
import { groSumCycles, noteSum } from '../nic/rx-checksum.ts';
import { frameReady, refill, takeDescriptor } from '../nic/rx-ring.ts';
import { cleanTx, refillable, refillFromQdisc, remoteSent, waitingCycles } from '../nic/tx-ring.ts';
import { IPPROTO_TCP } from '../packet/frame.ts';
import { cellCycles, inCell, takeFromCell } from '../tunnel/cell.ts';
import { innerFlow } from '../tunnel/state.ts';
import type { Cpu, Nic, World } from '../world.ts';
import { BACKLOG_NAPI, backlogWeight, ipiCost, sendRpsIpis, takeFromBacklog } from './backlog.ts';
import { deliverSkb, deliverStep, startDelivery } from './deliver.ts';
import { lroTakes } from './gro/lro.ts';
import { groNormalList } from './gro/normal.ts';
import { devGroReceive } from './gro/receive.ts';
import { NAPI_POLL_WEIGHT, napiCompleteFinish, napiCompleteFlush, napiWeightUsed } from './napi.ts';
import { nextOfBottomHalf } from './net-bh.ts';
import { sendAcks, startAcks } from './tcp-ack.ts';
import { connectionsTsq } from './tcp-connection.ts';

/** Not items of work: where to go on once what was passed up is delivered. */
export const BACK_POLL = 20;
const BACK_COMPLETED = 21;
const BACK_WEIGHT_USED = 22;
const BACK_BACKLOG = 23;

/** Calls a NAPI's poll: a queue's driver, or process_backlog. */
export function startPoll(w: World, cpu: Cpu, queue: number, weight = NAPI_POLL_WEIGHT): void {
  const s = cpu.softirq;
  if (queue === BACKLOG_NAPI) {
    startBacklogPoll(w, cpu);
    return;
  }
  const q = w.queues[queue];
  s.queue = queue;
  s.work = 0;
  s.weight = weight;
  q.polls += 1;
  s.pollSeq = emit(
    w,
    Kind.pollStart,
    q.napiPlace,
    Reason.none,
    cpu.index,
    0,
    0,
    q.napi.scheduleSeq,
    weight,
    s.thread ? 0 : s.budget,
  );
  s.phase = POLL_ENTER;
  startWork(w, cpu, spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.pollEnter));
}

/** The item at work is over: its effect, then the next item. @returns true where that was the poll's end. */
export function pollStep(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  switch (s.phase) {
    case POLL_ENTER:
      return s.queue === BACKLOG_NAPI ? nextOfBacklog(w, cpu) : cleanOrReceive(w, cpu);
    case POLL_TX:
      cleanTx(w, w.queues[s.queue], cpu, s.txCount, s.pollSeq);
      if (cpu.tsq.length === 0) return wakeQueue(w, cpu);
      connectionsTsq(w, cpu, s.pollSeq);
      if (cpu.acks.length === 0) return wakeQueue(w, cpu);
      s.phase = POLL_TSQ;
      startAcks(w, cpu);
      return false;
    case POLL_TSQ:
      sendAcks(w, cpu);
      return wakeQueue(w, cpu);
    case POLL_TX_MORE: {
      const q = w.queues[s.queue];
      q.tx.runner = -1;
      refillFromQdisc(w, w.nics[q.nic], q, cpu.index, s.txCount);
      return nextFrame(w, cpu);
    }
    case POLL_FRAME:
      // a ring set up anew meanwhile has nothing for this poll
      if (!frameReady(w.queues[s.queue])) return endPoll(w, cpu);
      takeFrame(w, cpu);
      return deliverOr(w, cpu, BACK_POLL);
    case POLL_COMPLETE:
      napiCompleteFlush(w, w.queues[s.queue], cpu, s.work, s.pollSeq);
      return deliverOr(w, cpu, BACK_COMPLETED);
    case POLL_CELL:
      takeFromCell(w, cpu, w.queues[s.queue]);
      return deliverOr(w, cpu, BACK_POLL);
    default:
      return deliverStep(w, cpu) ? goBack(w, cpu, s.backTo) : false;
  }
}

/** The driver first frees what has been sent on the queue of the same vector: free of the budget. */
function cleanOrReceive(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const q = w.queues[s.queue];
  const sent = q.tx.sent.length;
  if (sent === 0) return nextFrame(w, cpu);
  const { profile } = w.fixed.hosts[cpu.host];
  s.txCount = sent;
  s.phase = POLL_TX;
  let forwarded = 0;
  const { pool } = w;
  // an ACK has no page, a train one a frame
  for (const slot of q.tx.sent)
    if (pool.sk[slot] === 0 && innerFlow(w, slot).dev < 0) forwarded += pool.segs[slot];
  const remote = remoteSent(w, q, cpu, sent);
  const ring = sent * profile.txDone;
  const away = nicAway(cpu, w.nics[q.nic]) ? remoteExtra(w, cpu, ring) : 0;
  // what another CPU has sent lies in that one's cache
  spend(cpu, Part.netdev, ring + away + remote * profile.lockTransfer);
  const pages = spend(cpu, Part.memory, forwarded * profile.page);
  startWork(w, cpu, ring + pages + remote * profile.lockTransfer + away);
  return false;
}

/** netif_tx_wake_queue: there is room again, so what waits in the queueing discipline goes on, on this CPU. */
function wakeQueue(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const q = w.queues[s.queue];
  s.txCount = refillable(w, q, cpu.index);
  if (s.txCount === 0) return nextFrame(w, cpu);
  s.phase = POLL_TX_MORE;
  q.tx.runner = cpu.index;
  const driver = spend(cpu, Part.netdev, s.txCount * w.fixed.hosts[cpu.host].profile.txDrv);
  startWork(w, cpu, driver + waitingCycles(w, cpu, q, s.txCount));
  return false;
}

function nextFrame(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const q = w.queues[s.queue];
  if (s.work < s.weight && frameReady(q)) {
    const profile = w.fixed.hosts[cpu.host].profile;
    const nic = w.nics[q.nic];
    const gro = nic.features['generic-receive-offload']
      ? spend(cpu, Part.netdev, profile.gro) +
        spend(cpu, Part.checksum, groSumCycles(w, nic, q.desc[q.nextToClean]))
      : 0;
    s.phase = POLL_FRAME;
    // what the card joins needs no skb of its own
    const joined = nic.features['large-receive-offload'] && joinedByCard(w, nic, q.desc[q.nextToClean]);
    const skb = joined ? 0 : profile.skbAlloc;
    const memory = profile.rxDesc + profile.touch + skb;
    const away = nicAway(cpu, w.nics[q.nic]) ? remoteExtra(w, cpu, memory) : 0;
    spend(cpu, Part.skb, skb);
    spend(cpu, Part.netdev, memory - skb + away);
    startWork(w, cpu, memory + gro + away);
    return false;
  }
  const waits = s.work < s.weight ? inCell(w, q) : 0;
  if (waits !== 0) {
    s.phase = POLL_CELL;
    startWork(w, cpu, cellCycles(w, cpu, q, waits));
    return false;
  }
  return endPoll(w, cpu);
}

function joinedByCard(w: World, nic: Nic, slot: number): boolean {
  const flow = w.fixed.flows[w.pool.flow[slot]];
  return flow.key.proto === IPPROTO_TCP && lroTakes(w, nic, slot, flow);
}

/** A frame becomes an skb and meets GRO. */
function takeFrame(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  const q = w.queues[s.queue];
  s.work += 1;
  const slot = takeDescriptor(w, q, cpu, s.pollSeq, s.work);
  const batch = w.nics[q.nic].driver.refillBatch;
  if (batch > 0 && q.cleaned >= batch) refill(w, q, cpu, Reason.refillBatch, s.pollSeq);
  noteSum(w, w.nics[q.nic], slot, q.napiPlace, cpu.index, true);
  devGroReceive(w, q, cpu, slot);
}

function endPoll(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const q = w.queues[s.queue];
  refill(w, q, cpu, Reason.refillPollEnd, s.pollSeq);
  const full = s.work >= s.weight;
  // some drivers notice that their interrupt has moved and end the poll, to go on where it lands next
  const moved = full && w.nics[q.nic].driver.checksAffinity && !s.thread && q.affinity[0] !== cpu.index;
  if (moved) s.work = NAPI_POLL_WEIGHT - 1;
  const reason = moved ? Reason.affinityMoved : full ? Reason.weightUsed : Reason.ringEmptied;
  s.pollSeq = emit(
    w,
    Kind.pollEnd,
    q.napiPlace,
    reason,
    cpu.index,
    0,
    0,
    s.pollSeq,
    s.work,
    s.thread ? 0 : s.budget - s.work,
  );
  if (q.napi.busyTask !== 0) {
    // IN_BUSY_POLL: napi_complete_done does nothing, what has been passed up is delivered
    w.hosts[cpu.host].snmp.TcpExtBusyPollRxPackets += s.work;
    w.tasks[q.napi.busyTask - 1].busy.packets += s.work;
    groNormalList(w, q, cpu, Reason.batchPollEnd, s.pollSeq);
    return deliverOr(w, cpu, BACK_WEIGHT_USED);
  }
  if (full && !moved) {
    napiWeightUsed(w, q, cpu, s.pollSeq);
    return deliverOr(w, cpu, BACK_WEIGHT_USED);
  }
  s.phase = POLL_COMPLETE;
  startWork(w, cpu, spend(cpu, Part.netdev, w.fixed.hosts[cpu.host].profile.napiComplete));
  return false;
}

/** Takes what GRO passed up through the protocol first, then goes on at `back`. */
function deliverOr(w: World, cpu: Cpu, back: number): boolean {
  const s = cpu.softirq;
  if (s.deliver.length === 0) return goBack(w, cpu, back);
  s.backTo = back;
  startDelivery(w, cpu);
  return false;
}

function startBacklogPoll(w: World, cpu: Cpu): void {
  const s = cpu.softirq;
  const { profile } = w.fixed.hosts[cpu.host];
  s.queue = BACKLOG_NAPI;
  s.work = 0;
  s.pollSeq = emit(
    w,
    Kind.pollStart,
    cpu.backlogPlace,
    Reason.none,
    cpu.index,
    0,
    0,
    cpu.backlog.scheduleSeq,
    backlogWeight(w, cpu),
    s.budget,
  );
  const ipis = ipiCost(w, cpu);
  sendRpsIpis(w, cpu, s.pollSeq);
  s.phase = POLL_ENTER;
  startWork(w, cpu, spend(cpu, Part.netdev, profile.pollEnter) + spend(cpu, Part.irq, ipis));
}

/** process_backlog: the next packet, or the end of its poll. */
function nextOfBacklog(w: World, cpu: Cpu): boolean {
  const s = cpu.softirq;
  const full = s.work >= backlogWeight(w, cpu);
  const slot = full ? 0 : takeFromBacklog(w, cpu);
  if (slot !== 0) {
    s.backTo = BACK_BACKLOG;
    deliverSkb(w, cpu, slot);
    return false;
  }
  // the head moves once a batch, which is what RFS waits for
  cpu.backlog.head += s.work;
  const reason = full ? Reason.weightUsed : Reason.backlogEmptied;
  s.pollSeq = emit(
    w,
    Kind.pollEnd,
    cpu.backlogPlace,
    reason,
    cpu.index,
    0,
    0,
    s.pollSeq,
    s.work,
    s.budget - s.work,
  );
  if (full) s.repoll.push(BACKLOG_NAPI);
  else cpu.backlog.scheduled = false;
  return true;
}

function goBack(w: World, cpu: Cpu, back: number): boolean {
  if (back === BACK_POLL) return nextFrame(w, cpu);
  const s = cpu.softirq;
  if (back === BACK_BACKLOG) {
    s.work += 1;
    return nextOfBacklog(w, cpu);
  }
  if (back === BACK_BH) {
    nextOfBottomHalf(w, cpu);
    return false;
  }
  if (back === BACK_COMPLETED) napiCompleteFinish(w, w.queues[s.queue], cpu, s.work, s.pollSeq);
  else if (!s.thread) s.repoll.push(s.queue);
  return true;
}
