/** Constants of GRO. Source: include/net/gro.h, net/core/gro.c, net/ipv4/udp_offload.c, Linux v6.12. */
export const GRO_HASH_BUCKETS = 8;
export const MAX_GRO_SKBS = 8;
/** Beyond it only TCP grows on (BIG TCP). */
export const GRO_LEGACY_MAX_SIZE = 65536;
/** Datagrams in a UDP train; segments in a fraglist train of TCP. */
export const UDP_GRO_CNT_MAX = 64;

/** Bits of pool.groFixedId: NAPI_GRO_CB(skb)->ip_fixedid and ->is_flist. */
export const GRO_FIXED_ID = 1;
export const GRO_FLIST = 2;
/** Joined by LRO: gso_type 0. */
export const GRO_LRO = 4;

/** Results, argument `a` of a gro record. */
export const GRO_MERGED = 0;
export const GRO_HELD = 1;
export const GRO_NORMAL = 2;
