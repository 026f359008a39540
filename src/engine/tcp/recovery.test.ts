/** Losses and what repairs them, by hand. Segments are numbered from 0; a round trip takes 40 ms; full segments, one a frame. */
import { describe, expect, it } from 'vitest';
import { MSS, testSender, type TestSender, type TestSenderOptions } from '../../testing/tcp-sender.ts';
import { enterCwr } from './recovery.ts';
import { CA_CWR, CA_DISORDER, CA_LOSS, CA_OPEN, CA_RECOVERY, packetsInFlight } from './sender.ts';

/** Ten segments are out, one a frame; all of them at time 0. */
function ten(more: TestSenderOptions = {}, bytes = 10 * MSS): TestSender {
  const mss = more.tsOk === false ? { mss: MSS, peerMss: MSS } : {};
  const t = testSender({ gsoMaxSegs: 1, ...mss, ...more });
  t.send(bytes);
  expect(t.left()).toBe('1 1 1 1 1 1 1 1 1 1');
  return t;
}

const count = (t: TestSender, reason: string): number => t.decisions.filter((d) => d === reason).length;

describe('one segment lost', () => {
  it('the third that arrives beyond it makes RACK call it lost: one fast retransmission', () => {
    const t = ten({}, 100 * MSS);
    // 0 is lost; 1, 2, 3 arrive
    t.ack(40_000, 0, [[1, 2]]);
    expect(t.s.tx).toMatchObject({ caState: CA_DISORDER, sackedOut: 1, lostOut: 0 });
    expect(t.decisions).toContain('rackWaits');
    t.ack(40_100, 0, [[1, 3]]);
    expect(t.left()).toBe('1 1');
    t.ack(40_200, 0, [[1, 4]]);
    expect(t.s.tx).toMatchObject({
      caState: CA_RECOVERY,
      ssthresh: 7,
      priorCwnd: 10,
      retransOut: 1,
      lostOut: 1,
    });
    expect(t.left()).toBe('[1]');
    expect(t.sent.at(-1)).toMatchObject({ seq: 0, reason: 'tcpFastRetrans' });
    expect(t.counters).toMatchObject({
      TcpExtTCPSackRecovery: 1,
      TcpExtTCPFastRetrans: 1,
      TcpRetransSegs: 1,
    });
    // no second one
    for (let n = 5; n <= 12; n += 1) t.ack(40_200 + n, 0, [[1, n]]);
    expect(t.counters.TcpRetransSegs).toBe(1);
    // its ACK ends the recovery: the window is the threshold
    t.ack(80_500, 12);
    expect(t.s.tx).toMatchObject({ caState: CA_OPEN, cwnd: 7, retransOut: 0, lostOut: 0, sackedOut: 0 });
    expect(t.decisions).toContain('tcpRecovered');
  });

  it('PRR lets the window follow what arrives down to the threshold', () => {
    const t = ten({}, 100 * MSS);
    const cwnds: number[] = [];
    for (let n = 2; n <= 10; n += 1) {
      t.ack(40_000 + n, 0, [[1, n]]);
      cwnds.push(t.s.tx.cwnd);
    }
    // two more were sent for the first two. Then, with 8 in flight, ceil(7/10 of what was delivered) may leave in all: 1 of 1,
    // 2 of 2, 3 of 3, 3 of 4; from 7 in flight on, as many as the threshold has room for
    expect(cwnds).toEqual([10, 10, 9, 9, 9, 8, 7, 7, 7]);
    expect(t.decisions).toContain('cwndPrr');
    expect(packetsInFlight(t.s.tx)).toBeLessThanOrEqual(t.s.tx.cwnd);
  });

  it('without SACK three duplicate ACKs do it, and each partial ACK gives the next (NewReno)', () => {
    const t = ten({ sackOk: false });
    for (let i = 0; i < 2; i += 1) t.ack(40_000 + i, 0);
    expect(t.counters.TcpRetransSegs).toBe(0);
    t.ack(40_010, 0);
    expect(t.left()).toBe('[1]');
    expect(t.counters).toMatchObject({ TcpExtTCPRenoRecovery: 1, TcpExtTCPSackRecovery: 0 });
    expect(t.decisions).toContain('renoLost');
    // 0 is there now, 3 was lost too
    t.ack(80_100, 3, [], { tsEcr: 1041 });
    expect(t.left()).toBe('[1]');
    expect(t.sent.at(-1)?.seq).toBe(3 * MSS);
  });

  it('before RACK (4.4) SACKs above it are counted: three do, whatever the time', () => {
    const t = ten({ kernel: '4.3' });
    t.ack(40_000, 0, [[1, 3]]);
    expect(t.s.tx.caState).toBe(CA_DISORDER);
    t.ack(40_001, 0, [[1, 4]]);
    expect(t.s.tx.caState).toBe(CA_RECOVERY);
    expect(t.decisions).toContain('dupthreshLost');
    expect(t.decisions).not.toContain('rackLost');
  });

  it('from 4.4 to 4.17 both look; later RACK alone', () => {
    const lost = (kernel: string): string[] => {
      const t = ten({ kernel });
      t.ack(40_000, 0, [[1, 4]]);
      return [...new Set(t.decisions.filter((d) => /Lost$/.test(d)))];
    };
    expect(lost('4.17')).toEqual(['rackLost']);
    // a reordering of ten is known: counting waits for ten, RACK for its time only
    const patient = (kernel: string): number => {
      const t = ten({ kernel, sysctl: { tcp_reordering: 10 } });
      t.ack(40_000, 0, [[1, 4]]);
      t.until(60_000);
      return t.counters.TcpExtTCPFastRetrans;
    };
    expect(patient('6.18')).toBe(1);
  });
});

