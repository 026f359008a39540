/** Captures as traffic: frames reach a NIC's MAC at the file's times, or at a given rate. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TrafficTable } from '../engine/packet/traffic-table.ts';
import { captureScenario } from '../scenario/capture-scenario.ts';
import { compileScenario } from '../scenario/compile.ts';
import { loadScenarioValue } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import { runTraced } from '../testing/trace.ts';
import { MAX_CAPTURE_NS } from './reader.ts';
import { readTraffic } from './traffic.ts';
import { writePcap } from './writer.ts';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url)));

interface Replay {
  startNs?: number;
  timeScale?: number;
  ratePps?: number | null;
  repeat?: number;
}

function open(file: Uint8Array): { table: TrafficTable; scenario: Scenario; sha256: string } {
  const sha256 = createHash('sha256').update(file).digest('hex');
  const { table } = readTraffic(file);
  return { table, sha256, scenario: captureScenario(table, 'trace.pcap', sha256) };
}

/** Arrivals at the MAC, in order: `a` is a frame's length, `b` its flow (the world counts them from 1). */
function arrivals(file: Uint8Array, how: Replay = {}, durationNs?: number) {
  const { table, scenario, sha256 } = open(file);
  const traffic = scenario.traffic.capture;
  if (traffic.kind !== 'capture') throw new Error('a capture is expected');
  Object.assign(traffic, how);
  const compiled = compileScenario(scenario, { captures: new Map([[sha256, table]]) });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const { records, world } = runTraced(compiled.spec, durationNs ?? compiled.spec.durationNs);
  const arrived = records.filter((record) => record.kind === 'frameArrived');
  return { table, arrived, records, world };
}

const FILES = ['udp4.pcap', 'tcp4-ns.pcap', 'udp6.pcapng', 'tcp6.pcapng', 'truncated.pcap', 'raw-ip.pcap'];

/** A frame's time on the cable of 10 Gbit/s, with preamble, FCS and gap. */
const wireNs = (frameLen: number) => ((frameLen + 24) * 8) / 10;

/** When each arrives: at its own time, or behind the one before on the link, which is free from time 0 on. */
function onTheWire(table: TrafficTable, wanted: (i: number) => number): number[] {
  let free = 0;
  return Array.from({ length: table.count }, (_, i) => {
    const length = wireNs(table.frameLen[i]);
    free = Math.max(wanted(i) - length, free) + length;
    return free;
  });
}

describe('its own timing', () => {
  it.each([...FILES, 'mixed-ns.pcap', 'sll2-ns.pcap', 'two-interfaces.pcapng'])(
    '%s: every frame at its time, as long as the link is free',
    (name) => {
      const { table, arrived } = arrivals(fixture(name), { startNs: 0 });
      expect(arrived.map((record) => [record.a, record.b])).toEqual(
        Array.from({ length: table.count }, (_, i) => [table.frameLen[i], 1 + table.flow[i]]),
      );
      const expected = onTheWire(table, (i) => table.timeNs[i]);
      let onTime = 0;
      arrived.forEach((record, i) => {
        if (record.timeNs === table.timeNs[i]) onTime += 1;
        // whole ns, and what is left below one is carried on
        expect(Math.abs(record.timeNs - expected[i]), `frame ${i + 1}`).toBeLessThan(2);
      });
      expect(onTime).toBeGreaterThan(table.count / 2);
    },
  );

  it('moves and stretches with startNs and timeScale', () => {
    const { table, arrived } = arrivals(fixture('udp4.pcap'), { startNs: 5000, timeScale: 0.5 });
    expect(arrived.map((record) => record.timeNs)).toEqual(
      Array.from(table.timeNs, (ns) => 5000 + Math.round(ns * 0.5)),
    );
  });

  it('repeats from one ns after the last frame', () => {
    const file = fixture('udp4.pcap');
    const last = readTraffic(file).durationNs;
    const { table, arrived } = arrivals(file, { repeat: 3, startNs: 1000 }, 3 * last + 1_000_000);
    const rounds = [0, 1, 2].flatMap((round) =>
      Array.from(table.timeNs, (ns) => 1000 + round * (last + 1) + ns),
    );
    expect(arrived).toHaveLength(rounds.length);
    arrived.forEach((record, i) => {
      // the first frame of a round waits for the last of the one before to leave the link
      expect(record.timeNs - rounds[i]).toBeGreaterThanOrEqual(0);
      expect(record.timeNs - rounds[i]).toBeLessThan(wireNs(table.frameLen[i % table.count]) + 1);
    });
  });

  it('puts frames of one time stamp one behind the other', () => {
    const bytes = fixture('udp4.pcap').subarray(40, 40 + 92);
    const { arrived } = arrivals(writePcap([0, 0, 0].map(() => ({ tsNs: 0, bytes }))), { startNs: 1000 });
    const times = arrived.map((record) => record.timeNs);
    expect(times[0]).toBe(1000);
    expect(times[2] - times[0]).toBeCloseTo(2 * wireNs(92), -1);
  });
});

