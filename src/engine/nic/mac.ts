/**
 * A frame's last bit reaches the MAC: accept it or not, choose its queue, put it into a descriptor.
 * Source: hardware behaviour as igb, ixgbe and mlx5 count it, v6.12. Left out: flow control.
 */
import { Point } from '../../catalog/capture-points.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { dropPacket } from '../drop.ts';
import { emit } from '../emit.ts';
import { fragmentOffset } from '../packet/ext-codec.ts';
import { ETH_HLEN, VLAN_HLEN } from '../packet/frame.ts';
import {
  FRAME_FCS_BAD,
  FRAME_FRAGMENT,
  FRAME_L4_CSUM_VERIFIED,
  FRAME_MULTICAST,
  FRAME_TUNNELLED,
} from '../packet/frame-bits.ts';
import { NO_CPU } from '../records.ts';
import type { Nic, World } from '../world.ts';
import { receiveIntoRing } from './rx-ring.ts';
import { selection, selectQueue } from './steering.ts';
import { toeTakes } from './toe/take.ts';

/** The slot's frame columns are filled, with its id and the record that caused it (0: none): takes it in. */
export function frameArrived(w: World, nic: Nic, slot: number): void {
  const pool = w.pool;
  const flow = pool.flow[slot];
  const info = w.fixed.flows[flow];
  const bits = pool.bits[slot];
  pool.arrivedNs[slot] = w.now;
  // what comes over a link brings it along
  if ((bits & FRAME_FRAGMENT) !== 0 && nic.way < 0)
    pool.fragOffset[slot] = fragmentOffset(w.fixed.exts[pool.ext[slot]]);
  pool.totalPayload[slot] = pool.payloadLen[slot];
  w.totals.arrived += 1;
  w.flowState.packets[flow] += 1;
  w.flowState.bytes[flow] += pool.frameLen[slot];
  if (w.tap !== null) w.tap(w, Point.wireIn, nic.index, slot);
  pool.lastSeq[slot] = emit(
    w,
    Kind.frameArrived,
    nic.macPlace,
    Reason.accepted,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    pool.frameLen[slot],
    flow,
  );
  if ((bits & FRAME_FCS_BAD) !== 0) {
    nic.counters.rx_crc_errors += 1;
    dropPacket(w, slot, nic.macPlace, Reason.crcError, NO_CPU);
    return;
  }
  if (pool.frameLen[slot] > nic.mtu + ETH_HLEN + (info.tagged ? VLAN_HLEN : 0)) {
    nic.counters.rx_length_errors += 1;
    dropPacket(w, slot, nic.macPlace, Reason.frameTooLong, NO_CPU);
    return;
  }
  // a port of a bridge takes every frame
  if (!info.macOurs && nic.bridge < 0) {
    dropPacket(w, slot, nic.macPlace, Reason.macFilter, NO_CPU);
    return;
  }
  if ((bits & FRAME_MULTICAST) !== 0) nic.counters.multicast += 1;
  if (nic.toe !== null && toeTakes(w, nic, slot)) return;
  // an inner fragment's outer header is whole
  const fragment = (bits & (FRAME_FRAGMENT | FRAME_TUNNELLED)) === FRAME_FRAGMENT;
  selectQueue(nic, flow, fragment ? bits : bits & ~FRAME_FRAGMENT);
  if (selection.queue === -1) {
    nic.counters.rx_ntuple_dropped += 1;
    dropPacket(w, slot, nic.steeringPlace, selection.reason, NO_CPU);
    return;
  }
  const q = w.queues[nic.firstQueue + selection.queue];
  pool.queue[slot] = q.index;
  // without a hash from the card the kernel works one out itself when it first needs one
  const soft = fragment ? info.softHashFragment : info.softHash;
  pool.hash[slot] = selection.hash !== 0 ? selection.hash : soft;
  if (!nic.features['rx-checksumming']) pool.bits[slot] = bits & ~FRAME_L4_CSUM_VERIFIED;
  pool.lastSeq[slot] = emit(
    w,
    Kind.queueSelected,
    nic.steeringPlace,
    selection.reason,
    NO_CPU,
    pool.id[slot],
    0,
    pool.lastSeq[slot],
    selection.queue,
    selection.hash | 0,
  );
  receiveIntoRing(w, nic, q, slot);
}
