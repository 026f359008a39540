// Runs the property tests again and again, each time with another seed: worlds that nobody has drawn yet.
//   npm run soak [MINUTES]   (10 without it); stops at the first failure, with its seed: SEED=N npx vitest run FILE
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0)) {
  console.error(`soak: "${process.argv[2]}" is no number of minutes`);
  process.exit(2);
}
const files = readdirSync('src', { recursive: true })
  .map((name) => `src/${name}`)
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => readFileSync(file, 'utf8').includes("from 'fast-check'"));
const until = Date.now() + minutes * 60_000;
let runs = 0;
while (Date.now() < until) {
  const seed = randomInt(2 ** 31);
  const { status } = spawnSync('npx', ['vitest', 'run', '--reporter=dot', ...files], {
    stdio: 'inherit',
    env: { ...process.env, SEED: String(seed) },
  });
  if (status !== 0) {
    console.error(`soak: failed after ${runs} runs without a failure, with SEED=${seed}`);
    process.exit(1);
  }
  runs += 1;
}
console.log(`soak: ${runs} runs of ${files.length} files, no failure`);
