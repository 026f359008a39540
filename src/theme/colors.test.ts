import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, flowMark, inkOn, mix, type Palette, palettes, TINT } from './colors.ts';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** The declarations of a theme's block. */
function block(theme: string): string {
  const start = css.search(new RegExp(`\\[data-theme=["']${theme}["']\\] \\{\\s+color-scheme`));
  return css.slice(start, css.indexOf('}', start));
}

function properties(palette: Palette): [string, string][] {
  return Object.entries(palette).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[`--${kebab(key)}`, value]];
    if (Array.isArray(value)) return value.map((color, i): [string, string] => [`--flow-${i}`, color]);
    const end = key === 'contextText' ? '-text' : '';
    return Object.entries(value as Record<string, string>).map(([name, color]): [string, string] => [
      `--ctx-${name}${end}`,
      color,
    ]);
  });
}

describe.each(Object.entries(palettes))('theme %s', (name, palette) => {
  it('has the same colours as custom properties', () => {
    for (const [property, value] of properties(palette))
      expect(block(name)).toContain(`${property}: ${value};`);
  });

  const grounds = [palette.ground, palette.surface, palette.raised];

  it('keeps text at 4.5:1 on every ground', () => {
    for (const ground of grounds) {
      for (const color of [
        palette.text,
        palette.muted,
        palette.accent,
        palette.loss,
        palette.good,
        palette.warn,
      ]) {
        expect(contrast(color, ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
    expect(contrast(palette.onAccent, palette.accent)).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps what carries meaning at 3:1 on every ground', () => {
    for (const ground of grounds) {
      for (const color of [...palette.flows, palette.lineStrong])
        expect(contrast(color, ground)).toBeGreaterThanOrEqual(3);
      for (const [context, color] of Object.entries(palette.contexts)) {
        if (context !== 'idle') expect(contrast(color, ground)).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it("keeps a context's name at 4.5:1 on its tint", () => {
    for (const [context, color] of Object.entries(palette.contextText)) {
      const tint = mix(palette.contexts[context as keyof typeof palette.contexts], palette.raised, TINT);
      expect(contrast(color, tint)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('writes a readable letter upon each flow', () => {
    for (const color of palette.flows) expect(contrast(inkOn(color), color)).toBeGreaterThanOrEqual(4.5);
  });
});

describe('flowMark', () => {
  it('counts like the columns of a sheet', () => {
    expect([1, 2, 26, 27, 52, 53, 702, 703].map(flowMark)).toEqual([
      'A',
      'B',
      'Z',
      'AA',
      'AZ',
      'BA',
      'ZZ',
      'AAA',
    ]);
  });
});
