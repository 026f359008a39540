/** The TCP receiver's rules, each with its arithmetic from the kernel's text. Segments of 1448 bytes; times in us. */
import { describe, expect, it } from 'vitest';
import { FIRST, MSS, testReceiver, warm } from '../../testing/tcp-receiver.ts';
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from '../packet/frame.ts';
import { setQuickack, tcpRecvmsg } from './read.ts';
import { tcpReleaseCb } from './release.ts';
import { tcpClose, tcpSendmsg } from './sendmsg.ts';
import { ICSK_ACK_NOMEM } from './constants.ts';
import { receiveWindow, selectWindow } from './window.ts';

const ALL = Number.MAX_SAFE_INTEGER;

/** 63 segments, each read at once: growth and quick ACKs are over, and nothing is owed. */
function drained() {
  const t = testReceiver();
  for (let i = 0; i < 63; i += 1) {
    t.data(i * 1000, i);
    tcpRecvmsg(t.env, t.s, ALL);
  }
  t.acks.length = 0;
  return t;
}

describe('at the beginning', () => {
  it('has the starting values of an accepted socket', () => {
    const { s } = testReceiver();
    expect(s).toMatchObject({
      rcvbuf: 1_048_576,
      rcvWnd: 524_140,
      rcvWscale: 10,
      windowClamp: 522_828,
      rcvSsthresh: 522_828,
      rcvMss: 536,
      spaceBytes: 14_600,
      rtoJiffies: 60,
    });
    const ts = testReceiver({ tsOk: true }).s;
    expect(ts).toMatchObject({ rcvWnd: 524_176, windowClamp: 522_840, spaceBytes: 14_480, advmss: 1448 });
  });

  it('the first segment moves the ratio, the clamp and the threshold', () => {
    const t = testReceiver();
    t.data(0, 0);
    // 1448 * 256 / 2304 = 160: the clamp is 1048576 * 160 / 256; the threshold rises to the window, then by two segments
    expect(t.s).toMatchObject({ scalingRatio: 160, windowClamp: 655_360, rcvSsthresh: 524_140 + 2920 });
    expect(t.decisions).toContain('windowGrows');
    expect(testReceiver({ kernel: '6.5' }).env.rules.tcpScalingRatio).toBe(false);
    const old = testReceiver({ kernel: '6.5' });
    old.data(0, 0);
    expect(old.s).toMatchObject({ scalingRatio: 128, windowClamp: 522_828 });
  });
});

describe('quick ACKs', () => {
  it.each([false, true])('nobody reads: one ACK a segment for 46 segments (timestamps %s)', (tsOk) => {
    const t = testReceiver({ tsOk });
    for (let i = 0; i < 60; i += 1) t.data(i * 1000, i);
    // growth ends at the 30th (524140 + 2920 k against 655360 - 1440 k), then 16 credits are used
    expect(
      t.acks.filter((a) => a.us === Math.floor(a.us / 1000) * 1000 && a.reason === 'ackQuick'),
    ).toHaveLength(46);
    expect(t.reasons().slice(0, 46)).toEqual(new Array(46).fill('ackQuick'));
    expect(t.reasons()[46]).not.toBe('ackQuick');
  });

  it('a reader that drains at once: 61, then every second segment', () => {
    const t = testReceiver();
    for (let i = 0; i < 150; i += 1) {
      t.data(i * 1000, i);
      t.until(i * 1000 + 100);
      tcpRecvmsg(t.env, t.s, ALL);
    }
    expect(t.acks).toHaveLength(105);
    expect(t.reasons().slice(0, 61)).toEqual(new Array(61).fill('ackQuick'));
    expect(new Set(t.reasons().slice(61))).toEqual(new Set(['ackFullFrames']));
  });

  it('silence longer than the RTO grants them anew', () => {
    const t = testReceiver();
    const at = warm(t);
    t.data(at + 1_000_000, 60);
    expect(t.reasons()).toEqual(['ackQuick']);
  });

  it('old data grants them too, and the copy is told as DSACK', () => {
    const t = testReceiver();
    const at = warm(t);
    t.data(at, 60);
    t.data(at + 10, 60);
    expect(t.reasons()).toEqual(['ackQuick']);
    expect(t.acks[0].sacks).toEqual([[60 * MSS, 61 * MSS]]);
    expect(t.drops).toEqual(['oldData']);
    expect(t.env.counters).toMatchObject({ TcpExtTCPDSACKOldSent: 1, TcpExtDelayedACKLost: 1 });
    expect(t.decisions).toContain('dsackNoted');
    // below what was acknowledged it is outside the window: answered by tcp_send_dupack
    t.data(at + 20, 10);
    expect(t.reasons()).toEqual(['ackQuick', 'ackOutOfWindow']);
  });

  it('tcp_dsack 0: no DSACK', () => {
    const t = testReceiver({ sysctl: { tcp_dsack: 0 } });
    t.data(0, 0);
    t.data(10, 0);
    expect(t.acks.at(-1)?.sacks).toEqual([]);
  });
});

