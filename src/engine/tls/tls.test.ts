/** TLS over a link: where the cipher runs, what it costs, what the wire carries, what a loss does. */
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../../scenario/compile.ts';
import { loadScenario } from '../../scenario/load.ts';
import { traced } from '../../testing/trace.ts';
import { advance } from '../advance.ts';
import { imbalance, linkImbalance, txImbalance } from '../conservation.ts';
import { reasonName } from '../../catalog/reasons.ts';
import { createWorld } from '../create.ts';
import { xmitAtOnce } from '../net/xmit.ts';
import { FRAME_DECRYPTED, FRAME_TLS_SYNC } from '../packet/frame-bits.ts';
import { takeSlot } from '../packet/pool.ts';
import type { TcpConnection } from '../world.ts';
import { metric } from '../metrics/metric-table.ts';

interface Parts {
  tls?: object | null;
  far?: object | null;
  stream?: object;
  link?: object;
  setup?: string[];
  farSetup?: string[];
  kernel?: string;
  driver?: string;
  reader?: object;
  durationNs?: number;
  second?: boolean;
  run?: { atNs: number; line: string }[];
  seed?: number;
}

const KTLS = { version: '1.2', tx: 'kernel', rx: 'kernel' };
const USER = { version: '1.2', tx: 'user', rx: 'user' };
const RX_ON = ['ethtool -K eth0 tls-hw-rx-offload on'];
const TX_OFF = ['ethtool -K eth0 tls-hw-tx-offload off'];

function compiled(parts: Parts) {
  const { tls = KTLS, far = tls, stream = {}, link = {}, setup = [], farSetup = [] } = parts;
  const { kernel = '6.12', driver = 'mlx5_core', reader = {}, durationNs = 40_000_000 } = parts;
  const { second = false, run = [], seed = 1 } = parts;
  const another = (mac: string, address: string) =>
    second ? { eth1: { driver, mac, addresses: [address], promiscuous: true } } : {};
  const text = JSON.stringify({
    format: 1,
    id: 'tls',
    title: { text: 'tls' },
    kernel,
    durationNs,
    hosts: {
      h1: {
        cpus: 2,
        nics: {
          eth0: { driver, mac: '02:00:00:00:00:01', addresses: ['10.0.0.1'] },
          ...another('02:00:00:00:01:01', '10.1.0.1'),
        },
        sockets: { c: { proto: 'tcp', port: 0, acks: true, ...(tls === null ? {} : { tls }) } },
        apps: {
          writer: {
            cpu: 0,
            sockets: ['c'],
            stream: { socket: 'c', count: 8, writeBytes: 65_536, ...stream },
          },
        },
      },
      h2: {
        cpus: 2,
        nics: {
          eth0: { driver, mac: '02:00:00:00:00:02', addresses: ['10.0.0.2'] },
          ...another('02:00:00:00:01:02', '10.1.0.2'),
        },
        sockets: { s: { proto: 'tcp', port: 5001, acks: true, ...(far === null ? {} : { tls: far }) } },
        apps: { reader: { cpu: 1, sockets: ['s'], ...reader } },
      },
    },
    links: {
      l: { a: { host: 'h1' }, b: { host: 'h2' }, delayNs: 50_000, ...link },
      ...(second
        ? { l2: { a: { host: 'h1', nic: 'eth1' }, b: { host: 'h2', nic: 'eth1' }, delayNs: 50_000 } }
        : {}),
    },
    seed,
    run: run.map((one) => ({ host: 'h1', ...one })),
    setup: [
      ...setup.map((line) => ({ host: 'h1', line })),
      ...farSetup.map((line) => ({ host: 'h2', line })),
    ],
  });
  const loaded = loadScenario(text, 'tls.json');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return compileScenario(loaded.scenario);
}

function play(parts: Parts = {}) {
  const made = compiled(parts);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  const w = createWorld(made.spec);
  const trace = traced(w);
  advance(w, made.spec.durationNs);
  expect([imbalance(w), txImbalance(w), linkImbalance(w)]).toEqual([0, 0, 0]);
  const records = trace.read();
  const reasons = (kind: string) => records.filter((r) => r.kind === kind).map((r) => r.reason);
  const of = (name: string) => metric(w, name);
  return { w, records, reasons, of };
}

/** Bytes of the stream that TCP has carried: the client's, without SYN. */
function streamBytes(w: ReturnType<typeof play>['w']): number {
  const client = w.connections.find((c) => w.sockets[c.sock - 1].spec.name === 'c');
  return ((client?.tcp?.tx.sndUna ?? 0) - (client?.tcp?.issSnd ?? 0) - 1) >>> 0;
}

