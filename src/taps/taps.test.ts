/** What each capture point shows: lengths, checksums, cuts and times; and that listening changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCaptureReader } from '../capture/reader.ts';
import { readTraffic } from '../capture/traffic.ts';
import { CAPTURE_POINTS, type CapturePointId, Point, pointIndex } from '../catalog/capture-points.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { validateXmit } from '../engine/net/gso/features.ts';
import { skbGsoSegment } from '../engine/net/gso/segment.ts';
import { buildFrame } from '../engine/packet/build.ts';
import { type FrameFields, makeFrame } from '../engine/packet/frame.ts';
import { parseFrame } from '../engine/packet/parse.ts';
import { fillPayload, payloadSeed } from '../engine/packet/payload.ts';
import { arbitraryWorld } from '../testing/arbitrary-world.ts';
import { recordAll, routerWorld, sackWorld, udpSendWorld } from '../testing/tap-worlds.ts';
import { runTraced } from '../testing/trace.ts';
import { captureScenario } from '../scenario/capture-scenario.ts';
import { compileScenario } from '../scenario/compile.ts';
import { captureFile } from './capture-file.ts';
import { linkTypeAt, type RecordedPacket, type Recording } from './recorder.ts';

const WORDS = { point: (id: string) => id, reason: (name: string) => name };

function at(recording: Recording, id: CapturePointId, nic = 0): RecordedPacket[] {
  const place = recording.places.findIndex((p) => p.point === pointIndex(id) && p.nic === nic);
  return recording.packets.filter((p) => p.place === place);
}

const fields = (packets: RecordedPacket[]): FrameFields[] => packets.map((p) => parseFrame(p.bytes));
const shown = (packets: RecordedPacket[], ...names: (keyof FrameFields)[]): unknown[][] =>
  fields(packets).map((f) => names.map((name) => f[name]));

describe('sending a datagram', () => {
  const { recording, world } = recordAll(udpSendWorld());

  it('the application sees bytes, the driver a frame with an unfinished checksum, the wire a finished one', () => {
    const [app, driver, wire] = [
      at(recording, 'app-out'),
      at(recording, 'driver-out'),
      at(recording, 'wire-out'),
    ];
    expect([app.length, driver.length, wire.length]).toEqual([5, 5, 5]);
    // 20 + 8 bytes of made-up headers
    expect(app.map((p) => p.bytes.length)).toEqual(new Array(5).fill(129));
    expect(shown(driver, 'frameLen', 'l4Csum', 'smac', 'dmac')).toEqual(
      new Array(5).fill([143, 'partial', '02:00:00:00:00:0b', '02:00:00:00:00:0a']),
    );
    expect(shown(wire, 'frameLen', 'l4Csum', 'ipCsum')).toEqual(new Array(5).fill([143, 'ok', 'ok']));
    expect(driver.map((p) => p.csumPartial)).toEqual(new Array(5).fill(true));
    expect(wire.every((p, i) => p.packet === driver[i].packet && p.timeNs > driver[i].timeNs)).toBe(true);
    // all three hold the same payload
    app.forEach((p, i) => {
      expect(p.bytes.subarray(28)).toEqual(driver[i].bytes.subarray(42));
      expect(p.bytes.subarray(28)).toEqual(wire[i].bytes.subarray(42));
    });
    expect(world.nics[0].counters.tx_packets).toBe(5);
  });

  it('with tx-checksumming off the driver gets a finished checksum', () => {
    const off = recordAll(udpSendWorld(), {}, (w) => {
      w.nics[0].features['tx-checksum-ip-generic'] = false;
      w.nics[0].features['tx-checksum-ipv4'] = false;
    });
    expect(shown(at(off.recording, 'driver-out'), 'l4Csum')).toEqual(new Array(5).fill(['ok']));
    expect(at(off.recording, 'driver-out').map((p) => [...p.bytes])).toEqual(
      at(off.recording, 'wire-out').map((p) => [...p.bytes]),
    );
  });

  it('a short frame is padded by the card, not before', () => {
    const short = recordAll(udpSendWorld(1)).recording;
    expect(at(short, 'driver-out')[0].bytes).toHaveLength(43);
    expect(at(short, 'wire-out')[0].bytes).toHaveLength(60);
    expect(shown(at(short, 'wire-out'), 'l4Csum', 'padding')[0]).toEqual(['ok', 17]);
  });
});

describe('a router', () => {
  const { recording } = recordAll(routerWorld());

  it('sees every frame before GRO, trains after it, and those with an unfinished checksum', () => {
    expect(at(recording, 'wire-in').map((p) => [...p.bytes])).toEqual(
      at(recording, 'driver-in').map((p) => [...p.bytes]),
    );
    // 6 and 4 frames become a train each; the others stay
    const after = at(recording, 'stack-in');
    expect(after.map((p) => p.parts.length).sort()).toEqual([1, 1, 1, 1, 4, 6]);
    const [train4, train6] = [6, 4].map((n) => after.filter((p) => p.parts.length === n));
    expect(shown(train4, 'payloadLen', 'ipTotalLen', 'l4Csum', 'ipCsum', 'ipId', 'tcpFlags')).toEqual([
      [5 * 1448 + 300, 5 * 1448 + 300 + 52, 'partial', 'ok', 65_533, 0x18],
    ]);
    expect(shown(train6, 'payloadLen', 'l4Csum', 'flowLabel')).toEqual([[4 * 1428, 'partial', 0x12345]]);
    expect(shown(at(recording, 'wire-in'), 'l4Csum').filter(([v]) => v === 'bad')).toHaveLength(1);
    expect(shown(at(recording, 'wire-in'), 'ipCsum').filter(([v]) => v === 'bad')).toHaveLength(1);
    expect(shown(at(recording, 'stack-in'), 'vlan').filter(([v]) => v === 0x6005)).toHaveLength(1);
  });

  it('gives the driver a giant frame, and the wire the frames that came, with a TTL lower by one', () => {
    const giant = at(recording, 'driver-out', 1);
    expect(shown(giant, 'frameLen', 'l4Csum', 'ttl', 'smac')).toEqual(
      expect.arrayContaining([
        [5 * 1448 + 300 + 66, 'partial', 60, '02:00:00:00:00:0c'],
        [4 * 1428 + 74, 'partial', 63, '02:00:00:00:00:0c'],
        // forwarded as it came, but unpadded
        [45, 'none', 63, '02:00:00:00:00:0c'],
      ]),
    );
    const wire = at(recording, 'wire-out', 1);
    expect(wire).toHaveLength(11);
    const came = fields(at(recording, 'wire-in')).slice(0, 11);
    const gone = fields(wire);
    const sorted = (list: FrameFields[]): string[] =>
      list
        .map((f) => `${f.ipVersion} ${f.proto} ${f.seq} ${f.ipId} ${f.payloadLen} ${f.tcpFlags} ${f.l4Csum}`)
        .sort();
    expect(sorted(gone)).toEqual(sorted(came));
    expect(gone.every((f) => f.ttl === 60 || f.ttl === 63)).toBe(true);
    // the payload of each is what it was
    for (const f of wire.filter((p) => p.pieces > 1)) {
      const original = at(recording, 'wire-in').find((p) => p.packet === f.packet) as RecordedPacket;
      const start = f.bytes.length - parseFrame(f.bytes).payloadLen;
      expect(f.bytes.subarray(start)).toEqual(original.bytes.subarray(start));
    }
  });

  it('stamps each piece when its last bit is out', () => {
    const pieces = at(recording, 'wire-out', 1).filter((p) => p.pieces === 6);
    // (1514 + 24) * 8 bits at 1 Gbit/s; the last one has 300 bytes of payload
    expect(pieces.map((p) => p.timeNs - pieces[0].timeNs)).toEqual([
      0,
      12_304,
      24_608,
      36_912,
      49_216,
      49_216 + (366 + 24) * 8,
    ]);
    expect(new Set(pieces.map((p) => p.packet)).size).toBe(6);
  });

  it('without TSO the driver gets the pieces, each with an IP identification of its own', () => {
    const soft = recordAll(routerWorld(), {}, (w) => {
      w.nics[1].features['tx-tcp-segmentation'] = false;
    }).recording;
    const driver = at(soft, 'driver-out', 1).filter((p) => p.offload.cut === 'software');
    expect(shown(driver, 'ipId', 'l4Csum', 'tcpFlags')).toEqual([
      [65_533, 'partial', 0x10],
      [65_534, 'partial', 0x10],
      [65_535, 'partial', 0x10],
      [0, 'partial', 0x10],
      [1, 'partial', 0x10],
      [2, 'partial', 0x18],
    ]);
    expect(at(soft, 'wire-out', 1).map((p) => [...p.bytes])).toEqual(
      at(recording, 'wire-out', 1).map((p) => [...p.bytes]),
    );
  });

  it('what the card has been given to cut it cuts, also where TSO is turned off meanwhile', () => {
    const spec = routerWorld();
    const giant = at(recording, 'driver-out', 1).find((p) => p.parts.length === 6) as RecordedPacket;
    const off = { type: 'feature', nic: 1, name: 'tx-tcp-segmentation', on: false } as const;
    spec.inputs = [{ at: giant.timeNs + 1, after: null, host: 0, line: '', change: off }];
    const wire = at(recordAll(spec).recording, 'wire-out', 1);
    expect(wire.filter((p) => p.pieces === 6).map((p) => p.offload.cut)).toEqual(new Array(6).fill('card'));
  });
});

describe('a receiver that acknowledges', () => {
  const { recording, world } = recordAll(sackWorld());

  it('sends ACKs whose SACK blocks are on the wire as they were before the driver', () => {
    const acks = at(recording, 'driver-out');
    expect(acks.length).toBe(world.connections[0].acksSent);
    const options = shown(acks, 'tcpOptions').flat() as string[];
    expect(
      options.filter((hex) => hex.includes('0101050a') || hex.includes('01010512')).length,
    ).toBeGreaterThan(3);
    expect(shown(at(recording, 'wire-out'), 'tcpOptions').flat()).toEqual(options);
    expect(at(recording, 'app-out')).toEqual([]);
    // why it was made
    expect(acks.every((p) => p.reason !== 0)).toBe(true);
  });

  it('gives the application all bytes, in order', () => {
    let text = 0;
    const read = at(recording, 'app-in').flatMap((p) => {
      text += p.bytes.length - 52;
      return [...p.bytes.subarray(52)];
    });
    expect(text).toBe(10_000);
    const whole = new Uint8Array(10_000);
    const [first] = fields(at(recording, 'wire-in'));
    fillPayload(whole, payloadSeed(first), first.seq);
    expect(read).toEqual([...whole]);
  });
});

describe('a giant frame', () => {
  it('holds the same payload as the frames it is cut into', () => {
    const f = makeFrame({ seq: 77, payloadLen: 40_000, l4Csum: 'partial' });
    const seed = payloadSeed(f);
    const bytes = buildFrame(f, (body) => fillPayload(body, seed, f.seq));
    const frame = {
      bytes,
      gsoType: 'tcpv4' as const,
      gsoSize: 1460,
      csumPartial: true,
      fixedId: false,
      accEcn: false,
    };
    const on = {
      'tx-checksumming': true,
      'scatter-gather': true,
      'tcp-segmentation-offload': true,
      'generic-segmentation-offload': true,
      'tx-udp-segmentation': true,
    };
    expect(validateXmit(frame, on, { maxSize: 65_536, maxSegs: 65_535 })).toHaveLength(1);
    for (const piece of skbGsoSegment(frame, { csum: false, partial: false })) {
      const own = parseFrame(piece.bytes);
      expect(own.l4Csum).toBe('ok');
      expect(piece.bytes).toEqual(buildFrame(own, (body) => fillPayload(body, seed, own.seq)));
    }
  });
});

describe('a recording', () => {
  it('ends at its bounds and says where', () => {
    const { recording, recorder } = recordAll(udpSendWorld(), { mostPackets: 4 });
    expect(recording.packets).toHaveLength(4);
    expect(recorder.full).toBe(true);
    expect(recording.cutAtNs).toBeGreaterThanOrEqual(recording.packets[3].timeNs);
    const small = recordAll(udpSendWorld(), { mostBytes: 300 }).recording;
    expect(small.packets.map((p) => p.bytes.length)).toEqual([129, 143]);
    expect(small.cutAtNs).not.toBeNull();
  });

  it('takes what is between its times, also pieces of a packet that ends later', () => {
    const whole = recordAll(routerWorld()).recording;
    const pieces = at(whole, 'wire-out', 1).filter((p) => p.pieces === 6);
    const part = recordAll(routerWorld(), { fromNs: pieces[1].timeNs, toNs: pieces[3].timeNs }).recording;
    expect(at(part, 'wire-out', 1).map((p) => p.timeNs)).toEqual(pieces.slice(1, 4).map((p) => p.timeNs));
    expect(part.packets.every((p) => p.timeNs >= pieces[1].timeNs && p.timeNs <= pieces[3].timeNs)).toBe(
      true,
    );
  });

  it('names the moment of each packet by its record', () => {
    const { recording } = recordAll(sackWorld());
    const { records } = runTraced(sackWorld(), sackWorld().durationNs);
    const kinds = ['send', 'txQueue', 'txSent', 'frameArrived', 'pollFrame', 'netifReceive', 'recv'];
    expect(recording.packets.length).toBeGreaterThan(40);
    for (const p of recording.packets) {
      const record = records.find((r) => r.seq === p.seq);
      expect(record?.kind).toBe(kinds[recording.places[p.place].point]);
      expect([record?.packet, record?.timeNs]).toEqual([p.packet, p.timeNs]);
    }
  });
});

describe('listening', () => {
  it('changes nothing: the same records in any world, and every frame is built', () => {
    fc.assert(
      fc.property(arbitraryWorld, (any) => {
        const spec = { ...any, durationNs: 1_000_000 };
        const plain = createWorld(spec);
        advance(plain, spec.durationNs);
        const { world, recording } = recordAll(spec, { mostPackets: 1000 });
        advance(world, spec.durationNs);
        expect([world.seq, world.lastPacket, world.totals]).toEqual([
          plain.seq,
          plain.lastPacket,
          plain.totals,
        ]);
        for (const p of recording.packets) {
          const { point } = recording.places[p.place];
          if (!CAPTURE_POINTS[point].headers) continue;
          const f = parseFrame(p.bytes);
          expect(f.malformed).toBe('');
          if (point === Point.wireOut) expect(['ok', 'none', 'unknown', 'bad']).toContain(f.l4Csum);
          // answers to TCP, which no scenario can ask for; and of a fragment nobody can say
          if (f.ipTotalLen > f.frameLen - 14 || f.mf) continue;
          // of what has an outer header the inner one is to be finished
          if (p.csumPartial && f.proto !== 4) expect(f.l4Csum).toBe('partial');
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('files', () => {
  it('pcapng reads back: interfaces, times, directions, bytes', () => {
    const { world, recording } = recordAll(routerWorld());
    const file = captureFile(world, recording, 'pcapng', WORDS);
    if ('error' in file) throw new Error(file.error);
    const reader = createCaptureReader();
    const packets = reader.push(file);
    const summary = reader.finish();
    expect(summary.error).toBeNull();
    expect(summary.interfaces.map((i) => [i.name, i.linkType])).toEqual(
      recording.places.map(({ point, nic }) => [`r1.eth${nic}`, linkTypeAt(point)]),
    );
    const first = recording.packets[0].timeNs;
    expect(packets.map((p) => [p.tsNs + first, p.interfaceId, p.direction])).toEqual(
      recording.packets.map((p) => [p.timeNs, p.place, CAPTURE_POINTS[recording.places[p.place].point].way]),
    );
    packets.forEach((p, i) => {
      if (p.l2 === 'captured') expect(p.bytes).toEqual(recording.packets[i].bytes);
    });
  });

  it('pcap holds one link type', () => {
    const { world, recording } = recordAll(udpSendWorld());
    expect(captureFile(world, recording, 'pcap', WORDS)).toEqual({ error: 'mixed-link-types' });
    const wire = recordAll(udpSendWorld(), { places: [{ point: Point.wireOut, nic: 0 }] }).recording;
    const file = captureFile(world, wire, 'pcap', WORDS);
    if ('error' in file) throw new Error(file.error);
    expect(readTraffic(file).table.count).toBe(5);
  });

  it('what was captured on the wire replays the same: each arrival at its time with its bytes', () => {
    for (const spec of [routerWorld(), sackWorld()]) {
      const places = [{ point: Point.wireIn, nic: 0 }];
      const { world, recording } = recordAll(spec, { places });
      const file = captureFile(world, recording, 'pcapng', WORDS);
      if ('error' in file) throw new Error(file.error);
      const { table } = readTraffic(file);
      const scenario = captureScenario(table, 'again.pcapng', 'f'.repeat(64));
      const compiled = compileScenario(scenario, { captures: new Map([['f'.repeat(64), table]]) });
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
      const again = recordAll(compiled.spec, { places });
      const since = (r: Recording): unknown[] =>
        r.packets.map((p) => [p.timeNs - r.packets[0].timeNs, [...p.bytes]]);
      expect(since(again.recording)).toEqual(since(recording));
      // and the arrival records say the same: length and number of the flow
      const arrivals = (s: typeof spec): unknown[] => {
        const list = runTraced(s, s.durationNs).records.filter((r) => r.kind === 'frameArrived');
        return list.map((r) => [r.timeNs - list[0].timeNs, r.a, r.b]);
      };
      expect(arrivals(compiled.spec)).toEqual(arrivals(spec));
    }
  });
});
