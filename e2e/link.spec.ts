/** Links: what is shared opens as it was, for ever; what is broken or hostile says so, and the page goes on. */
import { readFileSync } from 'node:fs';
import { sha256 } from '@noble/hashes/sha2.js';
import { deflateSync } from 'fflate';
import { toBase64url } from '../src/scenario/base64url.ts';
import { encodeLink, type LinkState } from '../src/scenario/link.ts';
import { expect, Lab, ns, recordsOf, test } from './lab.ts';

interface MadeLink {
  what: string;
  link: string;
  /** What was shared, written down when the link was made. Never to be changed. */
  state: LinkState;
}

/** Links of every format there has been, made by the page. They open for ever. */
const links = JSON.parse(readFileSync('e2e/fixtures/links.json', 'utf8')) as MadeLink[];
const own = readFileSync('e2e/fixtures/own-scenario.json', 'utf8');
const plain = links[0].state;

/** A link of format 1 around any bytes, as a stranger might make it. */
function packed(body: Uint8Array): string {
  const bytes = new Uint8Array(4 + body.length);
  bytes.set(sha256(body).subarray(0, 4));
  bytes.set(body, 4);
  return `v1=${toBase64url(bytes)}`;
}

const textLink = (text: string) => packed(deflateSync(Buffer.from(text)));

async function works(lab: Lab): Promise<void> {
  await lab.ready();
  await lab.computed();
  await lab.key('Home');
  await expect(lab.time).toHaveText(ns(0));
  await lab.key('i');
  await expect(lab.time).not.toHaveText(ns(0));
}

test('a shared moment opens in another browser as it was', async ({ lab, page, browser, baseURL }) => {
  await lab.open();
  await lab.choose('A ring overflows', 'ring-64');
  await page.getByRole('radio', { name: 'true scale' }).check({ force: true });
  await page.getByRole('slider', { name: 'Speed' }).focus();
  await page.keyboard.press('ArrowRight');
  const speed = (await page.getByRole('slider', { name: 'Speed' }).getAttribute('aria-valuetext')) ?? '';
  await lab.key('n');
  await expect(lab.time).not.toHaveText(ns(0));
  await lab.command('ethtool -G eth0 rx 128');
  await page.keyboard.press('Escape');
  await lab.key('i');
  await lab.stage.getByRole('button', { name: /^rx-0 of eth0/ }).click();
  await page.getByRole('combobox', { name: 'How much to show' }).selectOption('full');
  await page.getByRole('button', { name: /^Theme: dark/ }).click();
  await expect(lab.inspector.getByRole('heading', { name: 'eth0 rx-0' })).toBeVisible();
  const link = await lab.link();
  expect(link.length).toBeLessThan(1000);
  await expect.poll(() => page.url()).toBe(link);
  const shared = await lab.state();
  const picture = await lab.picture();

  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 720 } });
  try {
    const other = new Lab(await context.newPage());
    await other.open(link);
    await expect(other.page.getByRole('heading', { level: 1 })).toHaveText('A ring overflows');
    await expect(other.page.getByRole('combobox', { name: 'Variant' })).toHaveValue('ring-64');
    await expect(other.page.getByRole('button', { name: /^Branches: .*2 branches$/ })).toBeVisible();
    await expect(other.page.getByRole('region', { name: 'Applied' })).toContainText('ethtool -G eth0 rx 128');
    await expect(other.time).toHaveText(picture.time);
    await expect(other.inspector.getByRole('heading', { name: 'eth0 rx-0' })).toBeVisible();
    await expect(other.page.getByRole('slider', { name: 'Speed' })).toHaveAttribute('aria-valuetext', speed);
    await expect(other.page.getByRole('combobox', { name: 'How much to show' })).toHaveValue('full');
    await expect(other.page.locator('html')).toHaveAttribute('data-theme', 'light');
    await expect(other.page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    expect(await other.picture()).toEqual(picture);
    expect(await other.state()).toEqual(shared);
  } finally {
    await context.close();
  }
});

test('Share says what the link holds, and copies it', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.open();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share exactly this' });
  await expect(dialog.getByRole('list')).toContainText('the scenario “A frame arrives”');
  await expect(dialog.getByRole('list')).toContainText('0 commands on 1 branch');
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});