const WRITTEN = 8 * 65_536;
/** Each write is four records of 16,384 bytes. */
const RECORDS = 32;

describe('records', () => {
  it.each([
    ['1.2', 29],
    ['1.3', 22],
  ])('of TLS %s are %i bytes longer than what they carry, and TCP counts them', (version, overhead) => {
    const { w, of, records } = play({ tls: { ...KTLS, version } });
    expect(of('readBytes')).toBe(WRITTEN);
    expect(of('layer.h1.tlsOut')).toBe(RECORDS);
    expect(of('layer.h2.tlsIn')).toBe(RECORDS);
    expect(streamBytes(w)).toBe(WRITTEN + RECORDS * Number(overhead));
    const made = records.filter((r) => r.kind === 'tlsRecord');
    expect(made.map((r) => r.a)).toEqual(Array.from({ length: RECORDS }, () => 16_384));
    expect(made[1].b - made[0].b).toBe(16_384 + Number(overhead));
  });

  it('end with the write that fills them', () => {
    const { w, of, records } = play({ stream: { writeBytes: 20_000, count: 3 } });
    expect(records.filter((r) => r.kind === 'tlsRecord').map((r) => r.a)).toEqual([
      16_384, 3616, 16_384, 3616, 16_384, 3616,
    ]);
    expect(of('readBytes')).toBe(60_000);
    expect(streamBytes(w)).toBe(60_000 + 6 * 29);
  });

  it('are the same on the wire whoever encrypts', () => {
    for (const tls of [USER, KTLS]) {
      for (const setup of [[], TX_OFF])
        expect(streamBytes(play({ tls, setup }).w)).toBe(WRITTEN + RECORDS * 29);
    }
  });

  it('are read whole: the reader sleeps while one is not', () => {
    const { reasons, of } = play({ stream: { count: 1 } });
    expect(reasons('tlsWait').length).toBeGreaterThan(0);
    expect(new Set(reasons('tlsWait'))).toEqual(new Set(['tlsRecordNotWhole']));
    expect(of('reads')).toBeLessThanOrEqual(4);
  });

  it('carry requests and answers both ways', () => {
    for (const tls of [USER, KTLS]) {
      const { of } = play({
        tls,
        stream: { writeBytes: 100, count: 5, answerBytes: 300 },
        reader: { replyBytes: 300 },
      });
      expect([of('app.h2.reader.bytes'), of('app.h1.writer.bytes')]).toEqual([500, 1500]);
    }
  });

  it('wait in a small send buffer, and none is lost', () => {
    for (const tls of [USER, KTLS]) {
      const { of } = play({
        tls,
        stream: { flows: 3 },
        setup: ['sysctl -w net.ipv4.tcp_wmem="4608 8192 16384"'],
      });
      expect(of('readBytes')).toBe(3 * WRITTEN);
    }
  });
});

