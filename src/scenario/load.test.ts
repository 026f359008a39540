import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorLine, loadScenario, loadScenarioValue } from './load.ts';
import { LIMITS } from './schema.ts';

const GOOD = {
  format: 1,
  id: 'x',
  title: { text: 'X' },
  durationNs: 1000,
  hosts: { h1: { nics: { eth0: {} } } },
  traffic: { load: { kind: 'rate', ratePps: 1000 } },
};

function errorsOf(value: unknown): string[] {
  const loaded = loadScenario(JSON.stringify(value), 'f.json');
  return loaded.ok ? [] : loaded.errors.map((e) => `${e.path}: ${e.message}`);
}

describe('loadScenario', () => {
  it('fills in what is absent', () => {
    const loaded = loadScenario(JSON.stringify(GOOD), 'f.json');
    expect(loaded).toMatchObject({
      ok: true,
      scenario: { kernel: '6.12', hosts: { h1: { cpus: 4, nics: { eth0: { mtu: 1500 } } } }, claims: [] },
    });
  });

  it('says where the text stops being JSON', () => {
    const loaded = loadScenario('{\n  "format": 1,\n  oops\n}', 'f.json');
    expect(loaded.ok ? [] : loaded.errors.map(errorLine)).toEqual([
      'f.json:3:3: not JSON: a name in quotes should stand here',
    ]);
    const cut = loadScenario('{"a": [1, 2', 'f.json');
    expect(cut.ok ? [] : cut.errors.map(errorLine)).toEqual([
      'f.json:1:12, at a: not JSON: the text ends where a comma or a closing bracket should stand',
    ]);
  });

  it('gives every error its path, its place in the text and what is allowed', () => {
    const text = JSON.stringify({ ...GOOD, hosts: { h1: { nics: { eth0: { mtu: 70000 } } } } }, null, 1);
    const loaded = loadScenario(text, 'f.json');
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    expect(loaded.errors).toEqual([
      {
        file: 'f.json',
        path: 'hosts.h1.nics.eth0.mtu',
        message: '70000 is too large: 9978 is the most',
        line: text.slice(0, text.indexOf('70000')).split('\n').length,
        column: expect.any(Number),
      },
    ]);
  });

  it('names unknown fields, missing fields, kinds and words that are none', () => {
    expect(errorsOf({ ...GOOD, colour: 1 })).toEqual([
      expect.stringMatching(/^colour: there is no field "colour"; there are format, id, title/),
    ]);
    const { durationNs: _, ...without } = GOOD;
    expect(errorsOf(without)).toEqual(['durationNs: missing: "durationNs"']);
    const nic = (eth0: unknown) => errorsOf({ ...GOOD, hosts: { h1: { nics: { eth0 } } } });
    expect(nic({ driver: 'e1000' })).toEqual([
      'hosts.h1.nics.eth0.driver: "e1000" is not allowed here: "igb", "ixgbe", "mlx5_core", "tulip", "virtio_net"',
    ]);
    expect(nic({ ringsize: 1 })).toEqual([
      expect.stringMatching(
        /^hosts.h1.nics.eth0.ringsize: there is no field "ringsize"; there are driver, mac/,
      ),
    ]);
    const traffic = (load: unknown) => errorsOf({ ...GOOD, traffic: { load } });
    expect(traffic({ kind: 'flood' })).toEqual([
      'traffic.load.kind: "flood" is not allowed here: "rate", "frames", "capture", "client"',
    ]);
    expect(traffic({ kind: 'rate', rate: 5 })).toEqual([
      expect.stringMatching(
        /^traffic.load.rate: there is no field "rate"; there are kind, host, nic, frame, flows/,
      ),
    ]);
    expect(errorsOf({ ...GOOD, title: 'X' })).toEqual([
      'title: "X" is not one of the forms allowed here: an object',
    ]);
    expect(errorsOf({ ...GOOD, title: {} })).toEqual([
      'title: an object is not one of the forms allowed here: an object with key, an object with text',
    ]);
  });

  it('refuses a format newer than it knows, and names that would reach into JavaScript', () => {
    expect(errorsOf({ ...GOOD, format: 99 })).toEqual([
      'format: format 99 is newer than this version reads (1): use a newer Softnet Lab',
    ]);
    const loaded = loadScenario('{"__proto__": {"format": 1}}', 'f.json');
    expect(loaded.ok ? '' : loaded.errors[0].message).toBe('not JSON: the name __proto__ is not allowed');
    expect(loadScenario('{"a": 1, "a": 2}', 'f.json')).toMatchObject({ ok: false });
  });

  it('refuses what is too long or too deep', () => {
    expect(loadScenario(`"${'x'.repeat(LIMITS.bytes)}"`, 'f.json').ok).toBe(false);
    expect(loadScenario('['.repeat(100_000), 'f.json').ok).toBe(false);
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i += 1) deep = [deep];
    expect(loadScenarioValue({ ...GOOD, variants: { a: { patch: { deep } } } }, 'f.json').ok).toBe(false);
  });

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const loaded = loadScenario(text, 'f.json');
        expect(loaded.ok || loaded.errors.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws on a scenario with anything in place of a part, and says where', () => {
    const paths = [
      'id',
      'title',
      'hosts',
      'traffic',
      'setup',
      'run',
      'variants',
      'lesson',
      'claims',
      'config',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (name, value) => {
        const loaded = loadScenario(JSON.stringify({ ...GOOD, [name]: value }), 'f.json');
        if (!loaded.ok) for (const error of loaded.errors) expect(error.path.startsWith(name)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('reads the same values as JSON.parse, or refuses', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const text = ` ${json}\n`;
        const loaded = loadScenario(text, 'f.json');
        if (!loaded.ok) expect(loaded.errors[0].message).not.toMatch(/^not JSON: (a value|the text)/);
      }),
    );
  });
});
