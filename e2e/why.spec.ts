/** Why? Whatever is chosen, by keyboard or by a click: its state, the chain of causes, the kernel's function, the knobs. */
import { Kind } from '../src/catalog/kinds.ts';
import { expect, ns, recordsOf, test } from './lab.ts';

const first = recordsOf('a-frame-arrives');
const ring = recordsOf('a-ring-overflows');

test('the present event says what happened, why, and which function did it', async ({ lab, page }) => {
  await lab.open();
  await lab.key('Home');
  await page.keyboard.press('i');
  await expect(lab.happening).toContainText(/interrupt/i);
  await expect(lab.inspector.getByText('Just now')).toBeVisible();
  const chain = lab.inspector.getByRole('region', { name: 'Why here?' });
  await expect(chain.getByRole('button').first()).toBeVisible();
  await expect(lab.inspector.locator('.inspector-source')).toContainText(/\w+\(?/);
});

test('a packet by click: state, bytes, history, chain; each link of the chain is a place to go', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.key('Home');
  const polled = first.find((r) => r.kind === Kind.pollFrame);
  if (polled === undefined) throw new Error('no frame was polled');
  await page.getByRole('button', { name: 'Run to the next event of your choice' }).click();
  await page.getByRole('combobox', { name: 'Event' }).selectOption(String(Kind.pollFrame));
  await page.getByRole('button', { name: 'Run to the next', exact: true }).click();
  await expect(lab.time).toHaveText(ns(polled.timeNs));
  await lab.inspector.getByRole('button', { name: 'packet 1', exact: true }).click();
  await expect(lab.inspector.getByRole('heading', { name: 'Packet 1' })).toBeVisible();
  const state = lab.inspector.locator('.state-rows');
  await expect(state).toContainText('arrived at');
  await expect(state).toContainText(ns(5000));
  await expect(state).toContainText('flow');

  // the chain, newest first, ends where the frame arrived
  const chain = lab.inspector.getByRole('region', { name: 'Why here?' }).getByRole('button');
  await expect(chain.first()).toContainText(ns(polled.timeNs));
  const causes: number[] = [];
  for (
    let r = first.find((x) => x.seq === polled.seq);
    r !== undefined;
    r = first.find((x) => x.seq === r?.cause)
  )
    causes.push(r.timeNs);
  await expect(chain).toHaveCount(causes.length);
  for (const [i, time] of causes.entries()) await expect(chain.nth(i)).toContainText(ns(time));

  // header bytes by field
  const bytes = lab.inspector.getByRole('list', { name: 'Header bytes by field' });
  await bytes.getByRole('button', { name: 'udp.dest: 53' }).focus();
  await expect(lab.inspector.locator('.byte-name')).toContainText('udp.dest 53');

  // its history up to here, oldest first
  const own = first.filter((r) => r.packet === 1 && r.seq <= polled.seq);
  await lab.inspector.getByText(/^History \(\d+\)$/).click();
  const history = lab.inspector.locator('.history').getByRole('button');
  await expect(history).toHaveCount(own.length);
  await history.first().click();
  await expect(lab.time).toHaveText(ns(own[0].timeNs));

  await page.keyboard.press('Escape');
  await expect(lab.inspector.getByText('Just now')).toBeVisible();
});

test('a ring, a CPU, a socket by keyboard', async ({ lab, page }) => {
  await lab.open();
  await lab.computed();
  await lab.key('Home');
  // one tab stop a group: the first thing of each is reachable by Tab alone
  const tab = async (name: RegExp) => {
    const thing = lab.stage.getByRole('button', { name }).first();
    for (let i = 0; i < 120; i += 1) {
      if (await thing.evaluate((node) => node === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to ${name}`);
  };
  await tab(/^rx-0 of eth0/);
  await page.keyboard.press('Enter');
  await expect(lab.inspector.getByRole('heading', { name: 'eth0 rx-0' })).toBeVisible();
  await expect(lab.inspector.locator('.state-rows')).toContainText('ring size');
  await expect(lab.inspector.locator('.state-row', { hasText: 'ring size' })).toContainText('64');
  await tab(/^CPU 0:/);
  await page.keyboard.press('Enter');
  await expect(lab.inspector.getByRole('heading', { name: 'CPU 0' })).toBeVisible();
  await expect(lab.inspector.locator('.state-rows')).toContainText('time_squeeze');
  await tab(/^resolver, udp/);
  await page.keyboard.press(' ');
  await expect(lab.inspector.getByRole('heading', { name: 'Socket dns' })).toBeVisible();
  // arrow keys go on within the group: its application
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(lab.inspector.getByRole('heading', { name: /resolver/ })).toBeVisible();
  await expect(lab.inspector.locator('.state-rows')).toContainText('reads');
});

test('what is chosen on the stage pauses, and is shown there as well', async ({ lab, page }) => {
  await lab.open('./', { motion: true });
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await lab.stage.getByRole('button', { name: /^rx-0 of eth0/ }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(lab.inspector.getByRole('heading', { name: 'eth0 rx-0' })).toBeVisible();
  await expect(lab.stage.getByRole('button', { name: /^rx-0 of eth0/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await lab.inspector.getByRole('button', { name: 'Close the selection' }).click();
  await expect(lab.stage.getByRole('button', { name: /^rx-0 of eth0/ })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
});

test('a drop names its reason, its function, and the command that would have changed it', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.choose('A ring overflows');
  await lab.key('n');
  const drop = ring.find((r) => r.kind === Kind.drop);
  await expect(lab.time).toHaveText(ns(drop?.timeNs ?? 0));
  await expect(lab.inspector.locator('.now-why')).not.toBeEmpty();
  const knob = lab.inspector.getByRole('region', { name: 'What would change it' });
  const command = knob.getByRole('button', { name: /^ethtool -G eth0 rx \d+$/ });
  await expect(command).toBeVisible();
  const line = (await command.textContent()) ?? '';
  await command.click();
  const input = lab.console.getByRole('textbox', { name: 'Command on h1' });
  await expect(input).toHaveValue(line);
  await expect(input).toBeFocused();
  await page.keyboard.press('Escape');
  // carried out from here, at this moment
  await knob.getByRole('listitem').filter({ hasText: line }).getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('button', { name: /^Branches: .*: 2 branches$/ })).toBeVisible();
  expect((await lab.state()).branches.at(-1)?.inputs.map((i) => i.line)).toEqual([line]);
});

test('a counter leads to the event that raised it last', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('A ring overflows');
  await lab.key('End');
  const drops = ring.filter((r) => r.kind === Kind.drop);
  const counter = page.getByRole('button', { name: new RegExp(`^rx_missed_errors ?${drops.length}$`) });
  await counter.click();
  const events = page.getByRole('region', { name: 'Events' });
  await expect(events).toBeVisible();
  await expect(lab.time).toHaveText(ns(drops[drops.length - 1].timeNs));
  // the table shows what the counter counts
  await expect(
    events
      .getByRole('row')
      .filter({ hasText: /descriptor/ })
      .first(),
  ).toBeVisible();
});
