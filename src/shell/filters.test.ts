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
    [['grep', '-m', '1', 'a']],
    [['grep', '-E', '^(a|c) [0-9]{1,2}']],
    [['grep', '-F', '.*']],
    [['grep', '-q', 'a']],
    [['wc']],
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

  it('read files, as the tools do', () => {
    const world = testWorld({ nics: [{}, {}] });
    const out = (line: string) => runCommand(world, 0, line).output;
    expect(out('cat /sys/class/net/*/mtu')).toBe('1500\n1500\n');
    expect(out('grep . /sys/class/net/*/mtu')).toBe(
      '/sys/class/net/eth0/mtu:1500\n/sys/class/net/eth1/mtu:1500\n',
    );
    expect(out('grep -h 15 /sys/class/net/eth?/mtu | uniq -c')).toBe('      2 1500\n');
    expect(out('cat /proc/irq/3[2-4]/smp_affinity_list | wc -l')).toBe('3\n');
    expect(out('head -n 1 /sys/class/net/*/mtu')).toBe(
      '==> /sys/class/net/eth0/mtu <==\n1500\n\n==> /sys/class/net/eth1/mtu <==\n1500\n',
    );
    expect(out('wc -l /proc/net/dev /proc/net/softnet_stat')).toBe(
      '4 /proc/net/dev\n4 /proc/net/softnet_stat\n8 total\n',
    );
    expect(out('wc /sys/class/net/eth0/mtu')).toBe('   1    1    5 /sys/class/net/eth0/mtu\n');
    expect(out('grep x /proc/nothing')).toBe('grep: /proc/nothing: No such file or directory\n');
    expect(runCommand(world, 0, 'grep 15 /sys/class/net/eth0/mtu /nope').status).toBe(2);
    expect(out('sort /proc')).toBe('sort: read failed: /proc: Is a directory\n');
    expect(out("awk '{print $1}' /nope")).toBe('awk: cannot open /nope (No such file or directory)\n');
    expect(out('grep x')).toContain('nothing to read');
    expect(out("ethtool -S eth0 | grep -v ': 0'")).toBe('NIC statistics:\n');
  });

  it('patterns that find nothing, or are quoted, stay as they are; a redirect needs one file', () => {
    const world = testWorld({ nics: [{}, {}] });
    const out = (line: string) => runCommand(world, 0, line).output;
    expect(out('echo /proc/x*')).toBe('/proc/x*\n');
    expect(out('echo "/proc/*"')).toBe('/proc/*\n');
    expect(out('echo /sys/class/net/*')).toBe('/sys/class/net/eth0 /sys/class/net/eth1\n');
    expect(out('echo /sys/class/n*/')).toBe('/sys/class/net/\n');
    expect(out('echo 9000 > /sys/class/net/*/mtu')).toContain(
      'bash: /sys/class/net/*/mtu: ambiguous redirect\n',
    );
    expect(runCommand(world, 0, 'echo 9000 > /sys/class/net/*1/mtu').changes).toHaveLength(1);
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
