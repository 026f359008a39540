import { test } from '@playwright/test';
import {
  button,
  chooseScenario,
  expect,
  expectTime,
  justNow,
  openPage,
  pressUntilNext,
  run,
} from './page.ts';

// here the page writes to the console what went wrong: that is what is tested

test('a dead simulation says so at once and starts again at the same moment', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'A ring overflows');
  await page.locator('body').press('Home');
  await expectTime(page, 0);
  await run(page, 'ethtool -G eth0 rx 128');
  await button(page, 'next drop').click();
  await expect.poll(() => justNow(page)).toContain('is dropped at');
  const time = (await page.locator('.time-now').textContent()) ?? '';
  const what = await justNow(page);
  const [worker] = page.workers();
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('made to fail by a test');
    });
  });
  const banner = page.getByRole('alert').filter({ hasText: 'The simulation has stopped working.' });
  await expect(banner).toBeVisible();
  await button(page, 'Restart here').click();
  await expect(banner).toHaveCount(0);
  await expect(page.locator('.time-now')).toHaveText(time);
  await expect.poll(() => justNow(page)).toBe(what);
  await expect(button(page, 'Undo ethtool -G eth0 rx 128')).toBeVisible();
  // and it works on
  await pressUntilNext(page, 'ArrowLeft');
  await pressUntilNext(page, 'ArrowRight');
  expect(await justNow(page)).toBe(what);
});

test('the page answers while a long run is made', async ({ page }) => {
  await openPage(page);
  const scenario = {
    format: 1,
    id: 'long-run',
    title: { text: 'Long run', lang: 'en' },
    kernel: '6.12',
    durationNs: 3_000_000_000,
    hosts: { h1: { cpus: 4, nics: { eth0: { queues: 4 } }, sockets: { s: { proto: 'udp', port: 0 } } } },
    traffic: {
      t: {
        kind: 'rate',
        nic: 'eth0',
        flows: 64,
        ratePps: 1_500_000,
        frame: { proto: 'udp', dst: '10.0.0.2', dport: 7000, len: 18 },
      },
    },
  };
  await page.getByTitle('Choose a scenario').click();
  await page.locator('.picker input[type=file]').setInputFiles({
    name: 'long.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(scenario)),
  });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Long run');
  await page.locator('body').press('End');
  await expect(page.getByRole('progressbar', { name: /./ }).first()).toBeVisible();
  // ten keys, each answered, before the run is anywhere near its end
  for (let i = 0; i < 10; i += 1) {
    const before = await page.locator('html').getAttribute('data-theme');
    await page.locator('body').press('t');
    await expect(page.locator('html')).not.toHaveAttribute('data-theme', before ?? '');
  }
  await expect(page.getByRole('progressbar', { name: /./ }).first()).toBeVisible();
});
