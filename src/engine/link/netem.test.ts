/** netem on a link: what it does to frames, in the kernel's order. */
import { describe, expect, it } from 'vitest';
import { linkedSpec, linkSpec, linkWay } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import type { HostChange } from '../spec.ts';
import type { NetemSpec } from './netem.ts';

const NONE: NetemSpec = {
  limit: 1000,
  delayNs: 0,
  jitterNs: 0,
  loss: 0,
  gemodel: null,
  duplicate: 0,
  corrupt: 0,
  reorder: 0,
  gap: 0,
};

const set = (netem: Partial<NetemSpec>): HostChange => ({
  host: 0,
  change: { type: 'netem', nic: 0, netem: { ...NONE, ...netem } },
});

/** @param later put in its place when the first frames are out @param delayNs of the link itself */
function run(netem: Partial<NetemSpec>, count = 40, delayNs = 1000, later?: Partial<NetemSpec>) {
  const spec = linkedSpec({ link: linkSpec(linkWay({ delayNs })), send: { count } });
  if (later !== undefined) spec.inputs = [{ at: 1_000_000, after: null, line: '', ...set(later) }];
  const ran = runTraced({ ...spec, setup: [set(netem)] }, 400_000_000);
  const starts = ran.records.filter((r) => r.kind === 'linkStart');
  const lost = ran.records.filter((r) => r.kind === 'linkDrop').map((r) => r.reason);
  return { ...ran, starts, lost };
}

describe('netem', () => {
  it('netemDelay: its delay is added to the link’s', () => {
    const { starts } = run({ delayNs: 2_000_000 });
    expect(new Set(starts.map((r) => `${r.reason} ${r.a}`))).toEqual(new Set(['netemDelay 2001000']));
  });

  it('its jitter is up to so much less, and less than so much more', () => {
    const delays = run({ delayNs: 20_000, jitterNs: 5000 }, 300).starts.map((r) => r.a);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(16_000);
    expect(Math.max(...delays)).toBeLessThan(26_000);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(8000);
  });

  it('netemLimit: more frames than its limit cannot be held: a delay alone loses them', () => {
    // 100 a ms for 2 ms: 200 would have to be held
    const { lost, starts } = run({ delayNs: 2_000_000, limit: 50 }, 200);
    expect(starts).toHaveLength(50);
    expect(lost).toEqual(new Array(150).fill('netemLimit'));
  });

  it('its limit counts what it holds, not what is under way behind it', () => {
    // 100 a ms for 250 µs: about 25 at a time; 500 on the link of 5 ms
    expect(run({ delayNs: 250_000, limit: 40 }, 600, 5_000_000).lost).toEqual([]);
    // of each 25 the last five, and some of the first, which come closer
    const { lost } = run({ delayNs: 250_000, limit: 20 }, 600, 5_000_000);
    expect(lost.length).toBeGreaterThan(110);
    expect(lost.length).toBeLessThan(150);
    // without a delay it holds nothing
    expect(run({ limit: 1 }, 600, 5_000_000).lost).toEqual([]);
  });

  it('each of two copies takes a place of the limit', () => {
    const { lost, starts } = run({ delayNs: 2_000_000, limit: 50, duplicate: 1 }, 100);
    expect([starts.length, lost.length]).toEqual([50, 75]);
  });

  it('changed, it keeps what it holds and has counted', () => {
    const { world, starts } = run({ delayNs: 50_000_000 }, 300, 1000, { delayNs: 50_000_000, limit: 150 });
    // 100 a ms: what came before the change takes places of the new limit
    expect(starts.length).toBe(150);
    expect(world.ways[0].netem).toMatchObject({ packets: 150, dropped: 150 });
  });

  it('netemLoss: about its share is lost; of two copies one may be', () => {
    const plain = run({ loss: 0.2 }, 500);
    expect(new Set(plain.lost)).toEqual(new Set(['netemLoss']));
    expect(plain.lost.length).toBeGreaterThan(60);
    expect(plain.lost.length).toBeLessThan(140);
    const all = run({ loss: 1, duplicate: 1 }, 20);
    expect([all.lost.length, all.starts.length]).toEqual([0, 20]);
  });

  it('loss gemodel: the state before decides, so the first frame always passes a good state without loss', () => {
    const { records } = run({ gemodel: { toBad: 1, toGood: 1, lossGood: 0, lossBad: 1 } }, 6);
    const fates = records.filter((r) => r.kind === 'linkStart' || r.kind === 'linkDrop').map((r) => r.kind);
    expect(fates).toEqual(['linkStart', 'linkDrop', 'linkStart', 'linkDrop', 'linkStart', 'linkDrop']);
  });

  it('netemAtOnce: with gap 5 each fifth frame may go at once, and overtakes', () => {
    const { starts, records } = run({ delayNs: 1_000_000, reorder: 1, gap: 5 }, 20);
    const at = starts.flatMap((r, i) => (r.reason === 'netemAtOnce' ? [i + 1] : []));
    expect(at).toEqual([5, 10, 15, 20]);
    const came = records.filter((r) => r.kind === 'frameArrived').map((r) => r.packet);
    expect(came.slice(0, 4)).toEqual(at.map((n) => starts[n - 1].packet));
  });

  it('corrupts behind the FCS: the far stack’s checksum finds it', () => {
    const { world } = run({ corrupt: 1 }, 5);
    expect(world.hosts[1].snmp.UdpInCsumErrors).toBe(5);
    expect(world.nics[1].counters.rx_crc_errors).toBe(0);
  });
});