describe('several losses', () => {
  it('all holes below what arrived are sent again as PRR allows, oldest first', () => {
    const t = ten();
    // 0, 2, 4 lost
    t.ack(40_000, 0, [[1, 2]]);
    t.ack(40_001, 0, [
      [3, 4],
      [1, 2],
    ]);
    t.ack(40_002, 0, [
      [5, 10],
      [3, 4],
      [1, 2],
    ]);
    expect(t.s.tx.lostOut).toBe(3);
    // 3 in flight, threshold 7: at most what was delivered, five (the first two are spent on nothing)
    expect(t.sent.slice(10).map((f) => f.seq / MSS)).toEqual([0, 2, 4]);
    expect(t.s.tx.retransOut).toBe(3);
  });

  it('a retransmission that is lost is found by RACK when one sent later arrives', () => {
    const t = ten({}, 40 * MSS);
    t.ack(40_000, 0, [[1, 4]]);
    expect(t.left()).toBe('[1]');
    t.ack(40_500, 0, [[1, 8]]);
    const fresh = t.left();
    expect(fresh).toMatch(/^1/);
    // what left after the retransmission arrives a round trip later; the retransmission hasn't
    t.ack(81_000, 0, [[1, 11]]);
    expect(t.counters.TcpExtTCPLostRetransmit).toBe(1);
    expect(t.decisions).toContain('tcpLostRetransmit');
    expect(t.left()).toMatch(/^\[1\]/);
    expect(t.sent.filter((f) => f.seq === 0)).toHaveLength(3);
  });
});

describe('a lost tail', () => {
  it('is probed after two round trips (TLP): its last segment once more, and RACK finds the rest', () => {
    const t = ten();
    // 0..6 arrive
    t.ack(40_000, 7);
    // 2 * 40 ms and two ticks, to the next step of the wheel
    t.until(121_000);
    expect(t.left()).toBe('');
    t.until(140_000);
    expect(t.left()).toBe('[1]');
    expect(t.sent.at(-1)).toMatchObject({ seq: 9 * MSS, reason: 'tcpProbe' });
    expect(t.counters.TcpExtTCPLossProbes).toBe(1);
    // the probe has arrived: 7 and 8, sent long before, are lost. One segment was delivered, one may leave
    t.ack(175_000, 7, [[9, 10]]);
    expect(t.left()).toBe('[1]');
    expect(t.s.tx).toMatchObject({ caState: CA_RECOVERY, lostOut: 2 });
    t.ack(215_000, 8, [[9, 10]]);
    expect(t.left()).toBe('[1]');
    expect(t.counters.TcpExtTCPTimeouts).toBe(0);
  });

  it('with one segment out the probe waits for a delayed ACK as well (200 ms more), but not beyond the timeout', () => {
    const t = testSender();
    t.send(MSS);
    // 2 * 40 + 200 ms; the timeout would be 40 + 200 ms after the sending
    t.until(239_000);
    expect(t.counters.TcpExtTCPLossProbes).toBe(0);
    t.until(250_000);
    expect(t.counters).toMatchObject({ TcpExtTCPLossProbes: 1, TcpExtTCPTimeouts: 0 });
  });

  it('new data go as the probe where the window has room for them', () => {
    const t = testSender({ gsoMaxSegs: 1 });
    t.send(12 * MSS);
    t.left();
    t.until(200_000);
    expect(t.left()).toBe('1');
    expect(t.decisions).toContain('tcpProbeNew');
  });

  it('a probe that repaired the loss by itself brings the window down', () => {
    const t = ten();
    t.ack(40_000, 9);
    t.until(300_000);
    expect(t.left()).toBe('[1]');
    t.send(MSS);
    t.ack(330_000, 10, [], { tsEcr: 1285 });
    // acknowledged up to the probe's end: not decided yet; the next byte decides
    t.ack(345_000, 11, [], { tsEcr: 1305 });
    expect(t.counters.TcpExtTCPLossProbeRecovery).toBe(1);
    expect(t.decisions).toContain('tcpProbeRepaired');
    expect(t.s.tx.ssthresh).toBeLessThan(20);
    expect(t.s.tx.caState).not.toBe(CA_CWR);
  });

  it('no probe before 3.10, and none with tcp_early_retrans 0', () => {
    for (const o of [{ kernel: '3.9' }, { sysctl: { tcp_early_retrans: 0 } }]) {
      const t = ten(o);
      t.ack(40_000, 7);
      t.until(1_000_000);
      expect(t.counters.TcpExtTCPLossProbes).toBe(0);
      expect(t.counters.TcpExtTCPTimeouts).toBeGreaterThan(0);
    }
  });
});

