/** A packet's headers as bytes, every field named. Payload bytes are the model's own (only their number counts there). */
import { ownOptions } from '../engine/net/tcp-ack.ts';
import { buildFrame } from '../engine/packet/build.ts';
import { ipHeaderLen, type FrameFields, l2HeaderLen } from '../engine/packet/frame.ts';
import { printHex } from '../engine/packet/hex.ts';
import { fieldsOf, type TrafficTable } from '../engine/packet/traffic-table.ts';
import { Kind } from '../catalog/kinds.ts';
import type { World } from '../engine/world.ts';
import type { Inspection } from '../protocol/messages.ts';
import { recordAt } from '../protocol/record-codec.ts';
import type { Run } from './run.ts';
import { slotOf } from './inspect-slot.ts';

type Bytes = NonNullable<Inspection['bytes']>;

const MOST_SHOWN = 160;
const CHUNKS_SEARCHED = 64;

/** @param world the moment's; where the packet has left it, the moment of its arrival is gone back to */
export function packetBytes(run: Run, world: World, packet: number): Bytes | null {
  let w = world;
  let slot = slotOf(w, packet);
  if (slot === 0) {
    const arrival = arrivalOf(run, packet);
    if (arrival === 0) return null;
    // right after the event of its arrival it is in its descriptor
    w = run.worldBefore(arrival + 2);
    slot = slotOf(w, packet);
  }
  if (slot === 0) return null;
  const fields = frameOf(w, slot);
  let bytes: Uint8Array;
  try {
    bytes = buildFrame(fields, packet);
  } catch {
    // a header the builder can't make again (a malformed frame of a capture)
    return null;
  }
  const shown = bytes.subarray(0, Math.min(MOST_SHOWN, bytes.length));
  return { hex: printHex(shown), fields: namedFields(fields, shown) };
}

function arrivalOf(run: Run, packet: number): number {
  let index = run.keyframes.length - 1;
  // packet ids rise with time: the keyframe before it first
  while (index > 0 && run.keyframes[index].lastPacket >= packet) index -= 1;
  for (let n = 0; n < CHUNKS_SEARCHED && index < run.keyframes.length; n += 1, index += 1) {
    const chunk = run.chunk(index);
    for (let i = 0; i < chunk.count; i += 1) {
      const r = recordAt(chunk.view, i);
      if (r.kind === Kind.frameArrived && r.packet === packet) return r.seq;
      if (r.kind === Kind.frameArrived && r.packet > packet) return 0;
    }
  }
  return 0;
}

/** The slot's columns are a table's: one row of it is a frame. */
function frameOf(w: World, slot: number): FrameFields {
  const { pool, fixed } = w;
  const flows = fixed.flows.map((f) => f?.key ?? fixed.flows[1].key);
  const table = {
    ...pool,
    count: pool.capacity,
    timeNs: pool.arrivedNs,
    flows,
    options: fixed.options,
    exts: fixed.exts,
  };
  const fields = fieldsOf(table as TrafficTable, slot);
  const own = ownOptions(w, slot);
  if (own !== null) fields.tcpOptions = own;
  return fields;
}

function namedFields(f: FrameFields, bytes: Uint8Array): Bytes['fields'] {
  const fields: Bytes['fields'] = [];
  const add = (name: string, from: number, length: number, value: string | number): void => {
    if (from + length <= bytes.length) fields.push({ name, from, to: from + length, value: String(value) });
  };
  const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
  const u16 = (at: number): number => (bytes[at] << 8) | bytes[at + 1];
  add('eth.dst', 0, 6, f.dmac);
  add('eth.src', 6, 6, f.smac);
  const l3 = l2HeaderLen(f);
  if (f.vlan >= 0) add('vlan.tci', 14, 2, f.vlan);
  add('eth.type', l3 - 2, 2, hex(f.etherType, 4));
  if (f.ipVersion === 0) return fields;
  const l4 = l3 + ipHeaderLen(f);
  if (f.ipVersion === 4) {
    add('ip.version_ihl', l3, 1, hex(bytes[l3], 2));
    add('ip.tos', l3 + 1, 1, f.tos);
    add('ip.tot_len', l3 + 2, 2, f.ipTotalLen);
    add('ip.id', l3 + 4, 2, f.ipId);
    add('ip.frag_off', l3 + 6, 2, `${f.df ? 'DF ' : ''}${f.mf ? 'MF ' : ''}${f.fragOffset}`);
    add('ip.ttl', l3 + 8, 1, f.ttl);
    add('ip.protocol', l3 + 9, 1, f.proto);
    add('ip.check', l3 + 10, 2, hex(u16(l3 + 10), 4));
    add('ip.saddr', l3 + 12, 4, f.src);
    add('ip.daddr', l3 + 16, 4, f.dst);
  } else {
    add('ipv6.version_class_label', l3, 4, `class ${f.tos}, label ${f.flowLabel}`);
    add('ipv6.payload_len', l3 + 4, 2, u16(l3 + 4));
    add('ipv6.nexthdr', l3 + 6, 1, bytes[l3 + 6]);
    add('ipv6.hop_limit', l3 + 7, 1, f.ttl);
    add('ipv6.saddr', l3 + 8, 16, f.src);
    add('ipv6.daddr', l3 + 24, 16, f.dst);
  }
  if (f.proto === 6) {
    add('tcp.source', l4, 2, f.sport);
    add('tcp.dest', l4 + 2, 2, f.dport);
    add('tcp.seq', l4 + 4, 4, f.seq);
    add('tcp.ack_seq', l4 + 8, 4, f.ack);
    add('tcp.doff_flags', l4 + 12, 2, hex(u16(l4 + 12), 4));
    add('tcp.window', l4 + 14, 2, f.win);
    add('tcp.check', l4 + 16, 2, hex(u16(l4 + 16), 4));
    add('tcp.urg_ptr', l4 + 18, 2, f.urgPtr);
    if (f.tcpOptions !== '') add('tcp.options', l4 + 20, f.tcpOptions.length / 2, f.tcpOptions);
  } else if (f.proto === 17) {
    add('udp.source', l4, 2, f.sport);
    add('udp.dest', l4 + 2, 2, f.dport);
    add('udp.len', l4 + 4, 2, u16(l4 + 4));
    add('udp.check', l4 + 6, 2, hex(u16(l4 + 6), 4));
  }
  return fields;
}
