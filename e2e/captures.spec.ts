/** Captures: chosen points, a list that leads to packets and moments, files that the command line reads. */
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './lab.ts';

test('frames before GRO and the train after it; a line leads to its packet and moment', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.choose('GRO builds a train');
  await lab.computed();
  await lab.key('c');
  const panel = page.getByRole('region', { name: 'Captures' });
  await expect(panel).toContainText('A real tcpdump stands at two of them');
  for (const name of ['before the driver', 'wire out', 'wire in']) await panel.getByLabel(name).uncheck();
  await panel.getByLabel('before GRO').check();
  await panel.getByRole('button', { name: 'Capture', exact: true }).click();
  await expect(panel.getByRole('status')).toContainText('17 packets');
  const grid = panel.getByRole('grid', { name: /^Packets captured/ });
  await expect(grid).toHaveAttribute('aria-rowcount', '18');
  const first = grid.getByRole('row', { name: /^1 / });
  await expect(first).toContainText('before GRO');
  await expect(first).toContainText('right');
  await first.focus();
  await page.keyboard.press('End');
  const train = grid.getByRole('row', { name: /^17 / });
  await expect(train).toBeFocused();
  await expect(train).toContainText('16 segments');
  await expect(train).toContainText('unfinished');
  await expect(train).toContainText(/length 23168/);
  await page.keyboard.press('Enter');
  await expect(train).toHaveAttribute('aria-selected', 'true');
  await expect(lab.inspector.getByRole('heading', { name: 'Packet 1', exact: true })).toBeVisible();
  const time = ((await train.getByRole('gridcell').nth(1).textContent()) ?? '').replace(/\D/g, '');
  await expect(lab.time).toContainText(new RegExp([...time].join('\\D?')));
  // only lines that match
  await panel.getByRole('searchbox', { name: 'Search the packets' }).fill('unfinished');
  await expect(grid).toHaveAttribute('aria-rowcount', '2');
  const { violations } = await new AxeBuilder({ page }).include('.captures').analyze();
  expect(violations).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
});

test('is saved as pcapng and pcap, and what was on the wire runs again', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('GRO builds a train');
  await lab.computed();
  await page.getByRole('button', { name: /^Captures/ }).click();
  const panel = page.getByRole('region', { name: 'Captures' });
  for (const name of ['before the driver', 'wire out', 'after GRO']) await panel.getByLabel(name).uncheck();
  await panel.getByLabel('Stretch of time').selectOption('from … to …');
  await panel.getByLabel(/^To/).fill('10 us');
  await panel.getByRole('button', { name: 'Capture', exact: true }).click();
  await expect(panel.getByRole('status')).toContainText('7 packets');
  const files: Record<string, Buffer> = {};
  for (const format of ['pcapng', 'pcap']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: `Save ${format}`, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`GRO-builds-a-train.${format}`);
    files[format] = readFileSync(await download.path());
  }
  expect(files.pcap.subarray(0, 4).toString('hex')).toBe('4d3cb2a1');
  expect(files.pcapng.includes('h1.eth0')).toBe(true);
  await lab.drop([{ name: 'wire.pcapng', bytes: files.pcapng }]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('wire.pcapng');
  await lab.computed();
  await lab.key('End');
  await expect(page.getByRole('button', { name: 'To the end' })).toBeDisabled();
  expect((await lab.picture()).stage).toMatch(/: 7 frames arrived/);
});

test('a packet opened to its bytes: fields, who writes them, its checksums worked out', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.choose('GRO builds a train');
  await lab.computed();
  await lab.key('c');
  const panel = page.getByRole('region', { name: 'Captures' });
  await panel.getByRole('button', { name: 'Capture', exact: true }).click();
  const grid = panel.getByRole('grid', { name: /^Packets captured/ });
  await grid.getByRole('row', { name: /^1 / }).click();
  await panel.getByRole('button', { name: 'Close captures' }).click();
  const view = lab.inspector.getByRole('combobox', { name: 'As seen' });
  await expect(view.locator('option:checked')).toHaveText('wire in');
  const bytes = lab.inspector.getByRole('list', { name: 'Header bytes by field' });
  await expect(bytes).toHaveAttribute('dir', 'ltr');
  await bytes.getByRole('button', { name: 'ip.ttl: 64' }).focus();
  await expect(lab.inspector.locator('.byte-name')).toContainText('ip.ttl 64');
  await page.keyboard.press('ArrowRight');
  await expect(bytes.getByRole('button', { name: 'ip.protocol: 6' })).toBeFocused();
  // the table leads to the bytes, and the bytes to the table
  await lab.inspector.getByText('All fields as a table').click();
  const table = lab.inspector.locator('table.fields');
  await expect(table.locator('tr.is-at')).toContainText('ip.protocol');
  await table.getByRole('button', { name: 'tcp.seq', exact: true }).focus();
  await expect(bytes.locator('.is-at')).toHaveAccessibleName('tcp.seq: 1');
  const tcp = lab.inspector.locator('details.checksum').filter({ hasText: 'TCP checksum' });
  await tcp.locator('summary').click();
  await expect(tcp.locator('summary')).toContainText('right');
  await expect(tcp.getByRole('table')).toContainText('source address');
  await expect(tcp.getByRole('row', { name: /^Complement/ })).toContainText('~');
  // the same packet after GRO: sixteen segments, a checksum that nobody has finished
  await view.selectOption('after GRO, 16 segments');
  await expect(lab.inspector.getByText(/23.222 bytes/)).toBeVisible();
  await expect(
    bytes.getByRole('button', { name: /^tcp\.check: 0x[0-9a-f]{4}\. Written by GRO/ }),
  ).toBeVisible();
  await expect(tcp.locator('summary')).toContainText('unfinished');
  const { violations } = await new AxeBuilder({ page }).include('.packet-bytes').analyze();
  expect(violations).toEqual([]);
});
