import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Point } from '../catalog/capture-points.ts';
import { Kind } from '../catalog/kinds.ts';
import { decodeRecords } from '../protocol/record-codec.ts';
import { applyRecord } from '../protocol/fold.ts';
import type { Request, Response } from '../protocol/messages.ts';
import { scenarioHash } from '../scenario/hash.ts';
import { Session } from './session.ts';
import { readTraffic } from '../capture/traffic.ts';

type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** A session with everything it posts; `ask` pumps until the answer is there. */
function open(text: string, released: ReadonlyMap<string, string> = new Map()) {
  const posted: Response[] = [];
  let id = 0;
  const session = new Session({
    builtins: new Map([['it', text]]),
    released,
    now: () => 0,
    post: (r) => posted.push(r),
  });
  const ask = <T extends Response['type']>(request: Ask, type: T): Extract<Response, { type: T }> => {
    id += 1;
    session.handle({ ...request, id } as Request);
    for (let n = 0; n < 100_000; n += 1) {
      const answer = posted.find((r) => r.id === id && r.type !== 'progress' && r.type !== 'capturePart');
      if (answer !== undefined) {
        if (answer.type !== type)
          throw new Error(`wanted ${type}, got ${JSON.stringify(answer).slice(0, 400)}`);
        return answer as Extract<Response, { type: T }>;
      }
      session.pump();
    }
    throw new Error('no answer');
  };
  return {
    session,
    ask,
    posted,
    load: () => ask({ type: 'load', scenario: { builtin: 'it' }, captures: [], variant: 'base' }, 'loaded'),
  };
}

const scenario = JSON.stringify({
  format: 1,
  id: 'it',
  title: { text: 'It' },
  durationNs: 2_000_000,
  hosts: {
    h1: {
      cpus: 2,
      nics: { eth0: { driver: 'mlx5_core', queues: 2, ringSize: 64 } },
      sockets: { sink: { proto: 'udp', port: 7000 } },
      apps: { reader: { cpu: 1, sockets: ['sink'], workNs: 2000 } },
    },
  },
  traffic: {
    load: { kind: 'rate', frame: { proto: 'udp', dport: 7000, len: 18 }, flows: 4, ratePps: 400000 },
  },
  lesson: {
    steps: [
      { title: { text: 'a' }, text: { text: 'a' }, at: { kind: 'recv', n: 3 }, focus: { socket: 1 } },
      { title: { text: 'b' }, text: { text: 'b' }, at: { atNs: 1000000 } },
    ],
  },
});

/** Long enough for many keyframes, and for a timeline in bins: what forks share and windows start from. */
const LONG_NS = 80_000_000;
const long = JSON.stringify({
  ...JSON.parse(scenario),
  durationNs: LONG_NS,
  lesson: { steps: [] },
  setup: [{ host: 'h1', line: 'ethtool -L eth0 combined 1' }],
  run: [{ atNs: 45_000_000, host: 'h1', line: 'ethtool -L eth0 combined 2' }],
});

