import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { button, expect, justNow, test } from './page.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const FOLDER = '/some/sub/folder/';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** A web server that does nothing but hand out files, from a folder. */
async function plainServer(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname);
    if (!path.startsWith(FOLDER)) {
      response.writeHead(404).end();
      return;
    }
    const file = path.slice(FOLDER.length) || 'index.html';
    try {
      const bytes = readFileSync(join(DIST, file));
      response
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
        .end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, url: `http://127.0.0.1:${port}${FOLDER}` };
}

test('runs from any sub-folder, asks nobody else, and works without a network once loaded', async ({
  page,
}) => {
  const { server, url } = await plainServer();
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(url);
  await expect(button(page, 'Play')).toBeEnabled();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await expect
    .poll(() => page.evaluate(async () => (await caches.keys()).length), { timeout: 20_000 })
    .toBeGreaterThan(0);
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await new Promise<void>((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
  await page.reload();
  await expect(button(page, 'Play')).toBeEnabled();
  await page.locator('body').press('i');
  await expect.poll(() => justNow(page)).toContain('interrupt handler');
  expect(elsewhere).toEqual([]);
});

test('a strict content security policy stands in the page', async ({ page }) => {
  await page.goto('./');
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toMatch(/default-src 'none'|default-src 'self'/);
  expect(policy).not.toMatch(/unsafe-eval|\*/);
  expect(/script-src ([^;]*)/.exec(policy ?? '')?.[1] ?? '').not.toContain('unsafe-inline');
});
