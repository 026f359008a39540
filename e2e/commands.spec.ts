/** Commands: the console, the knobs, and what they do to time: a change in the past starts a branch, the old one stays. */
import { Kind } from '../src/catalog/kinds.ts';
import { cli, expect, type Lab, ns, recordsOf, test } from './lab.ts';

const HALF_FULL = 100_000;
const RING_64 = 'ethtool -G eth0 rx 64';
const ring = recordsOf('a-ring-overflows');
const lost = ring.filter((r) => r.kind === Kind.drop).length;

/** Frames missed in a run by the command line. */
function lostWith(line: string): number {
  const args = ['--variant', 'base', '--json', '--cmd', `h1@${HALF_FULL}: ${line}`];
  const { drops } = JSON.parse(cli('run', 'a-ring-overflows', ...args)) as {
    drops: { reason: string; count: number }[];
  };
  return drops.find((row) => row.reason === 'no-descriptor')?.count ?? 0;
}

const branches = (lab: Lab) => lab.page.getByRole('button', { name: /^Branches: / });
const missed = (lab: Lab) => lab.page.getByRole('button', { name: /^rx_missed_errors/ });

/** The ring fills, at 100 µs. */
async function openHalfFull(lab: Lab): Promise<void> {
  await lab.open();
  await lab.choose('A ring overflows');
  await lab.scrub.focus();
  await lab.page.keyboard.press('PageDown');
  await expect(lab.time).toHaveText(ns(HALF_FULL));
}

test('the console runs real commands and prints as they do', async ({ lab }) => {
  await openHalfFull(lab);
  expect(await lab.command('ethtool -g eth0')).toMatch(/Current hardware settings:\nRX:\s+512\n/);
  expect(await lab.command(RING_64)).toBe('');
  expect(await lab.command('ethtool -g eth0')).toMatch(/Current hardware settings:\nRX:\s+64\n/);
  await expect(lab.console.locator('.console-typed').nth(1)).toContainText(RING_64);
  await expect(lab.console.locator('.console-typed').nth(1)).toContainText('at 100 µs');
  expect(await lab.command('sysctl -w net.core.netdev_budget=600')).toBe('net.core.netdev_budget = 600');
  expect(await lab.command('cat /proc/sys/net/core/netdev_budget')).toBe('600');
  expect(await lab.command('cat /proc/net/softnet_stat')).toMatch(/^([0-9a-f]{8} ?)+\n/);
});

