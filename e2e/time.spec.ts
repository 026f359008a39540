/** Time: play, pause, step and step back, scrub, run to what is asked for. Every figure is compared with the command line's records. */
import { Kind } from '../src/catalog/kinds.ts';
import type { RecordView } from '../src/protocol/scene.ts';
import { expect, ns, recordsOf, test } from './lab.ts';

const FIRST = 'a-frame-arrives';
const first = recordsOf(FIRST);
const ring = recordsOf('a-ring-overflows');

const at = (r: RecordView | undefined) => ({ t: r?.timeNs, seq: r?.seq });

test('something moves within two seconds, and one sentence says what', async ({ lab, page }) => {
  await lab.open('./', { motion: true });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A frame arrives');
  await expect(
    page.getByText('One frame on its way through Linux, from the wire to the application.'),
  ).toBeVisible();
  const before = (await lab.happening.textContent()) ?? '';
  await expect(lab.happening).not.toHaveText(before, { timeout: 2000 });
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('plays and pauses by key and by button', async ({ lab, page }) => {
  await lab.open();
  const play = page.getByRole('button', { name: 'Play', exact: true });
  const pause = page.getByRole('button', { name: 'Pause', exact: true });
  const moves = async () => {
    const before = (await lab.happening.textContent()) ?? '';
    await expect(lab.happening).not.toHaveText(before);
  };
  await lab.key('Home');
  // eight events a second
  for (let i = 0; i < 3; i += 1) await lab.key('.');
  await play.click();
  await expect(pause).toBeVisible();
  await moves();
  await pause.click();
  await expect(play).toBeVisible();
  await lab.key('Space');
  await expect(pause).toBeVisible();
  await moves();
  await lab.key('Space');
  await expect(play).toBeVisible();
  const { moment } = await lab.state();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
  expect((await lab.state()).moment).toEqual(moment);
});

test('a step is one record, and many keys are as many steps', async ({ lab, page }) => {
  await lab.open();
  await lab.key('Home');
  await expect(lab.time).toHaveText(ns(0));
  for (const record of first.slice(0, 12)) {
    await page.keyboard.press('ArrowRight');
    await expect(lab.time).toHaveText(ns(record.timeNs));
  }
  expect((await lab.state()).moment).toEqual(at(first[11]));
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('ArrowRight', { delay: 0 });
  await expect(lab.time).toHaveText(ns(first[19].timeNs));
  await expect.poll(async () => (await lab.state()).moment).toEqual(at(first[19]));
});

for (const { grain, on, back } of [
  { grain: 'event', on: 'ArrowRight', back: 'ArrowLeft' },
  { grain: 'stage', on: 'Shift+ArrowRight', back: 'Shift+ArrowLeft' },
  { grain: 'packet', on: 'Alt+ArrowRight', back: 'Alt+ArrowLeft' },
]) {
  test(`a step on and back by ${grain} leads to the same state`, async ({ lab, page }) => {
    await lab.open();
    await lab.choose('A ring overflows');
    await lab.scrub.focus();
    await page.keyboard.press('PageDown');
    await expect(lab.time).toHaveText(ns(100_000));
    // the first step and its way back end at the edge of a stage, a packet: from there on all are inverse
    const moment = async () => (await lab.state()).moment;
    const start = await moment();
    await lab.key(on);
    await expect.poll(async () => (await moment()).seq).toBeGreaterThan(start.seq);
    const beyond = await moment();
    await lab.key(back);
    await expect.poll(async () => (await moment()).seq).toBeLessThan(beyond.seq);
    const here = { ...(await lab.picture()), moment: await moment() };
    await lab.key(on);
    await expect.poll(moment).toEqual(beyond);
    const there = await lab.picture();
    expect(there).not.toEqual({ time: here.time, stage: here.stage });
    await lab.key(back);
    await expect.poll(moment).toEqual(here.moment);
    expect({ ...(await lab.picture()), moment: await moment() }).toEqual(here);
    // buttons follow the chosen grain
    await page.getByRole('radio', { name: grain, exact: true }).check({ force: true });
    await page.getByRole('button', { name: `One ${grain} on` }).click();
    await expect.poll(moment).toEqual(beyond);
    expect(await lab.picture()).toEqual(there);
    await page.getByRole('button', { name: `One ${grain} back` }).click();
    await expect.poll(moment).toEqual(here.moment);
  });
}

test('scrubs by mouse and by keyboard, and by a click on the timeline', async ({ lab, page }) => {
  await lab.open();
  await lab.computed();
  await lab.scrub.focus();
  await page.keyboard.press('Home');
  await expect(lab.time).toHaveText(ns(0));
  await page.keyboard.press('PageDown');
  await expect(lab.time).toHaveText(ns(10_000));
  await page.keyboard.press('ArrowRight');
  await expect(lab.time).toHaveText(ns(11_000));
  await page.keyboard.press('End');
  await expect(lab.time).toHaveText(ns(100_000));
  await expect(page.getByRole('button', { name: 'To the end' })).toBeDisabled();
  const now = async () => Number(await lab.scrub.getAttribute('aria-valuenow'));
  for (const element of [lab.scrub, page.locator('.timeline-area')]) {
    const box = await element.boundingBox();
    if (box === null) throw new Error('nothing to click on');
    await page.mouse.click(box.x + box.width / 4, box.y + box.height / 2);
    await expect.poll(async () => Math.round((await now()) / 1000)).toBe(25);
    await page.mouse.click(box.x + (box.width * 3) / 4, box.y + box.height / 2);
    await expect.poll(async () => Math.round((await now()) / 1000)).toBe(75);
  }
});

test('runs to the next drop, hardirq and wake-up', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('A ring overflows');
  const wakes: readonly number[] = [Kind.wakeUp, Kind.threadWake, Kind.ksoftirqdWake];
  const next = (seq: number, kinds: readonly number[]) =>
    at(ring.find((r) => r.seq > seq && kinds.includes(r.kind)));
  const moment = async () => (await lab.state()).moment;
  let seq = 0;
  for (const [key, kinds] of [
    ['i', [Kind.hardirqEnter]],
    ['w', wakes],
    ['n', [Kind.drop]],
    ['n', [Kind.drop]],
    ['i', [Kind.hardirqEnter]],
    ['w', wakes],
  ] as const) {
    const wanted = next(seq, kinds);
    expect(wanted.seq).toBeGreaterThan(seq);
    await lab.key(key);
    await expect(lab.time).toHaveText(ns(wanted.t ?? 0));
    await expect.poll(moment).toEqual(wanted);
    seq = wanted.seq ?? 0;
  }
  await lab.key('Home');
  await expect(lab.time).toHaveText(ns(0));
  await page.getByRole('button', { name: 'next drop' }).click();
  await expect.poll(moment).toEqual(next(0, [Kind.drop]));
  // the stage says why it was lost
  await expect(page.locator('.dropLabel')).toHaveText('no free descriptor');
});

test('says so where nothing is found, and stays', async ({ lab, page }) => {
  await lab.open();
  await lab.key('Home');
  await page.keyboard.press('n');
  await expect(lab.notices.getByText('Nothing of the kind comes after this moment.')).toBeVisible();
  await expect(lab.time).toHaveText(ns(0));
});

test('playing stops at an event of one’s choice', async ({ lab, page }) => {
  await lab.open();
  await lab.key('Home');
  await page.getByRole('button', { name: 'Run to the next event of your choice' }).click();
  await page.getByRole('combobox', { name: 'Event' }).selectOption(String(Kind.pollFrame));
  await page.getByRole('checkbox', { name: 'Stop there while playing' }).check();
  await page.keyboard.press('Escape');
  for (let i = 0; i < 7; i += 1) await lab.key('.');
  await lab.key('Space');
  const polled = first.find((r) => r.kind === Kind.pollFrame);
  await expect(lab.time).toHaveText(ns(polled?.timeNs ?? 0));
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  expect((await lab.state()).moment).toEqual(at(polled));
});

test('true scale runs in proportion and stops at the end; Play begins anew', async ({ lab, page }) => {
  await lab.open();
  await page.getByRole('radio', { name: 'true scale' }).check({ force: true });
  await lab.key('Home');
  await expect(lab.time).toHaveText(ns(0));
  const speed = page.getByRole('slider', { name: 'Speed' });
  await speed.focus();
  await page.keyboard.press('End');
  await expect(speed).toHaveAttribute('aria-valuetext', 'real time');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(lab.time).toHaveText(ns(100_000));
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  expect((await lab.state()).moment).toEqual({ t: 100_000, seq: first[first.length - 1].seq });
  await speed.focus();
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await expect.poll(async () => Number(await lab.scrub.getAttribute('aria-valuenow'))).toBeLessThan(50_000);
  await lab.key('Space');
});

test('lesson steps by a clicker’s keys', async ({ lab, page }) => {
  await lab.open();
  const lesson = page.getByRole('region', { name: 'Lesson' });
  await lab.key('PageDown');
  await expect(lesson).toContainText('Step 1 of 12');
  await expect(lesson.getByRole('heading', { name: 'On the wire' })).toBeVisible();
  const arrived = first.find((r) => r.kind === Kind.frameArrived);
  await expect(lab.time).toHaveText(ns(arrived?.timeNs ?? 0));
  await lab.key('PageDown');
  await lab.key('PageDown');
  await expect(lesson.getByRole('heading', { name: 'Into memory, without a CPU' })).toBeVisible();
  await expect(lesson.getByRole('button', { name: /^Step 3:/ })).toHaveAttribute('aria-current', 'step');
  const done = first.find((r) => r.kind === Kind.dmaDone);
  await expect(lab.time).toHaveText(ns(done?.timeNs ?? 0));
  await lab.key('PageUp');
  await expect(lesson.getByRole('heading', { name: 'Which queue?' })).toBeVisible();
  // the last step runs another variant
  await lesson.getByRole('button', { name: /^Step 12:/ }).click();
  await expect(page.getByRole('combobox', { name: 'Variant' })).toHaveValue('no-socket');
  await lab.key('PageDown');
  await expect(lesson).toContainText('Step 12 of 12');
});

test('a variant chosen before the lesson begins is offered beside each step told in another', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.choose('One write of 64 KiB', 'gso');
  const lesson = page.getByRole('region', { name: 'Lesson' });
  const variant = page.getByRole('combobox', { name: 'Variant' });
  await lesson.getByRole('button', { name: 'Begin', exact: true }).click();
  await expect(variant).toHaveValue('base');
  await expect(lesson.getByRole('status')).toContainText('about this variant');
  await lesson.getByRole('button', { name: /^See the same moment in “GSO/ }).click();
  await expect(variant).toHaveValue('gso');
  await expect(lesson.getByRole('heading', { name: 'One call' })).toBeVisible();
  await expect(lesson.getByRole('status')).toBeHidden();
});

test('follows one packet: steps go to its events only', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('A ring overflows');
  const moment = async () => (await lab.state()).moment;
  const arrivals = ring.filter((r) => r.kind === Kind.frameArrived);
  const chosen = arrivals[4];
  await page.getByRole('button', { name: 'Run to the next event of your choice' }).click();
  await page.getByRole('spinbutton', { name: 'Packet' }).fill(String(chosen.packet));
  await page.getByRole('button', { name: 'Run to the next', exact: true }).click();
  await expect.poll(moment).toEqual(at(chosen));
  await page.getByRole('button', { name: `follow packet ${chosen.packet}` }).click();
  const own = ring.filter((r) => r.packet === chosen.packet);
  for (const record of own.slice(1, 6)) {
    await lab.key('ArrowRight');
    await expect(lab.time).toHaveText(ns(record.timeNs));
    await expect.poll(moment).toEqual(at(record));
  }
  await lab.key('ArrowLeft');
  await expect.poll(moment).toEqual(at(own[4]));
  await page.getByRole('button', { name: `following ${chosen.packet}` }).click();
  await lab.key('ArrowRight');
  await expect.poll(moment).toEqual(at(ring[own[4].seq]));
});
