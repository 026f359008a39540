/** README tells numbers and names that grow with the project: each against what it counts. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../shell/help.ts';
import { cli } from './cli.ts';
import { builtIns } from './source.ts';

const ROOT = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', ROOT), 'utf8');

const TENS = ['', '', 'Twenty', 'Thirty', 'Forty', 'Fifty'];
const ONES = ['', '-one', '-two', '-three', '-four', '-five', '-six', '-seven', '-eight', '-nine'];

/** Filters and what stands elsewhere in the sentence. */
const BESIDE = ['date', 'hostname', 'ls', 'lscpu', 'nproc', 'uname'];

describe('README', () => {
  it('counts the scenarios', () => {
    const n = [...builtIns().keys()].filter((id) => !id.startsWith('bench-')).length;
    expect(readme).toContain(`**${TENS[Math.floor(n / 10)]}${ONES[n % 10]} scenarios**`);
  });

  it('counts the measured cases', () => {
    const files = readdirSync(new URL('fixtures/lab/', ROOT)).filter((file) => file.endsWith('.json'));
    const of = (kinds: RegExp): number => files.filter((file) => kinds.test(file)).length;
    expect(readme).toContain(`- ${of(/^gro-/)} GRO cases`);
    expect(readme).toContain(`${of(/^(rps|backlog|flow-limit|softirq)-/)} cases about RPS`);
    expect(readme).toContain(`- ${of(/^(delack|sack)-/)} cases of a TCP receiver`);
    expect(readme).toContain(`- ${of(/^tso-/)} cases of sending`);
  });

  it('names the commands of the console', () => {
    for (const name of COMMANDS)
      if (!BESIDE.includes(name)) expect(readme, name).toMatch(new RegExp(`\`${name}[\` ]`));
  });

  it('has a row for each member of `run --json`, with each name in it', async () => {
    const out: string[] = [];
    await cli(['run', 'sack-compression-on-wlan', '--variant', 'base', '--until', '5ms', '--json'], {
      out: (line) => out.push(line),
      err: () => {},
    });
    const report: Record<string, unknown> = JSON.parse(out.join('\n'));
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    for (const [name, value] of Object.entries(report)) {
      const row = rows.find((line) => line.split('|')[1].includes(`\`${name}\``));
      expect(row, name).toBeDefined();
      const [first] = Array.isArray(value) ? value : [];
      for (const member of Object.keys(first ?? {})) expect(row, name).toContain(`\`${member}\``);
    }
  });
});
