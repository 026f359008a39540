/** The picture in the README: the page at a lively moment. `UPDATE_SCREENSHOT=1 npx playwright test screenshot` takes it anew. */
import { readFileSync } from 'node:fs';
import { expect, test } from './lab.ts';

const PICTURE = 'docs/page.png';

test('the page reaches the moment of the picture in the README', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('The 67 ns budget', 'small-4-queues');
  // the moment of the first loss, some way into the overload
  await lab.key('n');
  await expect(lab.happening).toContainText('is dropped at eth0');
  await expect(page.locator('.dropLabel')).toHaveText('no free descriptor');
  await expect(
    lab.inspector.getByRole('region', { name: 'Why here?' }).getByRole('button').first(),
  ).toBeVisible();
  // all four rings are filled, all four of their CPUs work
  for (const queue of [0, 1, 2, 3])
    await expect(
      lab.stage.getByRole('button', { name: new RegExp(`^rx-${queue} of eth0: [1-9]`) }),
    ).toBeVisible();
  for (const cpu of [0, 1, 2, 3])
    await expect(
      lab.stage.getByRole('button', { name: new RegExp(`^CPU ${cpu}: ksoftirqd`) }).first(),
    ).toBeVisible();
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running'));
  if (process.env.UPDATE_SCREENSHOT === '1') await page.screenshot({ path: PICTURE });
  // a PNG of 1280 x 720
  const png = readFileSync(PICTURE);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 720]);
});
