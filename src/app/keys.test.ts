import { describe, expect, it } from 'vitest';
import { hasMessage } from '../i18n/index.ts';
import { deedOf, type KeyFacts, keyHelp } from './keys.ts';

const BODY: KeyFacts['target'] = { tag: 'body', role: null, type: null, editable: false };

function press(
  key: string,
  more: Partial<Omit<KeyFacts, 'key' | 'target'>> = {},
  target: Partial<KeyFacts['target']> = {},
) {
  return deedOf({
    key,
    shift: false,
    alt: false,
    ctrl: false,
    meta: false,
    ...more,
    target: { ...BODY, ...target },
  });
}

describe('keys', () => {
  it('steps by event, stage and packet with the arrows', () => {
    expect(press('ArrowRight')).toBe('step');
    expect(press('ArrowLeft', { shift: true })).toBe('step-stage-back');
    expect(press('ArrowRight', { alt: true })).toBe('step-packet');
    expect(press('ArrowLeft', { ctrl: true })).toBe('step-packet-back');
  });

  it('takes letters in either case', () => {
    expect(press('n')).toBe('next-drop');
    expect(press('N', { shift: true })).toBe('next-drop');
    expect(press('?', { shift: true })).toBe('help');
  });

  it('never takes a key from someone who types', () => {
    for (const target of [
      { tag: 'input', type: 'text' },
      { tag: 'input', type: null },
      { tag: 'textarea' },
      { tag: 'div', editable: true },
    ])
      for (const key of [' ', 'n', 'ArrowLeft', '/', '`', 'Home']) expect(press(key, {}, target)).toBeNull();
  });

  it('leaves a control the keys it uses itself', () => {
    expect(press(' ', {}, { tag: 'button' })).toBeNull();
    expect(press('ArrowRight', {}, { tag: 'div', role: 'slider' })).toBeNull();
    expect(press('ArrowRight', {}, { tag: 'input', type: 'range' })).toBeNull();
    expect(press('n', {}, { tag: 'button' })).toBe('next-drop');
  });

  it('leaves the browser its own shortcuts', () => {
    expect(press('t', { ctrl: true })).toBeNull();
    expect(press('n', { meta: true })).toBeNull();
    expect(press('w', { ctrl: true })).toBeNull();
  });

  it('closes with Escape from anywhere, also while typing', () => {
    expect(press('Escape', {}, { tag: 'input', type: 'text' })).toBe('escape');
  });

  it('goes through a lesson with a presenter’s clicker', () => {
    expect(press('PageDown')).toBe('next-lesson-step');
    expect(press('PageUp')).toBe('previous-lesson-step');
  });

  it('explains every key in words', () => {
    for (const [, what] of keyHelp) expect(hasMessage(what), what).toBe(true);
  });

  it('gives each key one meaning, and the help lists them all', () => {
    const listed = keyHelp.flatMap(([keys]) => keys).filter((key) => key !== '→ ←');
    expect(new Set(listed).size).toBe(listed.length);
    for (const key of ['n', 'i', 'w', 'f', 'z', 'e', 't', 'p'])
      expect(listed, key).toContain(key.toUpperCase());
    expect(press('f')).toBe('zoom-selection');
    expect(press('z')).toBe('zoom-time');
  });
});
