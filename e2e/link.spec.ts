import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { LINK_FORMAT } from '../src/scenario/link-state.ts';
import {
  button,
  chooseScenario,
  expect,
  expectTime,
  justNow,
  openPage,
  run,
  shareLink,
  test,
  timeNs,
} from './page.ts';

interface FixtureLink {
  format: number;
  what: string;
  fragment: string;
  title: string;
  timeNs: number;
  justNow: string;
  commands: string[];
}

const fixtures: FixtureLink[] = JSON.parse(
  readFileSync(new URL('./fixtures/links.json', import.meta.url), 'utf8'),
);

test('there is a link of every format ever made', () => {
  const formats = new Set(fixtures.map((f) => f.format));
  for (let format = 1; format <= LINK_FORMAT; format += 1) expect(formats).toContain(format);
});

for (const fixture of fixtures) {
  test(`a link of format ${fixture.format} opens: ${fixture.what}`, async ({ page }) => {
    await openPage(page, fixture.fragment);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(fixture.title);
    await expectTime(page, fixture.timeNs);
    await expect.poll(() => justNow(page)).toBe(fixture.justNow);
    for (const line of fixture.commands) await expect(button(page, `Undo ${line}`)).toBeVisible();
  });
}

test('a link opens on the very same picture', async ({ page, context }) => {
  await openPage(page);
  await chooseScenario(page, 'RSS spreads flows');
  await page.locator('body').press('Home');
  await expectTime(page, 0);
  await run(page, 'ethtool -X eth0 weight 3 1');
  await page.locator('body').click({ position: { x: 5, y: 5 } });
  await button(page, 'next hardirq').click();
  await expect.poll(() => justNow(page)).toContain('interrupt handler');
  await page.getByRole('button', { name: /^rx-0 of eth0/ }).press('Enter');
  const at = await timeNs(page);
  const link = await shareLink(page);
  const other = await context.newPage();
  await openPage(other, new URL(link).hash);
  await expect(other.getByRole('heading', { level: 1 })).toContainText('RSS spreads flows');
  await expectTime(other, at);
  await expect(button(other, 'Undo ethtool -X eth0 weight 3 1')).toBeVisible();
  await expect(
    other.getByRole('complementary', { name: 'Why?' }).getByRole('heading', { level: 2 }),
  ).toContainText('rx-0');
  expect(await shareLink(other)).toBe(link);
});

/** A link whose checksum is right, whatever it holds. */
function forged(body: Buffer): string {
  const packed = deflateSync(body).subarray(2, -4);
  const sum = createHash('sha256').update(packed).digest().subarray(0, 4);
  return `#v1=${Buffer.concat([sum, packed]).toString('base64url')}`;
}

const BAD: [string, string, RegExp][] = [
  ['no link at all', '#hello', /no link of Softnet Lab/],
  ['script', '#v1=<script>window.bad=1</script>', /damaged|no link/],
  ['of a newer page', '#v99=AAAA', /newer Softnet Lab/],
  ['cut short', fixtures[0].fragment.slice(0, -20), /damaged/],
  ['a bomb', forged(Buffer.alloc(60_000_000)), /holds more than|too/],
  ['not JSON', forged(Buffer.from('{"a":')), /link/],
  ['another thing', forged(Buffer.from('{"format":1,"__proto__":{"bad":1}}')), /link/],
];

for (const [what, fragment, message] of BAD) {
  test(`a broken link says so, and the page works on: ${what}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`./${fragment}`);
    await expect(page.getByRole('alert').first()).toContainText(message);
    await expect(button(page, 'Play')).toBeEnabled();
    await page.locator('body').press('i');
    await expect.poll(() => justNow(page)).toContain('interrupt handler');
    expect(await page.evaluate(() => (window as { bad?: number }).bad ?? 0)).toBe(0);
  });
}

test('a link too long for a chat says so and offers a file', async ({ page }) => {
  await openPage(page);
  let seed = 7;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed;
  };
  const frames = Array.from({ length: 1500 }, (_, i) => ({
    atNs: i * 1000,
    proto: 'udp',
    src: '10.0.0.1',
    dst: '10.0.0.2',
    sport: 1024 + (random() % 60_000),
    dport: 1024 + (random() % 60_000),
    len: random() % 1400,
  }));
  const scenario = {
    format: 1,
    id: 'long',
    title: { text: 'Long', lang: 'en' },
    kernel: '6.12',
    durationNs: 2_000_000,
    hosts: { h1: { nics: { eth0: {} } } },
    traffic: { t: { kind: 'frames', nic: 'eth0', frames } },
  };
  await page.getByTitle('Choose a scenario').click();
  await page.locator('.picker input[type=file]').setInputFiles({
    name: 'long.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(scenario)),
  });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Long');
  await button(page, 'Share').click();
  await expect(page.getByText('so long that mail and chat programs may cut it')).toBeVisible();
  const download = page.waitForEvent('download');
  await button(page, 'Save it as a file').click();
  expect((await download).suggestedFilename()).toBe('softnet-lab-link.txt');
});
