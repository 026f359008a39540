/** One's own files: captures and scenarios, chosen or dropped; those that can't be read say why. Nothing leaves the page. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { cli, expect, type Lab, ns, test } from './lab.ts';

const CAPTURES = 'fixtures/captures';
const capture = (name: string) => ({ name, bytes: readFileSync(`${CAPTURES}/${name}`) });
const own = readFileSync('e2e/fixtures/own-scenario.json', 'utf8');

const title = (lab: Lab) => lab.page.getByRole('heading', { level: 1 });

/** Frames that the stage says have arrived by the end. */
async function arrivedAtEnd(lab: Lab): Promise<number> {
  await lab.computed();
  await lab.key('End');
  await expect(lab.page.getByRole('button', { name: 'To the end' })).toBeDisabled();
  const { stage } = await lab.picture();
  return Number(/Wire to eth0, [^:]*: (\d+) frames arrived/.exec(stage)?.[1]);
}

test('a pcap chosen in the picker runs as on the command line', async ({ lab, page }) => {
  await lab.open();
  await page.getByTitle('Choose a scenario').click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page
      .getByRole('dialog')
      .getByRole('button', { name: /^Open a capture or a scenario/ })
      .click(),
  ]);
  await chooser.setFiles(`${CAPTURES}/udp4.pcap`);
  await expect(title(lab)).toHaveText('udp4.pcap');
  await expect(page.getByRole('dialog')).toBeHidden();
  const report = JSON.parse(cli('run', `${CAPTURES}/udp4.pcap`, '--json')) as {
    packets: { arrived: number };
  };
  expect(report.packets.arrived).toBeGreaterThan(0);
  expect(await arrivedAtEnd(lab)).toBe(report.packets.arrived);
});

for (const name of ['tcp4-ns.pcap', 'tcp6.pcapng', 'udp6.pcapng']) {
  test(`a dropped capture runs: ${name}`, async ({ lab, page }) => {
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') posted.push(request.url());
    });
    await lab.open();
    await lab.drop([capture(name)]);
    await expect(title(lab)).toHaveText(name);
    const report = JSON.parse(cli('run', `${CAPTURES}/${name}`, '--json')) as {
      packets: { arrived: number };
    };
    expect(await arrivedAtEnd(lab)).toBe(report.packets.arrived);
    // it stays in the browser
    expect(posted).toEqual([]);
  });
}

test('a capture cut off in the middle is used as far as it goes, and says so', async ({ lab }) => {
  await lab.open();
  await lab.drop([capture('truncated.pcap')]);
  await expect(title(lab)).toHaveText('truncated.pcap');
  const [first] = /truncated\.pcap: .*The (\d+) packets before are used/
    .exec((await lab.notices.getByRole('status').first().textContent()) ?? '')
    ?.slice(1) ?? ['0'];
  expect(Number(first)).toBeGreaterThan(0);
  expect(await arrivedAtEnd(lab)).toBe(Number(first));
});

test('what is no capture and no scenario says what it is, and the page goes on', async ({ lab, page }) => {
  await lab.open();
  const pcap = capture('udp4.pcap').bytes;
  for (const [name, bytes, says] of [
    [
      'noise.pcap',
      Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919 + 13) & 0xff)),
      'is neither a capture (pcap, pcapng) nor a scenario (JSON)',
    ],
    ['empty.pcap', Buffer.alloc(0), 'empty.pcap is empty.'],
    ['udp4.pcap.gz', gzipSync(pcap), 'is compressed. Please unpack it first'],
    ['head-only.pcap', pcap.subarray(0, 24), 'head-only.pcap: the capture holds no packet'],
    ['half-a-head.pcap', pcap.subarray(0, 10), 'half-a-head.pcap: '],
    ['garbled.pcap', Buffer.concat([pcap.subarray(0, 24), Buffer.alloc(400, 0xfe)]), 'garbled.pcap: '],
    [
      'garbled.pcapng',
      Buffer.concat([capture('tcp6.pcapng').bytes.subarray(0, 8), Buffer.alloc(400, 0xfe)]),
      'garbled.pcapng: ',
    ],
    ['notes.txt', Buffer.from('Dear diary'), 'notes.txt is neither'],
  ] as const) {
    await test.step(name, async () => {
      await lab.drop([{ name, bytes }]);
      const message = lab.notices.getByRole('alert');
      await expect(message).toContainText(says);
      await expect(message).toHaveText(/cannot be (opened|used)|[a-z]{3,} [a-z]{3,}/);
      await lab.notices.getByRole('button', { name: 'Dismiss' }).click();
      await expect(message).toHaveCount(0);
      await expect(title(lab)).toHaveText('A frame arrives');
    });
  }
  await lab.key('Home');
  await page.keyboard.press('i');
  await expect(lab.time).not.toHaveText(ns(0));
});

