/** What leaves and what waits: sizes worked out by hand, some measured (lab tso files). Full segments are 1448 bytes. */
import { describe, expect, it } from 'vitest';
import { MSS, testSender, type TestSenderOptions } from '../../testing/tcp-sender.ts';
import { TCP_FIN, TCP_PSH } from '../packet/frame.ts';
import { sizeGoal } from './mss.ts';
import { tcpReleaseCb } from './release.ts';
import { packetsInFlight } from './sender.ts';
import { MSG_MORE, setCork, setNodelay, tcpClose, tcpShutdown } from './sendmsg.ts';

/** A short path with the window of a SYN-ACK, as in the measured cases. */
const near = (more: TestSenderOptions = {}) =>
  testSender({ peerWindow: 65_535, handshakeRttUs: 60, ...more });

describe('a write', () => {
  it('of ten segments leaves as 5 + 5: half of the congestion window at a time, each with PSH', () => {
    const t = near();
    expect(t.send(10 * MSS)).toBe(10 * MSS);
    expect(t.sent.map((f) => [f.len / MSS, f.segs, (f.flags & TCP_PSH) !== 0])).toEqual([
      [5, 5, true],
      [5, 5, true],
    ]);
    expect(packetsInFlight(t.s.tx)).toBe(10);
    expect(t.counters).toMatchObject({ TcpOutSegs: 10, TcpExtTCPOrigDataSent: 10 });
    // frames of several segments carry PSH since 5.4 only; the end of a write always does
    const old = near({ kernel: '5.3' });
    old.send(10 * MSS);
    expect(old.sent.map((f) => (f.flags & TCP_PSH) !== 0)).toEqual([false, true]);
  });

  it('goes on after the ACK; one ACK for ten segments adds ten to the window', () => {
    const t = near();
    t.send(20 * MSS);
    expect(t.left()).toBe('5 5');
    expect(t.decisions).toContain('tcpCwndLimited');
    t.ack(60, 10);
    expect(t.s.tx.cwnd).toBe(20);
    expect(t.left()).toBe('10');
    expect(t.decisions).toContain('cwndSlowStart');
  });

  it('begins with the first window of its time', () => {
    const of = (kernel: string): number => testSender({ kernel }).s.tx.cwnd;
    expect([of('2.6.38'), of('2.6.39'), of('6.18')]).toEqual([3, 10, 10]);
  });

  it('a short tail goes with its frame; a short frame of its own waits for the window only', () => {
    const t = near();
    t.send(10_000);
    expect(t.sent.map((f) => f.len)).toEqual([5 * MSS, 10_000 - 5 * MSS]);
    const small = near({ mss: 500, peerMss: 500 });
    small.send(5000);
    expect(small.sent.map((f) => f.len)).toEqual([2440, 2440]);
    small.ack(60, 4880 / MSS);
    expect(small.sent[2]).toMatchObject({ seq: 4880, len: 120, segs: 1, flags: 0x18 });
  });

  it('is bounded by the device’s GSO limits and by half of the peer’s window', () => {
    const goal = (o: TestSenderOptions): number => {
      const { s } = near(o);
      return sizeGoal(s, s.tx.mssCache);
    };
    expect(goal({})).toBe(22 * MSS);
    expect(goal({ mss: 8960, peerMss: 8960 })).toBe(3 * 8948);
    expect(goal({ gsoMaxSize: 8000 })).toBe(5 * MSS);
    expect(goal({ gsoMaxSegs: 4 })).toBe(4 * MSS);
    const two = near({ gsoMaxSegs: 2 });
    two.send(5 * MSS);
    expect(two.left()).toBe('2 2 1');
  });

  it('stops at the receive window, and goes on when it moves', () => {
    const t = near({ peerWindow: 4344 });
    t.send(10_000);
    expect(t.sent.reduce((sum, f) => sum + f.len, 0)).toBe(3 * MSS);
    expect(t.decisions).toContain('tcpRwndLimited');
    t.ack(60, 2);
    expect(t.sent.reduce((sum, f) => sum + f.len, 0)).toBe(5 * MSS);
  });

  it('far away, frames hold a millisecond at the pacing rate, two segments at least', () => {
    // 1448 * 10 * 2 bytes in 50 ms are 565 in a (binary) millisecond; before 5.18 paths made no difference
    const t = near({ handshakeRttUs: 50_000 });
    t.send(5 * MSS);
    expect(t.left()).toBe('2 2 1');
    const old = near({ kernel: '5.17' });
    old.send(10 * MSS);
    // 1448 * 20 / 60 us: far more than a window
    expect(old.left()).toBe('5 5');
  });
});

