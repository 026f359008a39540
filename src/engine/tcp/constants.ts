/** TCP's constants under the kernel's names. Source: include/net/tcp.h, include/net/inet_connection_sock.h, v6.12. */

/** Jiffies of a time the kernel writes as a fraction of HZ. @param jiffyNs one tick */
export function hz(jiffyNs: number, divisor: number): number {
  return Math.floor(Math.floor(1_000_000_000 / jiffyNs) / divisor);
}

/** HZ / TCP_ATO_MIN = HZ / TCP_DELACK_MIN: 40 ms. */
export const HZ_ATO_MIN = 25;
/** HZ / TCP_DELACK_MAX = HZ / TCP_RTO_MIN: 200 ms. */
export const HZ_DELACK_MAX = 5;
/** HZ / tcp_invalid_ratelimit: 500 ms; the ceiling of a delayed ACK too. */
export const HZ_HALF = 2;

export const TCP_MAX_QUICKACKS = 16;
export const TCP_MSS_DEFAULT = 536;
export const TCP_MIN_MSS = 88;
export const TCP_INIT_CWND = 10;
export const TCP_FASTRETRANS_THRESH = 3;
export const TCP_NUM_SACKS = 4;
/** Option space of a header, a timestamp option padded, the SACK option's base padded, one block: bytes. */
export const MAX_TCP_OPTION_SPACE = 40;
export const TCPOLEN_TSTAMP_ALIGNED = 12;
export const TCPOLEN_SACK_BASE_ALIGNED = 4;
export const TCPOLEN_SACK_PERBLOCK = 8;
export const TCP_HEADER_LEN = 20;
/** A timestamp may be this much older than the newest, and is too old to count after 24 days (seconds). */
export const TCP_PAWS_WINDOW = 1;
export const TCP_PAWS_24DAYS = 60 * 60 * 24 * 24;
export const MAX_WSCALE = 14;
export const TCP_RTO_MAX_NS = 120_000_000_000;

/** Bits of icsk_ack.pending. */
export const ICSK_ACK_SCHED = 1;
export const ICSK_ACK_TIMER = 2;
export const ICSK_ACK_PUSHED = 4;
export const ICSK_ACK_PUSHED2 = 8;
export const ICSK_ACK_NOW = 16;
export const ICSK_ACK_NOMEM = 32;

/** Memory is scheduled in pages; an skb of one page holds so much data, and is charged with so much. */
export const PAGE_SIZE = 4096;
export const SKB_MAX_ORDER0 = PAGE_SIZE - 320;
export const PAGE_SKB_TRUESIZE = PAGE_SIZE + 256;

export const TCP_INFINITE_SSTHRESH = 0x7fffffff;
export const TCP_SYN_RETRIES = 6;
export const TCP_SYNACK_RETRIES = 5;
export const TCP_RETRIES2 = 15;
export const TCP_RACK_RECOVERY_THRESH = 16;
/** Bits of net.ipv4.tcp_recovery. */
export const TCP_RACK_LOSS_DETECTION = 1;
export const TCP_RACK_STATIC_REO_WND = 2;
export const TCP_RACK_NO_DUPTHRESH = 4;
/** MAX_TCP_HEADER of a common configuration, skb_shared_info and sk_buff aligned. */
export const MAX_TCP_HEADER = 320;
export const SKB_SHARED_INFO = 320;
export const SK_BUFF = 256;
/** Memory of an skb of TCP before it holds a byte (6.3 and later: the small head cache). */
export const TX_SKB_TRUESIZE = MAX_TCP_HEADER + SKB_SHARED_INFO + SK_BUFF;
/** So much is charged for an skb that holds nothing but an ACK: it counts for no limit. */
export const PURE_ACK_TRUESIZE = 2;
/** Fragments an skb holds, and bytes of the page pieces that TCP copies to. */
export const MAX_SKB_FRAGS = 17;
export const SKB_FRAG_PAGE = 32_768;
/** TCP_TIMEWAIT_LEN, TCP_FIN_TIMEOUT: jiffies per second times this. */
export const TCP_TIMEWAIT_S = 60;
/** What a device cuts by default: bytes and segments of one skb. */
export const GSO_MAX_SIZE = 65_536;
export const GSO_MAX_SEGS = 65_535;
