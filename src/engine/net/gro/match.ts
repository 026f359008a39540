/**
 * Finds the held packet that a frame belongs to: gro_list_prepare (hash, tag, Ethernet header), then addresses, then ports.
 * A frame that misses a held packet by one of these is told which: it begins a flow of its own beside it.
 * Source: net/core/gro.c gro_list_prepare, net/ipv4/tcp_offload.c tcp_gro_lookup, net/ipv6/ip6_offload.c, Linux v6.12.
 */
import { Reason } from '../../../catalog/reasons.ts';
import type { FlowInfo, World } from '../../world.ts';

/** Result of the last findHeld. `at`: index in the bucket or -1; `near`: slot of a near miss or 0, and what differs. */
export const match = { at: -1, near: 0, nearReason: 0 as number };

/** @param list a bucket, youngest first. */
export function findHeld(w: World, list: readonly number[], slot: number, flow: FlowInfo): void {
  const pool = w.pool;
  match.at = -1;
  match.near = 0;
  match.nearReason = Reason.groNewFlow;
  for (let i = 0; i < list.length; i += 1) {
    const p = list[i];
    if (pool.hash[p] !== pool.hash[slot]) continue;
    const missed = difference(w, p, slot, flow);
    if (missed === Reason.none) {
      match.at = i;
      return;
    }
    if (missed !== Reason.groNewFlow && match.near === 0) {
      match.near = p;
      match.nearReason = missed;
    }
  }
}

/** Reason.none: one flow; groNewFlow: nothing to do with each other; else the one thing that keeps them apart. */
function difference(w: World, p: number, slot: number, flow: FlowInfo): number {
  const pool = w.pool;
  const held = w.fixed.flows[pool.flow[p]];
  if (held.id !== flow.id) return flowDifference(held, flow);
  const a = pool.ext[p];
  const b = pool.ext[slot];
  if (a === b) return Reason.none;
  const { exts } = w.fixed;
  if (!sameItem(exts[a], exts[b], 'q') || !sameItem(exts[a], exts[b], 'v')) return Reason.groOtherVlan;
  if (flow.key.ipVersion !== 6) return Reason.none;
  if (!sameItem(exts[a], exts[b], 'l')) return Reason.groFlowLabel;
  return sameItem(exts[a], exts[b], 'h') ? Reason.none : Reason.groExtDiffers;
}

function flowDifference(held: FlowInfo, flow: FlowInfo): number {
  const a = held.key;
  const b = flow.key;
  if (a.sport !== b.sport || a.dport !== b.dport || a.proto !== b.proto) return Reason.groNewFlow;
  if (held.net !== flow.net) {
    const alike = a.vlan === b.vlan && held.l2 === flow.l2 && a.ipVersion === b.ipVersion;
    return alike ? Reason.groOtherAddress : Reason.groNewFlow;
  }
  return a.vlan !== b.vlan ? Reason.groOtherVlan : Reason.groOtherMac;
}

/** Whether two ext strings (ext-codec.ts) say the same in the item of this letter. */
function sameItem(a: string, b: string, letter: string): boolean {
  let i = itemAt(a, letter);
  let j = itemAt(b, letter);
  if (i < 0 || j < 0) return i === j;
  for (;;) {
    const x = i < a.length ? a.charAt(i) : ';';
    const y = j < b.length ? b.charAt(j) : ';';
    if (x !== y) return false;
    if (x === ';') return true;
    i += 1;
    j += 1;
  }
}

/** Where the item of this letter begins; -1: there is none. */
function itemAt(ext: string, letter: string): number {
  let at = 0;
  while (at < ext.length) {
    if (ext.charAt(at) === letter) return at;
    const next = ext.indexOf(';', at);
    if (next < 0) return -1;
    at = next + 1;
  }
  return -1;
}
