/** Which offloads a card has, by driver and kernel, and which of them hold together. */
import { describe, expect, it } from 'vitest';
import { type DriverName, drivers } from '../../catalog/drivers.ts';
import { rulesFor } from '../../catalog/rules.ts';
import { worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import { FEATURES, type Change, type FeatureName } from '../change.ts';
import { dropped, type Features, netdevFixFeatures, offeredFeatures } from '../nic/features.ts';
import { reasonName } from '../../catalog/reasons.ts';
import type { KernelVersion } from '../../catalog/version.ts';

const sending = (kernel: KernelVersion, driver: DriverName): FeatureName[] => {
  const offered = offeredFeatures(drivers[driver], rulesFor(kernel));
  return FEATURES.filter((name) => /^(tx|generic-seg)/.test(name) && offered[name] === true);
};

describe('what a card has', () => {
  it('nothing before 2.6, checksums by protocol before 4.6, USO since 4.18', () => {
    expect(sending('2.4.20', 'igb')).toEqual([]);
    const first = [
      'tx-checksum-ipv4',
      'tx-checksum-ipv6',
      'tx-scatter-gather',
      'tx-tcp-segmentation',
      'tx-tcp6-segmentation',
    ];
    expect(sending('2.6.0', 'igb')).toEqual(first);
    expect(sending('2.6.18', 'igb')).toEqual([...first, 'generic-segmentation-offload']);
    const generic = [
      'tx-checksum-ip-generic',
      'tx-scatter-gather',
      'tx-tcp-segmentation',
      'tx-tcp6-segmentation',
      'generic-segmentation-offload',
    ];
    expect(sending('4.6', 'ixgbe')).toEqual(generic);
    expect(sending('4.18', 'ixgbe')).toEqual([...generic, 'tx-udp-segmentation']);
    expect(sending('6.12', 'tulip')).toEqual(['generic-segmentation-offload']);
  });
});

describe('netdev_fix_features', () => {
  const off = (kernel: KernelVersion, ...names: FeatureName[]): string[] => {
    const rules = rulesFor(kernel);
    const wanted: Partial<Features> = offeredFeatures(drivers.igb, rules);
    for (const name of names) wanted[name] = false;
    netdevFixFeatures(wanted, rules);
    return [...dropped].map(([name, why]) => `${name} ${reasonName(why)}`);
  };

  it('TSO needs scatter-gather and the checksum of its IP version; GSO scatter-gather; USO, since 6.11, both checksums', () => {
    expect(off('6.18')).toEqual([]);
    expect(off('6.18', 'tx-scatter-gather')).toEqual([
      'tx-tcp-segmentation featureNoSg',
      'tx-tcp6-segmentation featureNoSg',
      'generic-segmentation-offload featureNoSg',
    ]);
    const tso = ['tx-tcp-segmentation featureNoTxChecksum', 'tx-tcp6-segmentation featureNoTxChecksum'];
    expect(off('6.18', 'tx-checksum-ip-generic')).toEqual([
      ...tso,
      'tx-udp-segmentation featureNoTxChecksum',
    ]);
    expect(off('6.6', 'tx-checksum-ip-generic')).toEqual(tso);
    expect(off('4.4', 'tx-checksum-ipv4')).toEqual(tso.slice(0, 1));
    expect(off('4.4', 'tx-checksum-ipv6')).toEqual(tso.slice(1));
  });

  it('before 3.10 scatter-gather went off with the last checksum, and took GSO along', () => {
    expect(off('3.3', 'tx-checksum-ipv4', 'tx-checksum-ipv6')).toEqual([
      'tx-scatter-gather featureNoTxChecksum',
      'tx-tcp-segmentation featureNoSg',
      'tx-tcp6-segmentation featureNoSg',
      'generic-segmentation-offload featureNoSg',
    ]);
    expect(off('3.3', 'tx-checksum-ipv4')).toEqual(['tx-tcp-segmentation featureNoTxChecksum']);
  });

  it('a card without checksums and scatter-gather has no GSO either', () => {
    const rules = rulesFor('6.12');
    const f = netdevFixFeatures(offeredFeatures(drivers.tulip, rules), rules);
    expect(FEATURES.filter((name) => f[name])).toEqual(['generic-receive-offload', 'receive-hashing']);
  });
});

it('turning a feature tells of each that follows, and what was wanted comes back', () => {
  const turn = (on: boolean): Change => ({ type: 'feature', nic: 0, name: 'tx-scatter-gather', on });
  const spec = worldSpec({ nic: { driver: 'igb' }, traffic: [] });
  const inputs = [turn(false), turn(true)].map((change, i) => ({
    at: i,
    after: null,
    host: 0,
    line: '',
    change,
  }));
  const { records, world } = runTraced({ ...spec, inputs }, 1000);
  const told = records.filter((r) => r.kind === 'featureChange');
  expect(told.map((r) => `${FEATURES[r.a]} ${r.b} ${r.reason}`)).toEqual([
    'tx-tcp-segmentation 0 featureNoSg',
    'tx-tcp6-segmentation 0 featureNoSg',
    'generic-segmentation-offload 0 featureNoSg',
    'tx-tcp-segmentation 1 featureBack',
    'tx-tcp6-segmentation 1 featureBack',
    'generic-segmentation-offload 1 featureBack',
  ]);
  expect(world.nics[0].features['tx-tcp-segmentation']).toBe(true);
});
