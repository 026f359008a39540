/**
 * Frames and skbs inside the machine, as typed columns: one slot a frame from the MAC until its skb is consumed or dropped.
 * A slot is the frame, its descriptor's contents and later its skb; slots are used again, packet ids never.
 * Slot 0 is no slot. A train (GRO) is its first frame's slot; the others hang on `fragNext` in order.
 */
export interface PacketPool {
  capacity: number;
  /** Free slots, a list through `next`; 0: none. */
  free: number;
  used: number;
  /** Packet id (one frame on the wire). */
  id: Uint32Array;
  /** Chain of the free list. */
  next: Uint32Array;
  flow: Uint32Array;
  seq: Uint32Array;
  ack: Uint32Array;
  flags: Uint16Array;
  win: Uint16Array;
  ipId: Uint16Array;
  payloadLen: Uint32Array;
  frameLen: Uint32Array;
  ttl: Uint8Array;
  tos: Uint8Array;
  /** FRAME_* bits. */
  bits: Uint32Array;
  opt: Uint32Array;
  /** Timestamps of its own (FRAME_TIMESTAMPS): sent by a connection of this world. */
  tsVal: Uint32Array;
  tsEcr: Uint32Array;
  ext: Uint32Array;
  /** Receive hash as the NIC or the software gives it; 0: none. */
  hash: Uint32Array;
  /** World-wide queue index. */
  queue: Uint16Array;
  arrivedNs: Float64Array;
  /** When its DMA is done; of a segment that TCP sends: when it may leave; on a link: when it arrives. */
  readyNs: Float64Array;
  /** Seq of the last record about this packet: the cause of the next. */
  lastSeq: Uint32Array;
  // as an skb
  /** Payload bytes of the whole train. */
  totalPayload: Uint32Array;
  segs: Uint16Array;
  /** gso_size: payload of the first frame of a train; 0: a single packet. An aggregate from outside brings its own. */
  gsoSize: Uint16Array;
  fragNext: Uint32Array;
  fragLast: Uint32Array;
  truesize: Uint32Array;
  /** Of a fragment: bytes of the datagram before it. */
  fragOffset: Uint16Array;
  /** Of a fragment made here: bytes of the whole datagram behind the IP header; 0: not known. */
  fragTotal: Uint16Array;
  /** Of the outer header (FRAME_TUNNELLED): TTL, IP identification. */
  outerTtl: Uint8Array;
  outerId: Uint16Array;
  /** CHECKSUM_* as the driver gives it (nic/rx-checksum). */
  ipSummed: Uint8Array;
  /** Socket (id) that sent it and is charged for it; 0: it came from a wire. */
  sk: Uint16Array;
  /** CPU (world index) that sent it. */
  txCpu: Uint16Array;
  /** A client's request it is or answers; 0: none. */
  tag: Float64Array;
  /** NAPI_GRO_CB(skb): age (jiffy when held), ip_fixedid. */
  groAge: Float64Array;
  groFixedId: Uint8Array;
}

/** A literal, so that the engine reads its columns fast. */
function columns(capacity: number) {
  return {
    id: new Uint32Array(capacity),
    next: new Uint32Array(capacity),
    flow: new Uint32Array(capacity),
    seq: new Uint32Array(capacity),
    ack: new Uint32Array(capacity),
    flags: new Uint16Array(capacity),
    win: new Uint16Array(capacity),
    ipId: new Uint16Array(capacity),
    payloadLen: new Uint32Array(capacity),
    frameLen: new Uint32Array(capacity),
    ttl: new Uint8Array(capacity),
    tos: new Uint8Array(capacity),
    bits: new Uint32Array(capacity),
    opt: new Uint32Array(capacity),
    tsVal: new Uint32Array(capacity),
    tsEcr: new Uint32Array(capacity),
    ext: new Uint32Array(capacity),
    hash: new Uint32Array(capacity),
    queue: new Uint16Array(capacity),
    arrivedNs: new Float64Array(capacity),
    readyNs: new Float64Array(capacity),
    lastSeq: new Uint32Array(capacity),
    totalPayload: new Uint32Array(capacity),
    segs: new Uint16Array(capacity),
    gsoSize: new Uint16Array(capacity),
    fragNext: new Uint32Array(capacity),
    fragLast: new Uint32Array(capacity),
    truesize: new Uint32Array(capacity),
    fragOffset: new Uint16Array(capacity),
    fragTotal: new Uint16Array(capacity),
    outerTtl: new Uint8Array(capacity),
    outerId: new Uint16Array(capacity),
    ipSummed: new Uint8Array(capacity),
    sk: new Uint16Array(capacity),
    txCpu: new Uint16Array(capacity),
    tag: new Float64Array(capacity),
    groAge: new Float64Array(capacity),
    groFixedId: new Uint8Array(capacity),
  };
}

type Columns = ReturnType<typeof columns>;
const NAMES = Object.keys(columns(0)) as (keyof Columns)[];

export function createPool(capacity = 256): PacketPool {
  const pool: PacketPool = { capacity, free: 0, used: 0, ...columns(capacity) };
  linkFree(pool, 1);
  return pool;
}

function linkFree(pool: PacketPool, from: number): void {
  if (pool.capacity === 0) return;
  for (let slot = from; slot < pool.capacity; slot += 1) pool.next[slot] = slot + 1;
  pool.next[pool.capacity - 1] = 0;
  pool.free = from;
}

function grow(pool: PacketPool): void {
  const from = pool.capacity;
  const larger = columns(from * 2);
  for (const name of NAMES) larger[name].set(pool[name] as never);
  Object.assign(pool, larger);
  pool.capacity = from * 2;
  linkFree(pool, from);
}

/** A slot for a new frame, its skb fields reset. The caller fills the rest. */
export function takeSlot(pool: PacketPool): number {
  if (pool.free === 0) grow(pool);
  const slot = pool.free;
  pool.free = pool.next[slot];
  pool.used += 1;
  pool.segs[slot] = 1;
  pool.gsoSize[slot] = 0;
  pool.fragNext[slot] = 0;
  pool.fragLast[slot] = slot;
  pool.groFixedId[slot] = 0;
  pool.ipSummed[slot] = 0;
  pool.fragOffset[slot] = 0;
  pool.fragTotal[slot] = 0;
  pool.sk[slot] = 0;
  pool.tag[slot] = 0;
  pool.tsVal[slot] = 0;
  pool.tsEcr[slot] = 0;
  return slot;
}

/** Everything of a frame into another slot, but for its place in the free list. */
export function copySlot(pool: PacketPool, from: number, to: number): void {
  for (const name of NAMES) if (name !== 'next') pool[name][to] = pool[name][from];
}

/** Gives back a slot with all frames of its train. */
export function freeSlots(pool: PacketPool, head: number): void {
  let slot = head;
  while (slot !== 0) {
    const after = pool.fragNext[slot];
    pool.next[slot] = pool.free;
    pool.free = slot;
    pool.used -= 1;
    slot = after;
  }
}

/** Copy for a keyframe. */
export function copyPool(pool: PacketPool): PacketPool {
  const copy = createPool(0);
  for (const name of NAMES) (copy[name] as unknown) = pool[name].slice();
  copy.capacity = pool.capacity;
  copy.free = pool.free;
  copy.used = pool.used;
  return copy;
}
