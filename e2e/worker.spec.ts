/** The worker: when it dies the page says so and brings it back at the same moment; while it works the page answers. */
import type { Page, Worker } from '@playwright/test';
import { expect, type Lab, ns, test } from './lab.ts';

test.use({ mayFail: /struck by lightning/ });

function workerOf(page: Page): Worker {
  const [worker] = page.workers();
  if (worker === undefined) throw new Error('the page has no worker');
  return worker;
}

/** A branch, a selection, a lesson-free moment in its middle. */
async function somewhere(lab: Lab) {
  await lab.open();
  await lab.choose('A ring overflows');
  await lab.key('n');
  await expect(lab.time).not.toHaveText(ns(0));
  await lab.command('ethtool -G eth0 rx 128');
  await lab.page.keyboard.press('Escape');
  await lab.key('i');
  await lab.stage.getByRole('button', { name: /^rx-0 of eth0/ }).click();
  return { state: await lab.state(), picture: await lab.picture() };
}

async function restart(lab: Lab, before: Awaited<ReturnType<typeof somewhere>>): Promise<void> {
  const banner = lab.page.getByRole('alert').filter({ hasText: 'The simulation has stopped working.' });
  // a worker that is silent is given ten seconds
  await expect(banner).toBeVisible({ timeout: 20_000 });
  await banner.getByRole('button', { name: 'Restart here' }).click();
  await expect(banner).toBeHidden();
  await expect.poll(() => lab.state()).toEqual(before.state);
  await expect(lab.inspector.getByRole('heading', { name: 'eth0 rx-0' })).toBeVisible();
  await expect(lab.time).toHaveText(before.picture.time);
  expect(await lab.picture()).toEqual(before.picture);
  // it is the same run: commands and steps go on
  await lab.page.keyboard.press('Escape');
  await lab.key('ArrowRight');
  await expect.poll(async () => (await lab.state()).moment.seq).toBe(before.state.moment.seq + 1);
  await expect(lab.page.getByRole('region', { name: 'Applied' })).toContainText('ethtool -G eth0 rx 128');
}

test('a worker that throws: the page says so, and goes on at the same moment', async ({ lab, page }) => {
  const before = await somewhere(lab);
  await workerOf(page).evaluate(() => {
    setTimeout(() => {
      throw new Error('struck by lightning');
    });
  });
  await restart(lab, before);
});

test('a worker that is silent: the page says so, and goes on at the same moment', async ({ lab, page }) => {
  const before = await somewhere(lab);
  await workerOf(page).evaluate(() => {
    setTimeout(() => {
      for (;;);
    });
  });
  await lab.key('i');
  // the page itself is alive meanwhile
  await page.getByRole('button', { name: /^Theme: dark/ }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.getByRole('button', { name: /^Theme: light/ }).click();
  await page.getByRole('button', { name: /^Theme: projector/ }).click();
  await restart(lab, before);
});

test('while a long run is computed the page answers at once', async ({ lab, page }) => {
  await lab.open();
  const scenario = {
    format: 1,
    id: 'long',
    title: { text: 'A long run', lang: 'en' },
    summary: { text: 'Four million frames.', lang: 'en' },
    kernel: '6.12',
    durationNs: 300_000_000,
    hosts: {
      h1: {
        cpus: 5,
        nics: { eth0: { driver: 'mlx5_core', queues: 4, affinity: [0, 1, 2, 3] } },
        sockets: { sink: { proto: 'udp', port: 7000 } },
        apps: { reader: { cpu: 4, sockets: ['sink'] } },
      },
    },
    traffic: {
      load: { kind: 'rate', frame: { proto: 'udp', dport: 7000, len: 18 }, flows: 64 },
    },
  };
  await lab.drop([{ name: 'long.json', bytes: Buffer.from(JSON.stringify(scenario)) }]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A long run');
  const computing = page.getByRole('progressbar', { name: 'How far the run has been computed' });
  await expect(computing).toBeVisible();

  /** Milliseconds from a click to the change it makes. */
  const reaction = (name: string) =>
    page.evaluate(
      (label) =>
        new Promise<number>((resolve) => {
          const button = [...document.querySelectorAll('button')].find((b) =>
            (b.getAttribute('aria-label') ?? b.textContent ?? '').startsWith(label),
          );
          const root = document.documentElement;
          const from = performance.now();
          new MutationObserver((_, observer) => {
            observer.disconnect();
            resolve(performance.now() - from);
          }).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
          button?.click();
        }),
      name,
    );
  const times: number[] = [];
  for (let i = 0; i < 9; i += 1) times.push(await reaction('Theme: '));
  times.sort((a, b) => a - b);
  // a frame or two where the machine is idle; one that does something else beside is allowed for
  expect(times[4]).toBeLessThan(500);
  // the worker answers too, between two slices of its work
  await lab.key('Home');
  await lab.key('i');
  await expect(lab.time).not.toHaveText(ns(0));
  expect(await lab.command('ethtool -g eth0')).toMatch(/RX:\s+1024/);
  await expect(computing).toBeVisible();
  // and can be left at any time
  await page.keyboard.press('Escape');
  await lab.choose('A frame arrives');
});
