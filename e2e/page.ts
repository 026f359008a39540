/** What the tests do on the page again and again, by the names a person reads there. */
import { expect, type Locator, type Page, test as base } from '@playwright/test';

/** Fails a test in which the page threw, or wrote an error to the console. */
export const test = base.extend<{ quiet: undefined }>({
  quiet: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await use(undefined);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Opens the page for someone who wants no motion: it waits at the first step, without playing by itself. */
export async function openPage(page: Page, fragment = ''): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`./${fragment}`);
  await expect(button(page, 'Play')).toBeEnabled();
  // without a link it goes to the first step of the first lesson
  if (fragment === '') await expect.poll(() => timeNs(page)).toBeGreaterThan(0);
}

export async function chooseScenario(page: Page, title: string): Promise<void> {
  await page.getByTitle('Choose a scenario').click();
  await page.getByRole('dialog').getByRole('button', { name: title }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
  await expect(button(page, 'Play')).toBeEnabled();
}

export function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole('button', { name, exact: typeof name === 'string' });
}

/** The moment shown, ns. */
export async function timeNs(page: Page): Promise<number> {
  const text = (await page.locator('.time-now').textContent()) ?? '';
  return Number(text.replace(/[^0-9]/g, ''));
}

export async function expectTime(page: Page, ns: number): Promise<void> {
  await expect.poll(() => timeNs(page)).toBe(ns);
}

/** What the inspector says has just happened; empty at the very start. */
export async function justNow(page: Page): Promise<string> {
  const why = page.getByRole('complementary', { name: 'Why?' });
  const head = (await why.getByRole('heading', { level: 2 }).textContent()) ?? '';
  return head === 'Why?' ? '' : head;
}

/** Presses a key and waits for another event to stand there. */
export async function pressUntilNext(page: Page, key: string): Promise<void> {
  const before = `${await timeNs(page)} ${await justNow(page)}`;
  await page.locator('body').press(key);
  await expect.poll(async () => `${await timeNs(page)} ${await justNow(page)}`).not.toBe(before);
}

export async function openConsole(page: Page): Promise<Locator> {
  const line = page.getByRole('textbox', { name: /^Command on/ });
  if (await line.isVisible()) await line.focus();
  else await button(page, 'Console').first().click();
  await expect(line).toBeFocused();
  return line;
}

/** Types a command and waits for its prompt to be free again. */
export async function run(page: Page, command: string): Promise<void> {
  const line = await openConsole(page);
  const entries = page.getByRole('log').locator('.console-typed');
  const before = await entries.count();
  await line.fill(command);
  await line.press('Enter');
  await expect(entries).toHaveCount(before + 1);
  await expect(page.getByRole('status', { name: 'Running' })).toHaveCount(0);
}

export function output(page: Page): Locator {
  return page.getByRole('log', { name: 'Output' });
}

/** The link the Share dialog offers. */
export async function shareLink(page: Page): Promise<string> {
  await button(page, 'Share').click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  return link;
}

/** Goes to time 0, wherever the focus is. */
export async function toStart(page: Page): Promise<void> {
  const start = button(page, 'To the start');
  if (await start.isEnabled()) await start.click();
  await expectTime(page, 0);
}
