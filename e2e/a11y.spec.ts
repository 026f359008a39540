import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { button, chooseScenario, expect, openPage, run, test } from './page.ts';

async function nothingSerious(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const bad = violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  expect(bad).toEqual([]);
}

for (const theme of ['dark', 'light', 'projector'] as const) {
  for (const [width, height] of [
    [1280, 720],
    [390, 844],
  ]) {
    test(`nothing serious in ${theme} at ${width}x${height}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await openPage(page);
      for (let i = 0; i < 3; i += 1) {
        if ((await page.locator('html').getAttribute('data-theme')) === theme) break;
        await page.locator('body').press('t');
      }
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      await chooseScenario(page, 'A ring overflows');
      await page.locator('body').press('n');
      await page.waitForTimeout(400);
      await nothingSerious(page);
    });
  }
}

test('nothing serious in console, events, help, picker, share and model', async ({ page }) => {
  await openPage(page);
  await run(page, 'ethtool -g eth0');
  await button(page, 'Events as a table').click();
  await expect(page.getByRole('grid')).toBeVisible();
  await page.waitForTimeout(400);
  await nothingSerious(page);
  for (const open of ['Keys and colours', 'Choose a scenario', 'Share', 'Model and kernel']) {
    await page.getByTitle(open).or(button(page, open)).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.waitForTimeout(400);
    await nothingSerious(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});

test('Tab goes through the page and comes back, and what has the focus can be seen', async ({ page }) => {
  await openPage(page);
  const seen = new Set<string>();
  for (let i = 0; i < 120; i += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const at = document.activeElement;
      return at === null || at === document.body
        ? ''
        : (at.getAttribute('aria-label') ?? at.textContent ?? '');
    });
    seen.add(name.trim());
  }
  for (const needed of ['Play', 'One event on', 'Console', 'Share', 'Time in the run'])
    expect(
      [...seen].some((name) => name.startsWith(needed)),
      needed,
    ).toBe(true);
});

test('right to left: nothing lies outside the page', async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await expect(button(page, 'Share')).toBeInViewport();
  await expect(button(page, 'Play')).toBeInViewport();
});
