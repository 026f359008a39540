/** What software does for a card that cannot: cutting, summing, gathering. Values from the cost table and the headers by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DriverName } from '../../catalog/drivers.ts';
import { appSpec, MAC, nicSpec, udpRate, udpSend, worldSpec } from '../../testing/specs.ts';
import { runTraced, traced, type TraceRecord } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { applyChange } from '../apply-change.ts';
import type { Change, FeatureName } from '../change.ts';
import { txImbalance } from '../conservation.ts';
import { costProfiles } from '../cost.ts';
import { createWorld } from '../create.ts';
import { handToDriver } from '../nic/tx-ring.ts';
import { buildFrame } from '../packet/build.ts';
import { IPPROTO_TCP, IPPROTO_UDP, makeFrame, TCP_ACK, TCP_CWR, TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import { FRAME_L4_CSUM_PARTIAL } from '../packet/frame-bits.ts';
import type { World } from '../world.ts';
import { GRO_FIXED_ID, GRO_FLIST } from './gro/limits.ts';
import { get16, get32, headersOf } from './gso/frame.ts';
import { skbGsoSegment } from './gso/segment.ts';
import { makeLocalSkb } from './local-skb.ts';
import { pieces, validateXmit, xmitCycles } from './validate-xmit.ts';
import { xmitAtOnce } from './xmit.ts';

const cost = costProfiles.server3g;
const PARTIAL = FRAME_L4_CSUM_PARTIAL >>> 0;

interface Skb {
  proto?: number;
  payload: number;
  gsoSize?: number;
  off?: FeatureName[];
  driver?: DriverName;
  v6?: boolean;
  link?: Change[];
}

/** A world with one skb of the host's own, not yet with the driver. */
function skb({
  proto = IPPROTO_TCP,
  payload,
  gsoSize = 0,
  off = [],
  driver = 'igb',
  v6 = false,
  link = [],
}: Skb): {
  w: World;
  slot: number;
} {
  const send = udpSend();
  const ends = v6
    ? { ipVersion: 6 as const, src: 'fd00::2', dst: 'fd00::1' }
    : { src: '10.9.0.2', dst: '10.9.0.1' };
  const template = makeFrame({
    smac: MAC,
    dmac: '02:00:00:00:00:0a',
    ...ends,
    proto,
    sport: 9000,
    dport: 7000,
  });
  // a flow that goes out: an application that never gets to send
  const w = createWorld(
    worldSpec({
      nic: { driver },
      traffic: [udpRate({ template, startNs: 1e9, stopNs: 2e9, ratePps: 1 })],
      apps: [appSpec({ sockets: [], send: { ...send, startNs: 1e9 } })],
      setup: [...link, ...off.map((name): Change => ({ type: 'feature', nic: 0, name, on: false }))].map(
        (change) => ({ host: 0, change }),
      ),
    }),
  );
  const flow = w.fixed.flows.find(
    (f) => f?.key.proto === proto && f.key.sport === 9000 && f.key.ipVersion === (v6 ? 6 : 4),
  );
  if (flow === undefined) throw new Error('no flow');
  const headers = 14 + (v6 ? 40 : 20) + (proto === IPPROTO_TCP ? 20 : 8);
  const slot = makeLocalSkb(w, flow, headers, payload, PARTIAL, 0, gsoSize);
  w.pool.sk[slot] = 1;
  w.sockets[0].wmem = w.pool.truesize[slot];
  return { w, slot };
}

/** Reason, and payloads of what the driver gets. */
function validated({ w, slot }: { w: World; slot: number }): [string | undefined, number[]] {
  const trace = traced(w);
  validateXmit(w, w.nics[0], w.queues[0], 0, slot);
  const first = trace.read().find((r) => r.kind === 'xmitValidate');
  return [first?.reason, pieces.map((s) => w.pool.payloadLen[s])];
}

const CUT = [1448, 1448, 104];
const SENT = { payload: 3000, gsoSize: 1448 };

