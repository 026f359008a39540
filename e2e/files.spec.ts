import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { button, expect, justNow, openPage, test } from './page.ts';

const CAPTURES = new URL('../fixtures/captures/', import.meta.url);

async function openFile(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByTitle('Choose a scenario').click();
  await page.locator('.picker input[type=file]').setInputFiles({ name, mimeType: '', buffer });
}

for (const [name, from] of [
  ['udp4.pcap', '127.0.0.1'],
  ['tcp4-ns.pcap', '127.0.0.1'],
  ['udp6.pcapng', ':'],
  ['tcp6.pcapng', ':'],
] as const) {
  test(`a capture made by tcpdump is replayed: ${name}`, async ({ page }) => {
    await openPage(page);
    await openFile(page, name, readFileSync(new URL(name, CAPTURES)));
    await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
    await page.locator('body').press('Alt+ArrowRight');
    await expect.poll(() => justNow(page)).toContain('has reached');
    await button(page, /^packet \d+/).click();
    await expect(page.getByRole('complementary', { name: 'Why?' })).toContainText(from);
  });
}

test('a truncated capture plays what it holds and says where it ends', async ({ page }) => {
  await openPage(page);
  await openFile(page, 'truncated.pcap', readFileSync(new URL('truncated.pcap', CAPTURES)));
  await expect(page.getByRole('heading', { level: 1 })).toContainText('truncated.pcap');
  await expect(page.getByRole('region', { name: 'Lesson' })).toContainText(/cut off|ends in|truncated/i);
  await page.locator('body').press('Alt+ArrowRight');
  await expect.poll(() => justNow(page)).toContain('has reached');
});

for (const [what, name, bytes, message] of [
  ['garbage', 'x.pcap', Buffer.from('this is not a capture at all'), 'neither a capture'],
  ['nothing', 'empty.pcap', Buffer.alloc(0), 'is empty'],
  ['a compressed file', 'x.pcap.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'is compressed'],
  ['a header alone', 'h.pcap', Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'), 'no '],
  [
    'another link type',
    'usb.pcap',
    Buffer.from('d4c3b2a1020004000000000000000000ffff0000bd000000', 'hex'),
    'Link type 189 (LINKTYPE_USB_LINUX) is not read',
  ],
  ['broken JSON', 'x.json', Buffer.from('{"format": 1,'), 'x.json:1:14: not JSON'],
  ['JSON that is no scenario', 'y.json', Buffer.from('{"format": 1, "id": "x"}'), 'missing: "hosts"'],
] as const) {
  test(`${what} gives a message, and the page keeps what it shows`, async ({ page }) => {
    await openPage(page);
    await openFile(page, name, bytes);
    await expect(page.getByRole('alert').first()).toContainText(message);
    await button(page, 'One event on').click();
    await expect.poll(() => justNow(page)).not.toBe('');
  });
}

test('a file can be dropped on the page', async ({ page }) => {
  await openPage(page);
  const bytes = [...readFileSync(new URL('udp4.pcap', CAPTURES))];
  const data = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(list)], 'dropped.pcap'));
    return transfer;
  }, bytes);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: data });
  await expect(page.getByText('Drop a capture or a scenario')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('dropped.pcap');
});
