/** Where a CPU's softirq is: which item of work is under way (SoftirqWork.phase). */
export const PHASE_NONE = 0;
export const PHASE_ENTER = 1;
export const PHASE_TAIL = 2;
export const BH_ENTER = 3;
export const BH_TAIL = 4;
export const POLL_ENTER = 10;
export const POLL_FRAME = 11;
export const POLL_COMPLETE = 12;
export const DELIVER_NETIF = 13;
export const DELIVER_IP = 14;
export const DELIVER_L4 = 15;
export const DELIVER_RPS = 16;
export const DELIVER_FORWARD = 17;
export const DELIVER_XMIT = 18;
export const POLL_TX = 19;
export const POLL_TX_MORE = 25;
/** The rest of handing a packet to a CPU of another NUMA node. */
export const DELIVER_AWAY = 26;
export const DELIVER_ACK = 27;
/** What connections send because packets of theirs have been freed. */
export const POLL_TSQ = 28;
/** Handing a packet to a program in user space (net/nf-queue). */
export const DELIVER_QUEUE = 29;
/** A packet out of a tunnel's gro_cell meets GRO. */
export const POLL_CELL = 30;
/** An outer IP header comes off. */
export const DELIVER_TUNNEL = 31;
/** A frame of a bridge's port meets the bridge; what is for the host goes through the core once more. */
export const DELIVER_BRIDGE = 32;
export const DELIVER_BRIDGE_UP = 33;
/** Not an item of work: where net_bh goes on once a packet is delivered. */
export const BACK_BH = 24;
