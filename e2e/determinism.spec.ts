import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, test } from '@playwright/test';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = `${ROOT}/scenarios/receive`;

test('a run gives the same bytes in Node and in Chromium', async ({ page }) => {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: `${ROOT}/e2e/determinism.ts`, formats: ['iife'], name: 'determinism', fileName: 'd' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!('output' in output)) throw new Error('nothing was built');
  const script = output.output[0];
  await page.setContent('<!doctype html><title>determinism</title>');
  await page.addScriptTag({ content: script.code });
  for (const file of readdirSync(FOLDER).filter((f) => f.endsWith('.json'))) {
    const path = `${FOLDER}/${file}`;
    const text = readFileSync(path, 'utf8');
    const inNode = JSON.parse(
      execFileSync('node', [`${ROOT}/dist-cli/softnet-lab.js`, 'run', path, '--variant', 'base', '--json'], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      }),
    ) as { recordsSha256: string };
    const inPage = await page.evaluate(
      ([source]) =>
        (
          window as unknown as { determinism: { recordsSha256(t: string, v: string): string } }
        ).determinism.recordsSha256(source, 'base'),
      [text],
    );
    expect(inPage, file).toBe(inNode.recordsSha256);
  }
});
