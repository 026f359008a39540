/**
 * ip_defrag: fragments of a datagram wait until all are there, and go on as one packet. One that is missing loses them all: after
 * ipfrag_time, and without any answer to who waits for the datagram.
 * Source: net/ipv4/ip_fragment.c ip_frag_queue, ip_expire, net/ipv4/inet_fragment.c inet_frag_create, inet_frag_queue_insert, v6.12;
 * inet_frag_evictor, v3.14; inet_frag_worker, v4.13.
 * Left out: IPv6, ipfrag_max_dist, the ICMP message after the time, kernels that cut overlaps off (before 4.19).
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { cancel, schedule } from '../clock/agenda.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { FRAME_FRAGMENT, FRAME_L4_CSUM_BAD, FRAME_MF } from '../packet/frame-bits.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../packet/frame.ts';
import { NO_CPU } from '../records.ts';
import type { Cpu, FragQueue, HostState, World } from '../world.ts';

/** Rule fragEviction. */
const EVICT_NOBODY = 0;
const EVICT_AT_ONCE = 2;

/** Bytes behind the IP header: the first fragment has a layer 4 header before its payload. */
function ipPayload(w: World, slot: number): number {
  const { pool, fixed } = w;
  if (pool.fragOffset[slot] > 0) return pool.payloadLen[slot];
  const { proto } = fixed.flows[pool.flow[slot]].key;
  const tcp = 20 + fixed.options[pool.opt[slot]].length / 2;
  const l4 = proto === IPPROTO_TCP ? tcp : proto === IPPROTO_UDP ? 8 : 0;
  return l4 + pool.payloadLen[slot];
}

/** @returns the slot of the whole packet once its last fragment is there; 0: it waits, or is lost */
export function ipDefrag(w: World, cpu: Cpu, slot: number): number {
  const { pool } = w;
  const host = w.hosts[cpu.host];
  host.snmp.IpReasmReqds += 1;
  const { net } = w.fixed.flows[pool.flow[slot]];
  makeRoom(w, cpu, host);
  let queue = host.frags.find((q) => q.net === net && q.ipId === pool.ipId[slot]);
  if (queue === undefined) {
    const limit = host.sysctl['net.ipv4.ipfrag_high_thresh'][0];
    const full = limit === 0 || fragMemory(host) > limit;
    if (full && w.fixed.rules.fragEviction !== EVICT_AT_ONCE) return lose(w, cpu, slot, Reason.fragMemory);
    const seconds = host.sysctl['net.ipv4.ipfrag_time'][0];
    queue = {
      id: pool.id[slot],
      net,
      ipId: pool.ipId[slot],
      slots: [],
      len: 0,
      lastIn: false,
      meat: 0,
      mem: 0,
      dueNs: w.now + seconds * 1e9,
      cpu: cpu.index,
    };
    host.frags.push(queue);
    if (host.frags.length === 1) schedule(w.agenda, host.fragActor, queue.dueNs);
  }
  return add(w, cpu, host, queue, slot);
}

/**
 * Older kernels throw incomplete datagrams out: above ipfrag_high_thresh (before 3.17), or from ipfrag_low_thresh on by a worker, in both
 * down to ipfrag_low_thresh. Which go first is the same here: those that got nothing for longest (the worker takes them as they are hashed).
 */
function makeRoom(w: World, cpu: Cpu, host: HostState): void {
  const { fragEviction } = w.fixed.rules;
  if (fragEviction === EVICT_NOBODY || host.frags.length === 0) return;
  const low = host.sysctl['net.ipv4.ipfrag_low_thresh'][0];
  const above = fragEviction === EVICT_AT_ONCE ? host.sysctl['net.ipv4.ipfrag_high_thresh'][0] : low;
  if (fragMemory(host) <= above) return;
  // the worker goes on while it is at the mark, not only above
  const most = fragEviction === EVICT_AT_ONCE ? low : low - 1;
  while (host.frags.length > 0 && fragMemory(host) > most) {
    const touched = (q: FragQueue) => w.pool.id[q.slots[q.slots.length - 1]];
    const queue = host.frags.reduce((old, q) => (touched(q) < touched(old) ? q : old));
    host.snmp.IpReasmFails += 1;
    for (const s of queue.slots) dropPacket(w, s, cpu.protocolPlace, Reason.fragEvicted, cpu.index);
    remove(w, host, queue);
  }
}

/** Memory that incomplete datagrams take, bytes (frag_mem_limit). */
export function fragMemory(host: HostState): number {
  let bytes = 0;
  for (const q of host.frags) bytes += q.mem;
  return bytes;
}

