/** The page as a person uses it: by roles, names and keys. And the command line, for what the page must agree with. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator, type Page, test as base } from '@playwright/test';
import { decodeRecords } from '../src/protocol/record-codec.ts';
import type { RecordView } from '../src/protocol/scene.ts';
import { decodeLink, type LinkState } from '../src/scenario/link.ts';

const CLI = 'dist-cli/softnet-lab.js';

export class Lab {
  readonly page: Page;
  readonly time: Locator;
  readonly scrub: Locator;
  readonly stage: Locator;
  readonly inspector: Locator;
  readonly console: Locator;
  readonly notices: Locator;

  constructor(page: Page) {
    this.page = page;
    this.time = page.locator('.time-now');
    this.scrub = page.getByRole('slider', { name: 'Time in the run' });
    this.stage = page.getByRole('group', { name: 'The host, from wire to application' });
    this.inspector = page.getByRole('complementary', { name: 'Why?' });
    this.console = page.getByRole('region', { name: 'Console' });
    this.notices = page.getByRole('region', { name: 'Messages' });
  }

  /** Opens the page, quietly (reduced motion: nothing plays by itself), and waits until there is something to see. */
  async open(address = './', { motion = false } = {}): Promise<void> {
    await this.page.emulateMedia({ reducedMotion: motion ? 'no-preference' : 'reduce' });
    await this.page.goto(address);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.page.getByRole('button', { name: /^(Play|Pause)$/ })).toBeEnabled();
    await expect(this.stage).toBeVisible();
  }

  /** Waits until the run has been computed to its end. */
  async computed(): Promise<void> {
    await expect(
      this.page.getByRole('progressbar', { name: 'How far the run has been computed' }),
    ).toBeHidden();
  }

  /** Chooses a built-in scenario, with one of its variants. */
  async choose(title: string, variant?: string): Promise<void> {
    await this.page.getByTitle('Choose a scenario').click();
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: new RegExp(`^${title}`) })
      .click();
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(this.page.getByRole('dialog')).toBeHidden();
    if (variant !== undefined)
      await this.page.getByRole('combobox', { name: 'Variant' }).selectOption(variant);
    await expect(this.time).toHaveText(ns(0));
    await this.computed();
  }

  /** What a link made now holds: the exact moment, commands, selection, pace. */
  async state(): Promise<LinkState> {
    const link = await this.link();
    const decoded = decodeLink(link.slice(link.indexOf('#')));
    if (!decoded.ok) throw new Error(`${decoded.code}: ${decoded.message}`);
    return decoded.state;
  }

  async link(): Promise<string> {
    await this.page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Share exactly this' });
    const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
    await this.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    return link;
  }

  /** Everything that stands on the stage, in words. How busy a CPU was of late depends on what was watched: left out. */
  async stageText(): Promise<string> {
    return (await this.stage.ariaSnapshot()).replace(/, \d+ % busy of late/g, '');
  }

  /** Time and stage, once they have come to rest. */
  async picture(): Promise<{ time: string; stage: string }> {
    let last = '';
    await expect
      .poll(async () => {
        const now = await this.stageText();
        const still = now === last;
        last = now;
        return still;
      })
      .toBe(true);
    return { time: (await this.time.textContent()) ?? '', stage: last };
  }

  /** Presses a key as if nothing had the focus. */
  async key(key: string): Promise<void> {
    await this.page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    await this.page.keyboard.press(key);
  }

  async openConsole(): Promise<Locator> {
    const input = this.console.getByRole('textbox', { name: 'Command on h1' });
    if (!(await input.isVisible())) await this.key('`');
    await expect(input).toBeVisible();
    return input;
  }

  /** Types a command and waits for its output. @returns what was printed, without the line itself */
  async command(line: string): Promise<string> {
    const input = await this.openConsole();
    const entries = this.console.locator('.console-entry');
    const before = await entries.count();
    await input.fill(line);
    await input.press('Enter');
    await expect(entries).toHaveCount(before + 1);
    return (await entries.last().locator('pre, .console-status').allTextContents()).join('\n');
  }

  /** The events of a packet, an interrupt..., as the inspector heads them while nothing is selected. */
  get happening(): Locator {
    return this.inspector.getByRole('heading', { level: 2 });
  }

  /** Lets a file fall onto the page. */
  async drop(files: { name: string; bytes: Buffer }[]): Promise<void> {
    const sent = files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') }));
    await this.page.evaluate((list) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of list) {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      for (const type of ['dragenter', 'dragover', 'drop']) {
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer });
        document.body.dispatchEvent(event);
      }
    }, sent);
  }
}

interface Fixtures {
  lab: Lab;
  /** Errors the page may print in this test. */
  mayFail: RegExp | null;
  noErrors: undefined;
}

/** Any error on the page's console fails a test that does not expect it. */
export const test = base.extend<Fixtures>({
  mayFail: [null, { option: true }],
  lab: async ({ page }, use) => use(new Lab(page)),
  noErrors: [
    async ({ context, mayFail }, use) => {
      const errors: string[] = [];
      const heard = (text: string) => {
        if (mayFail?.test(text) !== true) errors.push(text);
      };
      context.on('weberror', (error) => heard(String(error.error())));
      context.on('console', (message) => {
        if (message.type() === 'error') heard(message.text());
      });
      await use(undefined);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** A time as the page prints it. */
export function ns(time: number): string {
  return `${String(time).replace(/\B(?=(\d{3})+$)/g, '\u00a0')} ns`;
}

/** Runs the built command line. */
export function cli(...args: string[]): string {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: npm run build`);
  return execFileSync('node', [CLI, ...args], { maxBuffer: 1 << 28 }).toString();
}

/** Every record of a built-in scenario, as the command line makes them. */
export function recordsOf(scenario: string, variant = 'base', ...args: string[]): RecordView[] {
  const folder = mkdtempSync(join(tmpdir(), 'softnet-lab-'));
  try {
    const file = join(folder, 'records');
    cli('run', scenario, '--variant', variant, '--records', file, '--json', ...args);
    const bytes = readFileSync(file);
    return decodeRecords(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