describe('TSO deferral', () => {
  it('a frame that could be larger soon waits for the next ACK, where that is due within half a round trip', () => {
    const t = testSender({ handshakeRttUs: 400 });
    t.s.tx.cwnd = 30;
    t.send(29 * MSS);
    t.until(250);
    t.send(41 * MSS);
    t.left();
    // the one that might have left has waited as well: with two acknowledged, five may leave; 10 of the window of 32 would be enough
    t.ack(300, 2);
    expect(t.left()).toBe('');
    expect(t.decisions).toContain('tcpTsoDeferred');
    expect(t.s.tx.isCwndLimited).toBe(true);
    t.ack(310, 6);
    // 23 are out, the window is 36
    expect(t.left()).toBe('13');
    // divisor 0: more than three segments are enough
    const off = testSender({ handshakeRttUs: 400, sysctl: { tcp_tso_win_divisor: 0 } });
    off.s.tx.cwnd = 30;
    off.send(29 * MSS);
    off.until(250);
    off.send(41 * MSS);
    off.left();
    off.ack(300, 2);
    expect(off.left()).toBe('5');
  });
});

describe('short writes', () => {
  it('Nagle: the second waits for the ACK of the first, unless TCP_NODELAY', () => {
    const t = near();
    for (let i = 0; i < 3; i += 1) t.send(100);
    expect(t.sent.map((f) => f.len)).toEqual([100]);
    expect(t.decisions).toContain('tcpNagle');
    t.ack(60, 100 / MSS);
    expect(t.sent[1]).toMatchObject({ seq: 100, len: 200, segs: 1 });
    const at = near({ nodelay: true });
    for (let i = 0; i < 3; i += 1) at.send(100);
    expect(at.sent.map((f) => f.len)).toEqual([100, 100, 100]);
    const later = near();
    for (let i = 0; i < 3; i += 1) later.send(100);
    setNodelay(later.env, later.s, true);
    expect(later.sent.map((f) => f.len)).toEqual([100, 200]);
  });

  it('TCP_CORK and MSG_MORE keep short data back, full segments go', () => {
    const t = near();
    t.s.tx.cork = true;
    for (let i = 0; i < 5; i += 1) t.send(100);
    expect(t.sent).toEqual([]);
    expect(t.decisions).toContain('tcpCorked');
    t.send(1000);
    expect(t.left()).toBe('1');
    setCork(t.env, t.s, false);
    expect(t.sent[1].len).toBe(52);
    const more = near();
    more.send(100, MSG_MORE);
    expect(more.sent).toEqual([]);
    more.send(100);
    expect(more.sent.map((f) => [f.len, f.flags & TCP_PSH])).toEqual([[200, TCP_PSH]]);
  });

  it('autocorking: while something waits in the card, short writes join; its completion sends them', () => {
    const t = near({ holds: true, nodelay: true });
    for (let i = 0; i < 5; i += 1) t.send(100);
    // more must lie below TCP than the one that waits takes: 996 bytes against 996 are not more
    expect(t.sent.map((f) => f.len)).toEqual([100, 100]);
    expect(t.counters.TcpExtTCPAutoCorking).toBe(1);
    t.complete();
    expect(t.sent[2].len).toBe(300);
    const u = near({ holds: true, nodelay: true });
    u.send(MSS);
    for (let i = 0; i < 4; i += 1) u.send(100);
    expect(u.left()).toBe('1');
    expect(u.counters.TcpExtTCPAutoCorking).toBe(1);
    expect(u.decisions).toContain('tcpAutocork');
    u.complete();
    expect(u.sent[1].len).toBe(400);
    const off = near({ holds: true, nodelay: true, sysctl: { tcp_autocorking: 0 } });
    off.send(MSS);
    for (let i = 0; i < 4; i += 1) off.send(100);
    expect(off.sent).toHaveLength(5);
  });

  it('a short skb at the head takes data of the next (6.10)', () => {
    const grow = (kernel: string): string => {
      const t = near({ kernel, peerWindow: 10 * MSS });
      // 5 * MSS is the size goal: half of the window
      t.send(10 * MSS);
      t.left();
      t.send(2 * MSS, 0x80);
      t.send(2 * MSS);
      t.ack(60, 10);
      return t.left();
    };
    // MSG_EOR keeps them apart, whatever the version
    expect(grow('6.18')).toBe('2 2');
    expect(grow('6.9')).toBe('2 2');
  });
});