describe('the timeout', () => {
  it('comes after srtt + 200 ms and doubles each time', () => {
    const t = testSender({ kernel: '3.9' });
    t.send(MSS);
    t.until(8_000_000);
    // 240, then 480, 960, 1920, 3840 ms after the one before: steps of the wheel are 8 to 256 ms there
    const at = t.sent.map((f) => Math.round(f.us / 1000));
    expect(at[0]).toBe(0);
    const gaps = at.slice(1).map((ms, i) => ms - at[i]);
    [240, 480, 960, 1920, 3840].forEach((want, i) => {
      expect(gaps[i]).toBeGreaterThanOrEqual(want);
      expect(gaps[i]).toBeLessThan(want * 1.14 + 9);
    });
    expect(t.s.tx).toMatchObject({ caState: CA_LOSS, cwnd: 1, backoff: 5, retransmits: 5 });
    expect(t.counters).toMatchObject({ TcpExtTCPTimeouts: 5, TcpRetransSegs: 5 });
    expect(t.decisions).toContain('tcpEnterLoss');
  });

  it('everything counts as lost, one goes again; slow start follows', () => {
    const t = ten({ sysctl: { tcp_frto: 0, tcp_early_retrans: 0 } });
    t.until(300_000);
    expect(t.left()).toBe('[1]');
    expect(t.s.tx).toMatchObject({ caState: CA_LOSS, cwnd: 1, lostOut: 10, ssthresh: 7 });
    t.ack(340_000, 1, [], { tsEcr: 1290 });
    expect(t.left()).toBe('[1] [1]');
    expect(t.sent.at(-1)?.reason).toBe('tcpSlowStartRetrans');
    expect(t.counters.TcpExtTCPSlowStartRetrans).toBe(2);
    t.ack(380_000, 3, [], { tsEcr: 1340 });
    expect(t.left()).toBe('[1] [1] [1] [1]');
    t.ack(420_000, 10, [], { tsEcr: 1380 });
    expect(t.s.tx.caState).toBe(CA_OPEN);
  });

  it('F-RTO: if something that was not sent again arrives, it was spurious and is undone', () => {
    const t = ten({ tsOk: false, sysctl: { tcp_early_retrans: 0 } }, 100 * MSS);
    t.until(300_000);
    expect(t.s.tx).toMatchObject({ caState: CA_LOSS, frto: true, cwnd: 1 });
    t.left();
    // the path was held up for 300 ms: now the ACKs of what was sent first come
    t.ack(310_000, 2);
    // 1 was never sent again and is acknowledged
    expect(t.counters.TcpExtTCPSpuriousRTOs).toBe(1);
    expect(t.decisions).toContain('tcpSpuriousRto');
    expect(t.s.tx).toMatchObject({ caState: CA_OPEN, lostOut: 0 });
    expect(t.s.tx.cwnd).toBeGreaterThanOrEqual(10);
    expect(t.left()).not.toContain('[');
  });

  it('timestamps tell it as well (Eifel): the ACK answers what was sent first', () => {
    const t = ten({ sysctl: { tcp_frto: 0, tcp_early_retrans: 0 } });
    t.until(300_000);
    t.ack(310_000, 1, [], { tsEcr: 1000 });
    expect(t.counters).toMatchObject({ TcpExtTCPLossUndo: 1, TcpExtTCPSpuriousRTOs: 0 });
    expect(t.decisions).toContain('tcpUndoLoss');
    // and the segment acknowledged adds one
    expect(t.s.tx).toMatchObject({ caState: CA_OPEN, cwnd: 11, ssthresh: 0x7fffffff });
  });

  it('a head that was SACKed before: the receiver has thrown it away (reneging)', () => {
    const t = ten({ sysctl: { tcp_early_retrans: 0 } });
    t.ack(40_000, 0, [[1, 10]]);
    // the hole is filled, yet the ACK stops where SACKs were
    t.ack(80_000, 1, []);
    t.until(400_000);
    expect(t.counters.TcpExtTCPSACKReneging).toBe(1);
    expect(t.decisions).toContain('sackReneged');
  });
});

