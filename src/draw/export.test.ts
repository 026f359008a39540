import { describe, expect, it } from 'vitest';
import { plainColor } from './export.ts';

describe('a picture to keep', () => {
  it('writes colours that every drawing program knows', () => {
    expect(plainColor('color(srgb 0.5 0 1)')).toBe('rgb(128,0,255)');
    expect(plainColor('color(srgb 0.1 0.2 0.3 / 0.5)')).toBe('rgba(26,51,77,0.5)');
    expect(plainColor('rgba(0, 0, 0, 0)')).toBe('none');
    expect(plainColor('rgb(1, 2, 3)')).toBe('rgb(1, 2, 3)');
  });
});