for (const { what, link, state } of links.filter((made) => made.state.captures.length === 0)) {
  test(`an old link opens: ${what}`, async ({ lab, page }) => {
    await lab.open(`./#${link}`);
    await lab.computed();
    await expect(lab.time).toHaveText(ns(state.moment.t));
    const now = await lab.state();
    const { scenario } = state;
    if ('builtin' in scenario) {
      const { id, patch } = scenario.builtin;
      expect(now.scenario).toMatchObject({ builtin: { id, patch } });
    } else expect(now.scenario).toEqual(scenario);
    for (const field of ['variant', 'branches', 'active', 'pace', 'view', 'selection', 'lang'] as const)
      expect(now[field], field).toEqual(state[field]);
    expect(now.moment.t).toBe(state.moment.t);
    await page.keyboard.press('Escape');
    await works(lab);
  });
}

test('an old link with a capture asks for the file, and then opens', async ({ lab, page }) => {
  const made = links.find(({ state }) => state.captures.length > 0);
  if (made === undefined) throw new Error('no fixture has a capture');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`./#${made.link}`);
  const asked = page.getByRole('alert').filter({ hasText: 'This link needs the capture' });
  await expect(asked).toBeVisible();
  await page
    .getByLabel('Open the file')
    .last()
    .setInputFiles(`fixtures/captures/${made.state.captures[0].name}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(made.state.captures[0].name);
  await expect(lab.time).toHaveText(ns(made.state.moment.t));
  await expect(asked).toBeHidden();
  const now = await lab.state();
  expect(now.scenario).toEqual(made.state.scenario);
  expect(now.moment.t).toBe(made.state.moment.t);
  await works(lab);
});

test('a link put into the address bar of an open page opens there', async ({ lab, page }) => {
  await lab.open();
  const made = links[1];
  await page.evaluate((link) => {
    location.hash = link;
  }, made.link);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A ring overflows');
  await expect(lab.time).toHaveText(ns(made.state.moment.t));
});

const bomb = deflateSync(new Uint8Array(64_000_000).fill(0x20), { level: 9 });
const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;

const BROKEN = [
  ['no link at all', 'hello', 'this is no link of Softnet Lab'],
  ['a link cut off', links[1].link.slice(0, -20), 'the link is damaged: a part of it is missing or changed'],
  ['one changed letter', links[1].link.replace(/.(.{40})$/, '_$1'), 'the link is damaged'],
  [
    'a link of a later version',
    `v7=${links[0].link.slice(3)}`,
    'the link was made by a newer Softnet Lab (format 7',
  ],
  ['a zip bomb', packed(bomb), 'bytes'],
  ['half a million characters', `v1=${'A'.repeat(500_000)}`, 'characters'],
  ['deep nesting', textLink(deep), ''],
  ['another type', textLink(JSON.stringify({ ...plain, pace: 'fast' })), 'pace'],
  ['a branch without a parent', textLink(JSON.stringify({ ...plain, active: 9 })), 'branch 9 is not there'],
  [
    'a scenario that is not there',
    encodeLink({ ...plain, scenario: { builtin: { id: 'no-such', hash: '0'.repeat(64), patch: null } } }),
    'There is no built-in scenario no-such.',
  ],
  [
    'a scenario that is none',
    encodeLink({ ...plain, scenario: { body: { format: 1, hosts: 7 }, name: 'x.json' } }),
    'hosts',
  ],
  [
    'a patch that spoils a scenario',
    encodeLink({
      ...plain,
      scenario: { builtin: { id: 'a-frame-arrives', hash: '0'.repeat(64), patch: { durationNs: -1 } } },
    }),
    'durationNs',
  ],
] as const;

/** Says what is wrong, in words, and nothing else is wrong. */
async function told(lab: Lab, says: string): Promise<void> {
  const message = lab.notices.getByRole('alert');
  await expect(message).toContainText(says);
  await expect(message).toHaveText(/\w+ \w+ \w+/);
  await lab.notices.getByRole('button', { name: 'Dismiss' }).click();
  await expect(message).toHaveCount(0);
}

for (const [what, fragment, says] of BROKEN.slice(0, 5)) {
  test(`says what is wrong, and opens what it can: ${what}`, async ({ lab }) => {
    await lab.open(`./#${fragment}`);
    await told(lab, says);
    await works(lab);
  });
}

test('a broken link in the address bar leaves what is shown', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('A ring overflows');
  for (const [what, fragment, says] of BROKEN) {
    await test.step(what, async () => {
      await page.evaluate((link) => {
        location.hash = link;
      }, fragment);
      await told(lab, says);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('A ring overflows');
    });
  }
  await works(lab);
});

