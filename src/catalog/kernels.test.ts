import { describe, expect, it } from 'vitest';
import { hasSetting, kernelVersions, ruleChanges, settingChanges, settingVersions } from './kernels.ts';
import { rules } from './rules.ts';
import { settings } from './settings.ts';
import { versionNumber } from './version.ts';

describe('kernel versions', () => {
  it('are those people know and those at which a rule changes, oldest first', () => {
    expect(kernelVersions).toEqual(
      expect.arrayContaining(['2.4.18', '2.4.20', '4.18', '6.1', '6.5', '6.18']),
    );
    const numbers = kernelVersions.map(versionNumber);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    for (const rows of Object.values(rules))
      for (const { since } of rows) if (since !== null) expect(kernelVersions).toContain(since);
  });

  it('differ by the rows of the rules table', () => {
    expect(ruleChanges('6.12', '6.12')).toEqual([]);
    const forward = ruleChanges('6.12', '6.18').map((change) => change.rule);
    expect(forward).toEqual([
      'groCwrDiffers',
      'groFixedIdWithoutDf',
      'baseSliceNs',
      'tcpRmemMax',
      'rmemMax',
      'tcpRttSeeksMinimum',
      'tcpDrsQueueAware',
      'tcpRcvbufSpareSegments',
      'tcpOfoMeasured',
      'tcpBeyondWindow',
      'tcpLimitOutputBytes',
      'tcpTsqAlwaysLimits',
    ]);
    const back = ruleChanges('6.18', '6.12');
    expect(back.map((change) => change.rule)).toEqual(forward);
    expect(back.find((change) => change.rule === 'rmemMax')).toMatchObject({ from: 4_194_304, to: 212_992 });
    expect(ruleChanges('2.4.18', '2.4.20').map((change) => change.rule)).toEqual(['napi']);
  });

  it('differ by the settings they have, each a setting of the model', () => {
    for (const row of settingVersions) {
      expect(
        settings.map((s) => s.id),
        row.id,
      ).toContain(row.id);
      expect(row.source.length, row.id).toBeGreaterThan(8);
    }
    expect(hasSetting('2.6.34', 'rps.cpus')).toBe(false);
    expect(hasSetting('2.6.35', 'rps.cpus')).toBe(true);
    expect(hasSetting('2.4.18', 'ring.rx')).toBe(true);
    expect(settingChanges('6.12', '5.8').map((row) => [row.id, row.there])).toEqual([
      ['napi.threaded', false],
      ['link.gso_ipv4_max_size', false],
      ['link.gro_max_size', false],
      ['link.gro_ipv4_max_size', false],
    ]);
    // some went again
    expect(hasSetting('2.4.18', 'net.core.lo_cong')).toBe(true);
    expect(hasSetting('6.12', 'net.core.lo_cong')).toBe(false);
    expect(kernelVersions[0]).toBe('2.2.16');
    expect(settingChanges('2.6.34', '2.6.35').every((row) => row.there)).toBe(true);
  });
});
