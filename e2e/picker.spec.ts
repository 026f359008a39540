/** Choosing a scenario: by topic, by search, by keyboard alone. */
import { expect, test } from './lab.ts';

test('the list has topics, history first; a search finds by what a lesson says', async ({ lab, page }) => {
  await lab.open();
  await page.getByTitle('Choose a scenario').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading', { level: 3 }).first()).toHaveText('How it came about');
  const search = dialog.getByRole('searchbox');
  await search.fill('rx3_arfs_err');
  await expect(dialog.getByRole('button', { name: /^Accelerated RFS/ })).toBeVisible();
  await expect(dialog.getByRole('button', { name: /^Jumbo frames/ })).toBeHidden();
  await expect(dialog.getByText('Found: 1')).toBeVisible();
  await search.fill('no zebra at all');
  await expect(dialog.getByText('No scenario has all of these words.')).toBeVisible();
});

test('typing and Enter open the first that is found', async ({ lab, page }) => {
  await lab.open();
  await page.getByTitle('Choose a scenario').click();
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('accelerated rfs');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByTitle('Choose a scenario')).toHaveText(/Accelerated RFS/);
});

test('on a phone no card is wider than the list', async ({ lab, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open();
  await page.getByTitle('Choose a scenario').click();
  const cards = page.getByRole('dialog').getByRole('listitem');
  await expect(cards.first()).toBeVisible();
  for (const box of await Promise.all((await cards.all()).map((card) => card.boundingBox())))
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(348);
});
