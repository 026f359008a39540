import {
  button,
  chooseScenario,
  expect,
  expectTime,
  justNow,
  openPage,
  output,
  run,
  test,
  timeNs,
  toStart,
} from './page.ts';

test.beforeEach(async ({ page }) => {
  await openPage(page);
  await chooseScenario(page, 'A ring overflows');
  await page.locator('body').press('Home');
  await expectTime(page, 0);
});

test('a command acts at the present moment and prints what the tool prints', async ({ page }) => {
  await run(page, 'ethtool -g eth0');
  await expect(output(page)).toContainText('Ring parameters for eth0:');
  await expect(output(page)).toContainText(/Current hardware settings:\s+RX:\s+512/);
  await run(page, 'ethtool -G eth0 rx 1024');
  await run(page, 'ethtool -g eth0');
  await expect(output(page)).toContainText(/Current hardware settings:\s+RX:\s+1024/);
});

test('a wrong command says so as the tool does, and what there is', async ({ page }) => {
  await run(page, 'ethtool -g eth7');
  await expect(output(page)).toContainText('No such device');
  await expect(output(page)).toContainText('eth0');
  await expect(output(page)).toContainText(/exit status [1-9]/);
  await run(page, 'rm -rf /');
  await expect(output(page)).toContainText('command not found');
});

test('Tab completes, the arrow keys recall', async ({ page }) => {
  await run(page, 'cat /proc/net/softnet_stat');
  const line = page.getByRole('textbox', { name: /^Command on/ });
  await line.fill('cat /proc/net/soft');
  await line.press('Tab');
  await expect(line).toHaveValue('cat /proc/net/softnet_stat ');
  await line.fill('');
  await line.press('ArrowUp');
  await expect(line).toHaveValue('cat /proc/net/softnet_stat');
});

test('a command in the past starts a branch; the old one stays and can be gone back to', async ({ page }) => {
  // without the command a frame is lost
  await button(page, 'next drop').click();
  await expect.poll(() => justNow(page)).toContain('is dropped at');
  const lost = await timeNs(page);
  await toStart(page);
  await run(page, 'ethtool -G eth0 rx 4096');
  const pill = button(page, /^Branches/);
  await expect(pill).toContainText('2 branches');
  await button(page, 'next drop').click();
  await expect(page.getByText('Nothing found')).toBeVisible();
  await pill.click();
  await button(page, 'As loaded').click();
  await toStart(page);
  await button(page, 'next drop').click();
  await expectTime(page, lost);
});

test('a command can be undone, and the same command gives the same run', async ({ page }) => {
  const drops = async (): Promise<number> => {
    await toStart(page);
    await button(page, 'next drop').click();
    await expect.poll(() => justNow(page)).toContain('is dropped at');
    return timeNs(page);
  };
  const before = await drops();
  await toStart(page);
  await run(page, 'ethtool -G eth0 rx 128');
  const changed = await drops();
  expect(changed).toBeLessThan(before);
  await button(page, 'Undo ethtool -G eth0 rx 128').click();
  await expect(button(page, 'Undo ethtool -G eth0 rx 128')).toHaveCount(0);
  expect(await drops()).toBe(before);
  await toStart(page);
  await run(page, 'ethtool -G eth0 rx 128');
  expect(await drops()).toBe(changed);
});

test('a knob is the command it stands for', async ({ page }) => {
  const knob = page.getByRole('spinbutton', { name: 'descriptors' });
  await knob.fill('256');
  await expect(page.getByText('ethtool -G eth0 rx 256')).toBeVisible();
  await knob.press('Enter');
  await expect(button(page, 'Undo ethtool -G eth0 rx 256')).toBeVisible();
});
