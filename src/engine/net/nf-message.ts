/**
 * The message about a queued packet: how much of the packet is copied into it, and what it costs the netlink socket.
 * The program asks for up to 4096 bytes of each packet (copy mode "packet"), as the usual example programs do.
 * Source: nfqnl_build_packet_message, net/netfilter/nfnetlink_queue.c, v6.12; netlink_build_message, net/ipv4/netfilter/ip_queue.c,
 * alloc_skb, net/core/skbuff.c, 2.4.17.
 */
import { ETH_HLEN } from '../packet/frame.ts';
import type { World } from '../world.ts';

/** Values of the rule packetQueue. */
export const NETFILTER_NONE = 0;
export const IPQ = 1;
export const NFNETLINK = 2;

/** Bytes of a packet that the program asks for. */
export const COPY_RANGE = 4096;

/**
 * nlmsghdr and nfgenmsg 20, packet header 12, incoming and outgoing device twice (with bridges) 32, mark 8, link address 16, skb
 * info 8, captured length 8, head of the payload 4.
 */
const NFQNL_HEADER = 108;
/** struct sk_buff, a kmalloc's size; struct skb_shared_info at the end of its buffer. */
const SKB = 256;
const SHARED_INFO = 320;
/** nlmsghdr 16 and ipq_packet_msg; struct sk_buff of 2.4. */
const IPQ_HEADER = 16 + 88;
const SKB_24 = 160;

/** Bytes of the packet, from its IP header on, that are copied. */
export function copiedBytes(w: World, slot: number): number {
  const { pool } = w;
  const headers = pool.frameLen[slot] - pool.payloadLen[slot] - ETH_HLEN;
  return Math.min(headers + pool.totalPayload[slot], COPY_RANGE);
}

/** skb->truesize of the message. */
export function messageTruesize(w: World, slot: number): number {
  const bytes = copiedBytes(w, slot);
  if (w.fixed.rules.packetQueue === IPQ) return ((IPQ_HEADER + bytes + 15) & ~15) + SKB_24;
  // the buffer comes from kmalloc: a power of two
  let buffer = 512;
  while (buffer < ((NFQNL_HEADER + bytes + 63) & ~63) + SHARED_INFO) buffer *= 2;
  return buffer + SKB;
}
