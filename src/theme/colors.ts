/**
 * Every colour that means something, by theme: the same values as the custom properties of tokens.css (a test holds them
 * equal), as constants for canvas and export. A colour never stands alone: flows carry a letter, contexts a pattern, losses
 * the crossed shape and a word.
 */
import { CONTEXTS, type ContextName } from '../catalog/contexts.ts';

export type ThemeName = 'dark' | 'light' | 'projector';

export interface Palette {
  /** Behind everything; a card; a box on a card; a hole in a box (an empty tank, a bar's track). */
  ground: string;
  surface: string;
  raised: string;
  sunken: string;
  /** Hairlines; borders of what can be clicked (3:1). */
  line: string;
  lineStrong: string;
  text: string;
  muted: string;
  accent: string;
  onAccent: string;
  /** Drops and losses, nothing else. */
  loss: string;
  good: string;
  warn: string;
  /** Flow by (id - 1) modulo 6. */
  flows: readonly [string, string, string, string, string, string];
  contexts: Readonly<Record<ContextName, string>>;
  /** A context's name as text on `surface`, `raised` or its own tint (4.5:1). */
  contextText: Readonly<Record<ContextName, string>>;
}

export const palettes: Readonly<Record<ThemeName, Palette>> = {
  dark: {
    ground: '#0d1117',
    surface: '#141b23',
    raised: '#1b242e',
    sunken: '#0a0e13',
    line: '#2a3541',
    lineStrong: '#5f6f80',
    text: '#e8eef4',
    muted: '#9dabb8',
    accent: '#4cc2ff',
    onAccent: '#04202f',
    loss: '#ff4d9d',
    good: '#48d597',
    warn: '#ffb454',
    flows: ['#56b4e9', '#e69f00', '#2bc79b', '#f0e442', '#cc79a7', '#9fb2ff'],
    contexts: {
      hardirq: '#ff6b5e',
      softirq: '#ffb454',
      ksoftirqd: '#d8c04a',
      'napi-thread': '#e08a3c',
      syscall: '#9a8cff',
      task: '#5aa9ff',
      idle: '#2b3742',
    },
    contextText: {
      hardirq: '#ff8b80',
      softirq: '#ffb454',
      ksoftirqd: '#d8c04a',
      'napi-thread': '#eda05a',
      syscall: '#b0a5ff',
      task: '#7dbcff',
      idle: '#a3b0bd',
    },
  },
  light: {
    ground: '#f4f6f9',
    surface: '#ffffff',
    raised: '#eef2f6',
    sunken: '#e1e7ed',
    line: '#d3dbe3',
    lineStrong: '#7a8896',
    text: '#111820',
    muted: '#515e6b',
    accent: '#0b66d0',
    onAccent: '#ffffff',
    loss: '#b3125a',
    good: '#0a7a4b',
    warn: '#8a5600',
    flows: ['#0072b2', '#c77700', '#00875a', '#8f7d00', '#b0568a', '#566ad2'],
    contexts: {
      hardirq: '#c9402f',
      softirq: '#c07a10',
      ksoftirqd: '#8a7500',
      'napi-thread': '#9c5212',
      syscall: '#6f55e0',
      task: '#1f6feb',
      idle: '#dfe5eb',
    },
    contextText: {
      hardirq: '#9e2c1d',
      softirq: '#764a00',
      ksoftirqd: '#5c4e00',
      'napi-thread': '#74390a',
      syscall: '#4f35bd',
      task: '#0f4fae',
      idle: '#4a5763',
    },
  },
  projector: {
    ground: '#ffffff',
    surface: '#ffffff',
    raised: '#f0f3f6',
    sunken: '#dde3e9',
    line: '#aab5c0',
    lineStrong: '#5c6874',
    text: '#000000',
    muted: '#333d47',
    accent: '#0050b8',
    onAccent: '#ffffff',
    loss: '#a3004f',
    good: '#005c38',
    warn: '#704400',
    flows: ['#005a96', '#a85800', '#006b45', '#6b5d00', '#96396f', '#3f52c4'],
    contexts: {
      hardirq: '#b3261e',
      softirq: '#8f5600',
      ksoftirqd: '#665600',
      'napi-thread': '#7a3c08',
      syscall: '#5436c9',
      task: '#0b54c4',
      idle: '#d3dae1',
    },
    contextText: {
      hardirq: '#8c1710',
      softirq: '#633b00',
      ksoftirqd: '#4a3e00',
      'napi-thread': '#5e2c03',
      syscall: '#3c22a3',
      task: '#063d94',
      idle: '#333d47',
    },
  },
};

/** How far a context's colour shines through behind its name (a pill): the rest is `raised`. */
export const TINT = 0.2;

/** The second sign of a context, the same in map, timeline and console: lines over the tint. */
export type Pattern = 'solid' | 'diagonal' | 'dots' | 'backDiagonal' | 'vertical' | 'horizontal' | 'none';

export const contextPatterns: Readonly<Record<ContextName, Pattern>> = {
  hardirq: 'solid',
  softirq: 'diagonal',
  ksoftirqd: 'dots',
  'napi-thread': 'backDiagonal',
  syscall: 'vertical',
  task: 'horizontal',
  idle: 'none',
};

/** Name of a context index as records and scenes carry it; unknown ones are idle. */
export function contextName(index: number): ContextName {
  return CONTEXTS[index] ?? 'idle';
}

export function contextColor(theme: ThemeName, index: number): string {
  return palettes[theme].contexts[contextName(index)];
}

/** Colour of a flow id (from 1); 0 and below: no flow, grey. */
export function flowColor(theme: ThemeName, flow: number): string {
  return flow > 0 ? palettes[theme].flows[(flow - 1) % 6] : palettes[theme].lineStrong;
}

/** Index into `flows`, for class names (`flow-0`..`flow-5`). */
export function flowSlot(flow: number): number {
  return flow > 0 ? (flow - 1) % 6 : 0;
}

/** A flow's mark, A..Z, AA, AB...: with the colour it tells flows apart, and it is what texts call the flow. */
export function flowMark(flow: number): string {
  if (flow <= 0) return '·';
  let n = flow;
  let mark = '';
  while (n > 0) {
    n -= 1;
    mark = String.fromCharCode(65 + (n % 26)) + mark;
    n = Math.floor(n / 26);
  }
  return mark;
}

function channel(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function rgb(hex: string): [number, number, number] {
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as [number, number, number];
}

/** WCAG relative luminance of `#rrggbb`. */
export function luminance(hex: string): number {
  const [r, g, b] = rgb(hex);
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}

/** WCAG contrast, 1..21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** `share` of `over` upon `under`, as `#rrggbb`. */
export function mix(over: string, under: string, share: number): string {
  const [a, b] = [rgb(over), rgb(under)];
  return `#${a
    .map((v, i) =>
      Math.round(v * share + b[i] * (1 - share))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Black or white, whichever reads better upon a colour. */
export function inkOn(hex: string): string {
  return contrast(hex, '#ffffff') >= contrast(hex, '#0b1016') ? '#ffffff' : '#0b1016';
}