describe('a session', () => {
  it('opens the version of a built-in scenario that a link names, the present one where that is not kept', () => {
    const old = JSON.stringify({ ...JSON.parse(scenario), durationNs: 1_000_000 });
    const { ask } = open(scenario, new Map([[scenarioHash(old), old]]));
    const load = (hash?: string) =>
      ask(
        {
          type: 'load',
          scenario: hash === undefined ? { builtin: 'it' } : { builtin: 'it', hash },
          captures: [],
          variant: 'base',
        },
        'loaded',
      );
    const told = [load(), load(scenarioHash(scenario)), load(scenarioHash(old)), load('0'.repeat(64))].map(
      ({ info, map }) => [info.hash, info.older ?? false, map.durationNs],
    );
    const now = [scenarioHash(scenario), false, 2_000_000];
    expect(told).toEqual([now, now, [scenarioHash(old), true, 1_000_000], now]);
  });

  it('loads, finds the steps, and runs to its end with progress', () => {
    const s = open(scenario);
    const loaded = s.load();
    expect(loaded.info.title).toBe('It');
    expect(loaded.info.steps[0].at.seq).toBeGreaterThan(0);
    expect(loaded.info.steps[1].at.t).toBe(1_000_000);
    while (s.session.pump());
    expect(s.posted.some((r) => r.type === 'progress' && r.done)).toBe(true);
  });

  it('n steps are one run of n events, forward and back', () => {
    const s = open(scenario);
    s.load();
    let at = { t: 0, seq: 0 };
    const walked = [at];
    for (let i = 0; i < 60; i += 1) {
      const answer = s.ask({ type: 'step', branch: 1, from: at, grain: 'event', direction: 1 }, 'moment');
      if (answer.moment === null) throw new Error('no step');
      expect(answer.moment.seq).toBe(at.seq + 1);
      at = answer.moment;
      walked.push(at);
    }
    for (let i = 59; i >= 0; i -= 1) {
      const answer = s.ask({ type: 'step', branch: 1, from: at, grain: 'event', direction: -1 }, 'moment');
      expect(answer.moment).toEqual(walked[i]);
      at = answer.moment as typeof at;
    }
  });

  it('the scene after n records is the scene of that moment, inside events too', () => {
    const s = open(scenario);
    const { map } = s.load();
    const stretch = s.ask(
      { type: 'stretch', branch: 1, from: { t: 0, seq: 0 }, maxRecords: 300, untilNs: 2_000_000 },
      'stretch',
    );
    const records = decodeRecords(stretch.records, stretch.count);
    const { scene } = stretch;
    for (const record of records) {
      applyRecord(scene, record, map);
      if (record.seq % 7 !== 0) continue;
      const there = s.ask({ type: 'scene', branch: 1, at: { t: record.timeNs, seq: record.seq } }, 'scene');
      expect({ ...there.scene, drops: [] }).toEqual({ ...scene, drops: [] });
    }
  });

  it('a command in the past forks there and keeps the old branch; undo takes it back', () => {
    const s = open(scenario);
    s.load();
    const done = s.ask(
      { type: 'command', branch: 1, at: 500_000, after: null, host: 'h1', line: 'ethtool -G eth0 rx 128' },
      'commandDone',
    );
    expect(done.status).toBe(0);
    expect(done.branches).toHaveLength(2);
    const fork = done.branch;
    const after = s.ask({ type: 'scene', branch: fork, at: { t: 600_000 } }, 'scene');
    expect(after.scene.queues[0].size).toBe(128);
    const before = s.ask({ type: 'scene', branch: fork, at: { t: 400_000 } }, 'scene');
    expect(before.scene.queues[0].size).toBe(64);
    const old = s.ask({ type: 'scene', branch: 1, at: { t: 600_000 } }, 'scene');
    expect(old.scene.queues[0].size).toBe(64);
    const undone = s.ask({ type: 'undo', branch: fork, input: 0 }, 'commandDone');
    const again = s.ask({ type: 'scene', branch: undone.branch, at: { t: 600_000 } }, 'scene');
    expect(again.scene).toEqual(old.scene);
  });

  it('a fork is the run that the same commands make from the start, timeline and undo too', () => {
    const once = (commands: readonly [number, string][], undo: number | null) => {
      const s = open(long);
      s.load();
      while (s.session.pump());
      let branch = 1;
      for (const [t, line] of commands) {
        const { scene } = s.ask({ type: 'scene', branch, at: { t } }, 'scene');
        const ask = { type: 'command', branch, at: t, after: scene.seq, host: 'h1', line } as const;
        const done = s.ask(ask, 'commandDone');
        expect(done).toMatchObject({ status: 0, output: '' });
        branch = done.branch;
      }
      if (undo !== null) branch = s.ask({ type: 'undo', branch, input: undo }, 'commandDone').branch;
      return { s, branch };
    };
    const seen = (s: ReturnType<typeof open>, branch: number): unknown => {
      const { report } = s.ask({ type: 'report', branch, at: null }, 'report');
      const q = { type: 'timeline', branch, fromNs: 0, toNs: LONG_NS, bins: 512 } as const;
      const { timeline } = s.ask(q, 'timeline');
      // which drops and interrupts are marked, where there are too many, is a sample; commands are all there
      const markers = timeline.markers.filter((m) => m.kind === 'command');
      return { report, timeline: { ...timeline, markers } };
    };
    const commands: [number, string][] = [
      [27_000_001, 'ethtool -G eth0 rx 128'],
      [41_000_000, 'ethtool -C eth0 rx-usecs 100'],
      // taken because the scenario's own command has brought a second queue
      [53_000_000, 'ethtool -X eth0 weight 1 3'],
    ];
    for (const undo of [null, 0, 1]) {
      const forked = once(commands, undo);
      const branches =
        forked.s.posted.flatMap((r) => (r.type === 'commandDone' ? [r.branches] : [])).at(-1) ?? [];
      // none of the others is lost by taking one back
      if (undo !== null)
        expect(branches.find((b) => b.id === forked.branch)?.inputs.map((i) => i.line)).toEqual(
          commands.filter((_, i) => i !== undo).map(([, line]) => line),
        );
      while (forked.s.session.pump());
      // and each acts at its time, among the records of that time
      const filter = { kinds: [Kind.command] };
      const from = { t: 0, seq: 0 };
      const q = { type: 'records', branch: forked.branch, count: 20, direction: 1, filter, from } as const;
      for (const command of forked.s.ask(q, 'records').records) {
        const near = { ...q, filter: {}, count: 200, from: { t: 0, seq: Math.max(0, command.seq - 100) } };
        const times = forked.s.ask(near, 'records').records.map((r) => r.timeNs);
        expect(times).toEqual([...times].sort((x, y) => x - y));
      }
      const fresh = open(long);
      fresh.ask(
        {
          type: 'load',
          scenario: { builtin: 'it' },
          captures: [],
          variant: 'base',
          branches,
          active: forked.branch,
        },
        'loaded',
      );
      while (fresh.session.pump());
      expect(seen(forked.s, forked.branch)).toEqual(seen(fresh, forked.branch));
    }
  }, 180_000);

  it('a packet has its whole history, long after it has left', () => {
    const s = open(long);
    s.load();
    while (s.session.pump());
    const kinds = s.ask({ type: 'packet', branch: 1, packet: 3 }, 'records').records.map((r) => r.kind);
    expect(kinds[0]).toBe(Kind.frameArrived);
    expect(kinds[kinds.length - 1]).toBe(Kind.recv);
  });

  it('a window of time counts the latency of packets that came before it', () => {
    const s = open(long);
    s.load();
    while (s.session.pump());
    for (let from = 10_000_000; from < LONG_NS; from += 1_000_000) {
      const q = { type: 'timeline', branch: 1, fromNs: from, toNs: from + 1_000_000, bins: 50 } as const;
      const known = [...s.ask(q, 'timeline').timeline.latencyP99].filter((ns) => !Number.isNaN(ns));
      expect(known.length).toBeGreaterThan(0);
      // a full socket buffer takes under a millisecond to read
      expect(Math.max(...known)).toBeLessThan(2_000_000);
    }
  });

  it('a refused command changes nothing and says why', () => {
    const s = open(scenario);
    s.load();
    const done = s.ask(
      { type: 'command', branch: 1, at: 0, after: null, host: 'h1', line: 'ethtool -G eth0 rx 99999' },
      'commandDone',
    );
    expect(done.status).not.toBe(0);
    expect(done.output).toMatch(/ring size|maximum/i);
    expect(done.branches).toHaveLength(1);
  });

  it('tells why: the chain of a polled packet goes back to its arrival', () => {
    const s = open(scenario);
    s.load();
    const poll = s.ask(
      { type: 'find', branch: 1, from: { t: 0, seq: 0 }, direction: 1, filter: { kinds: [Kind.pollFrame] } },
      'moment',
    );
    const at = poll.moment as { t: number; seq: number };
    const { inspection } = s.ask(
      { type: 'inspect', branch: 1, at, target: { kind: 'packet', packet: poll.record?.packet ?? 0 } },
      'inspection',
    );
    const kinds = inspection.why.map((r) => r.kind);
    expect(kinds[0]).toBe(Kind.pollFrame);
    for (const kind of [
      Kind.pollStart,
      Kind.napiSchedule,
      Kind.hardirqEnter,
      Kind.irqRaised,
      Kind.frameArrived,
    ])
      expect(kinds).toContain(kind);
    expect(inspection.knobs.length).toBeGreaterThan(0);
  });

  it('answers the timeline with every CPU accounted for', () => {
    const s = open(scenario);
    const { map } = s.load();
    while (s.session.pump());
    const { timeline } = s.ask(
      { type: 'timeline', branch: 1, fromNs: 0, toNs: 2_000_000, bins: 100 },
      'timeline',
    );
    for (let cpu = 0; cpu < map.cpus.length; cpu += 1) {
      const own = timeline.contextNs.subarray(cpu * 700, (cpu + 1) * 700);
      expect(own.reduce((sum, ns) => sum + ns, 0)).toBeCloseTo(2_000_000, -2);
    }
    expect(timeline.arrived.reduce((sum, n) => sum + n, 0)).toBe(800);
  });

  it('says what is wrong with a bad scenario and a missing capture', () => {
    const s = open(scenario);
    const bad = s.ask(
      {
        type: 'load',
        scenario: { text: '{"format": 1, "hosts": 3}', name: 'x.json' },
        captures: [],
        variant: 'base',
      },
      'error',
    );
    expect(bad.error.code).toBe('bad-scenario');
    expect(bad.error.message).toMatch(/x\.json/);
    const newer = s.ask(
      { type: 'load', scenario: { text: '{"format": 99}', name: 'y.json' }, captures: [], variant: 'base' },
      'error',
    );
    expect(newer.error.message).toMatch(/newer/);
  });

  it('replays a real capture', () => {
    const s = open(scenario);
    const file = readFileSync(new URL('../../fixtures/captures/udp4.pcap', import.meta.url));
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
    const loaded = s.ask(
      {
        type: 'load',
        scenario: { text: '', name: 'udp4.pcap' },
        captures: [{ name: 'udp4.pcap', bytes }],
        variant: 'base',
      },
      'loaded',
    );
    expect(loaded.info.captures[0].packets).toBeGreaterThan(0);
    while (s.session.pump());
    const { report } = s.ask({ type: 'report', branch: 1, at: null }, 'report');
    expect((report as { packets: { arrived: number } }).packets.arrived).toBe(
      loaded.info.captures[0].packets,
    );
  });

  it('looks back over the run for commands that ask for more than the present', () => {
    const { ask, load } = open(scenario);
    load();
    const command = (line: string, at = 1_000_000) =>
      ask({ type: 'command', branch: 1, at, after: null, host: 'h1', line }, 'commandDone');
    const { output, status } = command('mpstat -P ALL 0.0001 3');
    expect(status).toBe(0);
    // three intervals and the average, each of all and two CPUs
    expect(output.match(/^\d\d:\d\d:\d\d +(all|0|1) /gm)).toHaveLength(9);
    expect(output.match(/^Average: +(all|0|1) /gm)).toHaveLength(3);
    // each row's shares sum up
    for (const row of output.split('\n').filter((l) => / (all|0|1) +\d/.test(l))) {
      const shares = row.trim().split(/\s+/).slice(-10).map(Number);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
    }
    const seen = command('tcpdump -tn udp port 7000 | wc -l').output;
    const { report } = ask({ type: 'report', branch: 1, at: { t: 1_000_000, seq: -1 } }, 'report');
    const { delivered } = (report as { packets: { delivered: number } }).packets;
    // what a socket has, the tap saw before
    expect(Number(/^(\d+)\n\n/m.exec(seen)?.[1])).toBeGreaterThanOrEqual(delivered);
    expect(command('tcpdump -c 1').output).toContain('1 packet captured');
    expect(command('tcpdump -r no.pcap').output).toContain('No such file or directory');
    expect(command('mpstat 1 2').output).toContain('# only 0.001 s have passed');
  });
});

