/** `mpstat` against the real tool's layout, and whose time counts as what. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Ctx } from '../catalog/contexts.ts';
import { advance } from '../engine/advance.ts';
import { copyWorld } from '../engine/copy.ts';
import { runCommand, witnessFor } from './shell.ts';
import { testWorld } from './test-world.ts';

const transcript = readFileSync(new URL('./fixtures/mpstat.txt', import.meta.url), 'utf8')
  .split(/^\$ /m)
  .slice(1)
  .map((part) => {
    const [line, ...rest] = part.split('\n');
    return { line, output: rest.slice(0, -2).join('\n'), status: Number(/rc=(\d+)\n*$/.exec(part)?.[1]) };
  });

/** Layout only: every number as wide as it is, banner and times made the same. */
const layout = (text: string) =>
  text
    .replace(/^Linux .*$/gm, 'Linux')
    .replace(/^\d\d:\d\d:\d\d/gm, 'HH:MM:SS')
    .replace(/ +[\d.]+/g, (cell) => '#'.padStart(cell.length));

/** A host of two CPUs, three seconds on. */
function world() {
  const w = testWorld({ cpus: 2 });
  w.fixed.spec.durationNs = 4_000_000_000;
  return w;
}

function run(line: string) {
  const now = world();
  advance(now, 3_000_000_000);
  const witness = witnessFor(now, 0, line);
  if (witness !== null) {
    const again = world();
    for (const at of witness.moments) {
      advance(again, at);
      witness.look(copyWorld(again));
    }
  }
  return runCommand(now, 0, line, { witness });
}

describe('mpstat', () => {
  it.each(transcript)('$line', ({ line, output, status }) => {
    const ours = run(line);
    expect(ours.status).toBe(status);
    const lines = ours.output.split('\n').filter((l) => !l.startsWith('# '));
    expect(layout(lines.join('\n')).trimEnd()).toBe(layout(output).trimEnd());
  });

  it('ksoftirqd’s time is softirq time, a NAPI thread’s is system time', () => {
    const w = testWorld({ cpus: 1 });
    const [cpu] = w.cpus;
    w.now = 1000;
    cpu.ctxSince = 1000;
    cpu.ctxNs[Ctx.hardirq] = 50;
    cpu.ctxNs[Ctx.softirq] = 100;
    cpu.ctxNs[Ctx.ksoftirqd] = 200;
    cpu.ctxNs[Ctx.napiThread] = 30;
    cpu.ctxNs[Ctx.syscall] = 70;
    cpu.ctxNs[Ctx.task] = 150;
    cpu.ctxNs[Ctx.idle] = 400;
    expect(runCommand(w, 0, 'mpstat -P 0').output.split('\n')[3]).toBe(
      '00:00:00       0   15.00    0.00   10.00    0.00    5.00   30.00    0.00    0.00    0.00   40.00',
    );
    w.now = 1_000_000_000;
    cpu.ctxSince = w.now;
    cpu.ctxNs[Ctx.softirq] = 250_000_000;
    cpu.ctxNs[Ctx.idle] = 749_000_000;
    expect(runCommand(w, 0, 'cat /proc/stat').output).toBe(
      'cpu  0 0 0 74 0 0 25 0 0 0\ncpu0 0 0 0 74 0 0 25 0 0 0\nbtime 0\n',
    );
    expect(runCommand(w, 0, 'cat /proc/uptime').output).toBe('1.00 0.74\n');
  });

  it('an interval needs that much time behind it, and the run', () => {
    expect(run('mpstat 2 2').output).toContain('# only 3 s have passed');
    const w = world();
    advance(w, 3_000_000_000);
    expect(runCommand(w, 0, 'mpstat 1 2').output).toContain('in the console');
    expect(run('mpstat 0.5 2').status).toBe(0);
  });
});

describe('what the machine says of itself', () => {
  it.each([
    ['uname', 'Linux'],
    ['uname -r', '6.12.0'],
    ['uname -a', 'Linux h1 6.12.0 x86_64 GNU/Linux'],
    ['hostname', 'h1'],
    ['nproc', '2'],
    ['date', 'Thu Jan  1 00:00:03 UTC 1970'],
    ['date +%s.%N', '3.000000000'],
  ])('%s', (line, output) => expect(run(line)).toMatchObject({ output: `${output}\n`, status: 0 }));
  it('lscpu', () => expect(run('lscpu').output).toMatch(/^CPU\(s\): +2$/m));
});