test('what a stranger wrote is text, never markup or code', async ({ lab, page }) => {
  const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
  const body = { ...JSON.parse(own), title: { text: evil, lang: 'en' }, summary: { text: evil, lang: 'en' } };
  const inputs = [{ at: 1000, after: null, host: 'h1', line: `echo ${evil}` }];
  const state: LinkState = {
    ...plain,
    scenario: { body, name: evil },
    branches: [...plain.branches, { id: 2, parent: 1, forkAt: { t: 1000, seq: 0 }, inputs }],
    active: 2,
    selection: { kind: evil, packet: 1 },
    lang: evil.slice(0, 20),
    view: { theme: evil, density: evil },
    notes: [{ at: { t: 0, seq: 0 }, text: evil }],
  };
  await lab.open(`./#${encodeLink(state)}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(evil);
  await expect(page.getByRole('region', { name: 'Lesson' })).toContainText(evil);
  // the command that is none is told, and left out
  await expect(lab.notices.getByRole('status').filter({ hasText: 'syntax error' })).toBeVisible();
  await works(lab);
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  await expect(page.locator('#root img, #root script')).toHaveCount(0);
});

test('a selection and a moment that are gone fall back to the nearest', async ({ lab, page }) => {
  await lab.open();
  for (const [selection, heading] of [
    [{ kind: 'queue', queue: 4000 }, /^eth0 rx-\d$/],
    [{ kind: 'cpu', cpu: 64 }, 'CPU 1'],
    [{ kind: 'socket', socket: 9 }, 'Socket dns'],
    [{ kind: 'packet', packet: 4000 }, 'Packet 4000'],
    [{ kind: 'record', seq: 400_000 }, 'Event 400\u00a0000'],
    [{ kind: 'descriptor', queue: 0, index: 4000 }, 'Descriptor 4000 of eth0 rx-0'],
  ] as const) {
    const state = { ...plain, selection, moment: { t: 99_000_000, seq: 12_345_678 } };
    await page.evaluate((link) => {
      location.hash = link;
    }, encodeLink(state));
    await expect(lab.inspector.getByRole('heading', { name: heading })).toBeVisible();
    // the nearest moment is the end
    await expect(lab.time).toHaveText(ns(100_000));
    await expect(lab.inspector.getByRole('region', { name: 'Why here?' })).toBeVisible();
  }
  await expect(page.getByRole('alert')).toHaveCount(0);
  await works(lab);
});

test('a moment whose record is another by now: the time counts', async ({ lab, page }) => {
  await lab.open();
  const records = recordsOf('a-frame-arrives');
  for (const [t, seq] of [
    [6000, 2],
    [6000, 30],
    [8000, 12_345_678],
    [100_000, 1],
  ]) {
    await page.evaluate(
      (link) => {
        location.hash = link;
      },
      encodeLink({ ...plain, moment: { t, seq } }),
    );
    await expect(lab.time).toHaveText(ns(t));
    const last = records.filter((r) => r.timeNs <= t).length;
    await expect.poll(async () => (await lab.state()).moment).toEqual({ t, seq: last });
  }
});

test('a link that is too long for mail is offered as a file', async ({ lab, page }) => {
  const words = Array.from({ length: 1900 }, (_, i) => sha256(Buffer.from(String(i)))[0].toString(36)).join(
    ' ',
  );
  const noise = Buffer.from(
    Array.from({ length: 300 }, (_, i) => [...sha256(Buffer.from(`${i}`))]).flat(),
  ).toString('hex');
  const body = {
    ...JSON.parse(own),
    summary: { text: `${words.slice(0, 100)} ${noise.slice(0, 1800)}`, lang: 'en' },
  };
  body.run = Array.from({ length: 200 }, (_, i) => ({
    atNs: i,
    line: `sysctl -w net.core.netdev_budget=${1 + ((i * 7919) % 9973)}${noise.charCodeAt(i) % 10}`,
  }));
  body.lesson = {
    steps: Array.from({ length: 12 }, (_, i) => ({
      title: { text: `Step ${i}`, lang: 'en' },
      text: { text: noise.slice(i * 1500, i * 1500 + 1500), lang: 'en' },
      at: { atNs: 0 },
    })),
  };
  await lab.open();
  await lab.drop([{ name: 'long.json', bytes: Buffer.from(JSON.stringify(body)) }]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two questions at once');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share exactly this' });
  await expect(dialog.getByText(/^This link is so long/)).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save it as a file' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('softnet-lab.json');
  // dropped on the page it opens again
  const bytes = readFileSync(await download.path());
  await page.keyboard.press('Escape');
  await lab.choose('A frame arrives');
  await lab.drop([{ name: 'softnet-lab.json', bytes }]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two questions at once');
});
