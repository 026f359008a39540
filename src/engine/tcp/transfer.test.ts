/** Whole transfers between two sockets: complete and in order whatever the wire does, with the books kept on the way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type End, type EndOptions, TcpNet } from '../../testing/tcp-net.ts';
import { packetsInFlight, TCPCB_LOST, TCPCB_SACKED_ACKED, TCPCB_SACKED_RETRANS } from './sender.ts';
import { seqDiff } from './seq.ts';
import type { TcpSock } from './sock.ts';

/** Counts and sums of the queues are what the skbs say. */
function books(s: TcpSock | null): void {
  if (s === null) return;
  const t = s.tx;
  let packets = 0;
  let sacked = 0;
  let retrans = 0;
  let lost = 0;
  let memory = 0;
  let next = t.sndUna;
  t.rtx.forEach((id, i) => {
    const skb = t.skbs[id];
    packets += skb.segs;
    if ((skb.sacked & TCPCB_SACKED_ACKED) !== 0) sacked += skb.segs;
    if ((skb.sacked & TCPCB_SACKED_RETRANS) !== 0) retrans += skb.segs;
    if ((skb.sacked & TCPCB_LOST) !== 0) lost += skb.segs;
    memory += skb.truesize;
    if (i > 0) expect(skb.seq).toBe(next);
    else expect(seqDiff(skb.endSeq, t.sndUna)).toBeGreaterThan(0);
    next = skb.endSeq;
  });
  if (t.rtx.length > 0) expect(next).toBe(t.sndNxt);
  for (const id of t.writeQueue) memory += t.skbs[id].truesize;
  expect({ packets, retrans, lost, memory }).toEqual({
    packets: t.packetsOut,
    retrans: t.retransOut,
    lost: t.lostOut,
    memory: t.wmemQueued,
  });
  if (s.sackOk) expect(t.sackedOut).toBe(sacked);
  expect(packetsInFlight(t)).toBeGreaterThanOrEqual(0);
  expect(t.cwnd).toBeGreaterThanOrEqual(1);
  expect(t.free.length + t.rtx.length + t.writeQueue.length).toBe(t.skbs.length);
}

const wire = fc.record({
  kernel: fc.constantFrom('2.6.39', '4.4', '4.18', '5.8', '6.12', '6.18'),
  rateBps: fc.constantFrom(1e6, 1e7, 1e9, Number.POSITIVE_INFINITY),
  delayNs: fc.constantFrom(10_000, 1_000_000, 20_000_000),
  lost: fc.array(fc.nat(400), { maxLength: 30 }),
  late: fc.array(fc.nat(400), { maxLength: 30 }),
  lostAcks: fc.array(fc.nat(200), { maxLength: 15 }),
  queueFrames: fc.option(fc.integer({ min: 2, max: 30 }), { nil: undefined }),
  sack: fc.boolean(),
  timestamps: fc.boolean(),
  cubic: fc.boolean(),
  frto: fc.boolean(),
  whole: fc.boolean(),
  pacing: fc.nat(2),
  rcvbuf: fc.constantFrom(0, 8000, 60_000),
  bytes: fc.integer({ min: 1, max: 400_000 }),
  back: fc.constantFrom(0, 0, 1, 50_000),
});
type Wire = typeof wire extends fc.Arbitrary<infer T> ? T : never;

function make(w: Wire): TcpNet {
  const end = (lost: number[]): EndOptions => {
    const drop = new Set(lost);
    const late = new Set(w.late);
    return {
      kernel: w.kernel,
      rateBps: w.rateBps,
      delayNs: w.delayNs,
      queueFrames: w.queueFrames,
      drop,
      late: (n) => (late.has(n) ? w.delayNs * 2 + 50_000 : 0),
      whole: w.whole,
      sock: { rcvbuf: w.rcvbuf, pacing: w.pacing },
      sysctl: {
        tcp_sack: w.sack ? 1 : 0,
        tcp_timestamps: w.timestamps ? 1 : 0,
        tcp_congestion_control: w.cubic ? 'cubic' : 'reno',
        tcp_frto: w.frto ? 2 : 0,
      },
    };
  };
  return new TcpNet(end(w.lost), end(w.lostAcks));
}

function run(n: TcpNet, w: Wire, each: (n: TcpNet) => void): void {
  n.connect();
  n.send(n.a, w.bytes);
  n.shutdown(n.a);
  let answered = false;
  for (let ms = 10; ms < 600_000; ms *= 1.3) {
    n.until(ms * 1000);
    each(n);
    if (!answered && n.b.s !== null && n.b.s.state !== 'syn-recv') {
      answered = true;
      n.send(n.b, w.back);
      n.shutdown(n.b);
    }
    if (n.a.s?.state === 'closed' && n.b.s?.state === 'closed') return;
  }
}