test('a scenario of one’s own runs', async ({ lab, page }) => {
  await lab.open();
  await lab.drop([{ name: 'own.json', bytes: Buffer.from(own) }]);
  await expect(title(lab)).toHaveText('Two questions at once');
  await expect(page.getByRole('region', { name: 'Lesson' })).toContainText(
    'Two UDP frames, one after the other.',
  );
  expect(await arrivedAtEnd(lab)).toBe(2);
  expect((await lab.state()).scenario).toEqual({ body: JSON.parse(own), name: 'own.json' });
});

test('a scenario and the capture it names, dropped together', async ({ lab }) => {
  const scenario = JSON.parse(own);
  const { bytes } = capture('udp4.pcap');
  const { createHash } = await import('node:crypto');
  scenario.durationNs = 20_000_000;
  scenario.hosts.h1.nics.eth0.promiscuous = true;
  scenario.traffic = {
    replay: { kind: 'capture', sha256: createHash('sha256').update(bytes).digest('hex'), name: 'udp4.pcap' },
  };
  const text = { name: 'replay.json', bytes: Buffer.from(JSON.stringify(scenario)) };
  await lab.open();
  await lab.drop([text]);
  await expect(lab.notices.getByRole('alert')).toContainText('udp4.pcap: open that file');
  await lab.drop([text, { name: 'udp4.pcap', bytes }]);
  await expect(title(lab)).toHaveText('Two questions at once');
  expect(await arrivedAtEnd(lab)).toBe(20);
});

test('a scenario with a fault says where it is; the one shown stays', async ({ lab }) => {
  await lab.open();
  const broken = JSON.parse(own);
  broken.hosts.h1.cpus = 'two';
  for (const [name, text, says] of [
    ['type.json', JSON.stringify(broken), /hosts\.h1\.cpus/],
    ['cut.json', own.slice(0, 200), /cut\.json.*\d+/s],
    ['comma.json', own.replace('"kernel"', ',"kernel"'), /comma\.json:\d+/],
    ['unknown-field.json', own.replace('"cpus": 2', '"cpus": 2, "colour": "red"'), /colour/],
    ['app.json', own.replace('"sockets": ["dns"]', '"sockets": ["no"]'), /apps\.resolver/],
    [
      'command.json',
      own.replace('"traffic"', '"setup": [{ "line": "ethtool -G eth7 rx 64" }], "traffic"'),
      /setup\[0\]/,
    ],
    ['later.json', own.replace('"format": 1', '"format": 99'), /format/],
    ['long.json', own.replace('"durationNs": 50000', '"durationNs": 1e15'), /durationNs/],
  ] as const) {
    await test.step(name, async () => {
      await lab.drop([{ name, bytes: Buffer.from(text) }]);
      const message = lab.notices.getByRole('alert');
      await expect(message).toContainText('This scenario cannot be used');
      await expect(message).toContainText(says);
      await lab.notices.getByRole('button', { name: 'Dismiss' }).click();
      await expect(message).toHaveCount(0);
      await expect(title(lab)).toHaveText('A frame arrives');
      await expect(lab.stage).toBeVisible();
    });
  }
  await lab.key('Home');
  await lab.key('i');
  await expect(lab.time).not.toHaveText(ns(0));
});
