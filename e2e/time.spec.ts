import {
  button,
  chooseScenario,
  expect,
  expectTime,
  justNow,
  openPage,
  pressUntilNext,
  test,
  timeNs,
} from './page.ts';

test('plays its first scenario by itself, but not for someone who wants no motion', async ({ page }) => {
  await page.goto('./');
  await expect(button(page, 'Pause')).toBeVisible();
  await openPage(page);
  const at = await timeNs(page);
  await page.waitForTimeout(500);
  expect(await timeNs(page)).toBe(at);
});

test('plays and stops by key and by button', async ({ page }) => {
  await openPage(page);
  const from = await timeNs(page);
  await page.locator('body').press(' ');
  await expect(button(page, 'Pause')).toBeVisible();
  await expect.poll(() => timeNs(page)).toBeGreaterThan(from);
  await page.locator('body').press(' ');
  await expect(button(page, 'Play')).toBeVisible();
  const stopped = await timeNs(page);
  await button(page, 'Play').click();
  await expect.poll(() => timeNs(page)).toBeGreaterThan(stopped);
  await button(page, 'Pause').click();
  await expect(button(page, 'Play')).toBeVisible();
});

for (const [grain, key] of [
  ['event', 'ArrowRight'],
  ['stage', 'Shift+ArrowRight'],
  ['packet', 'Alt+ArrowRight'],
] as const) {
  test(`steps of one ${grain} forward and back meet the same moments`, async ({ page }) => {
    await openPage(page);
    await chooseScenario(page, 'GRO builds a train');
    await page.locator('body').press('Home');
    await expectTime(page, 0);
    const seen: [number, string][] = [];
    for (let i = 0; i < 6; i += 1) {
      await pressUntilNext(page, key);
      seen.push([await timeNs(page), await justNow(page)]);
    }
    expect(seen[5][0]).toBeGreaterThan(0);
    for (let i = 4; i >= 0; i -= 1) {
      await page.locator('body').press(key.replace('Right', 'Left'));
      await expect.poll(async () => [await timeNs(page), await justNow(page)]).toEqual(seen[i]);
    }
  });
}

test('runs to the next drop; a step back and on is there again', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'A ring overflows');
  await button(page, 'next drop').click();
  await expect.poll(() => justNow(page)).toContain('is dropped at');
  const drop = await timeNs(page);
  const what = await justNow(page);
  await pressUntilNext(page, 'ArrowLeft');
  expect(await justNow(page)).not.toBe(what);
  await pressUntilNext(page, 'ArrowRight');
  expect([await timeNs(page), await justNow(page)]).toEqual([drop, what]);
});

test('runs to the next interrupt and the next wake-up by key', async ({ page }) => {
  await openPage(page);
  await page.locator('body').press('Home');
  await expectTime(page, 0);
  await page.locator('body').press('i');
  await expect.poll(() => justNow(page)).toContain('interrupt handler');
  const irq = await timeNs(page);
  expect(irq).toBeGreaterThan(0);
  await page.locator('body').press('w');
  await expect.poll(() => justNow(page)).toContain('is woken');
  expect(await timeNs(page)).toBeGreaterThan(irq);
});

test('scrubs by keyboard, to the end and to the start', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'RSS spreads flows');
  const scrub = page.getByRole('slider', { name: 'Time in the run' });
  await scrub.focus();
  await scrub.press('ArrowRight');
  await expect.poll(() => timeNs(page)).toBeGreaterThan(0);
  await scrub.press('End');
  await expectTime(page, 4_000_000);
  await scrub.press('Home');
  await expectTime(page, 0);
});

test('goes through a lesson with a clicker’s keys', async ({ page }) => {
  await openPage(page);
  const lesson = page.getByRole('region', { name: 'Lesson' });
  await page.locator('body').press('PageDown');
  await expect(lesson.getByText(/Step 1 of \d+/)).toBeVisible();
  const first = await timeNs(page);
  for (const n of [2, 3, 4]) {
    await page.locator('body').press('PageDown');
    await expect(lesson.getByText(new RegExp(`Step ${n} of \\d+`))).toBeVisible();
  }
  await expect.poll(() => timeNs(page)).toBeGreaterThan(first);
  for (const n of [3, 2]) {
    await page.locator('body').press('PageUp');
    await expect(lesson.getByText(new RegExp(`Step ${n} of \\d+`))).toBeVisible();
  }
  await page.locator('body').press('PageUp');
  await expect(lesson.getByText(/Step 1 of \d+/)).toBeVisible();
  await expectTime(page, first);
});

test('follows one packet: every step is about it', async ({ page }) => {
  await openPage(page);
  await page.locator('body').press('Home');
  await expectTime(page, 0);
  await pressUntilNext(page, 'Alt+ArrowRight');
  await button(page, /^follow packet/).click();
  const following = button(page, /^following/);
  await expect(following).toHaveAttribute('aria-pressed', 'true');
  const packet = /\d+/.exec((await following.textContent()) ?? '')?.[0] ?? '';
  for (let i = 0; i < 4; i += 1) {
    await pressUntilNext(page, 'ArrowRight');
    expect(await justNow(page)).toMatch(new RegExp(`\\b${packet}\\b`));
  }
});