describe('any wire', () => {
  it('every byte arrives once and in order, and both ends close', () => {
    fc.assert(
      fc.property(wire, (w) => {
        const n = make(w);
        run(n, w, () => {
          books(n.a.s);
          books(n.b.s);
        });
        expect([n.b.read, n.a.read, n.b.ended, n.a.ended]).toEqual([w.bytes, w.back, true, true]);
        expect([n.a.s?.state, n.b.s?.state, n.a.s?.error, n.b.s?.error]).toEqual([
          'closed',
          'closed',
          '',
          '',
        ]);
        expect([n.a.s?.tx.wmemQueued, n.a.s?.tx.wmemAlloc, n.a.s?.rmem, n.b.s?.rmem]).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same again, and goes on as a copy', () => {
    const seen = (n: TcpNet): unknown =>
      n.wire.map((s) => [s.us, s.from, s.seq, s.ack, s.len, s.flags, s.win]);
    fc.assert(
      fc.property(wire, (w) => {
        const a = make(w);
        run(a, w, () => {});
        const b = make(w);
        // the sockets are replaced by copies again and again
        run(b, w, () => {
          for (const end of [b.a, b.b]) if (end.s !== null) end.s = structuredClone(end.s);
        });
        expect(seen(b)).toEqual(seen(a));
        expect(b.a.counters).toEqual(a.a.counters);
      }),
      { numRuns: 40 },
    );
  });
});

/** 10 Mbit/s, 20 ms each way; the queue holds all there is. */
const LINE: EndOptions = { rateBps: 1e7, delayNs: 20_000_000 };

function transfer(a: EndOptions, bytes: number, us: number, b: EndOptions = LINE): TcpNet {
  const n = new TcpNet({ ...LINE, ...a }, { ...LINE, ...b });
  n.open();
  n.send(n.a, bytes);
  n.until(n.us() + us);
  return n;
}

const times = (end: End, reason: string): number => end.decisions.filter((d) => d.reason === reason).length;

describe('a transfer', () => {
  it('one frame lost in the middle: one retransmission, nothing waits for a timer', () => {
    const n = transfer({ drop: new Set([30]) }, 200_000, 2_000_000);
    expect(n.b.read).toBe(200_000);
    expect(n.a.counters).toMatchObject({
      TcpRetransSegs: 1,
      TcpExtTCPFastRetrans: 1,
      TcpExtTCPSackRecovery: 1,
      TcpExtTCPTimeouts: 0,
      TcpExtTCPLossProbes: 0,
    });
    const again = n.wire.findIndex((w) => w.out.retransmit);
    // it left with the ACK that told of the third segment beyond it
    const sacks = n.wire.slice(0, again).filter((w) => w.from === 'b' && w.sacks.length > 0);
    expect(sacks.length).toBeGreaterThanOrEqual(3);
    expect(n.b.counters.TcpExtTCPDSACKOldSent).toBe(0);
  });

  it('the last two frames lost: a tail loss probe, not the timeout', () => {
    // 20 segments: frames 2..21
    const n = transfer({ drop: new Set([20, 21]) }, 20 * 1448, 1_000_000);
    expect(n.b.read).toBe(20 * 1448);
    expect(n.a.counters).toMatchObject({ TcpExtTCPLossProbes: 1, TcpExtTCPTimeouts: 0, TcpRetransSegs: 2 });
    expect(times(n.a, 'tcpEnterRecovery')).toBe(1);
  });

  it('a retransmission lost as well: RACK finds it without a timeout', () => {
    let again = 0;
    const n = transfer(
      { drop: (i, out) => i === 30 || (out.retransmit && again++ === 0) },
      400_000,
      3_000_000,
    );
    expect(n.b.read).toBe(400_000);
    expect(n.a.counters).toMatchObject({
      TcpExtTCPLostRetransmit: 1,
      TcpExtTCPTimeouts: 0,
      TcpRetransSegs: 2,
    });
  });

  it('all of a flight held up for half a second: the timeout was spurious and is undone', () => {
    const n = transfer(
      { late: (i) => (i >= 12 && i < 40 ? 500_000_000 : 0), sysctl: { tcp_early_retrans: 0 } },
      300_000,
      5_000_000,
    );
    expect(n.b.read).toBe(300_000);
    expect(n.a.counters.TcpExtTCPTimeouts).toBeGreaterThan(0);
    expect(n.a.counters.TcpExtTCPLossUndo).toBeGreaterThan(0);
    expect(n.a.s?.tx.ssthresh).toBeGreaterThan(10);
  });

  it('where every fifth frame comes 5 ms late: a few retransmissions at first, none later', () => {
    const n = transfer({ late: (i) => (i % 5 === 0 ? 5_000_000 : 0) }, 600_000, 800_000);
    const early = n.a.counters.TcpRetransSegs;
    n.send(n.a, 2_000_000);
    n.until(n.us() + 4_000_000);
    expect(n.b.read).toBe(2_600_000);
    expect(n.a.counters.TcpRetransSegs).toBe(early);
    expect(n.a.counters.TcpExtTCPSACKReorder + n.a.counters.TcpExtTCPTSReorder).toBeGreaterThan(0);
    expect(times(n.a, 'rackWaits')).toBeGreaterThan(0);
  });

  it('a reader that stops closes the window; probes find it open again', () => {
    const n = transfer({}, 500_000, 3_000_000, { noread: true });
    expect(n.a.s?.tx.sndWnd).toBe(0);
    expect(n.a.counters.TcpExtTCPWinProbe).toBeGreaterThan(0);
    expect(n.b.counters.TcpExtTCPToZeroWindowAdv).toBe(1);
    const taken = n.b.s === null ? 0 : seqDiff(n.b.s.rcvNxt, n.b.s.copiedSeq);
    expect(taken).toBeGreaterThan(40_000);
    expect(taken).toBeLessThan(131_072);
    n.b.o.noread = false;
    n.readAll(n.b);
    n.until(n.us() + 3_000_000);
    expect(n.b.read).toBe(500_000);
    expect(n.b.counters.TcpExtTCPFromZeroWindowAdv).toBe(1);
  });

  it.each(['cubic', 'reno'] as const)(
    'a router’s queue of 60 frames overflows (%s): losses are repaired and the line stays busy',
    (tcp_congestion_control) => {
      const a = {
        rateBps: 1e9,
        bottleneck: { rateBps: 1e7, queueFrames: 60 },
        sysctl: { tcp_congestion_control },
      };
      const n = transfer(a, 5_000_000, 7_000_000, { rateBps: 1e9, sock: { rcvbuf: 4_000_000 } });
      expect(n.b.read).toBe(5_000_000);
      expect(n.a.overflows).toBeGreaterThan(0);
      expect(n.a.counters).toMatchObject({ TcpRetransSegs: n.a.overflows, TcpExtTCPTimeouts: 0 });
      expect(n.b.counters.TcpExtTCPDSACKOldSent).toBe(0);
      // 5 MB at 10 Mbit/s are 4.18 s with headers
      const last = n.wire.filter((w) => w.from === 'a' && w.len > 0).at(-1)?.us ?? 0;
      expect(last).toBeLessThan(5_000_000);
    },
  );

  it('the host’s own queue is kept short by TCP itself: no frame is lost there', () => {
    const n = transfer({ queueFrames: 20, sysctl: { tcp_congestion_control: 'reno' } }, 2_000_000, 3_000_000);
    expect(n.b.read).toBe(2_000_000);
    expect(n.a.counters.TcpRetransSegs).toBe(0);
    expect(times(n.a, 'tcpSmallQueue')).toBeGreaterThan(0);
  });

  it('the window doubles each round trip', () => {
    const n = transfer({ rateBps: 1e9, kernel: '2.6.28' }, 400_000, 1_000_000, {
      rateBps: 1e9,
      sock: { rcvbuf: 4_000_000 },
    });
    // segments a round trip: 2.6.28 begins with 3
    const perTrip: number[] = [];
    const first = n.wire.find((w) => w.from === 'a' && w.len > 0)?.us ?? 0;
    for (const w of n.wire) {
      if (w.from !== 'a' || w.len === 0) continue;
      const trip = Math.floor((w.us - first + 1000) / 40_150);
      perTrip[trip] = (perTrip[trip] ?? 0) + Math.ceil(w.len / 1448);
    }
    expect(perTrip.slice(0, 5)).toEqual([3, 6, 12, 24, 48]);
  });

  it('held ACKs (SACK compression) do not slow slow start: one ACK for many adds as many', () => {
    const bytes = (nr: number): number => {
      const n = transfer({ rateBps: 1e8, late: (i) => (i === 14 ? 8_000_000 : 0) }, 3_000_000, 350_000, {
        rateBps: 1e8,
        sysctl: { tcp_comp_sack_nr: nr },
        sock: { rcvbuf: 8_000_000 },
      });
      return n.b.read;
    };
    const held = bytes(44);
    const single = bytes(0);
    expect(held).toBeGreaterThan(single * 0.95);
  });

  it('fq: each frame has a departure time, and frames leave no sooner than that', () => {
    const n = transfer({ sock: { pacing: 2, maxPacingRate: 250_000 } }, 200_000, 1_500_000);
    expect(n.b.read).toBe(200_000);
    const data = n.wire.filter((w) => w.from === 'a' && w.len > 0);
    expect(data.some((w) => w.out.edtNs > n.startNs + w.us * 1000)).toBe(true);
    // 250 kB/s: 200 kB take 0.8 s less the first burst
    const internal = transfer({ sock: { pacing: 1, maxPacingRate: 250_000 } }, 200_000, 1_500_000);
    expect(times(internal.a, 'tcpPaced')).toBeGreaterThan(0);
    const sent = internal.wire.filter((w) => w.from === 'a' && w.len > 0);
    expect(sent[sent.length - 1].us - sent[0].us).toBeGreaterThan(600_000);
    expect(sent[sent.length - 1].us - sent[0].us).toBeLessThan(850_000);
  });
});
