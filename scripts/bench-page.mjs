/// <reference lib="dom" />
// The built page in Chromium: first paint, time until it can be used, first JavaScript, frame times with many packets. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { browserArgs, browserPath } from './browser.mjs';

const PORT = 4178;
const URL = `http://localhost:${PORT}/`;
const REPEATS = 5;
const PACKETS = [500, 2000, 10_000];

/** Compressed bytes of the scripts that the page needs before it shows anything. */
function firstScriptBytes() {
  const html = readFileSync('dist/index.html', 'utf8');
  const files = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map((m) => m[1]);
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(`dist/${file}`)).length, 0);
}

/** @param {number[]} values @param {number} p */
function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}

/** A machine in which so many frames wait in rings, and more come: interrupts are held back for long. @param {number} packets */
function crowded(packets) {
  return {
    format: 1,
    id: `crowd-${packets}`,
    title: { text: `Crowd ${packets}`, lang: 'en' },
    kernel: '6.12',
    durationNs: 60_000_000,
    hosts: {
      h1: {
        cpus: 4,
        nics: {
          eth0: {
            driver: 'mlx5_core',
            queues: 4,
            ringSize: 8192,
            rxUsecs: 50_000,
            rxFrames: 65_000,
            linkBps: 100_000_000_000,
          },
        },
        sockets: { s: { proto: 'udp', port: 0 } },
      },
    },
    traffic: {
      full: {
        kind: 'rate',
        nic: 'eth0',
        flows: 64,
        ratePps: 10_000_000,
        count: packets,
        frame: { proto: 'udp', dst: '10.0.0.2', dport: 7000, len: 18 },
      },
      more: {
        kind: 'rate',
        nic: 'eth0',
        flows: 16,
        ratePps: 100_000,
        startNs: 2_000_000,
        frame: { proto: 'udp', dst: '10.0.0.2', dport: 7001, len: 18 },
      },
    },
  };
}

/** @param {import('@playwright/test').Page} page @param {number} packets */
async function frameTimes(page, packets) {
  await page.getByTitle('Choose a scenario').click();
  await page.locator('.picker input[type=file]').setInputFiles({
    name: 'crowd.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(crowded(packets))),
  });
  await page
    .getByRole('heading', { level: 1 })
    .filter({ hasText: `Crowd ${packets}` })
    .waitFor();
  const slider = page.getByRole('slider', { name: 'Time in the run' });
  await slider.focus();
  for (let i = 0; i < 5; i += 1) await page.keyboard.press('ArrowRight');
  await page.locator('body').click({ position: { x: 2, y: 2 } });
  // events follow each other fast enough that every frame shows another one
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('.');
  await page.keyboard.press(' ');
  await page.waitForTimeout(500);
  const times = await page.evaluate(
    () =>
      new Promise((done) => {
        /** @type {number[]} */
        const list = [];
        let last = performance.now();
        const tick = () => {
          const now = performance.now();
          list.push(now - last);
          last = now;
          if (list.length < 240) requestAnimationFrame(tick);
          else done(list);
        };
        requestAnimationFrame(tick);
      }),
  );
  await page.keyboard.press(' ');
  return {
    packets,
    medianMs: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    worstMs: percentile(times, 1),
  };
}

const server = spawn('npx', ['vite', 'preview', '--port', String(PORT), '--strictPort'], {
  stdio: 'ignore',
  detached: true,
});
try {
  for (let i = 0; i < 100; i += 1) {
    if (
      await fetch(URL).then(
        (r) => r.ok,
        () => false,
      )
    )
      break;
    await new Promise((done) => setTimeout(done, 100));
  }
  const browser = await chromium.launch({ executablePath: browserPath(), args: browserArgs() });
  /** @type {number[]} */
  const paints = [];
  /** @type {number[]} */
  const ready = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.goto(URL);
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('button')].some(
          (b) => /^(Play|Pause)$/.test(b.ariaLabel ?? '') && !b.disabled,
        ),
      null,
      { polling: 16 },
    );
    ready.push(await page.evaluate(() => performance.now()));
    paints.push(
      await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
    );
    await context.close();
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(URL);
  await page.waitForTimeout(1500);
  const frames = [];
  for (const packets of PACKETS) frames.push(await frameTimes(page, packets));
  await browser.close();
  const result = {
    firstScriptKbGzip: Math.round(firstScriptBytes() / 102.4) / 10,
    scripts: readdirSync('dist/assets').filter((f) => f.endsWith('.js')).length,
    firstPaintMs: Math.round(percentile(paints, 0.5)),
    usableMs: Math.round(percentile(ready, 0.5)),
    frames: frames.map((f) => ({
      packets: f.packets,
      medianMs: Math.round(f.medianMs * 10) / 10,
      p95Ms: Math.round(f.p95Ms * 10) / 10,
      worstMs: Math.round(f.worstMs * 10) / 10,
    })),
  };
  if (process.argv.includes('--json')) console.log(JSON.stringify({ page: result }));
  else {
    console.log(
      `page: first JavaScript ${result.firstScriptKbGzip} kB compressed, first paint ${result.firstPaintMs} ms, usable after ${result.usableMs} ms`,
    );
    for (const f of result.frames)
      console.log(
        `page: ${f.packets} packets on the stage, playing: a frame takes ${f.medianMs} ms (95 %: ${f.p95Ms}, worst ${f.worstMs})`,
      );
  }
} finally {
  if (server.pid !== undefined) process.kill(-server.pid);
}
