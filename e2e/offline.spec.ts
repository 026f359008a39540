/** The built page in any folder of any web server, without a network once loaded, under a strict policy. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { expect, ns, test } from './lab.ts';

const FOLDER = '/some/sub/folder/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Serves dist/ in a sub-folder, and nothing else. */
async function serve(): Promise<{ server: Server; address: string; missing: string[] }> {
  const missing: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const inside = path.startsWith(FOLDER) ? normalize(path.slice(FOLDER.length)) : '..';
    const file = join('dist', inside === '.' ? 'index.html' : inside);
    if (inside.startsWith('..') || !existsSync(file) || !statSync(file).isFile()) {
      missing.push(path);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${FOLDER}`, missing };
}

test('from a sub-folder, then without a network: everything still works', async ({ lab, page, context }) => {
  const { server, address, missing } = await serve();
  try {
    const others: string[] = [];
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'blob:' && url.protocol !== 'data:' && !request.url().startsWith(address))
        others.push(request.url());
    });
    await lab.open(address);
    // all that is needed has been fetched once the service worker is active
    const active = () => navigator.serviceWorker.ready.then((it) => it.active?.state);
    await expect.poll(() => page.evaluate(active)).toBe('activated');

    await context.setOffline(true);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await page.reload();
    await lab.ready();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('A frame arrives');
    // parts that are loaded when they are first opened, another scenario, the other themes
    await lab.choose('A ring overflows');
    await lab.key('n');
    await expect(lab.time).not.toHaveText(ns(0));
    expect(await lab.command('ethtool -g eth0')).toMatch(/RX:\s+512/);
    await page.keyboard.press('Escape');
    await lab.key('e');
    await expect(page.getByRole('region', { name: 'Events' }).getByRole('row').nth(3)).toBeVisible();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^kernel 6\.12/ }).click();
    await expect(page.getByRole('dialog', { name: 'Another kernel version' })).toBeVisible();
    await page.keyboard.press('Escape');
    await lab.key('?');
    await expect(page.getByRole('dialog', { name: 'Keys and colours' })).toBeVisible();
    await page.keyboard.press('Escape');
    // a link opens as well
    const link = await lab.link();
    expect(link.startsWith(`${address}#v1=`)).toBe(true);
    const { time } = await lab.picture();
    await page.goto('about:blank');
    await page.goto(link);
    await lab.ready();
    await expect(lab.time).toHaveText(time);
    expect(others).toEqual([]);
    expect(missing).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.describe('policy', () => {
  test.use({ mayFail: /Content.Security.Policy/i });

  test('the page’s own files only: nothing else runs, loads or is sent', async ({ lab, page }) => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await lab.open();
    const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
    await expect(policy).toHaveAttribute('content', /default-src 'none'; script-src 'self';/);
    const origin = new URL(page.url()).origin;
    expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);

    // what an injected script would try
    const refused = await page.evaluate(async () => {
      const directives: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => {
        directives.push(event.effectiveDirective);
      });
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      const image = new Image();
      image.src = 'http://example.invalid/x.png';
      document.body.append(image);
      await fetch('http://example.invalid/').catch(() => null);
      document.body.insertAdjacentHTML(
        'beforeend',
        '<p style="color:red" onclick="window.injected = true">x</p>',
      );
      document.body.lastElementChild?.dispatchEvent(new MouseEvent('click'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { directives, injected: 'injected' in window };
    });
    expect(refused.injected).toBe(false);
    for (const directive of [
      'script-src-elem',
      'img-src',
      'connect-src',
      'style-src-attr',
      'script-src-attr',
    ])
      expect(refused.directives).toContain(directive);
  });
});
