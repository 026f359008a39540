/** A lesson's figure of events, by keyboard and by click; CPUs that wait are seen to wait. */
import { expect, test } from './lab.ts';

test('the history goes along by arrow keys, one tab stop, and time stands still', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('Four CPUs, and one works');
  await page.keyboard.press('PageDown');
  const line = page.getByRole('tablist', { name: /How it came to be/ });
  await expect(line.getByRole('tab')).toHaveCount(12);
  const open = line.getByRole('tab', { selected: true });
  await expect(open).toHaveAccessibleName('1999: Mindcraft');
  const told = page.getByRole('tabpanel', { name: /Mindcraft/ });
  await expect(told).toContainText('3.7 times as fast');
  const before = await lab.time.textContent();
  await open.focus();
  await page.keyboard.press('ArrowRight');
  await expect(line.getByRole('tab', { selected: true })).toHaveAccessibleName('Linux 2.4: Softnet');
  await expect(line.getByRole('tab', { selected: true })).toBeFocused();
  await page.keyboard.press('Home');
  await expect(line.getByRole('tab', { selected: true })).toHaveAccessibleName('1970s: Xerox PARC');
  await page.keyboard.press('End');
  await expect(line.getByRole('tab', { selected: true })).toHaveAccessibleName('Today: The same frame');
  await line.getByRole('tab', { name: /NAPI/ }).click();
  await expect(page.getByRole('tabpanel', { name: /NAPI/ })).toContainText('2.4.20');
  expect(await lab.time.textContent()).toBe(before);
});

test('a CPU that spins says what it waits for, and its time is parted into work and waiting', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.choose('Four CPUs, and one works');
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('PageDown');
    await expect(page.getByText(`Step ${step + 1} of 9`)).toBeVisible();
  }
  await expect(lab.inspector.getByRole('heading', { name: 'CPU 3' })).toBeVisible();
  const state = lab.inspector.locator('.state-rows');
  await expect(state).toContainText('waiting for locks');
  await expect(state).toContainText('(assumed)');
  await expect(
    lab.stage.getByRole('button', { name: /waits for kernel_flag \(CPU \d\)/ }).first(),
  ).toBeVisible();
  await expect(lab.stage.getByRole('button', { name: /% waiting for locks/ }).first()).toBeVisible();
});
