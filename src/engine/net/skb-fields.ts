/** A slot's columns as header fields: what whoever looks at packets (tcpdump, captures, the inspector) reads of it. */
import { isBridged } from '../bridge/state.ts';
import { type FrameFields, ipHeaderLen, l2HeaderLen, l4HeaderLen } from '../packet/frame.ts';
import { type FlowKey, fieldsOf } from '../packet/traffic-table.ts';
import { isTunnelled, OUTER_HLEN } from '../tunnel/state.ts';
import type { Fixed, World } from '../world.ts';
import { ownOptions } from './tcp-options.ts';

const NO_FLOW: FlowKey = {
  id: 0,
  ipVersion: 0,
  src: '',
  dst: '',
  proto: 0,
  sport: 0,
  dport: 0,
  smac: '00:00:00:00:00:00',
  dmac: '00:00:00:00:00:00',
  etherType: 0,
  vlan: -1,
};

/** Keys of a world's flows by id, made when first asked for. Not state: the same for all copies of a world. */
const keysOf = new WeakMap<Fixed, FlowKey[]>();

function flowKeys(fixed: Fixed): FlowKey[] {
  let keys = keysOf.get(fixed);
  if (keys === undefined || keys.length !== fixed.flows.length) {
    // index 0 is no flow, and no packet is of it
    // behind an outer header the inner packet is told (tunnel/outer has the other)
    keys = fixed.flows.map((flow, i) => {
      if (flow === undefined) return { ...NO_FLOW, id: i };
      const { smac, dmac } = flow.key;
      return flow.inner === 0 ? flow.key : { ...fixed.flows[flow.inner].key, smac, dmac };
    });
    keysOf.set(fixed, keys);
  }
  return keys;
}

/** The slot's own frame, without the others of its train. */
export function frameFields(w: World, slot: number): FrameFields {
  const { pool, fixed } = w;
  const f = fieldsOf(
    {
      ...pool,
      count: pool.capacity,
      timeNs: pool.arrivedNs,
      flows: flowKeys(fixed),
      options: fixed.options,
      exts: fixed.exts,
    },
    slot,
  );
  if (isTunnelled(w, slot)) {
    // what the outer header takes is no padding
    f.frameLen -= OUTER_HLEN;
    f.padding = Math.max(0, f.padding - OUTER_HLEN);
  }
  const own = ownOptions(w, slot);
  if (own !== null) {
    f.tcpOptions = own;
    f.ipTotalLen += own.length / 2;
    f.padding = Math.max(0, f.padding - own.length / 2);
  }
  if (f.ipVersion === 4 && (f.mf || pool.fragOffset[slot] !== 0)) asFragment(w, slot, f);
  return f;
}

/** A fragment made in this world: what no table tells of it. */
function asFragment(w: World, slot: number, f: FrameFields): void {
  const { pool } = w;
  f.fragOffset = pool.fragOffset[slot];
  if (pool.fragTotal[slot] === 0) return;
  const later = f.fragOffset !== 0;
  f.ipTotalLen = ipHeaderLen(f) + l4HeaderLen(f) + f.payloadLen;
  f.padding = Math.max(0, f.frameLen - l2HeaderLen(f) - f.ipTotalLen);
  f.udpLen = later ? 0 : pool.fragTotal[slot];
  if (later) f.l4Csum = 'none';
}

/** A datagram put together of fragments: its parts hang on the first, and it is no train. */
function reassembled(w: World, slot: number): boolean {
  return w.pool.segs[slot] === 1 && w.pool.fragNext[slot] !== 0;
}

/** The skb as it stands: a train is one packet with the lengths of all. */
export function skbFields(w: World, slot: number): FrameFields {
  const { pool } = w;
  const f = frameFields(w, slot);
  const more = pool.totalPayload[slot] - f.payloadLen;
  if ((pool.segs[slot] > 1 || reassembled(w, slot)) && more > 0) {
    f.payloadLen += more;
    f.frameLen += more - f.padding;
    f.padding = 0;
    f.ipTotalLen += more;
    if (f.proto === 17) f.udpLen += more;
  }
  return f;
}

/**
 * The same on its way out of a card (world index): from this card's address (what a bridge sends on keeps its own), not padded yet (the card does that). To whom is known of what the host itself sends; where a
 * packet is forwarded to, neighbour resolution would say, which is not modelled.
 */
export function sentFields(w: World, nic: number, slot: number): FrameFields {
  const f = skbFields(w, slot);
  const flow = w.fixed.flows[w.pool.flow[slot]];
  const host = w.nics[nic].host;
  if (!isBridged(w, flow)) {
    f.smac = w.fixed.spec.hosts[host].nics[nic - w.fixed.hosts[host].firstNic].mac;
    if (flow.dev < 0) f.dmac = '00:00:00:00:00:00';
  }
  if (f.ipVersion !== 0) {
    f.frameLen -= f.padding;
    f.padding = 0;
  }
  return f;
}