describe('a given rate', () => {
  it.each([1000, 100_000, 333_333])('%i packets a second, whatever the file says', (ratePps) => {
    const { table, arrived } = arrivals(fixture('udp4.pcap'), { ratePps, startNs: 10_000 }, 100_000_000);
    expect(arrived.map((record) => record.timeNs)).toEqual(
      Array.from({ length: table.count }, (_, i) => 10_000 + Math.floor((i * 1e9) / ratePps)),
    );
    expect(arrived.map((record) => record.a)).toEqual([...table.frameLen]);
  });

  it('goes on evenly from one round to the next', () => {
    const { table, arrived } = arrivals(
      fixture('udp4.pcap'),
      { ratePps: 50_000, repeat: 4, startNs: 1000 },
      5_000_000,
    );
    expect(arrived.map((record) => record.timeNs)).toEqual(
      Array.from({ length: 4 * table.count }, (_, i) => 1000 + i * 20_000),
    );
  });

  it('is no faster than the link', () => {
    const { table, arrived } = arrivals(fixture('udp4.pcap'), { ratePps: 200_000_000, startNs: 1000 });
    const expected = onTheWire(table, (i) => 1000 + i * 5);
    arrived.forEach((record, i) => {
      expect(Math.abs(record.timeNs - expected[i])).toBeLessThan(2);
    });
  });
});

describe('the scenario of a bare capture', () => {
  it.each([...FILES, 'mixed-ns.pcap'])('%s: loads as any scenario does', (name) => {
    const { scenario } = open(fixture(name));
    const loaded = loadScenarioValue(JSON.parse(JSON.stringify(scenario)), 'capture');
    expect(loaded).toMatchObject({ ok: true });
  });

  it.each(FILES)('%s: every frame reaches its socket or protocol', (name) => {
    const { table, world, records } = arrivals(fixture(name));
    const drops = records.filter((record) => record.kind === 'drop');
    expect(drops.map((record) => record.reason)).toEqual([]);
    expect(records.filter((record) => record.kind === 'frameArrived')).toHaveLength(table.count);
    expect(world.now).toBeGreaterThanOrEqual(table.timeNs[table.count - 1]);
  });

  it('has a socket and an application for each port', () => {
    const { scenario } = open(fixture('mixed-ns.pcap'));
    const { sockets, apps } = scenario.hosts.h1;
    expect(Object.keys(sockets ?? {}).sort()).toEqual(
      expect.arrayContaining(['tcp-7001', 'udp-7001', 'udp-7002']),
    );
    expect(Object.keys(apps ?? {})).toHaveLength(Object.keys(sockets ?? {}).length);
  });

  it('plays a capture of days faster, and says so', () => {
    const bytes = fixture('udp4.pcap').subarray(40, 40 + 92);
    const file = writePcap([
      { tsNs: 0, bytes },
      { tsNs: MAX_CAPTURE_NS / 2, bytes },
      { tsNs: MAX_CAPTURE_NS, bytes },
    ]);
    const { table, scenario, sha256 } = open(file);
    expect(scenario.summary).toMatchObject({ text: expect.stringMatching(/shortened by/) });
    expect(loadScenarioValue(JSON.parse(JSON.stringify(scenario)), 'capture')).toMatchObject({ ok: true });
    expect(compileScenario(scenario, { captures: new Map([[sha256, table]]) })).toMatchObject({ ok: true });
  });
});
