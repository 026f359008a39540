/** Opening and closing, both sides, on a wire of 20 ms each way. Times in us; jiffies of 1 ms, so that timers end in the wheel's steps. */
import { describe, expect, it } from 'vitest';
import { type EndOptions, TcpNet } from '../../testing/tcp-net.ts';
import { TCP_RST } from '../packet/frame.ts';
import { tcpConnect } from './handshake.ts';
import { createTcpSock } from './create.ts';

const WAY = 20_000_000;
const net = (a: EndOptions = {}, b: EndOptions = {}): TcpNet =>
  new TcpNet({ delayNs: WAY, ...a }, { delayNs: WAY, ...b });

describe('the handshake', () => {
  it('takes one round trip for the client and one and a half for the server, and agrees on options', () => {
    const n = net();
    n.connect();
    n.until(100_000);
    expect(n.wire.map((w) => [w.us, w.from, w.reason])).toEqual([
      [0, 'a', 'tcpSyn'],
      [20_000, 'b', 'tcpSynAck'],
      [40_000, 'a', 'tcpHandshakeAck'],
    ]);
    const [syn, synack, ack] = n.wire.map((w) => w.out);
    // half of 131072 bytes, whole segments of 1460; scale for 32 MB of tcp_rmem: 2^25 >> 15
    expect(syn).toMatchObject({ flags: 0x02, win: 64_240, syn: { mss: 1460, wscale: 10, sackOk: true } });
    expect(synack).toMatchObject({ flags: 0x12, win: 65_160, syn: { mss: 1460, wscale: 10, sackOk: true } });
    expect(ack).toMatchObject({ flags: 0x10, syn: null });
    expect(syn.tsVal).toBeGreaterThanOrEqual(0);
    expect(synack.tsEcr).toBe(syn.tsVal);
    expect(n.a.s).toMatchObject({
      state: 'established',
      tsOk: true,
      sackOk: true,
      advmss: 1448,
      srttUs8: 320_000,
    });
    expect(n.b.s).toMatchObject({ state: 'established', srttUs8: 320_000 });
    expect(n.a.s?.tx).toMatchObject({ mssCache: 1448, cwnd: 10, sndWscale: 10, sndWnd: 65_160 });
    // the ACK's field is scaled: 64240 rounded to a kilobyte
    expect(n.b.s?.tx.sndWnd).toBe(64_512);
    expect(n.a.counters).toMatchObject({ TcpActiveOpens: 1, TcpOutSegs: 2 });
    expect(n.b.counters).toMatchObject({ TcpPassiveOpens: 1, TcpOutSegs: 1 });
    expect(n.a.changes).toEqual(['established']);
  });

  it('leaves out what one side does not want', () => {
    const n = net({}, { sysctl: { tcp_sack: 0, tcp_timestamps: 0, tcp_window_scaling: 0 } });
    n.open();
    for (const s of [n.a.s, n.b.s])
      expect(s).toMatchObject({ sackOk: false, tsOk: false, rcvWscale: 0, tcpHeaderLen: 20, advmss: 1460 });
    expect(n.a.s?.tx).toMatchObject({ mssCache: 1460, sndWscale: 0 });
    expect(n.a.s?.windowClamp).toBeLessThanOrEqual(65_535);
    const small = net({}, { sock: { mss: 500 } });
    small.open();
    expect(small.a.s?.tx.mssCache).toBe(488);
  });

  it('sends a lost SYN again: after 1, 2, 4 s; since 6.5 the first four times after 1 s', () => {
    const syns = (kernel: string): number[] => {
      const n = net({ kernel, drop: () => true });
      n.connect();
      n.until(40_000_000);
      return n.wire.map((w) => Math.round(w.us / 1e6));
    };
    expect(syns('6.4')).toEqual([0, 1, 3, 7, 15, 32]);
    expect(syns('6.5')).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 36]);
    expect(syns('3.0')).toEqual([0, 3, 9, 22]);
  });

  it('gives up in the end', () => {
    const n = net({ kernel: '6.4', drop: () => true });
    n.connect();
    n.until(200_000_000);
    expect(n.wire).toHaveLength(7);
    expect(n.a.s).toMatchObject({ state: 'closed', error: 'timed-out' });
    expect(n.a.counters).toMatchObject({
      TcpExtTCPSynRetrans: 6,
      TcpExtTCPTimeouts: 7,
      TcpExtTCPAbortOnTimeout: 1,
      TcpAttemptFails: 1,
    });
    expect(n.a.decisions.map((d) => d.reason)).toContain('tcpGivesUp');
  });

  it('a SYN lost once costs nothing else; lost twice, and the window begins at one', () => {
    const cwnd = (lost: number): number => {
      const n = net({ kernel: '6.4', drop: new Set([0, 1].slice(0, lost)) });
      n.open();
      expect(n.a.s?.tx.ssthresh).toBe(0x7fffffff);
      return n.a.s?.tx.cwnd ?? 0;
    };
    expect([cwnd(0), cwnd(1), cwnd(2)]).toEqual([10, 10, 1]);
  });

  it('sends a lost SYN-ACK again, five times', () => {
    const n = net({ kernel: '6.4' }, { drop: (i) => i < 1 });
    n.open();
    // both timers run out in the same step of the wheel: the server's own, and the client's SYN that is answered at once
    expect(
      n.wire
        .filter((w) => w.from === 'b')
        .map((w) => w.reason)
        .slice(0, 2),
    ).toEqual(['tcpSynAck', 'tcpRto']);
    expect(n.b.counters).toMatchObject({ TcpExtTCPSynRetrans: 2, TcpPassiveOpens: 1 });
    const never = net({ drop: (i) => i > 0 });
    never.connect();
    never.until(200_000_000);
    expect(never.b.s).toMatchObject({ state: 'closed', error: 'timed-out', synackTimeouts: 5 });
  });

  it('a lost last ACK is made good by the first data', () => {
    const n = net({ drop: new Set([1]) });
    n.connect();
    n.until(50_000);
    n.send(n.a, 100);
    n.until(100_000);
    expect(n.b.s?.state).toBe('established');
    expect(n.b.read).toBe(100);
  });

  it('refused: a reset answers the SYN', () => {
    const n = net();
    n.b.s = createTcpSock(n.b.env, { isn: 5, mss: 1460, coalesces: true, rcvbuf: 0 });
    n.connect();
    n.until(100_000);
    expect(n.wire[1].flags & TCP_RST).toBe(TCP_RST);
    expect(n.wire[1].reason).toBe('tcpNoSocket');
    expect(n.a.s).toMatchObject({ state: 'closed', error: 'refused' });
    expect(n.a.changes).toEqual(['refused']);
    expect(n.b.counters.TcpOutRsts).toBe(1);
    expect(n.a.counters.TcpAttemptFails).toBe(1);
  });

  it('crossed SYNs open one connection', () => {
    const n = net();
    n.connect();
    const b = createTcpSock(n.b.env, { isn: 0x7ffffff0, mss: 1460, coalesces: true, rcvbuf: 0 });
    n.b.s = b;
    tcpConnect(n.b.env, b);
    n.until(200_000);
    expect(n.a.s?.state).toBe('established');
    expect(n.b.s?.state).toBe('established');
    n.send(n.a, 10_000);
    n.send(n.b, 20_000);
    n.until(1_000_000);
    expect([n.a.read, n.b.read]).toEqual([20_000, 10_000]);
  });
});

