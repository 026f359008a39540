import { describe, expect, it } from 'vitest';
import { runCommand } from '../../shell/shell.ts';
import { testWorld } from '../../shell/test-world.ts';
import { countsOf, giveOn, ruleLine, tableOf, weightLine } from './rss.ts';

describe('the indirection table', () => {
  it('is counts of entries, laid out in runs', () => {
    expect(countsOf([0, 1, 2, 0, 1, 2, 0, 1], 4)).toEqual([3, 3, 2, 0]);
    expect(tableOf([3, 0, 2])).toEqual([0, 0, 0, 2, 2]);
    expect(giveOn([3, 3, 2], 2)).toEqual([4, 3, 1]);
    expect(giveOn([3, 0], 1)).toEqual([3, 0]);
    expect(giveOn([8], 0)).toEqual([8]);
  });

  it('becomes the command that makes just this table', () => {
    const world = testWorld({ nics: [{ queues: 4, driver: 'ixgbe' }] });
    const size = world.nics[0].indirection.length;
    const counts = giveOn(countsOf(Array.from(world.nics[0].indirection), 4), 0);
    const line = weightLine('eth0', counts, size);
    const result = runCommand(world, 0, line ?? '');
    expect(result.output).toBe('');
    expect(result.changes[0].change).toMatchObject({ type: 'rss', table: tableOf(counts) });
    expect(weightLine('eth0', [size, 0, 0], size)).toBe(`ethtool -X eth0 weight ${size}`);
    expect(weightLine('eth0', [1, 1], size)).toBeNull();
  });
});

describe('an ntuple rule', () => {
  it('becomes the command that the shell takes', () => {
    const fields = { flowType: 'udp4', srcIp: '', dstIp: '', srcPort: '', dstPort: ' 7000 ', action: '1' };
    const line = ruleLine('eth0', fields);
    expect(line).toBe('ethtool -N eth0 flow-type udp4 dst-port 7000 action 1');
    const world = testWorld({ nics: [{ queues: 4, driver: 'ixgbe' }] });
    world.nics[0].features['ntuple-filters'] = true;
    expect(runCommand(world, 0, line ?? '')).toMatchObject({ status: 0 });
    expect(ruleLine('eth0', { ...fields, dstPort: '' })).toBeNull();
    expect(ruleLine('eth0', { ...fields, action: 'x' })).toBeNull();
  });
});
