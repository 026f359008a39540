/**
 * br_pass_frame_up: the frame is the bridge's own from here on and goes through the core once more. A frame that was sent to another
 * one's link address ends there: the card marked it when it came in, and only the bridge's own address takes the mark off.
 * Source: net/bridge/br_input.c br_pass_frame_up, net/ethernet/eth.c eth_type_trans, net/ipv4/ip_input.c ip_rcv_core, v6.12.
 */
import { Reason } from '../../catalog/reasons.ts';
import { dropPacket } from '../drop.ts';
import { ETH_HLEN } from '../packet/frame.ts';
import type { Cpu, World } from '../world.ts';
import { bridgeOf, isGroupMac, macOfNic } from './state.ts';

/** @returns false where it ends here */
export function passUp(w: World, cpu: Cpu, slot: number): boolean {
  const { pool } = w;
  const nic = w.nics[w.queues[pool.queue[slot]].nic];
  const bridge = bridgeOf(w, nic);
  const { dmac } = w.fixed.flows[pool.flow[slot]].key;
  cpu.softnet.processed += 1;
  // the card has left the bridge since
  if (bridge === null) return true;
  bridge.rx_packets += 1;
  bridge.rx_bytes += pool.frameLen[slot] - pool.payloadLen[slot] - ETH_HLEN + pool.totalPayload[slot];
  if (isGroupMac(dmac) || dmac === bridge.mac || dmac === macOfNic(w, nic)) return true;
  bridge.rx_otherhost_dropped += 1;
  dropPacket(w, slot, cpu.protocolPlace, Reason.otherHost, cpu.index);
  return false;
}