/** ip_frag_queue. */
function add(w: World, cpu: Cpu, host: HostState, queue: FragQueue, slot: number): number {
  const { pool } = w;
  const offset = pool.fragOffset[slot];
  const more = (pool.bits[slot] & FRAME_MF) !== 0;
  // but for the last they come in units of eight bytes
  const end = more ? offset + (ipPayload(w, slot) & ~7) : offset + ipPayload(w, slot);
  const beyond = more
    ? queue.lastIn && end > queue.len
    : end < queue.len || (queue.lastIn && end !== queue.len);
  if (beyond || end === offset) return discard(w, cpu, host, queue, slot, Reason.fragLength);
  for (const other of queue.slots) {
    const from = pool.fragOffset[other];
    const to = from + ipPayload(w, other);
    if (end <= from || offset >= to) continue;
    if (offset >= from && end <= to) {
      dropPacket(w, slot, cpu.protocolPlace, Reason.fragDuplicate, cpu.index);
      return 0;
    }
    return discard(w, cpu, host, queue, slot, Reason.fragOverlap);
  }
  if (!more) queue.lastIn = true;
  queue.len = Math.max(queue.len, end);
  queue.meat += end - offset;
  queue.mem += pool.truesize[slot];
  queue.slots.push(slot);
  const whole = queue.lastIn && queue.meat === queue.len && queue.slots.some((s) => pool.fragOffset[s] === 0);
  const place = cpu.protocolPlace;
  if (whole) return reassemble(w, cpu, host, queue, slot);
  const [id, cause] = [pool.id[slot], pool.lastSeq[slot]];
  const { meat } = queue;
  pool.lastSeq[slot] = emit(
    w,
    Kind.ipFrag,
    place,
    Reason.fragQueued,
    cpu.index,
    id,
    queue.id,
    cause,
    offset,
    meat,
  );
  return 0;
}

/** ip_frag_reasm: one packet, the others hung on the first. */
function reassemble(w: World, cpu: Cpu, host: HostState, queue: FragQueue, last: number): number {
  const { pool } = w;
  const head = queue.slots.find((s) => pool.fragOffset[s] === 0) ?? last;
  const rest = queue.slots.filter((s) => s !== head).sort((a, b) => pool.id[a] - pool.id[b]);
  pool.totalPayload[head] = queue.len - (ipPayload(w, head) - pool.payloadLen[head]);
  pool.bits[head] &= ~(FRAME_FRAGMENT | FRAME_MF);
  // the sum is over all of them
  if (rest.some((s) => (pool.bits[s] & FRAME_L4_CSUM_BAD) !== 0)) pool.bits[head] |= FRAME_L4_CSUM_BAD;
  pool.fragTotal[head] = 0;
  let tail = head;
  for (const s of rest) {
    pool.fragNext[tail] = s;
    pool.fragNext[s] = 0;
    pool.truesize[head] += pool.truesize[s];
    tail = s;
  }
  pool.fragLast[head] = tail;
  pool.ipSummed[head] = Math.min(...queue.slots.map((s) => pool.ipSummed[s]));
  w.totals.merged += rest.length;
  host.snmp.IpReasmOKs += 1;
  remove(w, host, queue);
  const cause = pool.lastSeq[last];
  const [id, place] = [pool.id[head], cpu.protocolPlace];
  pool.lastSeq[head] = emit(
    w,
    Kind.ipFrag,
    place,
    Reason.fragReassembled,
    cpu.index,
    id,
    queue.id,
    cause,
    0,
    queue.len,
  );
  return head;
}

function lose(w: World, cpu: Cpu, slot: number, reason: number): number {
  w.hosts[cpu.host].snmp.IpReasmFails += 1;
  dropPacket(w, slot, cpu.protocolPlace, reason, cpu.index);
  return 0;
}

/** What contradicts itself is given up whole. */
function discard(w: World, cpu: Cpu, host: HostState, q: FragQueue, slot: number, reason: number): number {
  for (const s of q.slots) dropPacket(w, s, cpu.protocolPlace, reason, cpu.index);
  remove(w, host, q);
  return lose(w, cpu, slot, reason);
}

function remove(w: World, host: HostState, queue: FragQueue): void {
  host.frags = host.frags.filter((q) => q !== queue);
  if (host.frags.length === 0) cancel(w.agenda, host.fragActor);
  else schedule(w.agenda, host.fragActor, host.frags[0].dueNs);
}

/** ip_expire: those that have waited long enough are lost. */
export function fragTimerDue(w: World, index: number): void {
  const host = w.hosts[index];
  const place = w.cpus[w.fixed.hosts[index].firstCpu].protocolPlace;
  while (host.frags.length > 0 && host.frags[0].dueNs <= w.now) {
    const [queue] = host.frags;
    host.snmp.IpReasmFails += 1;
    host.snmp.IpReasmTimeout += 1;
    for (const s of queue.slots) dropPacket(w, s, place, Reason.fragTimeout, NO_CPU);
    remove(w, host, queue);
  }
}
