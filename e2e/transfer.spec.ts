/** The transfer: its points are walked by keyboard and lead to packets; how often each layer ran, a variant beside another. */
import AxeBuilder from '@axe-core/playwright';
import { expect, ns, test } from './lab.ts';

test('a segment and its retransmission are walked to; each leads to its packet', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('A hole and its SACKs');
  await lab.key('x');
  const panel = page.getByRole('region', { name: 'Transfer' });
  const area = panel.getByRole('group', { name: /^Bytes over time/ });
  // the packets the scenario loses are sent again, no other
  await expect(area).toHaveAccessibleName(/, 1 of them sent again, /);
  await area.focus();
  await page.keyboard.press('Home');
  await expect(panel).toContainText(/packet \d+ carries bytes 0 to /);
  const first = /packet (\d+) carries/.exec((await panel.textContent()) ?? '')?.[1];
  await page.keyboard.press('Enter');
  await expect(lab.inspector.getByRole('heading', { name: `Packet ${first}`, exact: true })).toBeVisible();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(lab.inspector.getByRole('heading', { name: `Packet ${first}`, exact: true })).toBeHidden();
  // one plot down: ACKs, 11 of them in all; another one down: what the link carries, in both directions
  await expect(area).toHaveAccessibleName(
    /in bins of 100.µs: ACKs heard, at most 10.000 a second; bytes on the wire/,
  );
  await area.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(panel).toContainText(/9.900.000 to 10.000.000 ns: ACKs heard: 0, 0 a second/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  for (let bin = 0; bin < 10; bin += 1) await page.keyboard.press('ArrowRight');
  // the SYN-ACK of 74 bytes leaves h2 after a millisecond
  await expect(panel).toContainText(/1.000.000 to 1.100.000 ns: 0 bytes on the wire from h1, 74 to it/);
  await page.keyboard.press('Enter');
  await expect(lab.time).toHaveText(ns(1_000_000));
  const { violations } = await new AxeBuilder({ page }).include('.transfer').analyze();
  expect(violations).toEqual([]);
  await page.keyboard.press('x');
  await expect(panel).toBeHidden();
});

test('the layers count how often each ran, beside the variant seen before', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('One write of 64 KiB');
  await lab.key('x');
  const panel = page.getByRole('region', { name: 'Transfer' });
  await panel.getByText('Layers', { exact: true }).click();
  const layers = panel.getByRole('region', { name: 'How often each layer ran' });
  await lab.key('End');
  const driver = layers.getByRole('row', { name: /^driver’s send/ });
  const wire = layers.getByRole('row', { name: /^frames sent on the wire/ });
  await expect(driver.getByRole('cell').first()).toHaveText('9');
  await expect(wire.getByRole('cell').first()).toHaveText('48');
  await page.getByRole('combobox', { name: 'Variant' }).selectOption('gso');
  await lab.computed();
  await lab.key('End');
  await expect(driver.getByRole('cell').first()).toHaveText('48(9)');
  // the same as before: no bracket
  await expect(wire.getByRole('cell').first()).toHaveText('48');
});
