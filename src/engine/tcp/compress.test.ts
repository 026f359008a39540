/** SACK compression and the order of SACK blocks, by kernel version: counts and times worked out by hand. */
import { describe, expect, it } from 'vitest';
import { MSS, type TestReceiverOptions, testReceiver, warm } from '../../testing/tcp-receiver.ts';

const NO_SLACK = { tcp_comp_sack_slack_ns: 0 };

/** Warm, then segment 60 is lost and 61 to 79 come 100 us apart. RTT 40 ms: the delay is 1 ms. */
function oneHole(options: TestReceiverOptions = {}, segments = 19, gapUs = 100) {
  const t = testReceiver({ sysctl: NO_SLACK, ...options });
  const at = warm(t);
  // an estimate of the receiver's own; without one the delay would be 0
  t.s.rttUs8 = 40_000 * 8;
  for (let i = 0; i < segments; i += 1) t.data(at + i * gapUs, 61 + i);
  return { t, at };
}

const upTo = (n: number): number[][] => [[61 * MSS, n * MSS]];

describe('one hole, 5.8 and later', () => {
  it('three duplicate ACKs leave at once, then one ACK a millisecond tells of all', () => {
    const { t, at } = oneHole();
    // the fourth came at 300 us: its timer runs at 1300, when segments 64 to 73 have come
    expect(t.acks.map((a) => [a.reason, a.us - at, a.sacks])).toEqual([
      ['ackDupack', 0, upTo(62)],
      ['ackDupack', 100, upTo(63)],
      ['ackDupack', 200, upTo(64)],
      ['ackCompSackTimer', 1300, upTo(74)],
    ]);
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(9);
    expect(t.s.compressedAck).toBe(6);
    // the missing segment: one ACK at once, the six held ones are only counted
    t.data(at + 2000, 60);
    expect(t.acks.at(-1)).toMatchObject({ reason: 'ackHoleFilled', acked: 80 * MSS, sacks: [] });
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(15);
    expect(t.acks).toHaveLength(5);
    t.until(at + 60_000);
    expect(t.acks).toHaveLength(5);
    expect(t.decisions).toContain('ackCompressed');
    expect(t.decisions).toContain('ackHeld');
  });

  it('tcp_comp_sack_nr 5: the sixth held one leaves at once and counts the five', () => {
    const { t } = oneHole({ sysctl: { ...NO_SLACK, tcp_comp_sack_nr: 5 } }, 9);
    expect(t.reasons()).toEqual(['ackDupack', 'ackDupack', 'ackDupack', 'ackCompSackNr']);
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(5);
  });

  it('tcp_comp_sack_nr 0 switches it off', () => {
    const { t } = oneHole({ sysctl: { ...NO_SLACK, tcp_comp_sack_nr: 0 } });
    expect(t.acks).toHaveLength(19);
    expect(new Set(t.reasons())).toEqual(new Set(['ackCompSackNr']));
  });

  it('an idle CPU lets the timer run at the end of its slack', () => {
    const { t, at } = oneHole({ sysctl: { tcp_comp_sack_slack_ns: 100_000 } });
    expect(t.acks[3].us - at).toBe(1400);
    expect(testReceiver({ kernel: '6.18' }).env.sysctl.tcp_comp_sack_slack_ns).toBe(100_000);
    expect(testReceiver({ kernel: '6.19' }).env.sysctl.tcp_comp_sack_slack_ns).toBe(10_000);
  });

  it('without SACK each segment gives a duplicate ACK', () => {
    const { t } = oneHole({ sackOk: false });
    expect(t.reasons()).toEqual(new Array(19).fill('ackNoSack'));
  });

  it('the delay is 5 % of the RTT, 33 % since 6.19, 1 ms at most', () => {
    const delay = (kernel: string, rttUs: number): number => {
      const t = testReceiver({ kernel, sysctl: NO_SLACK });
      const at = warm(t);
      t.s.rttUs8 = rttUs * 8;
      for (let i = 0; i < 4; i += 1) t.data(at + i, 61 + i);
      return (t.s.compressedAtNs - t.env.now) / 1000;
    };
    expect([delay('6.18', 4000), delay('6.18', 10_000), delay('6.18', 40_000)]).toEqual([200, 500, 1000]);
    expect([delay('6.19', 1000), delay('6.19', 4000)]).toEqual([330, 1000]);
    expect(delay('6.18', 0)).toBe(0);
  });
});

