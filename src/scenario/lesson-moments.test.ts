/**
 * What texts of lessons say of the moment their step stands at. Claims are about a run's end; these figures are over by then, or not
 * there any more.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { metric } from '../engine/metrics/metric-table.ts';
import { RecordWriter } from '../engine/records.ts';
import type { World } from '../engine/world.ts';
import { compileScenario } from './compile.ts';
import { loadScenario } from './load.ts';
import { createMomentFinder, momentFilter } from './moments.ts';

/** The world at a step, its number as in the text's key. */
function worldAt(file: string, number: number): World {
  const loaded = loadScenario(readFileSync(join(import.meta.dirname, '../../scenarios', file), 'utf8'), file);
  if (!loaded.ok) throw new Error(file);
  const step = loaded.scenario.lesson.steps[number - 1];
  const compiled = compileScenario(loaded.scenario, { variant: step.variant ?? 'base' });
  if (!compiled.ok) throw new Error(step.variant);
  const { spec } = compiled;
  const world = createWorld(spec);
  if ('atNs' in step.at) {
    advance(world, step.at.atNs);
    return world;
  }
  const finder = createMomentFinder([momentFilter(step.at)]);
  const first = createWorld(spec);
  first.writer = new RecordWriter((buffer, count) => finder.take(buffer, count));
  advance(first, spec.durationNs);
  first.writer.flush();
  advance(world, finder.found[0]?.t ?? Number.NaN);
  return world;
}

type Figures = Readonly<Record<string, number>>;

const said: readonly [string, number, string, Figures][] = [
  [
    'sending/a-delay-that-loses.json',
    3,
    '100 a ms for 5 ms are held, none has left netem',
    { 'link.h1.path.underway': 500, 'link.h1.path.arrived': 100, 'link.h1.path.lost': 0 },
  ],
  [
    'sending/a-delay-that-loses.json',
    4,
    'the 1001st finds no room',
    { 'link.h1.path.underway': 1000, 'link.h1.path.lost': 1 },
  ],
  [
    'sending/delayed-acks.json',
    7,
    'four segments: three writes alone, the fourth in the one that has waited',
    { 'snmp.h1.TcpExtTCPOrigDataSent': 4, 'snmp.h1.TcpExtTCPAutoCorking': 1 },
  ],
  [
    'sending/sack-compression-on-wlan.json',
    2,
    'a quick ACK and three duplicates: all four segments behind the hole were answered at once',
    { 'snmp.h2.TcpExtTCPOFOQueue': 4, 'snmp.h2.TcpExtTCPAckCompressed': 0 },
  ],
  [
    'sending/sack-compression-on-wlan.json',
    4,
    'one ACK for the next four, three were never sent',
    { 'snmp.h2.TcpExtTCPOFOQueue': 8, 'snmp.h2.TcpExtTCPAckCompressed': 3 },
  ],
  [
    'overload/where-packets-wait.json',
    2,
    'one packet is in the ring, the next waits in the queueing discipline',
    { 'queue.h1.eth0.0.bqlInflight': 1514, 'queue.h1.eth0.0.txBacklog': 1 },
  ],
  [
    'sending/write-of-64k.json',
    2,
    'a SYN, an ACK, and the ten segments of the first window in two packets, of which the driver has one',
    { 'layer.h1.tcpOut': 12, 'layer.h1.driverOut': 3 },
  ],
  [
    'sending/a-hole-and-its-sacks.json',
    3,
    'the third SACK has the fourth sent again',
    { 'snmp.h1.TcpRetransSegs': 1, 'snmp.h1.TcpExtTCPTimeouts': 0 },
  ],
  [
    'sending/lro-breaks-a-router.json',
    2,
    'seven are one packet, the first went before them',
    { merged: 6, 'layer.r1.ipIn': 1 },
  ],
];

describe('texts of lessons', () => {
  it.each(said)('%s, step %i: %s', (file, number, _, figures) => {
    const world = worldAt(file, number);
    const found = Object.fromEntries(Object.keys(figures).map((name) => [name, metric(world, name)]));
    expect(found).toEqual(figures);
  });

  it('for ten milliseconds nothing gets into a full netem', () => {
    // first lost at 11 ms, the first held one leaves at 21 ms: 100 a ms
    const world = worldAt('sending/a-delay-that-loses.json', 5);
    expect(metric(world, 'link.h1.path.lost')).toBeGreaterThanOrEqual(1000);
    expect(metric(world, 'link.h1.path.lost')).toBeLessThan(1005);
    expect(metric(world, 'link.h1.path.arrived')).toBe(101);
  });
});