describe('captures', () => {
  const wireIn = { point: 3, nic: 0 };
  const bounds = { mostPackets: 1000, mostBytes: 1_000_000 };

  it('runs a stretch of a branch once more: rows lead to moments, and the files are there', () => {
    const { ask, load, posted, session } = open(scenario);
    load();
    const fromNs = 100_000;
    const toNs = 400_000;
    const { capture } = ask(
      { type: 'capture', branch: 1, ask: { places: [wireIn], fromNs, toNs, ...bounds } },
      'captured',
    );
    expect(posted.some((r) => r.type === 'capturePart')).toBe(true);
    expect(capture.rows.length).toBeGreaterThan(5);
    expect(capture.rows.every((r) => r.timeNs >= fromNs && r.timeNs <= toNs)).toBe(true);
    expect(capture).toMatchObject({ branch: 1, cutAtNs: null, unbuilt: 0 });
    for (const row of capture.rows) {
      const { records } = ask(
        {
          type: 'records',
          branch: 1,
          from: { t: row.timeNs, seq: row.seq - 1 },
          count: 1,
          direction: 1,
          filter: {},
        },
        'records',
      );
      expect(records[0]).toMatchObject({
        kind: Kind.frameArrived,
        packet: row.packet,
        timeNs: row.timeNs,
        seq: row.seq,
      });
      expect(row).toMatchObject({ checksum: 'right', ipChecksum: 'right', segments: 1 });
    }
    const { bytes } = ask({ type: 'captureFile', format: 'pcapng' }, 'captureFile');
    const { table } = readTraffic(new Uint8Array(bytes));
    expect(Array.from(table.timeNs)).toEqual(capture.rows.map((row) => row.timeNs - capture.rows[0].timeNs));
    // a bound ends it
    const few = ask(
      {
        type: 'capture',
        branch: 1,
        ask: { places: [wireIn], fromNs: 0, toNs, mostPackets: 2, mostBytes: 1000 },
      },
      'captured',
    );
    expect(few.capture.rows).toHaveLength(2);
    expect(few.capture.cutAtNs).toBeGreaterThanOrEqual(few.capture.rows[1].timeNs);
    // given up, nothing comes
    session.handle({
      type: 'capture',
      id: 9000,
      branch: 1,
      ask: { places: [wireIn], fromNs, toNs, ...bounds },
    });
    session.handle({ type: 'cancel', id: 0, target: 9000 });
    while (session.pump());
    expect(posted.filter((r) => r.id === 9000).map((r) => r.type)).toEqual(['cancelled']);
  });

  it('says what is wrong with what is asked', () => {
    const { ask, load } = open(scenario);
    load();
    expect(ask({ type: 'captureFile', format: 'pcap' }, 'error').error.code).toBe('no-capture');
    for (const wrong of [
      { places: [], fromNs: 0, toNs: 1 },
      { places: [{ point: 9, nic: 0 }], fromNs: 0, toNs: 1 },
      { places: [{ point: 3, nic: 7 }], fromNs: 0, toNs: 1 },
      { places: [wireIn], fromNs: 2, toNs: 1 },
      { places: [wireIn], fromNs: Number.NaN, toNs: 1 },
    ])
      expect(ask({ type: 'capture', branch: 1, ask: { ...wrong, ...bounds } }, 'error').error.code).toBe(
        'bad-capture',
      );
  });
});