describe('where the cipher runs', () => {
  it('in the application: a copy, the cipher, and a write a record, on both sides', () => {
    const { of, reasons, w } = play({ tls: USER });
    expect(reasons('tlsSetup')).toEqual(Array(4).fill('tlsUserSpace'));
    expect(new Set(reasons('tlsRecord'))).toEqual(new Set(['tlsUserEncrypt']));
    expect(of('sends')).toBeGreaterThanOrEqual(RECORDS);
    expect([of('layer.h1.encryptedBytes'), of('layer.h2.decryptedBytes')]).toEqual([WRITTEN, WRITTEN]);
    // 0.8 cycles a byte at 3 GHz
    expect(of('layer.h1.cryptNs')).toBeCloseTo((WRITTEN * 0.8) / 3, -2);
    expect(w.hosts[0].tls.TlsTxSw).toBe(0);
  });

  it('in the kernel, by the CPU, where the driver has no such thing', () => {
    const { of, reasons, w } = play({ driver: 'ixgbe' });
    expect(reasons('tlsSetup')).toEqual(Array(4).fill('tlsNoCard'));
    expect(new Set(reasons('tlsRecord'))).toEqual(new Set(['tlsSwEncrypt']));
    expect(new Set(reasons('tlsRecv'))).toEqual(new Set(['tlsSwDecrypt']));
    expect([of('layer.h1.encryptedBytes'), of('layer.h2.decryptedBytes')]).toEqual([WRITTEN, WRITTEN]);
    expect(w.hosts[0].tls).toMatchObject({ TlsTxSw: 1, TlsRxSw: 1, TlsCurrTxSw: 1, TlsTxDevice: 0 });
  });

  it('in the card that sends, as mlx5 begins; decrypting has to be asked for', () => {
    const { of, reasons, w } = play();
    // the listener's two directions, then the client's
    expect(reasons('tlsSetup')).toEqual(['tlsDevice', 'tlsRxOff', 'tlsDevice', 'tlsRxOff']);
    expect(of('layer.h1.encryptedBytes')).toBe(0);
    expect(of('layer.h2.decryptedBytes')).toBe(WRITTEN);
    expect(of('tls.h1.eth0.tx_tls_encrypted_bytes')).toBe(WRITTEN + RECORDS * 29);
    expect(of('tls.h1.eth0.tx_tls_ctx')).toBe(1);
    expect(of('tls.h1.eth0.tx_tls_ooo')).toBe(0);
    expect(w.hosts[0].tls).toMatchObject({ TlsTxDevice: 1, TlsCurrTxDevice: 1, TlsRxSw: 1 });
  });

  it('in both cards: no CPU touches it', () => {
    const { of, reasons, w } = play({ farSetup: RX_ON });
    expect(of('layer.h1.cryptNs')).toBe(0);
    expect(of('layer.h2.cryptNs')).toBe(0);
    expect(new Set(reasons('tlsRxCard'))).toEqual(new Set(['tlsRxDecrypted']));
    expect(new Set(reasons('tlsRecv'))).toEqual(new Set(['tlsCardDecrypted']));
    expect(of('tls.h2.TlsRxDevice')).toBe(1);
    const packets = of('tls.h2.eth0.rx_tls_decrypted_packets');
    expect(packets).toBe(of('tls.h1.eth0.tx_tls_encrypted_packets'));
    // cqe_bcnt: whole frames, 66 bytes of headers with timestamps
    expect(of('tls.h2.eth0.rx_tls_decrypted_bytes')).toBe(WRITTEN + RECORDS * 29 + 66 * Number(packets));
    expect(w.nics[1].features['tls-hw-rx-offload']).toBe(true);
  });

  it('with 1.3 in the CPU, for cards take 1.2 only', () => {
    const { reasons } = play({ tls: { ...KTLS, version: '1.3' }, farSetup: RX_ON });
    expect(new Set(reasons('tlsSetup'))).toEqual(new Set(['tlsVersion', 'tlsRxOff']));
  });

  it('in the CPU before 4.18 (sending) and 4.19 (receiving)', () => {
    expect(new Set(play({ kernel: '4.17' }).reasons('tlsSetup'))).toEqual(new Set(['tlsKernelOld']));
    expect(play({ kernel: '4.18' }).reasons('tlsSetup')).toEqual([
      'tlsDevice',
      'tlsKernelOld',
      'tlsDevice',
      'tlsKernelOld',
    ]);
  });

  it('costs the less CPU the further down it is', () => {
    const work = (parts: Parts) => {
      const { of } = play(parts);
      return ['h1.0', 'h1.1'].reduce((sum, cpu) => sum + Number(of(`cpu.${cpu}.busy.ns`)), 0);
    };
    const [user, sw, card] = [work({ tls: USER }), work({ setup: TX_OFF }), work({})];
    expect(user).toBeGreaterThan(sw);
    expect(sw).toBeGreaterThan(card);
  });
});

