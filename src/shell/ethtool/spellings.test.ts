import { describe, expect, it } from 'vitest';
import { testWorld } from '../test-world.ts';
import { runCommand } from '../shell.ts';
import { ETHTOOL_OPTIONS } from './ethtool.ts';

/** As `ethtool -h` of 6.1 lists them, with words that the option takes. */
const SPELLINGS: readonly [flags: string, words: string][] = [
  ['-g|--show-ring', ''],
  ['-G|--set-ring', 'rx 256'],
  ['-c|--show-coalesce', ''],
  ['-C|--coalesce', 'rx-usecs 40'],
  ['-l|--show-channels', ''],
  ['-L|--set-channels', 'combined 2'],
  ['-x|--show-rxfh-indir|--show-rxfh', ''],
  ['-X|--set-rxfh-indir|--rxfh', 'equal 2'],
  ['-n|-u|--show-nfc|--show-ntuple', 'rx-flow-hash udp4'],
  ['-N|-U|--config-nfc|--config-ntuple', 'rx-flow-hash udp4 sdfn'],
  ['-k|--show-features|--show-offload', ''],
  ['-K|--features|--offload', 'gro off'],
  ['-S|--statistics', ''],
  ['-i|--driver', ''],
];

describe('spellings of ethtool options', () => {
  it.each(SPELLINGS)('%s are one option', (flags, words) => {
    const world = testWorld();
    const [first, ...others] = flags
      .split('|')
      .map((flag) => runCommand(world, 0, `ethtool ${flag} eth0 ${words}`));
    expect(first.status).toBe(0);
    expect(first.output !== '' || first.changes.length > 0).toBe(true);
    for (const other of others) expect(other).toEqual(first);
  });

  it('the table has these and no others', () => {
    expect(ETHTOOL_OPTIONS.map(({ flag, long }) => [flag, ...long].join('|')).sort()).toEqual(
      SPELLINGS.map(([flags]) => flags).sort(),
    );
  });
});
