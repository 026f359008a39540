// Runs every check and test, adds up their counts, and closes with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const RESULTS = 'test-results';
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });

let passed = 0;
let failed = 0;
/** @type {string[]} */
const failures = [];
/** Tests that failed, by name, each with the first lines of why. @type {string[]} */
const reasons = [];

/**
 * @param {string} name
 * @param {string[]} args npx arguments
 * @param {boolean} [capture]
 */
function run(name, args, capture = false) {
  console.log(`\n== ${name}: ${args.join(' ')}`);
  const started = Date.now();
  const result = spawnSync('npx', args, {
    stdio: capture ? ['ignore', 'pipe', 'inherit'] : 'inherit',
    maxBuffer: 1 << 28,
  });
  const text = capture ? result.stdout.toString() : '';
  if (capture) process.stdout.write(text);
  console.log(
    `== ${name}: ${result.status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  return { ok: result.status === 0, text };
}

/**
 * @param {string} name
 * @param {boolean} ok
 * @param {number} good
 * @param {number} bad
 */
function add(name, ok, good, bad) {
  // a stage that failed without a failed test of its own counts as one
  const failures_ = ok ? bad : Math.max(1, bad);
  passed += good;
  failed += failures_;
  if (failures_ > 0) failures.push(name);
}

/** The first lines of a message, of lines as long as a terminal's. @param {string} message */
function cut(message) {
  const lines = message.split('\n').slice(0, 8);
  return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
}

/** A stage that is one check. @param {string} name @param {string[]} args */
function check(name, args) {
  const { ok } = run(name, args);
  add(name, ok, ok ? 1 : 0, 0);
  return ok;
}

/** A stage whose last line is `N passed, N failed`. @param {string} name @param {string[]} args */
function counted(name, args) {
  const { ok, text } = run(name, args, true);
  const line = /(\d+) passed, (\d+) failed\s*$/.exec(text);
  add(name, ok && line !== null, Number(line?.[1] ?? 0), Number(line?.[2] ?? 0));
}

check('format', ['biome', 'format']);
check('lint', ['biome', 'lint', '--error-on-warnings']);
check('types', ['tsc', '-b']);

const unitFile = `${RESULTS}/unit.json`;
const unit = run('unit and property tests', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unitFile}`,
]);
try {
  const report = JSON.parse(readFileSync(unitFile, 'utf8'));
  add('unit and property tests', unit.ok, report.numPassedTests, report.numFailedTests);
  for (const { name, assertionResults, message } of report.testResults) {
    if (message) reasons.push(`${name}\n${cut(message)}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') reasons.push(`${name}: ${fullName}\n${cut(failureMessages.join('\n'))}`);
  }
} catch {
  add('unit and property tests', false, 0, 1);
}

counted('measured cases', ['tsx', 'src/cli/main.ts', 'lab', 'fixtures/lab']);
counted('claims', ['tsx', 'src/cli/main.ts', 'check', 'scenarios']);

const built =
  check('build', ['vite', 'build']) && check('command line build', ['node', 'scripts/build-cli.mjs']);
if (built) {
  const e2e = run('e2e', ['playwright', 'test']);
  try {
    const { stats } = JSON.parse(readFileSync(`${RESULTS}/e2e.json`, 'utf8'));
    add('e2e', e2e.ok, stats.expected + stats.flaky, stats.unexpected);
  } catch {
    add('e2e', false, 0, 1);
  }
} else add('e2e', false, 0, 1);

for (const reason of reasons) console.log(`\n${reason}`);
if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