test('a wrong command says what is wrong, and changes nothing', async ({ lab }) => {
  await openHalfFull(lab);
  const before = await lab.state();
  expect(await lab.command('ehttool -G eth0 rx 64')).toMatch(/ehttool.*\n.*exit status 127/s);
  expect(await lab.command('ethtool -G eth7 rx 64')).toMatch(/eth7.*|No such device/s);
  expect(await lab.command('ethtool -G eth0 rx 64000')).toMatch(/exit status \d+/);
  expect(await lab.command('sysctl -w net.core.no_such=1')).toMatch(/no_such.*exit status \d+/s);
  expect(await lab.command('echo <b>1</b>')).toMatch(
    /syntax error near unexpected token `<'.*exit status 2/s,
  );
  expect(await lab.command('cat /proc/net/nothing')).toMatch(/No such file or directory.*exit status 1/s);
  const after = await lab.state();
  expect(after.branches).toEqual(before.branches);
  expect(after.moment).toEqual(before.moment);
});

test('Tab completes, the arrow keys recall', async ({ lab, page }) => {
  await lab.open();
  const input = await lab.openConsole();
  await input.pressSequentially('etht');
  await page.keyboard.press('Tab');
  await expect(input).toHaveValue('ethtool ');
  await expect(input).toBeFocused();
  await input.fill('sysctl net.core.netdev_b');
  await page.keyboard.press('Tab');
  await expect(input).toHaveValue('sysctl net.core.netdev_budget');
  await expect(lab.console.locator('.console-words')).toContainText('net.core.netdev_budget_usecs');
  await page.keyboard.press('Enter');
  await expect(lab.console.getByText('net.core.netdev_budget = 300')).toBeVisible();
  await lab.command('ethtool -g eth0');
  await input.fill('half a li');
  await page.keyboard.press('ArrowUp');
  await expect(input).toHaveValue('ethtool -g eth0');
  await page.keyboard.press('ArrowUp');
  await expect(input).toHaveValue('sysctl net.core.netdev_budget');
  await page.keyboard.press('ArrowUp');
  await expect(input).toHaveValue('sysctl net.core.netdev_budget');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(input).toHaveValue('half a li');
  await page.keyboard.press('Control+u');
  await expect(input).toHaveValue('');
  await page.keyboard.press('Control+l');
  await expect(lab.console.locator('.console-entry')).toHaveCount(0);
});

test('every command the console proposes works', async ({ lab }) => {
  await lab.open();
  await lab.openConsole();
  const text = (await lab.console.getByText(/^Try: /).textContent()) ?? '';
  const lines = text.replace(/^Try: /, '').split(', ');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(await lab.command(line), line).not.toContain('exit status');
});

test('a command in the past starts a branch; the old one stays', async ({ lab, page }) => {
  await openHalfFull(lab);
  await expect(branches(lab)).toHaveAccessibleName(/as loaded$/);
  await lab.command(RING_64);
  await expect(branches(lab)).toHaveAccessibleName(/2 branches$/);
  const fork = await lab.state();
  expect(fork.active).toBe(2);
  expect(fork.branches[1]).toMatchObject({
    parent: 1,
    inputs: [{ at: HALF_FULL, host: 'h1', line: RING_64 }],
  });
  await page.keyboard.press('Escape');
  await lab.key('End');
  // the ring was full already, and is small now
  const withRing64 = lostWith(RING_64);
  expect(withRing64).toBeGreaterThan(lost);
  await expect(missed(lab)).toHaveText(new RegExp(`${withRing64}$`));
  await branches(lab).click();
  await page.getByRole('button', { name: 'As loaded' }).click();
  await lab.key('End');
  await expect(missed(lab)).toHaveText(new RegExp(`${lost}$`));
  expect((await lab.state()).branches).toHaveLength(2);
  await branches(lab).click();
  await page.getByRole('button', { name: `From 100 µs: ${RING_64}` }).click();
  await lab.key('End');
  await expect(missed(lab)).toHaveText(new RegExp(`${withRing64}$`));
});

test('the same command again gives the same run', async ({ lab, page, context }) => {
  await openHalfFull(lab);
  await lab.command(RING_64);
  await page.keyboard.press('Escape');
  await lab.key('End');
  const once = await lab.picture();
  await lab.key('Home');
  await expect(lab.time).toHaveText(ns(0));
  await lab.key('End');
  expect(await lab.picture()).toEqual(once);
  // anew, by hand
  const other = await context.newPage();
  const again = new (lab.constructor as new (page: typeof other) => Lab)(other);
  await openHalfFull(again);
  await again.command(RING_64);
  await other.keyboard.press('Escape');
  await again.key('End');
  expect(await again.picture()).toEqual(once);
});

test('undo takes a command back, and keeps the branch that had it', async ({ lab, page }) => {
  await openHalfFull(lab);
  await lab.command(RING_64);
  await lab.command('sysctl -w net.core.netdev_budget=30');
  const applied = page.getByRole('region', { name: 'Applied' });
  await expect(applied.getByRole('listitem')).toHaveCount(2);
  await applied.getByRole('button', { name: `Undo ${RING_64}` }).click();
  await expect(applied.getByRole('listitem')).toHaveCount(1);
  await expect(branches(lab)).toHaveAccessibleName(/3 branches$/);
  await expect(lab.time).toHaveText(ns(HALF_FULL));
  expect(await lab.command('ethtool -g eth0')).toMatch(/Current hardware settings:\nRX:\s+512\n/);
  expect(await lab.command('sysctl net.core.netdev_budget')).toBe('net.core.netdev_budget = 30');
  await applied.getByRole('button', { name: /^Undo sysctl/ }).click();
  await expect(applied).toBeHidden();
  await page.keyboard.press('Escape');
  await lab.key('End');
  await expect(missed(lab)).toHaveText(new RegExp(`${lost}$`));
});

test('a knob is the command it shows', async ({ lab, page }) => {
  await openHalfFull(lab);
  const knob = page.getByRole('spinbutton', { name: 'descriptors' });
  await expect(knob).toHaveValue('512');
  await knob.fill('64');
  await expect(page.getByText(RING_64, { exact: true })).toBeVisible();
  await knob.press('Enter');
  const applied = page.getByRole('region', { name: 'Applied' });
  await expect(applied.getByRole('listitem')).toContainText([RING_64]);
  await expect(knob).toHaveValue('64');
  await expect(branches(lab)).toHaveAccessibleName(/2 branches$/);
  expect((await lab.state()).branches[1].inputs.map((i) => i.line)).toEqual([RING_64]);
  expect(await lab.command('ethtool -g eth0')).toMatch(/Current hardware settings:\nRX:\s+64\n/);
  await page.keyboard.press('Escape');
  await lab.key('End');
  await expect(missed(lab)).toHaveText(new RegExp(`${lostWith(RING_64)}$`));
});

test('ss shows the sockets, mpstat the CPUs’ time', async ({ lab }) => {
  await openHalfFull(lab);
  expect(await lab.command('ss -lun')).toMatch(
    /^State {2}Recv-Q Send-Q +Local Address:Port Peer Address:Port *Process\s*\nUNCONN \d+ +0 /,
  );
  expect(await lab.command('ss -uanm')).toMatch(/skmem:\(r\d+,rb\d+,t0,tb212992,f\d+,w0,o0,bl0,d\d+\)/);
  const since = await lab.command('mpstat -P ALL');
  expect(since).toMatch(/CPU {4}%usr {3}%nice {4}%sys %iowait {4}%irq {3}%soft/);
  expect(since).toMatch(/\n00:00:00 {5}all +\d+\.\d\d/);
  expect(await lab.command('mpstat -P 0 0.00002 3')).toMatch(/(\n00:00:00 {7}0 .*){3}\nAverage: {7}0 /);
});

test('tcpdump sees what passed the taps, and nothing of what died in the ring', async ({ lab }) => {
  await openHalfFull(lab);
  await lab.key('End');
  const output = await lab.command('tcpdump -n -c 3 udp');
  expect(output).toMatch(/listening on eth0, link-type EN10MB/);
  expect(output).toMatch(/\n00:00:00\.\d{6} IP \S+ > \S+: UDP, length \d+\n/);
  expect(output).toContain('3 packets captured');
  // every frame that was not lost, and no other
  const all = await lab.command('tcpdump -n --count');
  const arrived = ring.filter((r) => r.kind === Kind.frameArrived).length;
  expect(Number(/^(\d+) packets?$/m.exec(all)?.[1])).toBe(arrived - lost);
  expect(await lab.command('tcpdump -n foo')).toMatch(
    /can't parse filter expression: syntax error.*exit status 1/s,
  );
});

test('watch shows a command again as time moves, until it is ended', async ({ lab, page }) => {
  await openHalfFull(lab);
  const shown = await lab.command('watch -d -t date +%s.%N');
  expect(shown).toBe('0.000100000');
  const input = lab.console.getByRole('textbox', { name: 'Command on h1' });
  await expect(input).toHaveAttribute('readonly', '');
  await page.keyboard.press('ArrowRight');
  const output = lab.console.locator('.console-entry pre').last();
  await expect(output).not.toHaveText('0.000100000');
  await expect(output.locator('mark').first()).toBeVisible();
  await lab.key('Home');
  await expect(output).toHaveText('0.000000000');
  await input.focus();
  await page.keyboard.press('q');
  await expect(input).not.toHaveAttribute('readonly', '');
  await expect(lab.console).toBeVisible();
  await lab.key('End');
  await expect(output).toHaveText('0.000000000');
  expect(await lab.command('watch ethtool -G eth0 rx 64')).toContain('would change something');
});

test('a route is taken away and undone', async ({ lab, page }) => {
  await openHalfFull(lab);
  expect(await lab.command('ip route add 10.77.0.0/16 dev eth0')).toBe('');
  expect(await lab.command('ip route')).toContain('10.77.0.0/16 dev eth0 scope link');
  const applied = page.getByRole('region', { name: 'Applied' });
  await applied.getByRole('button', { name: /^Undo ip route/ }).click();
  await expect(applied).toBeHidden();
  expect(await lab.command('ip route')).not.toContain('10.77.0.0/16');
});