describe('a transfer', () => {
  it('has every byte sent and heard of, from the SYN on; a part of time has what is in it', () => {
    const text = readFileSync(new URL('../../scenarios/sending/write-of-64k.json', import.meta.url), 'utf8');
    const { ask, load } = open(text);
    const [{ flow, host }] = load().map.transfers;
    expect(host).toBe(0);
    ask({ type: 'report', branch: 1, at: null }, 'report');
    const part = (fromNs: number, toNs: number) =>
      ask({ type: 'transfer', branch: 1, flow, fromNs, toNs, points: 1000, bars: 100 }, 'transfer').transfer;
    const all = part(0, 2_000_000);
    expect(all.segments.reduce((n, segment) => n + segment.bytes, 0)).toBe(65_536);
    // the SYN takes a number, and then the write
    expect(all.segments[0].byte).toBe(all.firstByte);
    expect(Math.max(...all.acks.map((ack) => ack.byte)) - all.firstByte).toBe(1 + 65_536);
    expect(all.sacks).toEqual([]);
    expect([all.every, all.segments.some((segment) => segment.again)]).toEqual([1, false]);
    const middle = all.segments[2].timeNs;
    const late = part(middle, 2_000_000);
    expect(late.segments).toEqual(all.segments.filter((segment) => segment.timeNs >= middle));
    expect(late.firstByte).toBe(all.firstByte);
  });
});

describe('a packet opened to its bytes', () => {
  it('is there at each point of its way, at the moment of its record', () => {
    const { ask, load } = open(scenario);
    load();
    ask({ type: 'report', branch: 1, at: null }, 'report');
    const packet = 9;
    const { records } = ask({ type: 'packet', branch: 1, packet }, 'records');
    const { views } = ask({ type: 'packetBytes', branch: 1, packet }, 'packetBytes');
    const points: [number, number][] = [
      [Point.wireIn, Kind.frameArrived],
      [Point.driverIn, Kind.pollFrame],
      [Point.stackIn, Kind.netifReceive],
      [Point.appIn, Kind.recv],
    ];
    expect(views.map((view) => [view.point, view.timeNs, view.seq])).toEqual(
      points.map(([point, kind]) => {
        const record = records.find((r) => r.kind === kind);
        return [point, record?.timeNs, record?.seq];
      }),
    );
    // 14 + 20 + 8 + 18; the application's without Ethernet's header
    expect(views.map((view) => view.frame.length)).toEqual([60, 60, 60, 46]);
    expect(ask({ type: 'packetBytes', branch: 1, packet: 1e9 }, 'packetBytes').views).toEqual([]);
  });
});