describe('nothing lost after all', () => {
  it('a DSACK for each retransmission puts the window back', () => {
    const t = ten({ tsOk: false }, 100 * MSS);
    t.ack(40_000, 0, [[1, 4]]);
    expect(t.s.tx.caState).toBe(CA_RECOVERY);
    // 0 was late, not lost: it arrives, then its retransmission does
    t.ack(41_000, 4);
    t.ack(81_000, 4, [[0, 1]]);
    expect(t.counters).toMatchObject({ TcpExtTCPDSACKRecv: 1, TcpExtTCPDSACKUndo: 1 });
    expect(t.decisions).toContain('dsackReceived');
    expect(t.decisions).toContain('tcpUndoDsack');
    expect(t.s.tx.cwnd).toBeGreaterThanOrEqual(10);
  });

  it('a timestamp tells at once: partial within recovery, full at its end', () => {
    const t = ten({}, 100 * MSS);
    t.ack(40_000, 0, [[1, 4]]);
    t.ack(41_000, 4, [], { tsEcr: 1000 });
    expect(t.decisions).toContain('reorderingSeen');
    expect(t.decisions).toContain('tcpUndoPartial');
    expect(t.counters).toMatchObject({ TcpExtTCPTSReorder: 1, TcpExtTCPPartialUndo: 1 });
    expect(t.s.tx).toMatchObject({ caState: CA_OPEN, undoMarker: -1 });
    expect(t.s.tx.cwnd).toBeGreaterThanOrEqual(10);
    const full = ten();
    full.ack(40_000, 0, [[1, 4]]);
    full.ack(41_000, 10, [], { tsEcr: 1000 });
    expect(full.counters).toMatchObject({ TcpExtTCPFullUndo: 1, TcpExtTCPPartialUndo: 0 });
    expect(full.decisions).toContain('tcpUndoFull');
    expect(full.s.tx.cwnd).toBeGreaterThanOrEqual(10);
  });

  it('segments that overtake each other are waited for: the second time nothing is sent again', () => {
    const t = ten({}, 400 * MSS);
    t.ack(40_000, 0, [[1, 4]]);
    expect(t.left()).toContain('[1]');
    t.ack(40_300, 4, [], { tsEcr: 1000 });
    t.ack(40_600, 10, [], { tsEcr: 1000 });
    expect(t.s.tx.reordSeen).toBeGreaterThan(0);
    t.left();
    const before = t.counters.TcpRetransSegs;
    let n = t.s.tx.bytesAcked / MSS;
    let us = 80_000;
    for (let round = 0; round < 3; round += 1) {
      t.ack(us, n, [[n + 1, n + 5]]);
      t.ack(us + 2000, n + 5, []);
      n += 5;
      us += 20_000;
    }
    expect(t.counters.TcpRetransSegs).toBe(before);
    expect(count(t, 'rackWaits')).toBeGreaterThan(0);
    expect(t.counters.TcpExtTCPSACKReorder).toBeGreaterThan(0);
  });

  it('a DSACK after reordering makes RACK wait longer: a quarter of a round trip more each time', () => {
    const t = ten({}, 400 * MSS);
    t.ack(40_000, 0, [[1, 4]]);
    t.ack(40_300, 4, [], { tsEcr: 1000 });
    t.ack(80_400, 10, [[0, 1]]);
    expect(t.s.tx.reoWndSteps).toBe(2);
    expect(t.decisions).toContain('rackWider');
  });
});

