/** For everyone: axe finds nothing serious, all is reached by keyboard, the stage speaks. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, Lab, ns, test } from './lab.ts';

const THEMES = ['dark', 'light', 'projector'] as const;
const SIZES = { wide: { width: 1280, height: 720 }, phone: { width: 390, height: 844 } } as const;

/** What axe holds against the page, or one part of it: serious and critical only. */
async function faults(page: Page, part?: string): Promise<string[]> {
  // what fades in has its colours only when it is there
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running'));
  const builder = new AxeBuilder({ page });
  if (part !== undefined) builder.include(part);
  const { violations } = await builder.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${id}: ${node.target.join(' ')}: ${(node.failureSummary ?? '').replace(/\s+/g, ' ')}`,
      ),
    );
}

async function withTheme(page: Page, theme: string): Promise<void> {
  await page.addInitScript(
    (name) => localStorage.setItem('softnet-lab', JSON.stringify({ theme: name })),
    theme,
  );
}

/** A drop with its reason on stage, time in the middle, a branch: much of what can stand there. */
async function busy(lab: Lab): Promise<void> {
  await lab.open();
  await lab.choose('A ring overflows');
  await lab.key('n');
  await expect(lab.time).not.toHaveText(ns(0));
}

/** Opens one thing after the other. `part`: what axe looks at then. */
const SHEETS: readonly { name: string; open(lab: Lab): Promise<void>; part?: string }[] = [
  { name: 'the page', open: async () => {} },
  {
    name: 'choose a scenario',
    part: 'dialog',
    open: ({ page }) => page.getByTitle('Choose a scenario').click(),
  },
  {
    name: 'share',
    part: 'dialog',
    open: ({ page }) => page.getByRole('button', { name: 'Share', exact: true }).click(),
  },
  { name: 'keys', part: 'dialog', open: (lab) => lab.key('?') },
  {
    name: 'run to',
    part: '.popover',
    open: ({ page }) => page.getByRole('button', { name: 'Run to the next event of your choice' }).click(),
  },
];

/** Class names of what reaches beyond the open dialog's side edges: it would have to be scrolled to sideways. */
function tooWide(page: Page): Promise<string[]> {
  return page.locator('dialog[open] .dialog-body').evaluateAll((bodies) =>
    bodies.flatMap((body) => {
      const edge = body.getBoundingClientRect();
      return Array.from(body.querySelectorAll('*'))
        .filter((e) => e.checkVisibility() && getComputedStyle(e).position !== 'absolute')
        .filter((e) => {
          const { left, right } = e.getBoundingClientRect();
          return left < edge.left - 1 || right > edge.right + 1;
        })
        .map((e) => `${e.tagName} ${e.className}`);
    }),
  );
}

for (const theme of THEMES) {
  test.describe(theme, () => {
    test('axe finds nothing on a wide page', async ({ lab, page }) => {
      await page.setViewportSize(SIZES.wide);
      await withTheme(page, theme);
      await busy(lab);
      for (const { name, open, part } of SHEETS) {
        await open(lab);
        if (part !== undefined) await expect(page.locator(part)).toBeVisible();
        expect.soft(await faults(page, part), name).toEqual([]);
        await page.keyboard.press('Escape');
        if (part !== undefined) await expect(page.locator(part)).toBeHidden();
      }
      // each page of "Model and kernel"
      await page.getByRole('button', { name: 'Model and kernel' }).click();
      const model = page.getByRole('dialog', { name: 'Model and kernel' });
      await expect(model.getByRole('radio')).not.toHaveCount(0);
      const tabs = await model.getByRole('radio').all();
      for (const tab of theme === 'dark' ? tabs : tabs.slice(0, 1)) {
        await tab.check({ force: true });
        expect.soft(await faults(page, 'dialog'), 'model').toEqual([]);
      }
      await page.keyboard.press('Escape');
      // events, a packet with its bytes, a branch, a console with output and an error
      // large type has room for one column only
      const folded = theme === 'projector';
      if (folded) await page.getByRole('tab', { name: 'Why?' }).click();
      await page
        .getByRole('button', { name: /^packet \d+$/ })
        .first()
        .click();
      await expect(page.getByRole('heading', { name: /^Packet \d+$/ })).toBeVisible();
      await lab.command('ethtool -G eth0 rx 128');
      await lab.command('ethtool -G eth9 rx 128');
      await lab.key('e');
      await expect(page.getByRole('region', { name: 'Events' }).getByRole('row').nth(3)).toBeVisible();
      await page.getByRole('combobox', { name: 'How much to show' }).selectOption('full');
      expect.soft(await faults(page), 'console, events, packet').toEqual([]);
      if (!folded) {
        await page.getByRole('button', { name: /^Branches: / }).click();
        expect.soft(await faults(page, '.popover'), 'branches').toEqual([]);
        await page.keyboard.press('Escape');
      }
      // a message, and the presenter's page
      await lab.drop([{ name: 'x.txt', bytes: Buffer.from('hello') }]);
      await expect(lab.notices.getByRole('alert')).toBeVisible();
      expect.soft(await faults(page, '.notices'), 'message').toEqual([]);
      await lab.key('p');
      await expect(page.getByRole('button', { name: 'Leave (Esc)' })).toBeVisible();
      expect.soft(await faults(page), 'present').toEqual([]);
    });

    test('axe finds nothing on a phone', async ({ page }) => {
      const lab = new Lab(page);
      await page.setViewportSize(SIZES.phone);
      await withTheme(page, theme);
      await lab.open();
      await lab.key('i');
      expect.soft(await faults(page), 'the page').toEqual([]);
      for (const name of ['Why?', 'Time', 'Events', 'Console', 'Knobs']) {
        await page.getByRole('tab', { name }).click();
        await expect(page.getByRole('tabpanel', { name })).toBeVisible();
        expect.soft(await faults(page, '.phone-lower'), name).toEqual([]);
      }
      for (const { name, open, part } of SHEETS.filter((sheet) => sheet.part === 'dialog')) {
        await open(lab);
        await expect(page.locator(part ?? '')).toBeVisible();
        expect.soft(await faults(page, part), name).toEqual([]);
        expect.soft(await tooWide(page), `${name} fits`).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(page.locator(part ?? '')).toBeHidden();
      }
      await lab.key('?');
      await page.getByRole('dialog').getByRole('button', { name: 'Model and kernel' }).click();
      const model = page.getByRole('dialog', { name: 'Model and kernel' });
      await model.getByRole('radio').last().check({ force: true });
      await expect(model.getByText('B1', { exact: true }).first()).toBeVisible();
      expect.soft(await tooWide(page), 'model fits').toEqual([]);
      expect.soft(await faults(page, 'dialog'), 'model').toEqual([]);
      await page.keyboard.press('Escape');
      // nothing sticks out at the side
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    });
  });
}

test('Tab reaches every control, and shows where it is', async ({ lab, page }) => {
  await lab.open();
  await lab.choose('A ring overflows');
  await lab.key('n');
  await lab.key('`');
  await lab.key('e');
  await expect(page.getByRole('region', { name: 'Events' }).getByRole('row').nth(3)).toBeVisible();
  await lab.inspector
    .getByRole('button', { name: /^packet \d+$/ })
    .first()
    .click();
  await expect(lab.inspector.getByRole('heading', { name: /^Packet \d+$/ })).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const unmarked: string[] = [];
  for (let i = 0; i < 300; i += 1) {
    await page.keyboard.press('Tab');
    // Tab in the console's input completes only what was typed: an empty line lets it pass
    const seen = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body) return 'end';
      if (at.hasAttribute('data-e2e-seen')) return 'again';
      at.setAttribute('data-e2e-seen', '');
      const shown = (element: Element | null) => {
        if (element === null) return false;
        const style = getComputedStyle(element);
        return (
          (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
        );
      };
      // a hidden radio's label, a thing's ring on the stage, a field's frame
      const ring = at.querySelector('.thing__ring');
      const marked =
        shown(at) ||
        shown(at.closest('label')) ||
        shown(at.nextElementSibling) ||
        shown(at.parentElement) ||
        shown(at.closest('form')) ||
        (ring !== null && getComputedStyle(ring).stroke !== 'none');
      return marked
        ? 'marked'
        : `${at.tagName} ${at.className} ${at.getAttribute('aria-label') ?? at.textContent}`;
    });
    if (seen === 'again') break;
    if (seen !== 'marked' && seen !== 'end') unmarked.push(seen);
  }
  expect(unmarked).toEqual([]);
  const missed = await page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex]',
    );
    return (
      [...all]
        .filter(
          (element) => element.tabIndex >= 0 && !element.matches(':disabled, [data-e2e-seen], [type=file]'),
        )
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        // of a radio group the chosen one has the stop
        .filter(
          (element) => !(element instanceof HTMLInputElement && element.type === 'radio' && !element.checked),
        )
        .map((element) => `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent}`)
    );
  });
  expect(missed).toEqual([]);
});