describe('delayed ACKs', () => {
  it('wait for the timer: at the tick after 40 ms', () => {
    const t = testReceiver();
    const at = Math.ceil(warm(t) / 4000) * 4000 + 1500;
    t.data(at, 60);
    expect(t.decisions).toContain('ackDelayed');
    t.until(at + 50_000);
    // ten jiffies after the tick 1.5 ms ago, and one more
    expect(t.acks.map((a) => [a.reason, a.us - at])).toEqual([['ackDelayedTimer', 44_000 - 1500]]);
    // the warm-up's last one too
    expect(t.env.counters.TcpExtDelayedACKs).toBe(2);
    // 20 after the warm-up's timer; half of it and the gap of 15 jiffies; doubled, but 196 ms at most
    expect(t.s.ato).toBe(49);
  });

  it('a segment eight ticks after the timer was armed sends the ACK at once', () => {
    const t = testReceiver();
    const at = Math.ceil(warm(t) / 4000) * 4000 + 1500;
    for (let i = 0; i < 40; i += 1) t.data(at + i * 1000, 60 + i);
    expect(t.acks.map((a) => [a.reason, a.us - at])).toEqual([['ackTimerNear', 31_000]]);
    expect(t.decisions).toContain('ackDelayedOn');
  });

  it('the reader sends the ACK that softirq left to it', () => {
    const t = drained();
    t.data(200_000, 63);
    t.data(200_010, 64);
    expect(t.acks).toEqual([]);
    tcpRecvmsg(t.env, t.s, ALL);
    expect(t.reasons()).toEqual(['ackByReader']);
  });

  it('reading all of a pushed or small segment acknowledges it', () => {
    const t = drained();
    t.segment(200_000, { seq: 63 * MSS, len: 100, flags: TCP_ACK | TCP_PSH });
    expect(t.acks).toEqual([]);
    tcpRecvmsg(t.env, t.s, ALL);
    expect(t.reasons()).toEqual(['ackPushedRead']);
  });

  it('TCP_QUICKACK 0 is the interactive mode, 1 leaves it and answers after each read', () => {
    const t = testReceiver();
    setQuickack(t.env, t.s, false);
    for (let i = 0; i < 4; i += 1) {
      t.data(i * 1000, i);
      tcpRecvmsg(t.env, t.s, ALL);
    }
    expect(t.reasons()).toEqual(['ackFullFrames', 'ackFullFrames']);
    const u = drained();
    u.data(200_000, 63);
    tcpRecvmsg(u.env, u.s, ALL);
    expect(u.acks).toEqual([]);
    setQuickack(u.env, u.s, true);
    expect(u.reasons()).toEqual(['ackPushedRead']);
  });

  it('answers carry the ACK, and from the threshold on credits no longer count', () => {
    const threshold = (kernel: string): number => {
      const t = testReceiver({ kernel });
      for (let i = 0; i < 6; i += 1) {
        t.data(i * 1000, i, { ack: t.s.tx.sndNxt });
        t.until(i * 1000 + 100);
        tcpRecvmsg(t.env, t.s, ALL);
        tcpSendmsg(t.env, t.s, 100);
      }
      expect(t.reasons()).toContain('ackOnData');
      return t.reasons().filter((r) => r === 'ackQuick').length;
    };
    expect(threshold('6.18')).toBe(1);
    expect(threshold('5.10')).toBe(3);
  });

  it('an answer that nobody acknowledges is sent again', () => {
    const t = testReceiver({ handshakeRttUs: 5150 });
    t.data(0, 0);
    tcpSendmsg(t.env, t.s, 100);
    t.until(250_000);
    // 5.15 + 200 ms: 52 jiffies; the probe's time is no earlier
    expect(t.acks.slice(1).map((a) => [a.reason, a.us])).toEqual([
      ['ackOnData', 0],
      ['tcpProbe', 212_000],
    ]);
    t.until(500_000);
    expect(t.reasons().slice(3)).toEqual(['tcpRto']);
    t.segment(500_000, { seq: MSS, ack: t.s.tx.sndNxt });
    t.until(2_000_000);
    expect(t.acks).toHaveLength(4);
    expect(t.drops).toEqual(['pureAck']);
  });

  it('Nagle: a second short answer waits for the first one’s ACK', () => {
    const t = testReceiver();
    tcpSendmsg(t.env, t.s, 100);
    tcpSendmsg(t.env, t.s, 100);
    tcpSendmsg(t.env, t.s, 50);
    expect(t.acks.map((a) => a.out.len)).toEqual([100]);
    t.segment(1000, { seq: 0, ack: t.s.tx.sndNxt });
    expect(t.acks.map((a) => a.out.len)).toEqual([100, 150]);
  });

  it('while the application holds the socket, one ACK for the whole backlog (6.7 and later)', () => {
    const run = (kernel: string): string[] => {
      const t = testReceiver({ kernel });
      t.s.owned = true;
      for (let i = 0; i < 3; i += 1) t.data(i * 10, i);
      tcpReleaseCb(t.env, t.s);
      if (kernel === '6.18') expect(t.decisions).toContain('ackDeferred');
      return t.reasons();
    };
    expect(run('6.18')).toEqual(['ackFullFrames']);
    expect(run('6.6')).toEqual(['ackQuick', 'ackQuick', 'ackQuick']);
  });

  it('a delayed ACK whose time is up meanwhile leaves when the socket is let go of', () => {
    const t = testReceiver();
    let n = 0;
    for (; t.decisions.at(-1) !== 'ackDelayed' && n < 100; n += 1) t.data(n * 1000, n);
    const before = t.reasons().length;
    const { counters } = t.env;
    t.s.owned = true;
    // one tick after 40 ms at most: it runs once, and does not try again by itself
    t.until(n * 1000 + 300_000);
    expect(counters).toMatchObject({ TcpExtDelayedACKLocked: 1, TcpExtDelayedACKs: 0 });
    expect(t.reasons()).toHaveLength(before);
    tcpReleaseCb(t.env, t.s);
    expect(t.reasons().slice(before)).toEqual(['ackDelayedTimer']);
    expect(counters.TcpExtDelayedACKs).toBe(1);
  });
});

