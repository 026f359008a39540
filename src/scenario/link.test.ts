import { readFileSync } from 'node:fs';
import { zlibSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from './base64url.ts';
import {
  decodeLink,
  encodeLink,
  isLinkFile,
  isLongLink,
  LINK_FORMAT,
  type LinkState,
  printLinkFile,
  readLinkFile,
} from './link.ts';
import { LIMITS } from './schema.ts';

const STATE: LinkState = {
  format: 1,
  scenario: { builtin: { id: 'a-frame-arrives', hash: 'ab'.repeat(32), patch: null } },
  captures: [],
  variant: 'base',
  branches: [{ id: 0, parent: null, forkAt: null, inputs: [] }],
  active: 0,
  compare: null,
  moment: { t: 0, seq: 0 },
  pace: { mode: 'event', eventsPerSecond: 1 },
  view: { density: 'standard' },
  selection: null,
  lang: 'en',
  notes: [],
};

const moment = fc.record({ t: fc.nat(LIMITS.durationNs), seq: fc.nat() });
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.string({ maxLength: 20 });
/** JSON as it comes back: no -0, no names that are refused. */
const plain = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)
  .filter((value) => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));

const state: fc.Arbitrary<LinkState> = fc
  .record({
    format: fc.constant(1 as const),
    scenario: fc.oneof(
      fc.record({ builtin: fc.record({ id: name, hash: hex, patch: fc.option(plain) }) }),
      fc.record({ body: plain, name }),
    ),
    captures: fc.array(fc.record({ sha256: hex, name }), { maxLength: 3 }),
    variant: name,
    branches: fc
      .array(
        fc.record({
          forkAt: fc.option(moment),
          inputs: fc.array(
            fc.record({
              at: fc.nat(),
              after: fc.option(fc.nat()),
              host: name,
              line: fc.string({ maxLength: 40 }),
            }),
            { maxLength: 3 },
          ),
        }),
        { minLength: 1, maxLength: 4 },
      )
      .map((list) => list.map((one, id) => ({ id, parent: id === 0 ? null : Math.floor(id / 2), ...one }))),
    compare: fc.option(fc.record({ variant: name, branch: fc.constant(0) })),
    moment,
    pace: fc.oneof(
      fc.record({ mode: fc.constant('event' as const), eventsPerSecond: fc.nat(1000) }),
      fc.record({ mode: fc.constant('true' as const), nsPerSecond: fc.nat() }),
    ),
    view: plain,
    selection: fc.option(plain),
    lang: name,
    notes: fc.array(fc.record({ at: moment, text: fc.string({ unit: 'grapheme' }) }), { maxLength: 3 }),
  })
  .chain((rest) => fc.nat(rest.branches.length - 1).map((active) => ({ ...rest, active })));

describe('link', () => {
  it('opens as what it was made of', () => {
    fc.assert(
      fc.property(state, (made) => {
        const link = encodeLink(made);
        expect(link).toMatch(/^v1=[\w-]+$/);
        expect(decodeLink(link)).toEqual({ ok: true, state: made });
        expect(decodeLink(`#${link}).`)).toEqual({ ok: true, state: made });
        expect(readLinkFile(printLinkFile(made))).toEqual({ ok: true, state: made });
        expect(encodeLink(made)).toBe(link);
      }),
    );
  });

  it('is short for an ordinary situation', () => {
    const usual: LinkState = {
      ...STATE,
      branches: [
        ...STATE.branches,
        {
          id: 1,
          parent: 0,
          forkAt: { t: 1234, seq: 56 },
          inputs: [{ at: 1234, after: 56, host: 'h1', line: 'ethtool -G eth0 rx 64' }],
        },
      ],
      active: 1,
    };
    const link = encodeLink(usual);
    expect(link.length).toBeLessThan(400);
    expect(isLongLink(link)).toBe(false);
    expect(isLongLink('x'.repeat(8001))).toBe(true);
  });

  it('never throws on what stands in an address, and says what is wrong', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((s) => `#v1=${s}`),
          fc.base64String(),
        ),
        (text) => {
          expect(decodeLink(text).ok).toBe(false);
          expect(decodeLink(`#v1=${text.replace(/[^\w-]/g, '')}`).ok).toBe(false);
        },
      ),
    );
    expect(decodeLink('#v1=')).toMatchObject({ code: 'damaged' });
    expect(decodeLink('#top')).toMatchObject({ code: 'not-a-link' });
    expect(decodeLink('#v2=AAAA')).toMatchObject({ code: 'newer' });
    expect(decodeLink('#v0=AAAA')).toMatchObject({ code: 'not-a-link' });
    expect(decodeLink(`v1=${'A'.repeat(1_000_000)}`)).toMatchObject({ code: 'too-long' });
    expect(readLinkFile('{}')).toMatchObject({ code: 'not-a-link' });
    expect(readLinkFile('{"softnetLabLink": 1, "format": 7}')).toMatchObject({ code: 'newer' });
  });

  it('notices any change of a letter and any cut', () => {
    const link = encodeLink(STATE);
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: link.length - 1 }),
        fc.constantFrom('A', 'z', '0', '-'),
        (at, letter) => {
          fc.pre(link.charAt(at) !== letter);
          expect(decodeLink(link.slice(0, at) + letter + link.slice(at + 1)).ok).toBe(false);
          expect(decodeLink(link.slice(0, at)).ok).toBe(false);
        },
      ),
    );
  });

  it('stops at a bomb', () => {
    const view = { padding: 'x'.repeat(990_000) };
    const big = encodeLink({ ...STATE, view });
    expect(big.length).toBeLessThan(3000);
    expect(decodeLink(big)).toMatchObject({ ok: true });
    expect(() => encodeLink({ ...STATE, view: { padding: 'x'.repeat(1_100_000) } })).toThrow(RangeError);
    // no checksum stands in the way of who makes it on purpose, but bytes of another compression do not pass
    expect(decodeLink(`v1=${toBase64url(zlibSync(new Uint8Array(50_000_000)))}`).ok).toBe(false);
  });

  it('refuses states that no page can be in', () => {
    const bad: Partial<LinkState>[] = [
      { active: 5 },
      { compare: { variant: 'base', branch: 9 } },
      { branches: [{ id: 1, parent: 1, forkAt: null, inputs: [] }], active: 1 },
      { branches: [...STATE.branches, ...STATE.branches] },
      { moment: { t: -1, seq: 0 } },
      { branches: [] },
    ];
    for (const part of bad) {
      expect(() => encodeLink({ ...STATE, ...part })).toThrow(RangeError);
      const file = JSON.stringify({ softnetLabLink: 1, ...STATE, ...part });
      expect(isLinkFile(file)).toBe(true);
      expect(readLinkFile(file)).toMatchObject({ ok: false, code: 'invalid' });
    }
  });

  it('opens a link of every format there was', () => {
    const links = JSON.parse(readFileSync(new URL('./fixtures/links.json', import.meta.url), 'utf8')) as {
      format: number;
      link: string;
      state: LinkState;
    }[];
    expect(links.map((one) => one.format)).toEqual(Array.from({ length: LINK_FORMAT }, (_, i) => i + 1));
    for (const { link, state: then } of links) expect(decodeLink(link)).toEqual({ ok: true, state: then });
  });
});

describe('base64url', () => {
  it('gives bytes back and has one text for each', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(text)).toEqual(bytes);
      }),
    );
    for (const bad of ['A', 'AB', 'AA=', 'A+A', 'é']) expect(fromBase64url(bad)).toBeNull();
  });
});
