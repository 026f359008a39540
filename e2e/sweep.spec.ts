/** Curves: progress, stopping, a point's numbers and its run; the page meanwhile. And another kernel version for the same run. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './lab.ts';

// a second worker beside the page's own, on machines of two cores
test.setTimeout(240_000);

test('the curve a lesson step offers grows, can be read by keyboard and as a table, and opens a run', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.choose('Livelock and its cure');
  await page.getByRole('button', { name: /^Step 6: / }).click();
  await page.getByRole('button', { name: 'Plot the curve: Offered against forwarded' }).click();
  const sheet = page.getByRole('dialog', { name: 'Plot a curve' });
  await expect(sheet.getByRole('status')).toHaveText('50 runs done', { timeout: 60_000 });
  const peak = sheet.getByRole('button', { name: /^without NAPI \(2\.4\.18\), at 27.000: 26\.9.k\/s$/ });
  await peak.focus();
  await page.keyboard.press('Enter');
  const chosen = sheet.getByRole('region', { name: 'The chosen point' });
  await expect(chosen).toContainText(/27.000/);
  // along the curve, and to the other one
  await page.keyboard.press('ArrowRight');
  await expect(chosen).toContainText(/33.000/);
  await expect(sheet.getByRole('button', { name: /^without NAPI.*at 33.000/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(chosen).toContainText('with NAPI (2.4.20)');
  await sheet.getByText('Table', { exact: true }).click();
  const row = sheet.getByRole('row', { name: /^63.000 without NAPI/ });
  await expect(row).toContainText(/^63.000without NAPI \(2\.4\.18\)0/);
  await row.getByRole('button', { name: /^Open the run at 63.000, without NAPI/ }).click();
  await expect(sheet).toBeHidden();
  const variant = page.getByRole('combobox', { name: 'Variant' });
  await expect(variant.locator('option:checked')).toHaveText(
    /packets a second offered: 63.000, without NAPI/,
  );
  // a link opens the very same run
  const link = await lab.link();
  const { stage } = await lab.picture();
  await page.goto('about:blank');
  await page.goto(link);
  await lab.ready();
  await expect(variant.locator('option:checked')).toHaveText(/63.000, without NAPI/);
  expect((await lab.picture()).stage).toBe(stage);
});

test('a sweep goes on while the page is used, and stops when asked', async ({ lab, page }) => {
  await lab.open();
  await lab.key('v');
  const sheet = page.getByRole('dialog', { name: 'Plot a curve' });
  await sheet.getByLabel('What varies').selectOption({ label: 'Another command…' });
  await sheet.getByLabel('Command, with {value} for the number').fill('ethtool -C eth0 rx-usecs 5');
  await sheet.getByRole('button', { name: 'Plot', exact: true }).click();
  await expect(sheet.getByRole('alert')).toHaveText('Write {value} where the number goes.');
  await sheet.getByLabel('Command, with {value} for the number').fill('ethtool -G eth0 rx {value}');
  await sheet.getByRole('textbox', { name: 'From', exact: true }).fill('100000');
  await sheet.getByRole('textbox', { name: 'To', exact: true }).fill('200000');
  await sheet.getByRole('button', { name: 'Plot', exact: true }).click();
  await expect(sheet.getByRole('alert')).toContainText('At 100000:');
  await page.keyboard.press('Escape');
  // one that takes long
  await lab.choose('RSS spreads flows');
  await lab.key('v');
  await sheet.getByLabel('Each run, ms').fill('60');
  await sheet.getByRole('textbox', { name: 'Values' }).fill('12');
  await sheet.getByRole('button', { name: 'Plot', exact: true }).click();
  await expect(sheet.getByRole('progressbar', { name: 'Runs done' })).toBeVisible();
  await page.keyboard.press('Escape');
  // the stage's worker answers meanwhile
  await lab.key('n');
  await lab.key('ArrowRight');
  await lab.key('ArrowRight');
  await lab.key('v');
  await sheet.getByRole('button', { name: 'Stop' }).first().click();
  await expect(sheet.getByRole('status')).toHaveText(/^Stopped( after \d+ of \d+ runs)?$|^\d+ runs done$/);
  await expect(sheet.getByRole('progressbar')).toBeHidden();
});

test('another kernel version: what it changes, the run anew, and back', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('Livelock and its cure');
  await lab.key('l');
  const sheet = page.getByRole('dialog', { name: 'Another kernel version' });
  await sheet.getByLabel('Linux').selectOption('2.4.20');
  await expect(sheet.getByRole('listitem')).toHaveText([/Cards are polled \(NAPI\).*no.*yes/s]);
  await sheet.getByRole('button', { name: 'Run on Linux 2.4.20' }).click();
  await expect(page.getByRole('button', { name: /^kernel 2\.4\.20/ })).toBeVisible();
  const variant = page.getByRole('combobox', { name: 'Variant' });
  await expect(variant.locator('option:checked')).toHaveText('Linux 2.4.20');
  await lab.key('l');
  await sheet.getByLabel('Linux').selectOption('2.4.18');
  await sheet.getByRole('button', { name: 'Run on Linux 2.4.18' }).click();
  await expect(variant).toHaveValue('base');
  // a kernel without RPS says that it cannot be set
  await lab.choose('One queue and RPS', 'rps');
  await lab.key('l');
  await sheet.getByLabel('Linux').selectOption('2.6.29');
  await expect(sheet.getByText('not there yet (since 2.6.35)').first()).toBeVisible();
  await sheet.getByRole('button', { name: 'Run on Linux 2.6.29' }).click();
  await expect(lab.notices.getByText(/rps_cpus.*came with Linux 2\.6\.35/s).first()).toBeVisible();
});

for (const theme of ['dark', 'light', 'projector'] as const) {
  test(`axe finds nothing in curves and kernel versions (${theme})`, async ({ lab, page }) => {
    test.setTimeout(120_000);
    await page.addInitScript((name) => {
      localStorage.setItem('softnet-lab.preferences', JSON.stringify({ theme: name }));
    }, theme);
    await lab.open();
    await lab.choose('Livelock and its cure');
    while ((await page.evaluate(() => document.documentElement.dataset['theme'])) !== theme)
      await lab.key('t');
    await lab.key('v');
    const sheet = page.getByRole('dialog', { name: 'Plot a curve' });
    await sheet.getByRole('button', { name: 'Offered against forwarded' }).click();
    await expect(sheet.getByRole('status')).toHaveText('50 runs done', { timeout: 60_000 });
    await sheet.getByRole('button', { name: /^with NAPI.*at 63.000/ }).focus();
    await page.keyboard.press('Enter');
    const faults = async () =>
      (await new AxeBuilder({ page }).include('dialog').analyze()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
      );
    expect.soft(await faults()).toEqual([]);
    await sheet.getByText('Table', { exact: true }).click();
    expect.soft(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await lab.key('l');
    await page.getByRole('dialog').getByLabel('Linux').selectOption('2.6.29');
    expect.soft(await faults()).toEqual([]);
  });
}

test('the indirection table and rules are edited as commands', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('RSS spreads flows');
  const knobs = page.getByRole('complementary', { name: 'Lesson and knobs' });
  await knobs.getByText('Steering (RSS, filters)').click();
  const editor = knobs.getByRole('group', { name: /^Indirection table of eth0/ });
  const first = editor.getByRole('button', { name: /^Entry 0: queue 0/ });
  await first.focus();
  await page.keyboard.press('ArrowRight');
  await expect(editor.getByRole('button', { name: /^Entry 1: / })).toBeFocused();
  await first.click();
  const line = await editor.getByText(/^ethtool -X eth0 weight /).textContent();
  await editor.getByRole('button', { name: 'Apply' }).click();
  const applied = knobs.getByRole('region', { name: 'Applied' });
  await expect(applied).toContainText(line ?? '');
  await editor.getByRole('button', { name: 'equal 2', exact: true }).click();
  await expect(applied).toContainText('ethtool -X eth0 equal 2');
  await expect(editor.getByRole('button', { name: /: queue [^01]\./ })).toHaveCount(0);
  expect(await lab.command('ethtool -x eth0')).toMatch(/0: +0 +1 +0 +1/);
  const axe = await new AxeBuilder({ page }).include('.steering-editor').analyze();
  expect(axe.violations.map(({ id }) => id)).toEqual([]);
  const rule = knobs.getByRole('form', { name: /^Rules of eth0/ });
  await rule.getByLabel('dst-port').fill('7000');
  await rule.getByLabel(/^action/).fill('1');
  await expect(rule.getByText('ethtool -N eth0 flow-type udp4 dst-port 7000 action 1')).toBeVisible();
});