describe('closing', () => {
  it('in order: FIN-WAIT-1 and 2, TIME-WAIT for a minute; CLOSE-WAIT, LAST-ACK', () => {
    const n = net();
    n.open();
    n.close(n.a);
    expect(n.a.s?.state).toBe('fin-wait-1');
    n.until(n.us() + 30_000);
    expect(n.b.s?.state).toBe('close-wait');
    expect(n.b.ended).toBe(true);
    n.until(n.us() + 250_000);
    expect(n.a.s?.state).toBe('fin-wait-2');
    n.close(n.b);
    expect(n.b.s?.state).toBe('last-ack');
    n.until(n.us() + 100_000);
    expect(n.a.s?.state).toBe('time-wait');
    expect(n.b.s?.state).toBe('closed');
    expect(n.a.counters.TcpExtTW).toBe(1);
    n.until(n.us() + 59_000_000);
    expect(n.a.s?.state).toBe('time-wait');
    n.until(n.us() + 2_000_000);
    expect(n.a.s).toMatchObject({ state: 'closed', error: '' });
  });

  it('both at once: CLOSING, TIME-WAIT', () => {
    const n = net();
    n.open();
    n.shutdown(n.a);
    n.shutdown(n.b);
    n.until(n.us() + 25_000);
    expect([n.a.s?.state, n.b.s?.state]).toEqual(['closing', 'closing']);
    expect(n.wire.slice(-2).map((w) => w.reason)).toEqual(['tcpFinAck', 'tcpFinAck']);
    n.until(n.us() + 100_000);
    expect([n.a.s?.state, n.b.s?.state]).toEqual(['time-wait', 'time-wait']);
  });

  it('a lost FIN is sent again; a lost last ACK is given again from TIME-WAIT', () => {
    // a: SYN, ACK, FIN, ACK of the FIN
    const n = net({ drop: new Set([2, 4]) });
    n.open();
    n.close(n.a);
    n.until(n.us() + 2_000_000);
    expect(n.b.s?.state).toBe('close-wait');
    n.close(n.b);
    n.until(n.us() + 2_000_000);
    expect(n.b.s?.state).toBe('closed');
    expect(n.a.s?.state).toBe('time-wait');
  });

  it('data for one that has closed are answered by a reset', () => {
    const n = net();
    n.open();
    n.close(n.a);
    n.send(n.b, 1000);
    n.until(n.us() + 300_000);
    expect(n.wire.map((w) => w.reason)).toContain('tcpAbortData');
    expect(n.b.s).toMatchObject({ state: 'closed', error: 'reset' });
    expect(n.a.counters.TcpExtTCPAbortOnData).toBe(1);
  });

  it('nobody answers: after tcp_retries2 the connection is given up', () => {
    const n = net({ sysctl: { tcp_retries2: 3 }, drop: (i) => i >= 2 });
    n.open();
    n.send(n.a, 1000);
    n.until(60_000_000);
    expect(n.a.s).toMatchObject({ state: 'closed', error: 'timed-out' });
    // (2^4 - 1) * 200 ms have to be over
    const first = n.wire.find((w) => w.from === 'a' && w.len > 0)?.us ?? 0;
    const last = n.wire[n.wire.length - 1].us;
    expect(last - first).toBeGreaterThan(1_400_000);
    expect(last - first).toBeLessThan(7_000_000);
  });
});
