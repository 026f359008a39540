import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFilter } from './filters.ts';
import { runCommand } from './shell.ts';
import { testWorld } from './test-world.ts';

const TEXT = 'b 2 x\na 10 x\nc 1 y\na 10 x\nrx_missed_errors: 7\n';

/** The real tool on the same text. */
function real(words: readonly string[], text: string): { output: string; status: number } {
  try {
    const env = { LC_ALL: 'C', PATH: process.env.PATH ?? '' };
    return {
      output: execFileSync(words[0], words.slice(1), { input: text, encoding: 'utf8', env }),
      status: 0,
    };
  } catch (error) {
    const { stdout, status } = error as { stdout?: string; status?: number };
    return { output: stdout ?? '', status: status ?? -1 };
  }
}

describe('filters', () => {
  // coreutils and grep are on every Linux and macOS machine that runs these tests
  it.each([
    [['grep', 'a']],
    [['grep', '-v', 'a']],
    [['grep', '-c', 'x$']],
    [['grep', '-in', 'A 1.*x']],
    [['grep', '-E', 'b|c']],
    [['grep', '-w', '10']],
    [['grep', 'nothing']],
    [['grep', 'x\\|y']],
    [['grep', '[bc] ']],
    [['head', '-n', '2']],
    [['head', '-1']],
    [['tail', '-n', '2']],
    [['sort']],
    [['sort', '-u']],
    [['sort', '-rn', '-k2']],
    [['sort', '-k2n']],
    [['uniq', '-c']],
    [['wc', '-l']],
    [['wc', '-c']],
    [['awk', '{print $2}']],
    [['awk', '{print $3, $1}']],
    [['awk', '{ print $NF }']],
  ])('%j does what the tool does', (words) => {
    const { output, status } = runFilter(words, TEXT);
    const tool = real(words, TEXT);
    expect({ output, status }).toEqual(tool);
  });

  it('work behind a command, one after another', () => {
    const world = testWorld();
    const line = "ethtool -g eth0 | grep RX: | tail -n 1 | awk '{print $2}'";
    const size = world.queues[0].size;
    expect(runCommand(world, 0, line)).toMatchObject({ output: `${size}\n`, status: 0, changes: [] });
    expect(runCommand(world, 0, 'cat /proc/net/softnet_stat | wc -l').output).toBe(
      `${world.fixed.hosts[0].cpus}\n`,
    );
    expect(runCommand(world, 0, 'ethtool -g eth9 | grep RX').output).toContain('No such device');
    expect(runCommand(world, 0, 'ethtool -g eth0 | less').output).toContain('less: command not found');
    expect(runCommand(world, 0, 'ethtool -g eth0 |').output).toContain('syntax error');
    expect(runCommand(world, 0, '| grep x').output).toContain('syntax error');
  });

  it('never throw and never take long, whatever is typed', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('-n', '-k2', '(a*)*b', 'a*a*a*a*', '[', '\\'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('grep', 'head', 'tail', 'sort', 'uniq', 'wc', 'awk'),
        fc.array(word, { maxLength: 4 }),
        (name, words) => {
          const { status, output } = runFilter([name, ...words], `${'a'.repeat(300)}\n`);
          return Number.isInteger(status) && typeof output === 'string';
        },
      ),
    );
  });
});

describe('nstat', () => {
  it('prints names, values and a rate in the tool’s columns', () => {
    const world = testWorld();
    world.hosts[0].snmp.UdpInDatagrams = 45;
    expect(runCommand(world, 0, 'nstat').output).toBe(
      '#kernel\nUdpInDatagrams                  45                 0.0\n',
    );
    const all = runCommand(world, 0, 'nstat -az').output.split('\n');
    expect(all[1]).toBe('IpInReceives                    0                  0.0');
    // seven of IPv4, seven of IPv6, the heading, the end
    expect(runCommand(world, 0, 'nstat -az Udp*').output.split('\n')).toHaveLength(16);
    expect(runCommand(world, 0, 'nstat -q').output).toContain('invalid option');
  });
});