describe('window and memory', () => {
  const small = { sysctl: { tcp_rmem: [4096, 65_536, 65_536] } };

  it('nobody reads: the window closes and is never taken back; then data are refused', () => {
    const run = (kernel: string) => {
      const t = testReceiver({ kernel, ...small });
      let edge = 0;
      // a share of 160 in 256 of 65536 bytes less 1440 a segment, from the 29th on less than a segment
      for (let i = 0; i < 29; i += 1) {
        t.data(i * 50_000, i);
        t.until(i * 50_000 + 49_000);
        const right = (i + 1) * MSS + receiveWindow(t.s);
        expect(right).toBeGreaterThanOrEqual(edge);
        edge = right;
      }
      expect(t.drops).toEqual([]);
      expect(receiveWindow(t.s)).toBe(128);
      // 29 * 2304 bytes are charged, more than the buffer: no room for what the window still allows
      t.segment(1_500_000, { seq: 29 * MSS, len: 128, truesize: 4352 });
      return t;
    };
    const t = run('6.18');
    expect(t.s.rmem).toBe(29 * 2304);
    expect(t.drops).toEqual(['tcpMemory']);
    expect(t.acks.at(-1)).toMatchObject({ reason: 'ackNoMemory', out: { win: 0 } });
    expect(t.env.counters).toMatchObject({ TcpExtTCPRcvQDrop: 1, TcpExtRcvPruned: 1, TcpExtPruneCalled: 1 });
    // since 6.17 tcp_sequence refuses it, before that tcp_data_queue
    t.segment(1_500_010, { seq: 29 * MSS, len: 128, truesize: 4352 });
    expect(t.drops.at(-1)).toBe('tcpOverWindow');
    const older = run('6.12');
    older.segment(1_500_010, { seq: 29 * MSS, len: 128, truesize: 4352 });
    expect(older.drops.at(-1)).toBe('tcpZeroWindow');
    expect(older.env.counters.TcpExtTCPZeroWindowDrop).toBe(1);
    // reading opens it again, which the reader tells
    t.until(1_600_000);
    tcpRecvmsg(t.env, t.s, ALL);
    expect(t.reasons().at(-1)).toBe('ackWindowUpdate');
    // two segments at first: the buffer has been overrun once (tcp_clamp_window)
    expect(t.s.rcvWnd).toBe(Math.ceil(2920 / 128) * 128);
    expect(t.env.counters).toMatchObject({ TcpExtTCPToZeroWindowAdv: 1, TcpExtTCPFromZeroWindowAdv: 1 });
    // before 6.6 the ACK for want of memory offered what there was
    const offered = (kernel: string): number => {
      const u = testReceiver({ kernel });
      u.s.pending = ICSK_ACK_NOMEM;
      return selectWindow(u.env, u.s);
    };
    expect(offered('6.6')).toBe(0);
    // the window open is 524140 bytes
    expect(offered('6.5')).toBe(Math.ceil(524_140 / 1024));
  });

  it('overhead fills the buffer: skbs are copied together, then what comes is lost', () => {
    const t = testReceiver({ ...small });
    // 10 bytes in 832 of memory each: 79 of them use the buffer up
    for (let i = 0; i < 400; i += 1) t.segment(i * 100, { seq: i * 10, len: 10, truesize: 832 });
    expect(t.env.counters.TcpExtPruneCalled).toBeGreaterThan(0);
    expect(t.env.counters.TcpExtTCPRcvCollapsed).toBeGreaterThan(70);
    expect(t.decisions).toContain('tcpCollapsed');
    expect(t.drops).toEqual([]);
    expect(t.s.queue[0].truesize).toBe(4096 + 256);
    expect(t.s.rmem).toBe(t.s.queue.reduce((sum, skb) => sum + skb.truesize, 0));
    expect(tcpRecvmsg(t.env, t.s, ALL).bytes).toBe(4000);
    expect(t.s.rmem).toBe(0);
  });

  it('without room: the newest out-of-order segments go first, never those below what comes', () => {
    const t = testReceiver(small);
    const far = { len: 700, truesize: 8448 };
    // beyond a hole: eight of them are more than the buffer, and too far apart to be copied together
    for (let i = 0; i < 8; i += 1) t.data(i * 10, 1 + 2 * i, far);
    t.data(100, 17, far);
    expect(t.drops).toEqual(['tcpMemory']);
    expect(t.env.counters.TcpExtTCPOFODrop).toBe(1);
    // the missing one makes room from the top: an eighth of the buffer is one of them
    t.data(200, 0);
    expect(t.drops).toEqual(['tcpMemory', 'ofoPruned']);
    expect(t.env.counters.TcpExtOfoPruned).toBe(1);
    expect(t.s.sacks).toEqual([]);
    expect((t.s.rcvNxt - FIRST) | 0).toBe(MSS + 700);
    expect(t.s.ofo).toHaveLength(6);
  });

  it('beyond the window: refused; sticking out of it: only into an empty queue since 6.17', () => {
    const t = testReceiver(small);
    t.segment(0, { seq: 200_000, len: 100 });
    expect(t.drops).toEqual(['tcpOverWindow']);
    expect(t.env.counters.TcpExtBeyondWindow).toBe(1);
    const stick = (kernel: string): string[] => {
      const u = testReceiver({ kernel, ...small });
      u.data(0, 0);
      u.segment(10, { seq: MSS + receiveWindow(u.s) - 100, len: 200 });
      return u.drops;
    };
    expect(stick('6.18')).toEqual(['tcpOverWindow']);
    expect(stick('6.12')).toEqual([]);
  });

  it('a fast reader makes the buffer grow', () => {
    const grown = (kernel: string): number => {
      const t = testReceiver({ kernel, sysctl: { tcp_rmem: [4096, 131_072, 6_291_456] } });
      t.data(0, 0);
      t.s.rttUs8 = 8000;
      for (let i = 1; i < 40; i += 1) t.data(i * 10, i);
      tcpRecvmsg(t.env, t.s, ALL);
      expect(t.s.rcvbuf).toBe(131_072);
      t.data(3000, 40);
      tcpRecvmsg(t.env, t.s, ALL);
      expect(t.decisions).toContain('rcvbufGrows');
      return t.s.rcvbuf;
    };
    // 41 segments in a round trip, 14600 bytes before: 118736 + 2 * 118736 * 44768 / 14600 bytes of window
    expect(grown('6.18')).toBe(1_355_033);
    // 16 segments to spare before 6.16: 142096 in place of 118736
    expect(grown('6.12')).toBe(1_621_622);
  });
});