describe('a loss', () => {
  const lose = (...nth: number[]) => ({
    ab: { script: nth.map((n) => ({ nth: n, of: 'data', act: 'lose' })) },
  });

  it('in software sends the same ciphertext again', () => {
    const { of } = play({ setup: TX_OFF, link: lose(60) });
    expect(of('readBytes')).toBe(WRITTEN);
    expect(of('snmp.h1.TcpRetransSegs')).toBe(1);
    expect(of('layer.h1.encryptedBytes')).toBe(WRITTEN);
  });

  it('makes the sending card read what of the record lies before, and come back', () => {
    const { of, records } = play({ link: lose(60) });
    expect(of('readBytes')).toBe(WRITTEN);
    const rebuilt = records.filter((r) => r.kind === 'tlsTxCard' && r.reason === 'tlsTxRebuild');
    expect(of('tls.h1.eth0.tx_tls_ooo')).toBe(rebuilt.length);
    // the segment that is sent again, and the next new one
    expect(rebuilt.length).toBe(2);
    expect(of('tls.h1.eth0.tx_tls_dump_bytes')).toBe(rebuilt.reduce((sum, r) => sum + r.b, 0));
    // segment 60 begins 59 * 1448 bytes in; records are 16,413 long
    expect(rebuilt[0].b).toBe((59 * 1448) % 16_413);
    expect(of('layer.h1.encryptedBytes')).toBe(0);
  });

  it('of a segment without a header costs the receiving card the record, no more', () => {
    const { of, reasons } = play({ link: lose(60), farSetup: RX_ON });
    expect(of('readBytes')).toBe(WRITTEN);
    expect(reasons('tlsRxCard')).toContain('tlsRxGap');
    expect(reasons('tlsRxCard')).not.toContain('tlsRxHeaderLost');
    expect(reasons('tlsRecv').filter((r) => r === 'tlsMixed').length).toBeGreaterThanOrEqual(1);
    expect(of('tls.h2.TlsRxDeviceResync')).toBe(0);
    // the mixed record is encrypted again and decrypted
    expect(of('layer.h2.decryptedBytes')).toBeGreaterThanOrEqual(2 * 16_384);
  });

  it('of a segment with a header makes it lose its place, ask, and be told', () => {
    // record 5 begins at byte 82,065, in segment 57
    const { of, reasons, records } = play({ link: lose(57), farSetup: RX_ON });
    expect(Math.floor((5 * 16_413) / 1448) + 1).toBe(57);
    expect(of('readBytes')).toBe(WRITTEN);
    const seen = reasons('tlsRxCard');
    expect(seen.filter((r) => r === 'tlsRxHeaderLost')).toHaveLength(1);
    expect(seen).toContain('tlsRxSearching');
    expect(seen.filter((r) => r === 'tlsRxAsks')).toHaveLength(1);
    expect(reasons('tlsRxResync')).toEqual(['tlsResyncAsked', 'tlsResyncConfirmed']);
    expect(of('tls.h2.TlsRxDeviceResync')).toBe(1);
    expect(of('tls.h2.eth0.rx_tls_resync_req_pkt')).toBe(1);
    expect(of('tls.h2.eth0.rx_tls_resync_req_end')).toBe(1);
    expect(of('tls.h2.eth0.rx_tls_resync_res_ok')).toBe(1);
    // after it the card decrypts again
    const told = records.find((r) => r.reason === 'tlsResyncConfirmed')?.seq ?? 0;
    expect(records.some((r) => r.seq > told && r.reason === 'tlsRxDecrypted')).toBe(true);
    expect(new Set(reasons('tlsRecv'))).toEqual(new Set(['tlsCardDecrypted', 'tlsSwDecrypt', 'tlsMixed']));
  });

  it('of another header while the card waits for its answer makes it ask again, or for nothing', () => {
    // records 5, 6 and 7 begin in segments 57, 69 and 80; the stream ends with record 7
    const { of, reasons } = play({ link: lose(57, 80), farSetup: RX_ON, stream: { count: 2 } });
    expect(of('readBytes')).toBe(2 * 65_536);
    expect(reasons('tlsRxCard')).toContain('tlsRxTracking');
    expect(reasons('tlsRxResync')).toEqual(['tlsResyncAsked', 'tlsResyncSkipped']);
    expect(of('tls.h2.eth0.rx_tls_resync_req_skip')).toBe(1);
    expect(of('tls.h2.TlsRxDeviceResync')).toBe(0);
  });

  it('what is sent again has passed by the card, and what follows in its record is the CPU’s too', () => {
    const { reasons } = play({ link: lose(60), farSetup: RX_ON });
    expect(reasons('tlsRxCard')).toContain('tlsRxBefore');
    expect(reasons('tlsRxCard')).toContain('tlsRxRest');
  });

  it('a wrong checksum is not touched by the card', () => {
    const link = { ab: { script: [{ nth: 60, of: 'data', act: 'damage-l4' }] } };
    const { of, reasons } = play({ link, farSetup: RX_ON });
    expect(reasons('tlsRxCard').filter((r) => r === 'tlsRxChecksum')).toHaveLength(1);
    expect(of('readBytes')).toBe(WRITTEN);
  });

  it('a packet whose record has been acknowledged meanwhile is dropped by the driver, and missed by nobody', () => {
    const { w } = play();
    const slot = takeSlot(w.pool);
    const client = w.connections.find((c) => w.sockets[c.sock - 1].spec.name === 'c') as TcpConnection;
    w.pool.flow[slot] = w.fixed.flows[client.flow].reply;
    w.pool.id[slot] = 1;
    w.pool.seq[slot] = (client.tcp?.issSnd ?? 0) + 1;
    w.pool.bits[slot] = FRAME_DECRYPTED | FRAME_TLS_SYNC;
    w.pool.payloadLen[slot] = 1448;
    w.pool.totalPayload[slot] = 1448;
    w.pool.frameLen[slot] = 1514;
    w.totals.txProduced += 1;
    xmitAtOnce(w, w.cpus[0], w.queues[w.nics[0].firstQueue], slot);
    expect(w.nics[0].tls).toMatchObject({ tx_tls_ooo: 1, tx_tls_drop_no_sync_data: 1 });
    expect(Object.keys(w.totals.txDrops).map((key) => reasonName(Number(key) % 1024))).toEqual([
      'tlsNoSyncData',
    ]);
    expect(txImbalance(w)).toBe(0);
  });

  it('GRO keeps decrypted and encrypted segments apart', () => {
    const { reasons } = play({ link: lose(57), farSetup: RX_ON });
    expect(reasons('gro')).toContain('groDecrypted');
  });
});

