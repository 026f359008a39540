import { button, chooseScenario, expect, justNow, openPage, output, test, timeNs } from './page.ts';

test('a lost packet says where, why, by which function, and what would change it', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'A ring overflows');
  await button(page, 'next drop').click();
  await expect.poll(() => justNow(page)).toContain('is dropped at');
  const why = page.getByRole('complementary', { name: 'Why?' });
  await expect(why).toContainText('What would change it', { ignoreCase: true });
  await expect(why.getByRole('button', { name: /^ethtool -G eth0 rx/ })).toBeVisible();
  // the chain goes back to the frame's arrival
  await expect(why).toContainText('has reached eth0');
  // the command goes into the console, ready to be sent
  await why.getByRole('button', { name: /^ethtool -G eth0 rx/ }).click();
  await expect(page.getByRole('textbox', { name: /^Command on/ })).toHaveValue(/^ethtool -G eth0 rx/);
  await expect(output(page)).toBeVisible();
});

test('any packet shows its state, its history and its bytes', async ({ page }) => {
  await openPage(page);
  await page.locator('body').press('w');
  await expect.poll(() => justNow(page)).toContain('is woken');
  const why = page.getByRole('complementary', { name: 'Why?' });
  const at = await timeNs(page);
  await page.locator('body').press('ArrowLeft');
  await expect.poll(() => justNow(page)).toContain('Packet');
  await why.getByRole('button', { name: /^packet \d+/ }).click();
  await expect(why.getByRole('heading', { level: 2 })).toHaveText(/^Packet \d+$/);
  await expect(why).toContainText('10.0.0.2');
  const history = why.getByText(/^History \(\d+\)$/);
  await history.click();
  await why
    .getByRole('button', { name: /has reached eth0/ })
    .first()
    .click();
  await expect.poll(() => timeNs(page)).toBeLessThan(at);
  await page.keyboard.press('Escape');
});

test('things on the stage are chosen by keyboard: a ring, then the CPU that serves it', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'RSS spreads flows');
  const why = page.getByRole('complementary', { name: 'Why?' });
  const ring = page.getByRole('button', { name: /^rx-2 of eth0/ });
  await ring.focus();
  await ring.press('Enter');
  await expect(why.getByRole('heading', { level: 2 })).toContainText('rx-2');
  const cpu = page.getByRole('button', { name: /^CPU 3:/ });
  await cpu.focus();
  await cpu.press('Enter');
  await expect(why.getByRole('heading', { level: 2 })).toHaveText('CPU 3');
});

test('the stage has words for a screen reader', async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'A ring overflows');
  await button(page, 'next drop').click();
  await expect(
    page.getByRole('button', { name: /^rx-0 of eth0: 511 of 512 descriptors filled/ }),
  ).toBeVisible();
});
