import { expect, test } from '@playwright/test';

test('the page opens without an error', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto('/');
  await expect(page.getByText('Softnet Lab').first()).toBeVisible();
  expect(errors).toEqual([]);
});