describe('the way down', () => {
  it('names each step: framed in sendmsg, encrypted by the card; read and let go', () => {
    const { reasons } = play({ stream: { count: 1 } });
    expect(new Set(reasons('tlsRecord'))).toEqual(new Set(['tlsFramed']));
    expect(new Set(reasons('tlsTxCard'))).toEqual(new Set(['tlsCardEncrypts']));
    expect(new Set(reasons('tlsFree'))).toEqual(new Set(['tlsConsumed']));
    const user = play({ tls: USER, stream: { count: 1 } });
    expect(new Set(user.reasons('recv'))).toEqual(new Set(['tlsCiphertextRead']));
    expect(new Set(user.reasons('tlsRecv'))).toEqual(new Set(['tlsUserDecrypt']));
    expect(play({ setup: TX_OFF }).reasons('tlsSetup')).toContain('tlsTxOff');
  });

  it('cuts in software what the card will encrypt piece by piece, where TSO is off', () => {
    const { of } = play({ setup: ['ethtool -K eth0 tso off'] });
    expect(of('readBytes')).toBe(WRITTEN);
    expect(of('layer.h1.cuts')).toBeGreaterThan(0);
    expect(of('tls.h1.eth0.tx_tls_encrypted_bytes')).toBe(WRITTEN + RECORDS * 29);
    expect(of('tls.h1.eth0.tx_tls_ooo')).toBe(0);
  });

  it('falls back to the CPU where the route leads out of another card', () => {
    const { of, reasons } = play({
      second: true,
      run: [{ atNs: 1_000_000, line: 'ip route add 10.0.0.2/32 dev eth1' }],
    });
    expect(of('readBytes')).toBe(WRITTEN);
    expect(reasons('xmitValidate')).toContain('tlsFallback');
    expect(of('layer.h1.encryptedBytes')).toBeGreaterThan(0);
    // what lies before a packet in its record is encrypted with it
    expect(of('layer.h1.encryptedBytes')).toBeGreaterThan(
      WRITTEN + RECORDS * 29 - Number(of('tls.h1.eth0.tx_tls_encrypted_bytes')),
    );
  });

  it('wraps with the sequence numbers', () => {
    for (const seed of [1, 2, 3, 4])
      expect(play({ seed, stream: { flows: 3, count: 2 } }).of('readBytes')).toBe(6 * 65_536);
  });

  it('is forgotten by the card when the connection is closed', () => {
    const { of } = play({ stream: { close: true }, durationNs: 300_000_000 });
    expect([of('tls.h1.eth0.tx_tls_ctx'), of('tls.h1.eth0.tx_tls_del')]).toEqual([1, 1]);
    expect([of('tls.h1.TlsCurrTxDevice'), of('tls.h1.TlsTxDevice')]).toEqual([0, 1]);
  });
});

describe('features', () => {
  it('need checksums, each way its own, since 5.11', () => {
    const on = (kernel: string) => {
      const { w } = play({
        kernel,
        setup: ['ethtool -K eth0 tx off'],
        farSetup: [...RX_ON, 'ethtool -K eth0 rx off'],
      });
      return [w.nics[0].features['tls-hw-tx-offload'], w.nics[1].features['tls-hw-rx-offload']];
    };
    expect(on('6.12')).toEqual([false, false]);
    expect(on('5.10')).toEqual([true, true]);
  });
});