describe('one hole, older kernels', () => {
  it('4.17: each segment is acknowledged', () => {
    const { t } = oneHole({ kernel: '4.17' });
    expect(t.acks).toHaveLength(19);
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(0);
  });

  it('4.18: the first one is held already, and the ACK sent is counted too', () => {
    const { t, at } = oneHole({ kernel: '4.18' });
    // armed at 0: at 1000 us segments 61 to 70 are there (the timer runs before 71 is looked at)
    expect(t.acks.map((a) => [a.reason, a.us - at, a.sacks])).toEqual([['ackCompSackTimer', 1000, upTo(71)]]);
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(10);
  });

  it('4.20: three leave at once; they share the counter of the held ones', () => {
    const { t, at } = oneHole({ kernel: '4.20' });
    expect(t.acks.map((a) => [a.reason, a.us - at])).toEqual([
      ['ackDupack', 0],
      ['ackDupack', 100],
      ['ackDupack', 200],
      ['ackCompSackTimer', 1300],
    ]);
    // ten were held, one of them was sent after all: counted all the same
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(10);
    expect(t.s.compressedAck).toBe(3 + 6);
  });

  it('4.18 does not answer a filled hole at once, 4.20 does', () => {
    // nobody reads, so that much unacknowledged data alone brings no ACK
    for (const [kernel, reasons] of [
      ['4.18', []],
      ['4.20', ['ackHoleFilled']],
    ] as const) {
      const { t, at } = oneHole({ kernel }, 1);
      const before = t.acks.length;
      t.data(at + 100, 60);
      expect(t.reasons().slice(before)).toEqual(reasons);
    }
  });
});

describe('blocks', () => {
  /** Every other segment, cold: block k is segment 59 + 2k. */
  function alternate(count: number, options: TestReceiverOptions = {}) {
    const t = testReceiver({
      tsOk: true,
      handshakeRttUs: 400_000,
      sysctl: { tcp_comp_sack_delay_ns: 20_000_000 },
      ...options,
    });
    const at = warm(t);
    t.s.rttUs8 = 400_000 * 8;
    for (let k = 1; k <= count; k += 1) t.data(at + k * 10, 59 + 2 * k);
    return t;
  }
  const blocks = (t: ReturnType<typeof testReceiver>): number[][] =>
    t.acks.map((a) => a.sacks.map(([left]) => (left / MSS - 59) / 2));

  it('a held ACK leaves before a block sinks below the second place, and the segment that made it sink is silent', () => {
    const t = alternate(8);
    expect(blocks(t)).toEqual([[1], [2, 1], [3, 2, 1], [4, 3, 2], [6, 5, 4]]);
    expect(t.reasons().slice(3)).toEqual(['ackSackSinks', 'ackSackSinks']);
    expect(t.env.counters.TcpExtTCPAckCompressed).toBe(0);
    expect(t.s.compressedAck).toBe(1);
    expect(t.decisions).toContain('sackForgotten');
  });

  it('5.7 sends it only once the list is full', () => {
    const t = alternate(8, { kernel: '5.7' });
    // the list is full at the fifth: 5 and later find something held
    expect(t.reasons().slice(3)).toEqual(new Array(t.acks.length - 3).fill('ackSackSinks'));
    expect(blocks(t)[3]).toEqual([4, 3, 2]);
  });

  it('four fit without timestamps, three with', () => {
    expect(Math.max(...alternate(8, { tsOk: false }).acks.map((a) => a.sacks.length))).toBe(4);
    expect(Math.max(...alternate(8).acks.map((a) => a.sacks.length))).toBe(3);
  });

  it('what touches a block extends it and brings it to the front; what joins two makes them one', () => {
    const t = testReceiver();
    t.data(0, 2);
    t.data(10, 4);
    t.data(20, 6);
    t.data(30, 3);
    expect(t.acks.at(-1)?.sacks).toEqual([
      [2 * MSS, 5 * MSS],
      [6 * MSS, 7 * MSS],
    ]);
    expect(t.decisions).toContain('sackNew');
    expect(t.decisions).toContain('sackExtended');
  });
});

describe('a long stream beyond a hole', () => {
  it.each(['4.18', '5.8', '6.18'])(
    'of 20,000 segments in a second 93 to 98 of 100 ACKs are held (%s)',
    (kernel) => {
      const t = testReceiver({ kernel, rcvbuf: 1 << 28, coalesces: true });
      const start = warm(t);
      // the window grows no more, no credit is left, and a round trip of 40 ms is known: the delay is 1 ms
      Object.assign(t.s, { rttUs8: 40_000 * 8, quick: 0, rcvSsthresh: t.s.windowClamp });
      for (let i = 0; i < 20_000; i += 1) t.data(start + i * 50, 62 + i);
      t.until(start + 1_100_000);
      // one of 20 leaves, with 100 us of slack one of 22; the first three at once
      const held = 20_000 - t.acks.length;
      expect(held / 20_000).toBeGreaterThan(0.93);
      expect(held / 20_000).toBeLessThan(0.98);
      // the counter of 4.18 takes the ACK that leaves for one that did not
      const counted = t.env.counters.TcpExtTCPAckCompressed;
      expect(counted).toBe(kernel === '4.18' ? 20_000 : held);
    },
  );
});