describe('an skb of several segments', () => {
  it('txTso, txUso: goes to the card whole', () => {
    expect(validated(skb(SENT))).toEqual(['txTso', [1448]]);
    expect(validated(skb({ ...SENT, v6: true }))).toEqual(['txTso', [1448]]);
    expect(validated(skb({ ...SENT, proto: IPPROTO_UDP }))).toEqual(['txUso', [1448]]);
  });

  it('txTsoOff, txUsoOff, txGsoNoChecksum, txGsoMaxSegs, txGsoMaxSize: software cuts', () => {
    const v4 = skb({ ...SENT, off: ['tx-tcp-segmentation'] });
    expect(validated(v4)).toEqual(['txTsoOff', CUT]);
    expect(validated(skb({ ...SENT, off: ['tx-tcp6-segmentation'] }))).toEqual(['txTso', [1448]]);
    expect(validated(skb({ ...SENT, v6: true, off: ['tx-tcp6-segmentation'] }))).toEqual(['txTsoOff', CUT]);
    expect(validated(skb({ ...SENT, proto: IPPROTO_UDP, off: ['tx-udp-segmentation'] }))).toEqual([
      'txUsoOff',
      CUT,
    ]);
    expect(validated(skb({ ...SENT, off: ['tx-checksum-ip-generic'] }))).toEqual(['txGsoNoChecksum', CUT]);
    const link = (name: 'gso_max_segs' | 'gso_max_size', value: number): Change[] => [
      { type: 'link', nic: 0, name, value },
    ];
    expect(validated(skb({ ...SENT, link: link('gso_max_segs', 2) }))).toEqual(['txGsoMaxSegs', CUT]);
    expect(validated(skb({ ...SENT, link: link('gso_max_segs', 3) }))).toEqual(['txTso', [1448]]);
    // 54 bytes of headers, 3000 of payload: as long as the limit is too long
    expect(validated(skb({ ...SENT, link: link('gso_max_size', 3054) }))).toEqual(['txGsoMaxSize', CUT]);
    expect(validated(skb({ ...SENT, link: link('gso_max_size', 3055) }))).toEqual(['txTso', [1448]]);
  });

  it('txGsoFixedId, txGsoEcn: what the card would write wrongly', () => {
    const fixed = skb(SENT);
    fixed.w.pool.groFixedId[fixed.slot] = GRO_FIXED_ID;
    fixed.w.pool.ipId[fixed.slot] = 7;
    expect(validated(fixed)).toEqual(['txGsoFixedId', CUT]);
    expect(pieces.map((s) => fixed.w.pool.ipId[s])).toEqual([7, 7, 7]);
    const ecn = skb(SENT);
    ecn.w.pool.flags[ecn.slot] = TCP_ACK | TCP_CWR;
    expect(validated(ecn)).toEqual(['txGsoEcn', CUT]);
    expect(pieces.map((s) => ecn.w.pool.flags[s])).toEqual([TCP_ACK | TCP_CWR, TCP_ACK, TCP_ACK]);
  });

  it('its pieces are packets of their own, charged each for itself, the checksum left to the card or done', () => {
    for (const off of ['tx-tcp-segmentation', 'tx-checksum-ip-generic'] as const) {
      const { w, slot } = skb({ ...SENT, off: [off] });
      const before = w.pool.used;
      const first = w.pool.id[slot];
      validateXmit(w, w.nics[0], w.queues[0], 0, slot);
      expect(w.pool.used).toBe(before + 2);
      expect(pieces.map((s) => w.pool.id[s] - first)).toEqual([0, 1, 2]);
      expect(pieces.map((s) => w.pool.frameLen[s])).toEqual([1502, 1502, 158]);
      // truesize of 1502 and of 158 bytes: 2304 and 832
      expect(w.sockets[0].wmem).toBe(2304 + 2304 + 832);
      const partial = off === 'tx-tcp-segmentation' ? PARTIAL : 0;
      expect(pieces.map((s) => w.pool.bits[s] & PARTIAL)).toEqual([partial, partial, partial]);
    }
  });

  it('counts what software has cut, copied and summed', () => {
    const done = (parts: Skb) => {
      const made = skb(parts);
      validated(made);
      const { cuts, copiedBytes, txSummedBytes } = made.w.hosts[0].software;
      return [cuts, copiedBytes, txSummedBytes];
    };
    expect(done(SENT)).toEqual([0, 0, 0]);
    expect(done({ ...SENT, off: ['tx-tcp-segmentation'] })).toEqual([1, 0, 0]);
    expect(done({ ...SENT, off: ['tx-scatter-gather'] })).toEqual([1, 3000, 0]);
    expect(done({ ...SENT, off: ['tx-checksum-ip-generic'] })).toEqual([1, 0, 3000]);
    expect(done({ payload: 100, off: ['tx-scatter-gather', 'tx-checksum-ip-generic'] })).toEqual([
      0, 100, 100,
    ]);
  });

  it('the cut is that of the bytes', () => {
    fc.assert(
      fc.property(
        fc.record({
          v6: fc.boolean(),
          udp: fc.boolean(),
          payload: fc.integer({ min: 2, max: 9000 }),
          gsoSize: fc.integer({ min: 100, max: 1448 }),
          flags: fc.constantFrom(TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR),
          seq: fc.constantFrom(1, 0xffffff00),
          ipId: fc.constantFrom(0, 0xfffe),
          fixedId: fc.boolean(),
        }),
        ({ v6, udp, payload, gsoSize, flags, seq, ipId, fixedId }) => {
          fc.pre(payload > gsoSize);
          const proto = udp ? IPPROTO_UDP : IPPROTO_TCP;
          const { w, slot } = skb({
            payload,
            gsoSize,
            v6,
            proto,
            off: ['tx-tcp-segmentation', 'tx-tcp6-segmentation', 'tx-udp-segmentation'],
          });
          const { pool } = w;
          pool.flags[slot] = udp ? 0 : flags;
          pool.seq[slot] = udp ? 0 : seq;
          pool.ipId[slot] = v6 ? 0 : ipId;
          pool.groFixedId[slot] = fixedId ? GRO_FIXED_ID : 0;
          validateXmit(w, w.nics[0], w.queues[0], 0, slot);
          const fields = {
            ...(v6 ? { ipVersion: 6 as const } : { ipId }),
            ...(udp ? { proto } : { seq, tcpFlags: flags }),
            payloadLen: payload,
            l4Csum: 'partial' as const,
          };
          const bytes = skbGsoSegment(
            {
              bytes: buildFrame(makeFrame(fields), 1),
              gsoType: udp ? 'udp-l4' : v6 ? 'tcpv6' : 'tcpv4',
              gsoSize,
              csumPartial: true,
              fixedId,
              accEcn: false,
            },
            { csum: true, partial: false },
          );
          const said = bytes.map(({ bytes: b }) => {
            const h = headersOf(b);
            const tcp = udp ? [0, 0] : [get32(b, h.l4 + 4), b[h.l4 + 13]];
            return [Math.max(60, b.length), b.length - h.payload, v6 ? 0 : get16(b, h.l3 + 4), ...tcp];
          });
          expect(
            pieces.map((s) => [
              pool.frameLen[s],
              pool.payloadLen[s],
              pool.ipId[s],
              pool.seq[s],
              pool.flags[s],
            ]),
          ).toEqual(said);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a single frame', () => {
  it('needs nothing where the card sums; txChecksumHelp where it does not, for this IP version', () => {
    expect(validated(skb({ payload: 100 }))).toEqual([undefined, [100]]);
    const { w, slot } = skb({ payload: 100, off: ['tx-checksum-ip-generic'] });
    expect(validated({ w, slot })).toEqual(['txChecksumHelp', [100]]);
    expect(w.pool.bits[slot] & PARTIAL).toBe(0);
  });

  it('txLinearize: TCP’s data lie apart from its headers; a datagram is in one piece', () => {
    const off: FeatureName[] = ['tx-scatter-gather'];
    expect(validated(skb({ payload: 1448, off }))).toEqual(['txLinearize', [1448]]);
    expect(validated(skb({ payload: 0, off }))).toEqual([undefined, [0]]);
    expect(validated(skb({ payload: 1448, off, proto: IPPROTO_UDP }))).toEqual([undefined, [1448]]);
  });
});

describe('what it costs', () => {
  const cycles = (parts: Skb): number => {
    const { w, slot } = skb(parts);
    return xmitCycles(w, w.cpus[0], w.nics[0], slot);
  };

  it('nothing in the card; a frame’s cut and driver’s call; a byte’s sum; a byte’s copy', () => {
    expect(cycles(SENT)).toBe(0);
    const cut = 3 * cost.gsoSegment + 2 * cost.txDrv;
    expect(cycles({ ...SENT, off: ['tx-tcp-segmentation'] })).toBe(cut);
    expect(cycles({ ...SENT, off: ['tx-checksum-ip-generic'] })).toBeCloseTo(
      cut + 3000 * cost.csumPerByte,
      6,
    );
    expect(cycles({ ...SENT, off: ['tx-scatter-gather'] })).toBeCloseTo(cut + 3000 * cost.copyPerByte, 6);
    expect(cycles({ payload: 1448, off: ['tx-checksum-ip-generic'] })).toBeCloseTo(
      1448 * cost.csumPerByte,
      6,
    );
    expect(cycles({ payload: 1448, off: ['tx-scatter-gather'] })).toBeCloseTo(1448 * cost.copyPerByte, 6);
    const { w, slot } = skb(SENT);
    w.pool.groFixedId[slot] = GRO_FLIST;
    expect(xmitCycles(w, w.cpus[0], w.nics[0], slot)).toBe(3 * cost.gsoList + 2 * cost.txDrv);
  });
});

describe('pieces and a full ring', () => {
  /** An skb of 100 segments onto a ring of 64 descriptors. */
  function full(kernel: string, bqlLimit: number): { world: World; records: TraceRecord[] } {
    const { w, slot } = skb({
      payload: 100 * 1000,
      gsoSize: 1000,
      off: ['tx-udp-segmentation'],
      proto: IPPROTO_UDP,
    });
    w.fixed.rules.bqlStopsPieces = kernel === '4.19';
    w.queues[0].tx.size = 64;
    w.queues[0].tx.dql.limit = bqlLimit;
    w.queues[0].tx.dql.adjLimit = bqlLimit;
    const trace = traced(w);
    handToDriver(w, w.nics[0], w.queues[0], 0, slot, false);
    return { world: w, records: trace.read() };
  }

  it('txRequeued: 63 pieces fit, 37 go back to the queue’s head, and the next run sends them as they are', () => {
    const { world: w, records } = full('6.12', 1e9);
    const q = w.queues[0];
    const count = (reason: string) => records.filter((r) => r.reason === reason).length;
    expect([count('txPiece'), count('txRequeued')]).toEqual([63, 37]);
    expect([q.tx.qdisc.length, q.tx.validated, q.tx.requeues]).toEqual([37, 37, 37]);
    expect(txImbalance(w)).toBe(0);
    advance(w, 2_000_000);
    expect([q.tx.qdisc.length, q.tx.validated, w.totals.txSent]).toEqual([0, 0, 100]);
    expect(w.sockets[0].wmem).toBe(0);
    expect(w.pool.used).toBe(0);
  });

  it('pieces that went back are in no band: one of the first goes behind them, and is still cut', () => {
    const { world: w } = full('6.12', 1e9);
    const q = w.queues[0];
    const [piece] = q.tx.qdisc;
    const slot = makeLocalSkb(w, w.fixed.flows[w.pool.flow[piece]], 42, 3000, PARTIAL, 0, 1448);
    // low delay: band 0; the pieces have no TOS: band 1
    w.pool.tos[slot] = 0x10;
    xmitAtOnce(w, w.cpus[0], q, slot);
    expect([q.tx.qdisc.indexOf(slot), q.tx.validated]).toEqual([37, 37]);
    advance(w, 2_000_000);
    expect([q.tx.validated, w.totals.txSent, w.hosts[0].software.cuts]).toEqual([0, 103, 2]);
  });

  it('a byte limit stopped them half way before 4.20, and no longer does', () => {
    // 1042 bytes each: the third goes beyond 2100
    expect(full('4.19', 2100).records.filter((r) => r.reason === 'txPiece')).toHaveLength(3);
    expect(full('4.20', 2100).records.filter((r) => r.reason === 'txPiece')).toHaveLength(63);
  });
});

it('a change of a feature on the way: what waits is looked at when its turn comes', () => {
  const { w, slot } = skb(SENT);
  w.queues[0].tx.qdisc.push(slot);
  applyChange(w, 0, { type: 'feature', nic: 0, name: 'tx-scatter-gather', on: false });
  expect(validated({ w, slot })).toEqual(['txTsoOff', CUT]);
});

describe('a router', () => {
  /** Trains of 8 frames in by eth0, out by eth1. */
  function router(parts: {
    proto?: number;
    driver?: DriverName;
    setup?: Change[];
    mtu?: number;
  }): ReturnType<typeof runTraced> {
    const { proto = IPPROTO_TCP, driver = 'mlx5_core', setup = [], mtu = 1500 } = parts;
    const template = makeFrame({
      dmac: MAC,
      proto,
      src: '10.9.0.1',
      dst: '10.20.0.5',
      sport: 4000,
      dport: 7000,
      payloadLen: 1000,
    });
    return runTraced(
      worldSpec({
        hosts: [
          {
            id: 'r1',
            cpus: 1,
            profile: 'server3g',
            nics: [
              nicSpec({ driver }),
              nicSpec({ name: 'eth1', driver, mac: '02:00:00:00:00:0c', addresses: ['10.20.0.1'], mtu }),
            ],
            sockets: [],
            apps: [],
            routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
          },
        ],
        traffic: [udpRate({ template, ratePps: 1000, trainFrames: 8, count: 8, pshLast: true })],
        setup: [{ type: 'sysctl' as const, name: 'net.ipv4.ip_forward' as const, values: [1] }, ...setup].map(
          (change) => ({ host: 0, change }),
        ),
      }),
      2_000_000,
    );
  }

  const summary = ({ records, world }: ReturnType<typeof runTraced>) => ({
    why: records.filter((r) => r.kind === 'xmitValidate').map((r) => `${r.reason} ${r.a}`),
    pieces: records.filter((r) => r.kind === 'gsoSegment').length,
    sent: [world.nics[1].counters.tx_packets, world.nics[1].counters.tx_bytes],
    forwarded: world.hosts[0].snmp.IpForwDatagrams,
  });
  const feature = (name: FeatureName, on: boolean, nic = 1): Change => ({ type: 'feature', nic, name, on });

  it('what GRO has joined leaves as it came: cut by the card, or by software', () => {
    const bytes = 8 * (14 + 40 + 1000);
    expect(summary(router({}))).toEqual({ why: ['txTso 8'], pieces: 0, sent: [8, bytes], forwarded: 1 });
    const soft = router({ setup: [feature('tx-tcp-segmentation', false)] });
    expect(summary(soft)).toEqual({ why: ['txTsoOff 8'], pieces: 8, sent: [8, bytes], forwarded: 1 });
    // the very frames that came in, by their ids
    const left = soft.records.filter((r) => r.kind === 'txSent').map((r) => r.packet);
    expect(left).toEqual(soft.records.filter((r) => r.kind === 'frameArrived').map((r) => r.packet));
    expect(soft.world.pool.used).toBe(0);
    const none = router({ setup: [feature('generic-receive-offload', false, 0)] });
    expect(summary(none)).toEqual({ why: [], pieces: 0, sent: [8, bytes], forwarded: 8 });
  });

  it('datagrams: joined for forwarding only where asked for, to be cut again; strung together, to be taken apart', () => {
    const udp = { proto: IPPROTO_UDP };
    const bytes = 8 * (14 + 28 + 1000);
    expect(summary(router(udp))).toMatchObject({ why: [], forwarded: 8 });
    const joined = router({ ...udp, setup: [feature('rx-udp-gro-forwarding', true, 0)] });
    expect(summary(joined)).toEqual({ why: ['txUso 8'], pieces: 0, sent: [8, bytes], forwarded: 1 });
    const list = router({ ...udp, setup: [feature('rx-gro-list', true, 0)] });
    expect(summary(list)).toEqual({ why: ['txCutList 8'], pieces: 8, sent: [8, bytes], forwarded: 1 });
    // a list's checksums are those that came; a train's are the card's to finish
    expect(list.records.filter((r) => r.reason === 'txChecksumHelp')).toEqual([]);
  });

  it('a train goes on where each of its frames fits, and is lost where one does not', () => {
    expect(summary(router({ mtu: 1040 })).sent[0]).toBe(8);
    const lost = router({ mtu: 1039 });
    expect(lost.records.filter((r) => r.kind === 'drop').map((r) => [r.reason, r.a])).toEqual([
      ['tooBigToForward', 8],
    ]);
  });
});