test('the first Tab offers a way past the lesson to the stage', async ({ lab, page }) => {
  await lab.open();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('button', { name: 'Skip to the stage' });
  await expect(skip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
});

test('a dialog keeps the focus and closes by Escape', async ({ lab, page }) => {
  await lab.open();
  for (const [opener, name] of [
    [page.getByRole('button', { name: 'Share', exact: true }), 'Share exactly this'],
    [page.getByTitle('Choose a scenario'), 'What do you want to see?'],
    [page.getByRole('button', { name: /^kernel 6\.12/ }), 'Another kernel version'],
    [page.getByRole('button', { name: 'Keys and colours' }), 'Keys and colours'],
  ] as const) {
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name });
    await expect(dialog).toBeVisible();
    for (let i = 0; i < 6; i += 1) {
      await page.keyboard.press('Tab');
      const inside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
      );
      expect(inside, name).toBe(true);
    }
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
});

test('a closed dialog gives the focus back', async ({ lab, page }) => {
  await lab.open();
  for (const opener of [
    page.getByRole('button', { name: 'Share', exact: true }),
    page.getByTitle('Choose a scenario'),
    page.getByRole('button', { name: 'Keys and colours' }),
  ]) {
    await opener.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(opener).toBeFocused();
  }
});

test('the stage speaks, and the present event is told', async ({ lab, page }) => {
  await lab.open();
  await lab.key('Home');
  await expect(lab.time).toHaveText(ns(0));
  const { stage } = await lab.picture();
  for (const words of [
    'Wire to eth0, 10 Gbit/s: 0 frames arrived',
    'Parser of eth0: no frame now',
    'rx-0 of eth0: 0 of 64 descriptors filled. Interrupt 32 armed. Served by CPU 0, not scheduled.',
    'CPU 0: idle',
    'GRO held list on CPU 0: empty',
    'resolver, udp *:53: receive buffer 0 % full, 0 packets queued.',
    'Application resolver: asleep',
  ])
    expect(stage).toContain(words);
  await lab.key('i');
  await expect(lab.stage.getByRole('button', { name: /^CPU 0: hardirq/ })).toBeVisible();
  const said = (await lab.happening.textContent()) ?? '';
  expect(said.length).toBeGreaterThan(10);
  await expect(page.getByRole('status').filter({ hasText: said })).toBeAttached();
  // the same as a table, in the columns of real tracers
  await lab.key('e');
  const events = page.getByRole('region', { name: 'Events' });
  await expect(events.getByRole('columnheader')).toHaveText([
    'ns',
    'CPU',
    'Context',
    'What happens',
    'Packet',
    'Function',
    'Where',
    'Why',
  ]);
  const row = events.getByRole('row').filter({ hasText: said }).first();
  await expect(row).toBeVisible();
  // and by keyboard as able as the stage
  await row.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(lab.happening).not.toHaveText(said);
});

test('reduced motion: nothing plays or moves by itself', async ({ lab, page }) => {
  await lab.open();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  const { moment } = await lab.state();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)));
  expect((await lab.state()).moment).toEqual(moment);
  const running = await page.evaluate(
    () =>
      document
        .getAnimations()
        .filter((a) => a.playState === 'running' && Number(a.effect?.getTiming().iterations) > 1).length,
  );
  expect(running).toBe(0);
});
