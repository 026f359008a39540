import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { button, chooseScenario, expect, expectTime, openPage, test, timeNs } from './page.ts';

const PICTURE = fileURLToPath(new URL('../docs/page.png', import.meta.url));

// UPDATE_SCREENSHOT=1 npx playwright test screenshot: makes the README's picture anew
test('the README’s picture shows a moment that the page still has', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'RSS spreads flows');
  const scrub = page.getByRole('slider', { name: 'Time in the run' });
  await scrub.focus();
  await scrub.press('Home');
  await expectTime(page, 0);
  for (let i = 0; i < 24; i += 1) await scrub.press('ArrowRight');
  await page.locator('body').press('w');
  await expect.poll(() => timeNs(page)).toBeGreaterThan(0);
  await expect(button(page, /^rx-3 of eth0/)).toBeVisible();
  await page.waitForTimeout(800);
  if (process.env.UPDATE_SCREENSHOT) await page.screenshot({ path: PICTURE });
  expect(existsSync(PICTURE)).toBe(true);
});