describe('the RTT estimate', () => {
  it('takes smaller samples at once since 6.16, and none while data wait', () => {
    const run = (kernel: string): number => {
      const t = testReceiver({ kernel, tsOk: true });
      const ecr = (ms: number, backMs: number): number =>
        Math.floor((t.env.now + ms * 0) / 1e6) + ms - backMs;
      t.data(1000, 0, { tsEcr: ecr(1, 20) });
      t.data(2000, 1, { tsEcr: ecr(1, 10) });
      t.data(3000, 2, { tsEcr: ecr(1, 40) });
      return t.s.rttUs8;
    };
    // 20 ms, then 10 taken at once, then 40 not looked at: nobody has read
    expect(run('6.18')).toBe(80_000);
    // 160000 - 20000 + 10000 = 150000; - 18750 + 40000
    expect(run('6.12')).toBe(171_250);
  });

  it('without timestamps it is the time in which a window came', () => {
    const t = testReceiver({ sysctl: { tcp_rmem: [4096, 131_072, 6_291_456] } });
    for (let i = 0; i < 60; i += 1) {
      t.data(i * 1000, i);
      tcpRecvmsg(t.env, t.s, ALL);
    }
    // first segment: rcv_nxt 1448 + window 64240; the 46th ends beyond that
    expect(t.s.rttUs8).toBe(45_000 * 8);
  });

  it('out-of-order segments count for the segment size since 6.17', () => {
    const run = (kernel: string): number => {
      const t = testReceiver({ kernel });
      t.data(0, 1);
      return t.s.rcvMss;
    };
    expect([run('6.16'), run('6.18')]).toEqual([536, 1448]);
  });
});

