// Builds the command line (TypeScript run directly is slower), then runs its benchmarks; with --page the built page's too.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
/** @param {string} command @param {string[]} rest @param {'inherit' | 'ignore'} stdout */
function run(command, rest, stdout) {
  const { status } = spawnSync(command, rest, { stdio: ['ignore', stdout, 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
run('node', ['scripts/build-cli.mjs'], 'ignore');
run('node', ['dist-cli/softnet-lab.js', 'bench', ...args.filter((a) => a !== '--page')], 'inherit');
if (args.includes('--page')) run('node', ['scripts/bench-page.mjs', ...args], 'inherit');
