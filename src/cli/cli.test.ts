import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFrame } from '../engine/packet/build.ts';
import { makeFrame } from '../engine/packet/frame.ts';
import { cli } from './cli.ts';
import { printTime } from './times.ts';

let folder = '';
const file = (name: string): string => join(folder, name);

const SCENARIO = {
  format: 1,
  id: 'rings',
  title: { text: 'Two rings' },
  durationNs: 200_000,
  hosts: {
    h1: {
      cpus: 2,
      nics: { eth0: { queues: 1, ringSize: 64 } },
      sockets: { web: { proto: 'udp', port: 0 } },
      apps: { reader: { cpu: 1, sockets: ['web'] } },
    },
  },
  traffic: { load: { kind: 'rate', frame: { proto: 'udp' }, count: 400 } },
  variants: {
    large: { title: { text: 'Large' }, patch: { run: [{ atNs: 0, line: 'ethtool -G eth0 rx 4096' }] } },
  },
  claims: [
    { id: 'loses', metric: 'rxMissed', op: '>', value: 0 },
    { id: 'keeps', variant: 'large', metric: 'rxMissed', op: '==', value: 0 },
  ],
};

/** A plain pcap of some UDP frames, 1 ms apart. */
function pcap(frames: number): Uint8Array {
  const bytes = buildFrame(makeFrame({ proto: 17, dport: 53, payloadLen: 18 }));
  const out = new DataView(new ArrayBuffer(24 + frames * (16 + bytes.length)));
  [0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1].forEach((word, i) => {
    out.setUint32(4 * i, word, true);
  });
  for (let i = 0; i < frames; i += 1) {
    const at = 24 + i * (16 + bytes.length);
    [1, i * 1000, bytes.length, bytes.length].forEach((word, k) => {
      out.setUint32(at + 4 * k, word, true);
    });
    new Uint8Array(out.buffer).set(bytes, at + 16);
  }
  return new Uint8Array(out.buffer);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  writeFileSync(file('rings.json'), JSON.stringify(SCENARIO));
  writeFileSync(file('trace.pcap'), pcap(3));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await cli(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { status, out, err };
}

/** The one JSON line. */
async function json(...args: string[]) {
  const { status, out, err } = await run(...args, '--json');
  expect([out.length, err]).toEqual([1, []]);
  return { status, value: JSON.parse(out[0]) };
}

describe('sweep', () => {
  const rates = ['--vary', 'hosts.h1.cpus', '--from', '2', '--to', '4', '--points', '3'];

  it('prints what every run measured, the same every time', async () => {
    const asked = [
      'sweep',
      file('rings.json'),
      ...rates,
      '--metric',
      'arrived,rxMissed',
      '--variant',
      'base',
    ];
    const { status, value } = await json(...asked, '--variant', 'large');
    expect(status).toBe(0);
    expect(value).toMatchObject({
      format: 1,
      scenario: 'rings',
      vary: 'hosts.h1.cpus',
      metrics: ['arrived', 'rxMissed'],
    });
    expect(value.series.map((s: { variant: string }) => s.variant)).toEqual(['base', 'large']);
    expect(value.series[0].points.map((p: { x: number }) => p.x)).toEqual([2, 3, 4]);
    expect(value.series[0].points[0].values.rxMissed).toBeGreaterThan(0);
    expect(value.series[1].points[0].values).toEqual({ arrived: 400, rxMissed: 0 });
    expect((await json(...asked, '--variant', 'large')).value).toEqual(value);
    const { out } = await run(...asked);
    expect(out[0].split('\t')).toEqual(['hosts.h1.cpus', 'variant', 'arrived', 'rxMissed']);
    expect(out).toHaveLength(4);
  });

  it('says what is wrong and ends with 2', async () => {
    const told = async (...more: string[]) => {
      const { status, value } = await json('sweep', file('rings.json'), ...more);
      expect(status).toBe(2);
      return value.error.message as string;
    };
    expect(await told()).toMatch(/say what to vary/);
    expect(await told(...rates, '--metric', 'speed')).toMatch(/no metric speed/);
    expect(await told(...rates, '--variant', 'none')).toMatch(/no variant none; there are base, large/);
    expect(await told(...rates, '--scale', 'round')).toMatch(/--scale/);
    expect(await told(...rates, '--points', '1')).toMatch(/--points/);
    expect(await told('--vary', 'ethtool -G eth0 rx 64', '--from', '1', '--to', '2')).toMatch(/\{value\}/);
    expect(await told('--sweep', 'rates')).toMatch(/no sweep rates; there are none/);
    expect(await told('--vary', 'hosts.h1.cpus', '--from', '9', '--to', '2')).toMatch(/above the least/);
  });
});

describe('run', () => {
  it('prints one object for a variant, and all variants without one', async () => {
    const { status, value } = await json('run', file('rings.json'), '--variant', 'base');
    expect(status).toBe(0);
    expect(Object.keys(value)).toEqual(
      expect.arrayContaining(
        'format scenario variant seed kernel simulatedNs packets drops cpus queues'.split(' '),
      ),
    );
    expect(value).toMatchObject({ scenario: 'rings', variant: 'base', simulatedNs: 200_000 });
    expect(value.packets.arrived).toBe(400);
    expect(value.claims).toEqual([{ id: 'loses', pass: true, text: expect.any(String) }]);
    const all = await json('run', file('rings.json'));
    expect(Object.keys(all.value)).toEqual(['format', 'variants']);
    expect(all.value.variants.base).toEqual(value);
    expect(all.value.variants.large.packets.dropped).toBe(0);
  });

  it('writes the records it hashes, the same every time', async () => {
    const args = ['run', file('rings.json'), '--variant=base', '--records', file('records')];
    const { value } = await json(...args);
    const bytes = readFileSync(file('records'));
    expect(bytes.length % 40).toBe(0);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(value.recordsSha256);
    expect((await json(...args)).value).toEqual(value);
    const other = await json('run', file('rings.json'), '--variant', 'base', '--seed', '7');
    expect(other.value.seed).toBe(7);
    expect((await run('run', file('rings.json'), '--records', file('records'))).status).toBe(2);
  });

  it('takes commands and an end, in a variant that has commands of its own too', async () => {
    const { value } = await json(
      ...['run', file('rings.json'), '--variant', 'large', '--until', '0.1ms'],
      ...['--cmd', 'h1@50us: ethtool -G eth0 rx 64'],
    );
    expect(value.simulatedNs).toBe(100_000);
    expect(value.packets.dropped).toBeGreaterThan(0);
    expect(value.claims).toEqual([]);
    const bare = await json(
      'run',
      file('rings.json'),
      '--variant',
      'base',
      '--cmd',
      'ethtool -G eth0 rx 4096',
    );
    expect(bare.value.packets.dropped).toBe(0);
  });

  it('runs a capture on a host made for it, and says so', async () => {
    const { value } = await json('run', file('trace.pcap'));
    expect(value).toMatchObject({ scenario: 'capture', packets: { arrived: 3, delivered: 3, dropped: 0 } });
    const { out } = await run('run', file('trace.pcap'));
    expect(out.join('\n')).toMatch(/each destination port has a socket whose application reads at once/);
  });

  it('writes what capture points show, several into one file, within bounds', async () => {
    const both = file('points.pcapng');
    const args = ['run', file('rings.json'), '--variant', 'base'];
    const wire = ['--capture', `wire-in:h1:eth0=${file('wire.pcap')}`];
    const { value, status } = await json(
      ...args,
      '--capture',
      `wire-in:h1=${both}`,
      '--capture',
      `app-in:h1=${both}`,
      ...wire,
      '--capture-to',
      '20us',
    );
    expect(status).toBe(0);
    const [first, second] = value.captures;
    expect(first).toMatchObject({ file: both, cutAtNs: null });
    expect(second.packets).toBeGreaterThan(10);
    expect(readFileSync(both)).toHaveLength(first.bytes);
    // and what was captured on the wire runs again
    const again = await json('run', file('wire.pcap'));
    expect(again.value.packets.arrived).toBe(second.packets);
    const few = await json(...args, ...wire, '--capture-packets', '3');
    expect(few.value.captures[0]).toMatchObject({ packets: 3 });
    expect(few.value.captures[0].cutAtNs).toBeGreaterThan(0);
    for (const [wrong, message] of [
      ['nowhere:h1=x.pcap', 'there is no point nowhere'],
      ['wire-in:h9=x.pcap', 'there is no host h9'],
      ['wire-in:h1:eth7=x.pcap', 'h1 has no card eth7'],
    ])
      expect((await json(...args, '--capture', wrong)).value.error.message).toContain(message);
    const never = [...wire, '--capture-from', '2us', '--capture-to', '1us'];
    expect((await json(...args, ...never)).value.error).toMatchObject({ code: 'usage' });
    const mixed = ['--capture', `app-in:h1=${file('m.pcap')}`, '--capture', `wire-in:h1=${file('m.pcap')}`];
    expect((await json(...args, ...mixed)).value.error.message).toContain('one link type');
    expect((await json('run', file('rings.json'), ...wire)).value.error.message).toContain('add --variant');
  });

  it('finds a capture beside its scenario', async () => {
    const sha256 = createHash('sha256').update(pcap(3)).digest('hex');
    const scenario = { ...SCENARIO, variants: {}, claims: [] };
    const traffic = { replay: { kind: 'capture', sha256, name: 'trace.pcap' } };
    writeFileSync(file('replay.json'), JSON.stringify({ ...scenario, durationNs: 5_000_000, traffic }));
    expect((await json('run', file('replay.json'))).value.packets.arrived).toBe(3);
    traffic.replay.sha256 = 'b'.repeat(64);
    writeFileSync(file('other.json'), JSON.stringify({ ...scenario, traffic }));
    expect((await json('run', file('other.json'))).value.error).toMatchObject({
      code: 'missing-capture',
      path: 'traffic.replay',
    });
  });

  it('prints a summary for people', async () => {
    const { status, out } = await run('run', file('rings.json'), '--variant', 'base');
    expect(status).toBe(0);
    const text = out.join('\n');
    expect(text).toMatch(/^Two rings \(rings\), variant base, kernel 6\.12, seed 1/);
    expect(text).toMatch(/packets: 400 arrived = /);
    expect(text).toMatch(/dropped \d+ at h1 rx-ring: no-descriptor/);
    expect(text).toMatch(/claim holds: loses/);
  });

  it('tells of each link what was put on it and what became of that', async () => {
    const { out } = await run('run', 'a-delay-that-loses', '--variant', 'base');
    expect(out).toContain(
      '  link path h1 > h2: 4100 put on = 1100 arrived + 2000 lost (netem-limit 2000) + 1000 under way',
    );
    expect(out).toContain('  link path h2 > h1: 0 put on = 0 arrived + 0 lost + 0 under way');
  });

  it('ends with 1 where a claim fails', async () => {
    const claims = [{ id: 'none', metric: 'dropped', op: '==', value: 0 }];
    writeFileSync(file('false.json'), JSON.stringify({ ...SCENARIO, claims }));
    expect((await run('run', file('false.json'))).status).toBe(1);
  });

  it('says with code, file, path and message what is wrong, and ends with 2', async () => {
    writeFileSync(file('bad.json'), '{\n "format": 1,\n}');
    writeFileSync(file('empty.pcap'), '');
    writeFileSync(file('noise.pcap'), 'this is no capture at all');
    writeFileSync(file('wrong.json'), JSON.stringify({ ...SCENARIO, setup: [{ line: 'ethtool -Q' }] }));
    mkdirSync(file('inner'));
    const rows: [string[], unknown][] = [
      [[file('nothing.json')], { code: 'not-found', file: file('nothing.json') }],
      [
        [file('bad.json')],
        {
          code: 'invalid-scenario',
          file: file('bad.json'),
          message: expect.stringMatching(/^line 3, column 1: /),
        },
      ],
      [[file('wrong.json')], { code: 'invalid-scenario', file: file('wrong.json'), path: 'setup[0].line' }],
      [[file('empty.pcap')], { code: 'bad-capture', file: file('empty.pcap') }],
      [[file('noise.pcap')], { code: 'bad-capture' }],
      [[file('inner')], { code: 'not-readable' }],
      [[file('rings.json'), '--variant', 'huge'], { code: 'unknown-variant', path: 'variants' }],
      [[file('rings.json'), '--cmd', 'h7@0: ls'], { code: 'command-refused', path: '--cmd' }],
      [[file('rings.json'), '--cmd', 'reboot'], { code: 'command-refused' }],
      [[file('rings.json'), '--until', 'soon'], { code: 'usage' }],
      [[file('rings.json'), '--seed', '-1'], { code: 'usage' }],
      [[file('rings.json'), '--fast'], { code: 'usage' }],
      [[file('rings.json'), '--variant', 'base', '--records', '/nowhere/at/all'], { code: 'not-found' }],
      [[], { code: 'usage' }],
    ];
    for (const [args, error] of rows) {
      const { status, value } = await json('run', ...args);
      expect([args, status, Object.keys(value.error)]).toEqual([
        args,
        2,
        ['code', 'file', 'path', 'message'],
      ]);
      expect(value.error).toMatchObject(error as object);
      const plain = await run('run', ...args);
      expect([plain.status, plain.out, plain.err.length]).toEqual([2, [], 1]);
    }
  });
});

describe('check', () => {
  it('prints a line a scenario and a claim, and the sum last', async () => {
    const { status, out } = await run('check', file('rings.json'));
    expect(status).toBe(0);
    expect(out).toEqual([
      `ok ${file('rings.json')}: loads with 1 variant`,
      expect.stringMatching(/^ok rings loses: base\.rxMissed = \d+ > 0$/),
      'ok rings keeps: large.rxMissed = 0 == 0',
      '3 passed, 0 failed',
    ]);
  });

  it('fails where a claim, a variant, a text or a step is wrong', async () => {
    const claims = [{ id: 'none', metric: 'dropped', op: '==', value: 0 }];
    mkdirSync(file('set'));
    writeFileSync(file('set/a.json'), JSON.stringify({ ...SCENARIO, claims }));
    expect(await run('check', file('set'))).toMatchObject({
      status: 1,
      out: [expect.stringMatching(/^ok /), expect.stringMatching(/^FAIL rings none/), '1 passed, 1 failed'],
    });
    const step = { title: { key: 'no.such.words' }, text: { text: '' }, at: { kind: 'timerFire' } };
    writeFileSync(file('set/b.json'), JSON.stringify({ ...SCENARIO, claims: [], lesson: { steps: [step] } }));
    const { status, out } = await run('check', file('set/b.json'));
    expect(status).toBe(2);
    expect(out[0]).toMatch(/lesson\.steps\[0\]\.at: base never has such a record/);
    expect(out[0]).toMatch(/no words for no\.such\.words/);
    expect((await run('check', file('none'))).status).toBe(2);
    expect((await run('check')).status).toBe(2);
  });
});

describe('cli', () => {
  it('helps', async () => {
    expect((await run('--help')).out.join('\n')).toMatch(/softnet-lab run SCENARIO\|CAPTURE/);
    expect((await run('run', '--help')).status).toBe(0);
    expect((await run()).status).toBe(2);
    expect((await run('fly')).status).toBe(2);
    expect((await run('list')).out).toContain('a-frame-arrives');
    expect((await run('metrics')).out.join('\n')).toMatch(/rxMissed \(frames\): /);
  });

  it('prints times for people', () => {
    expect([0, 999, 1500, 2_000_000, 1_234_567_890].map(printTime)).toEqual([
      '0 ns',
      '999 ns',
      '1.5 µs',
      '2 ms',
      '1.235 s',
    ]);
  });
});