describe('refused and ended', () => {
  it('overlaps in the out-of-order queue are told as DSACK', () => {
    const t = testReceiver();
    t.data(0, 2);
    t.segment(10, { seq: 2 * MSS + 500, len: 1448 });
    expect(t.acks.at(-1)?.sacks).toEqual([
      [2 * MSS + 500, 3 * MSS],
      [2 * MSS, 3 * MSS + 500],
    ]);
    t.data(20, 2);
    expect(t.drops).toEqual(['ofoMerged']);
    // covers both that are there
    t.segment(30, { seq: 2 * MSS, len: 4000, truesize: 4352 });
    expect(t.drops).toEqual(['ofoMerged', 'ofoMerged', 'ofoMerged']);
    expect(t.s.ofo).toHaveLength(1);
    expect(t.env.counters).toMatchObject({
      TcpExtTCPOFOMerge: 3,
      TcpExtTCPOFOQueue: 4,
      TcpExtTCPDSACKOfoSent: 3,
    });
  });

  it('a FIN in order counts one byte; the reader gets the end and closes', () => {
    const t = testReceiver();
    t.data(0, 0, { flags: TCP_ACK | TCP_FIN });
    expect(t.acks.at(-1)?.acked).toBe(MSS + 1);
    expect(t.s.state).toBe('close-wait');
    const read = tcpRecvmsg(t.env, t.s, ALL);
    expect(read).toMatchObject({ bytes: MSS, end: true });
    tcpClose(t.env, t.s);
    expect(t.acks.at(-1)?.out.flags).toBe(TCP_ACK | TCP_FIN);
    t.segment(100, { seq: MSS + 1, ack: t.s.tx.sndNxt });
    expect(t.s.state).toBe('closed');
  });

  it('a FIN beyond a hole waits for it', () => {
    const t = testReceiver();
    t.data(0, 1, { flags: TCP_ACK | TCP_FIN });
    expect(t.s.state).toBe('established');
    t.data(10, 0);
    expect(t.s.state).toBe('close-wait');
    expect(t.acks.at(-1)).toMatchObject({ acked: 2 * MSS + 1, sacks: [] });
  });

  it('RST: exactly next or at the edge of a SACK block ends it; else it is challenged, once in half a second', () => {
    const rst = (seq: number) => {
      const t = testReceiver();
      t.data(0, 2);
      t.acks.length = 0;
      t.segment(10, { seq, flags: TCP_RST });
      return t;
    };
    expect(rst(0)).toMatchObject({ s: { state: 'closed' }, drops: ['tcpReset', 'tcpReset'] });
    expect(rst(3 * MSS).s.state).toBe('closed');
    const t = rst(700);
    expect(t).toMatchObject({ s: { state: 'established' }, drops: ['tcpRstChallenge'] });
    t.segment(20, { seq: 700, flags: TCP_RST });
    expect(t.reasons()).toEqual(['tcpRstChallenge']);
    expect(t.env.counters).toMatchObject({ TcpExtTCPChallengeACK: 1, TcpExtTCPACKSkippedChallenge: 1 });
    expect(rst(10_000_000).drops).toEqual(['tcpOverWindow']);
  });

  it('SYN in an open connection is challenged; a segment without ACK is nothing', () => {
    const t = testReceiver();
    t.segment(0, { seq: 0, flags: TCP_SYN });
    t.segment(10, { seq: 0, flags: TCP_PSH, len: 10 });
    expect(t.drops).toEqual(['tcpSynChallenge', 'tcpFlags']);
    expect(t.env.counters.TcpExtTCPSYNChallenge).toBe(1);
  });

  it('PAWS: an older timestamp is refused and answered', () => {
    const t = testReceiver({ tsOk: true });
    t.data(0, 0, { tsVal: 5000 });
    t.data(10, 1, { tsVal: 4000 });
    expect(t.drops).toEqual(['tcpPaws']);
    expect(t.reasons().at(-1)).toBe('tcpPaws');
    expect(t.env.counters.TcpExtPAWSEstab).toBe(1);
    // an old pure ACK is only counted
    t.segment(20, { seq: 0, tsVal: 4000 });
    expect(t.env.counters.TcpExtPAWSOldAck).toBe(1);
    // a RST is looked at all the same
    t.segment(30, { seq: MSS, tsVal: 4000, flags: TCP_RST });
    expect(t.s.state).toBe('closed');
  });

  it('urgent data take the slow path until they have come', () => {
    const t = testReceiver();
    t.segment(0, { seq: 0, len: 100, flags: TCP_ACK | TCP_URG, urgPtr: 150 });
    expect(t.s).toMatchObject({ predicted: false, urgSeq: (FIRST + 149) >>> 0 });
    t.segment(10, { seq: 100, len: 100 });
    expect(t.s).toMatchObject({ predicted: true, urgSeq: -1 });
  });

  it('header prediction takes what fits into the pages at hand: 17 of 40 (measured delack-01)', () => {
    const t = testReceiver();
    for (let i = 0; i < 40; i += 1) t.data(i * 1000, i);
    expect(t.env.counters.TcpExtTCPHPHits).toBe(17);
  });

  it('skbs whose pages can be joined are joined', () => {
    const t = testReceiver({ coalesces: true });
    for (let i = 0; i < 4; i += 1) t.data(i, i);
    expect(t.s.queue).toHaveLength(1);
    expect(t.env.counters.TcpExtTCPRcvCoalesce).toBe(3);
    expect(t.decisions).toContain('coalesced');
    expect(t.decisions).toContain('inOrder');
    t.data(10, 5);
    t.data(20, 6);
    expect(t.s.ofo).toHaveLength(1);
    t.data(30, 4);
    expect(t.decisions).toContain('ofoFilled');
    expect(tcpRecvmsg(t.env, t.s, ALL).bytes).toBe(7 * MSS);
    expect(t.s.rmem).toBe(0);
  });
});
