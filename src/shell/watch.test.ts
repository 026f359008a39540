import { describe, expect, it } from 'vitest';
import { completeCommand } from './complete.ts';
import { runCommand, witnessFor } from './shell.ts';
import { testWorld } from './test-world.ts';

const at = (line: string) => runCommand(testWorld(), 0, line, { console: true });

describe('watch', () => {
  it('shows a command under a heading, and says how often', () => {
    const result = at('watch -n 0.001 -d cat /proc/net/softnet_stat');
    expect(result.watch).toEqual({ everyNs: 1_000_000, differences: true });
    expect(result.output).toMatch(
      /^Every 0\.001s: cat \/proc\/net\/softnet_stat +h1: 0\.000000000 s\n\n00000000 /,
    );
    expect(at('watch hostname').output).toMatch(/^Every change: hostname .*\n\nh1\n$/);
    expect(at('watch -t hostname').output).toBe('h1\n');
  });

  it('takes a pipeline in quotes, and its witness', () => {
    expect(at("watch -t 'cat /proc/net/softnet_stat | wc -l'").output).toBe('4\n');
    expect(at('watch cat /proc/net/softnet_stat | wc -l').output).toContain('in quotes');
    expect(witnessFor(testWorld(), 0, 'watch tcpdump -n')).not.toBeNull();
  });

  it('goes on over what fails, never changes anything', () => {
    expect(at('watch -t cat /nope')).toMatchObject({ status: 0, watch: { everyNs: 0 } });
    const changing = at('watch ethtool -G eth0 rx 64');
    expect(changing).toMatchObject({ status: 1, changes: [] });
    expect(changing.watch).toBeUndefined();
    expect(changing.output).toContain('would change something');
  });

  it.each([
    ['watch', 'Usage:\n watch [options] command'],
    ['watch -n x hostname', "watch: failed to parse argument: 'x': Invalid argument"],
    ['watch --foo hostname', "watch: unrecognized option '--foo'"],
    ['watch -z hostname', "watch: invalid option -- 'z'"],
    ['watch watch hostname', 'a watch that watches'],
  ])('%s', (line, error) => {
    expect(at(line)).toMatchObject({ status: 1 });
    expect(at(line).output).toContain(error);
  });

  it('is refused where nobody looks: scenarios, the command line', () => {
    expect(runCommand(testWorld(), 0, 'watch hostname').output).toContain('in the console only');
  });

  it('completes what it watches', () => {
    expect(completeCommand(testWorld(), 0, 'watch -n 1 ethtool -S ')).toEqual(['eth0']);
    expect(completeCommand(testWorld(), 0, 'watch ni')).toEqual([]);
    expect(completeCommand(testWorld(), 0, 'watch ns')).toEqual(['nstat']);
  });
});
