/** Two hosts and the link between them: one at a time on the stage, a way from one to the other, frames under way, the air. */
import { readFileSync } from 'node:fs';
import { expect, test } from './lab.ts';

const scenario = (name: string) => ({
  name: `${name}.json`,
  bytes: readFileSync(`e2e/fixtures/${name}.json`),
});

test('a button, a key and the link’s end lead from host to host', async ({ lab, page }) => {
  await lab.open();
  await lab.drop([scenario('two-hosts')]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two hosts and a cable');
  const hosts = page.getByRole('group', { name: 'Host shown' });
  const h1 = hosts.getByRole('button', { name: 'h1' });
  const h2 = hosts.getByRole('button', { name: 'h2' });
  await expect(h1).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.stage.getByRole('button', { name: /^sender,|socket sender/i }).first()).toBeVisible();
  await h2.click();
  await expect(h2).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.stage.getByRole('button', { name: /server/ }).first()).toBeVisible();
  await lab.stage.click({ position: { x: 5, y: 5 } });
  await lab.key('h');
  await expect(h1).toHaveAttribute('aria-pressed', 'true');
  await lab.stage.getByRole('button', { name: 'Show host h2' }).click();
  await expect(h2).toHaveAttribute('aria-pressed', 'true');
  // from here the way back
  await lab.stage.getByRole('button', { name: 'Show host h1' }).press('Enter');
  await expect(h1).toHaveAttribute('aria-pressed', 'true');
});

test('a frame lost on the link stops the run to the next drop, says why, and the link tells what is on it', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.drop([scenario('two-hosts')]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two hosts and a cable');
  await lab.computed();
  await lab.key('n');
  await expect(lab.inspector).toContainText('is lost on cable from h1 to h2');
  await expect(lab.inspector).toContainText('The scenario says that this very frame is lost.');
  const link = lab.stage.getByRole('button', { name: /^Link cable to h2, delay 200 µs/ });
  await expect(link).toHaveAccessibleName(/1 lost/);
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(lab.inspector.getByRole('heading', { level: 2 })).toHaveText('cable, h1 to h2');
  await expect(lab.inspector).toContainText('100 Mbit/s');
  await expect(lab.inspector).toContainText('1 link-loss-scripted');
});

test('a radio link tells what its air went on', async ({ lab, page }) => {
  await lab.open();
  await lab.drop([scenario('on-the-air')]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two hosts on the air');
  await lab.computed();
  await lab.key('End');
  await expect(page.getByRole('button', { name: 'To the end' })).toBeDisabled();
  await expect(lab.stage.getByRole('button', { name: /^Link cable to h2/ })).toHaveAccessibleName(
    /Air in use \d+ %: data \d+, frames without data 0, waiting and acknowledgements \d+, collisions \d+\./,
  );
});