describe('the peer’s window', () => {
  it('closed: a probe after the timeout, then each twice as late; it opens, and data go on', () => {
    const t = testSender({ gsoMaxSegs: 1 });
    t.send(10 * MSS);
    t.left();
    t.ack(40_000, 10, [], { win: 0 });
    expect(t.decisions).toContain('tcpPeerWindowZero');
    t.send(5 * MSS);
    expect(t.left()).toBe('');
    t.until(4_000_000);
    const probes = t.sent.filter((f) => f.reason === 'tcpWindowProbe');
    expect(probes.every((f) => f.len === 0 && f.seq === 10 * MSS - 1)).toBe(true);
    expect(probes.map((f) => Math.round(f.us / 100_000))).toEqual([3, 8, 18, 37]);
    expect(t.counters.TcpExtTCPWinProbe).toBe(4);
    t.ack(4_100_000, 10, [], { win: 100_000 });
    expect(t.decisions).toContain('tcpPeerWindowOpen');
    t.left();
    expect(t.sent.filter((f) => f.len > 0 && f.us > 4_000_000)).toHaveLength(5);
  });
});

describe('after a pause', () => {
  it('the window halves for each timeout of silence, down to the first one', () => {
    const t = testSender({ handshakeRttUs: 40_000 });
    t.send(10 * MSS);
    t.ack(40_000, 10);
    t.s.tx.cwnd = 100;
    t.until(640_000);
    t.send(MSS);
    // 600 ms are two and a half timeouts of 240
    expect(t.s.tx.cwnd).toBe(25);
    expect(t.decisions).toContain('cwndIdle');
    const off = testSender({ sysctl: { tcp_slow_start_after_idle: 0 } });
    off.send(10 * MSS);
    off.ack(40_000, 10);
    off.s.tx.cwnd = 100;
    off.until(640_000);
    off.send(MSS);
    expect(off.s.tx.cwnd).toBe(100);
  });
});

describe('an ACK that cannot be', () => {
  it('of bytes never sent is dropped; of bytes from long ago is asked about', () => {
    const t = ten();
    t.ack(40_000, 20);
    expect(t.s.tx.bytesAcked).toBe(0);
    expect(t.drops).toEqual(['tcpAckUnsent']);
    t.ack(40_100, 10);
    t.ack(40_200, -2000);
    expect(t.sent.at(-1)?.reason).toBe('tcpAckTooOld');
    expect(t.counters.TcpExtTCPChallengeACK).toBe(1);
  });
});

describe('the host itself', () => {
  it('nothing is sent again that has not left yet', () => {
    const t = testSender({ holds: true, gsoMaxSegs: 1 });
    t.send(3 * MSS);
    t.until(1_000_000);
    expect(t.left()).toBe('1 1 1');
    expect(t.decisions).toContain('tcpHostQueue');
    expect(t.counters.TcpExtTCPSpuriousRtxHostQueues).toBeGreaterThan(0);
    expect(t.counters.TcpRetransSegs).toBe(0);
  });

  it('and each timeout meanwhile doubles the next, as one that sent something would', () => {
    const run = (holds: boolean) => {
      const t = testSender({ holds, sysctl: { tcp_early_retrans: 0 } });
      const rto = t.s.rtoJiffies;
      t.send(MSS);
      t.until(1_000_000);
      return [t.s.tx.retransmits, t.s.tx.backoff, t.s.rtoJiffies / rto, t.left()];
    };
    // 40 ms + 200 ms and then 480 ms: the third would be due after 1680 ms
    expect(run(true)).toEqual([2, 2, 4, '1']);
    expect(run(false)).toEqual([2, 2, 4, '1 [1] [1]']);
  });

  it('a frame dropped by the own queue brings the window down once, without a loss', () => {
    const t = ten();
    enterCwr(t.env, t.s);
    expect(t.s.tx).toMatchObject({ caState: CA_CWR, ssthresh: 7 });
    expect(t.decisions).toContain('tcpEnterCwr');
    enterCwr(t.env, t.s);
    expect(t.s.tx.ssthresh).toBe(7);
    t.ack(40_000, 10);
    t.send(MSS);
    t.ack(80_000, 11);
    expect(t.s.tx).toMatchObject({ caState: CA_OPEN, cwnd: 7 });
  });
});