describe('the send buffer', () => {
  it('takes what fits, and wakes the writer when a third is free', () => {
    const t = testSender({ sndbuf: 20_000, peerWindow: 1 << 20 });
    // the skb at hand is filled to its goal (45 segments) whatever the buffer says, and ten segments left meanwhile, two a frame
    const taken = t.send(100_000);
    expect(taken).toBe(55 * MSS);
    expect(t.s.tx).toMatchObject({ wmemQueued: 55 * MSS + 896 * 6, nospace: true });
    expect(t.decisions).toContain('tcpSndbufFull');
    expect(t.send(1)).toBe(0);
    t.ack(40_000, 10);
    expect(t.woken).toBe(0);
    for (let n = 12; t.woken === 0; n += 2) t.ack(40_000 + n * 100, n);
    expect(t.s.tx.wmemQueued).toBeLessThanOrEqual(20_000 * (2 / 3));
    expect(t.decisions).toContain('tcpWriteSpace');
    expect(t.send(1000)).toBe(1000);
  });

  it('grows with the congestion window: 87040 bytes for ten segments, up to tcp_wmem', () => {
    const t = testSender({ sndbuf: 0 });
    // 1460 + 320 + 320 bytes take 4096, and 256 for the sk_buff; twice ten of them
    expect(t.s.tx.sndbuf).toBe(87_040);
    t.send(1_000_000);
    for (let n = 10; n <= 60; n += 10) t.ack(n * 4000, n);
    expect(t.s.tx.sndbuf).toBeGreaterThan(87_040);
  });
});

describe('small queues', () => {
  it('hold back what exceeds a millisecond below TCP, and completion goes on', () => {
    const t = testSender({ holds: true, sysctl: { tcp_limit_output_bytes: 8000 } });
    t.send(10 * MSS);
    // skbs of two segments: 3792 bytes each; twice that is the least limit, so three are below when the limit is passed
    expect(t.left()).toBe('2 2 2');
    expect(t.s.tx).toMatchObject({ tsqThrottled: true, wmemAlloc: 3 * 3792 });
    expect(t.decisions).toContain('tcpSmallQueue');
    t.complete();
    expect(t.left()).toBe('2');
    t.complete(2);
    expect(t.left()).toBe('2');
  });

  it('have the limit of their time', () => {
    const of = (kernel: string): number => testSender({ kernel }).env.sysctl.tcp_limit_output_bytes;
    const limits = ['3.6', '4.1', '4.2', '4.20', '5.0', '6.15', '6.16'].map(of);
    expect(limits).toEqual([131_072, 131_072, 262_144, 262_144, 1_048_576, 1_048_576, 4_194_304]);
    // under fq it does not hold from 5.0 to 6.15
    const fq = (kernel: string): string => {
      const sysctl = { tcp_limit_output_bytes: 1 };
      const t = testSender({ kernel, holds: true, pacing: 2, gsoMaxSegs: 1, sysctl });
      t.s.tx.pacingRate = 1e9;
      t.send(10 * MSS);
      return t.left();
    };
    // two leave whatever the limit: an skb alone is never held
    const ten = '1 1 1 1 1 1 1 1 1 1';
    expect(['4.20', '5.0', '6.15', '6.16'].map(fq)).toEqual(['1 1', ten, ten, '1 1']);
  });
});

describe('the end', () => {
  it('a FIN rides on the last data that wait, or goes alone', () => {
    const t = testSender();
    t.send(11 * MSS);
    tcpShutdown(t.env, t.s);
    t.ack(40_000, 10);
    expect(t.sent.at(-1)).toMatchObject({ len: MSS, flags: 0x19 });
    expect(t.s.state).toBe('fin-wait-1');
    t.ack(80_000, 11, [], { ack: (0xfffffc00 + 11 * MSS + 1) >>> 0 });
    expect(t.s.state).toBe('fin-wait-2');
    expect(t.send(1)).toBe(0);
    const alone = testSender();
    tcpShutdown(alone.env, alone.s);
    expect(alone.sent[0]).toMatchObject({ len: 0, flags: 0x10 | TCP_FIN });
  });

  it('closing with unread data is a reset', () => {
    const t = testSender();
    t.ack(10, 0, [], { len: 100, truesize: 832, flags: 0x18 });
    tcpClose(t.env, t.s);
    expect(t.sent.at(-1)?.reason).toBe('tcpAbortClose');
    expect(t.s.state).toBe('closed');
    expect(t.counters).toMatchObject({ TcpExtTCPAbortOnClose: 1, TcpOutRsts: 1 });
  });
});

describe('a socket that a task holds', () => {
  it('leaves timers and small queues to its release', () => {
    const t = testSender({ sysctl: { tcp_early_retrans: 0 } });
    t.send(MSS);
    t.s.owned = true;
    t.until(400_000);
    expect(t.left()).toBe('1');
    expect(t.s.tx.writeTimerDeferred).toBe(true);
    tcpReleaseCb(t.env, t.s);
    expect(t.left()).toBe('[1]');
    const q = testSender({ holds: true, sysctl: { tcp_limit_output_bytes: 8000 } });
    q.send(10 * MSS);
    q.s.owned = true;
    q.complete(3);
    expect(q.left()).toBe('2 2 2');
    expect(q.s.tx.tsqDeferred).toBe(true);
    tcpReleaseCb(q.env, q.s);
    expect(q.left()).toBe('2 2');
  });
});
