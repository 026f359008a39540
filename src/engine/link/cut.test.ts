/** What a packet of several segments is on the wire: held against the cutter's bytes (net/gso). */
import { Point } from '../../catalog/capture-points.ts';
import { describe, expect, it } from 'vitest';
import { FAR_MAC, linkedSpec, MAC } from '../../testing/specs.ts';
import { traced } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import { createWorld } from '../create.ts';
import { makeLocalSkb } from '../net/local-skb.ts';
import { type GsoFrame, get16, get32, headersOf } from '../net/gso/frame.ts';
import { skbGsoSegment } from '../net/gso/segment.ts';
import { intoRing } from '../nic/tx-ring.ts';
import { buildFrame } from '../packet/build.ts';
import { FRAME_L4_CSUM_PARTIAL, FRAME_L4_CSUM_VERIFIED } from '../packet/frame-bits.ts';
import { makeFrame, TCP_ACK, TCP_CWR, TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import type { World } from '../world.ts';

const FLAGS = TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR;
const KEY = { smac: MAC, dmac: FAR_MAC, src: '10.9.0.1', dst: '10.9.0.2', sport: 5000, dport: 80, proto: 6 };

/** A world where h1 hands its card one TCP packet of `payload` bytes to be cut at `mss`. */
function cutting(payload: number, mss: number): World {
  const spec = linkedSpec({ nic: { linkBps: 1_000_000_000 } });
  const [app] = spec.hosts[0].apps;
  if (app.send === undefined) throw new Error('no sender');
  app.send = { ...app.send, template: makeFrame({ ...KEY, payloadLen: 0 }), startNs: 1e9 };
  const w = createWorld(spec);
  const [q] = w.queues;
  const flow = w.fixed.flows[1];
  const slot = makeLocalSkb(w, flow, 54, payload, FRAME_L4_CSUM_PARTIAL, 0);
  const { pool } = w;
  const segs = Math.ceil(payload / mss);
  pool.payloadLen[slot] = Math.min(mss, payload);
  pool.frameLen[slot] = 54 + Math.min(mss, payload);
  pool.segs[slot] = segs;
  pool.gsoSize[slot] = mss;
  pool.seq[slot] = 0xfffffc00;
  pool.ipId[slot] = 0xffff;
  pool.flags[slot] = FLAGS;
  w.totals.txProduced += segs - 1;
  intoRing(w, w.nics[0], q, 0, slot, 0);
  return w;
}

describe('a packet that the card cuts', () => {
  const payload = 3000;
  const mss = 1448;

  it('leaves as single frames one after the other, headers as the cutter writes them', () => {
    const w = cutting(payload, mss);
    const trace = traced(w);
    const seen: number[][] = [];
    w.tap = (world, point, nic, slot) => {
      if (point === Point.stackIn && nic === 1)
        seen.push([
          world.pool.seq[slot],
          world.pool.ipId[slot],
          world.pool.flags[slot],
          world.pool.payloadLen[slot],
        ]);
    };
    // each alone: GRO would join them again
    w.nics[1].features['generic-receive-offload'] = false;
    advance(w, 5_000_000);
    const frame: GsoFrame = {
      bytes: buildFrame(
        makeFrame({ ...KEY, seq: 0xfffffc00, ipId: 0xffff, tcpFlags: FLAGS, payloadLen: payload }),
        1,
      ),
      gsoType: 'tcpv4',
      gsoSize: mss,
      csumPartial: true,
      fixedId: false,
      accEcn: false,
    };
    const said = skbGsoSegment(frame, { csum: false, partial: false }).map(({ bytes }) => {
      const h = headersOf(bytes);
      return [get32(bytes, h.l4 + 4), get16(bytes, h.l3 + 4), bytes[h.l4 + 13], bytes.length - h.payload];
    });
    expect(seen).toEqual(said);
    const enter = trace.read().filter((r) => r.kind === 'linkEnter');
    // 1502, 1502 and 158 bytes with 24 of preamble, FCS and gap, at 8 ns a byte
    expect(enter.map((r) => r.timeNs)).toEqual([1526 * 8, 2 * 1526 * 8, 2 * 1526 * 8 + 182 * 8]);
    expect(enter.map((r) => r.a)).toEqual([1502, 1502, 158]);
    expect(new Set(enter.map((r) => r.packet)).size).toBe(3);
    expect(new Set(enter.map((r) => r.other)).size).toBe(1);
    expect(w.totals).toMatchObject({ arrived: 3, txSent: 3 });
    expect([imbalance(w), txImbalance(w), linkImbalance(w)]).toEqual([0, 0, 0]);
  });

  it('has its checksum finished by the card: the far one finds it right', () => {
    const w = cutting(payload, mss);
    advance(w, 20_000);
    const [way] = w.ways;
    const bits = way.flight.slice(way.flightAt).map((slot) => w.pool.bits[slot]);
    expect(bits.length).toBeGreaterThan(0);
    for (const one of bits) {
      expect(one & FRAME_L4_CSUM_PARTIAL).toBe(0);
      expect(one & FRAME_L4_CSUM_VERIFIED).not.toBe(0);
    }
  });

  it('is joined by the far host’s GRO again, but for the one with CWR', () => {
    const w = cutting(5 * mss, mss);
    const trace = traced(w);
    advance(w, 5_000_000);
    expect(trace.read().filter((r) => r.kind === 'gro' && r.a === 0)).toHaveLength(3);
    expect(w.totals).toMatchObject({ arrived: 5, merged: 3 });
  });
});
