import { describe, expect, it } from 'vitest';
import { compileScenario } from './compile.ts';
import { kernelPatch } from './kernel.ts';
import { loadScenario } from './load.ts';

const loaded = loadScenario(
  JSON.stringify({
    format: 1,
    id: 'it',
    title: { text: 'It' },
    durationNs: 1_000_000,
    hosts: { h1: { cpus: 2, nics: { eth0: { ringSize: 64 } } } },
    setup: [
      { line: 'ethtool -G eth0 rx 128' },
      { line: 'echo 2 > /sys/class/net/eth0/queues/rx-0/rps_cpus' },
      { line: 'sysctl -w net.core.netdev_budget_usecs=9000' },
    ],
    run: [{ atNs: 10, line: 'echo 1 > /sys/class/net/eth0/threaded' }],
  }),
  'it',
);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
const { scenario } = loaded;

function on(kernel: string) {
  const made = kernelPatch(scenario, 'base', kernel);
  if (!made.ok) throw new Error(made.message);
  return made;
}

describe('a scenario under another kernel', () => {
  it('is the same but for the version where that kernel has all its commands', () => {
    expect(on('6.12')).toMatchObject({ patch: {}, refused: [] });
    expect(on('6.18')).toMatchObject({ patch: { kernel: '6.18' }, refused: [] });
  });

  it('leaves out what that kernel lacks, and says so with the version it came with', () => {
    const { patch, refused } = on('2.6.34');
    expect(refused.map(({ line }) => line)).toEqual([
      'echo 2 > /sys/class/net/eth0/queues/rx-0/rps_cpus',
      'sysctl -w net.core.netdev_budget_usecs=9000',
      'echo 1 > /sys/class/net/eth0/threaded',
    ]);
    expect(refused[0].why).toMatch(/rps\.cpus came with Linux 2\.6\.35; this host runs 2\.6\.34/);
    expect(refused[2].why).toMatch(/threaded came with Linux 5\.12/);
    expect(patch).toEqual({ kernel: '2.6.34', setup: [{ line: 'ethtool -G eth0 rx 128' }], run: [] });
    const run = compileScenario({ ...scenario, variants: { old: { patch } } }, { variant: 'old' });
    expect(run.ok).toBe(true);
  });

  it('says what else keeps it from running there', () => {
    expect(kernelPatch(scenario, 'none', '6.1')).toMatchObject({ ok: false });
    expect(kernelPatch(scenario, 'base', 'new')).toMatchObject({ ok: false });
  });
});
