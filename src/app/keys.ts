/**
 * The keyboard: which key means what. Pure: a key event's facts in, the name of a deed out; useKeys.ts carries it out.
 * Nothing is taken from someone who types, nor from a control that has its own use for a key.
 */
export type Deed =
  | 'toggle-play'
  | 'step'
  | 'step-back'
  | 'step-stage'
  | 'step-stage-back'
  | 'step-packet'
  | 'step-packet-back'
  | 'to-start'
  | 'to-end'
  | 'next-drop'
  | 'next-irq'
  | 'next-wakeup'
  | 'next-host'
  | 'zoom-selection'
  | 'zoom-time'
  | 'search'
  | 'console'
  | 'events'
  | 'transfer'
  | 'captures'
  | 'sweep'
  | 'kernel'
  | 'theme'
  | 'present'
  | 'next-lesson-step'
  | 'previous-lesson-step'
  | 'faster'
  | 'slower'
  | 'help'
  | 'escape';

export interface KeyFacts {
  key: string;
  shift: boolean;
  alt: boolean;
  ctrl: boolean;
  meta: boolean;
  /** What has the focus: its tag in lower case, its role, its input type. */
  target: { tag: string; role: string | null; type: string | null; editable: boolean };
}

const PLAIN: Readonly<Record<string, Deed>> = {
  ' ': 'toggle-play',
  ArrowRight: 'step',
  ArrowLeft: 'step-back',
  Home: 'to-start',
  End: 'to-end',
  n: 'next-drop',
  i: 'next-irq',
  w: 'next-wakeup',
  f: 'zoom-selection',
  h: 'next-host',
  z: 'zoom-time',
  '/': 'search',
  '`': 'console',
  '~': 'console',
  e: 'events',
  x: 'transfer',
  c: 'captures',
  v: 'sweep',
  l: 'kernel',
  t: 'theme',
  p: 'present',
  PageDown: 'next-lesson-step',
  PageUp: 'previous-lesson-step',
  '.': 'faster',
  ',': 'slower',
  '?': 'help',
  Escape: 'escape',
};

/** One line a key in the help overlay: [keys, i18n key of what they do]. */
export const keyHelp: readonly (readonly [readonly string[], string])[] = [
  [['Space'], 'keys.toggle-play'],
  [['→', '←'], 'keys.step'],
  [['Shift', '→ ←'], 'keys.step-stage'],
  [['Alt', '→ ←'], 'keys.step-packet'],
  [['Home', 'End'], 'keys.ends'],
  [[',', '.'], 'keys.pace'],
  [['N'], 'keys.next-drop'],
  [['I'], 'keys.next-irq'],
  [['W'], 'keys.next-wakeup'],
  [['F'], 'keys.zoom-selection'],
  [['H'], 'keys.next-host'],
  [['Z'], 'keys.zoom-time'],
  [['+', '−', '0'], 'keys.zoom'],
  [['PgUp', 'PgDn'], 'keys.lesson'],
  [['E'], 'keys.events'],
  [['X'], 'keys.transfer'],
  [['C'], 'keys.captures'],
  [['V'], 'keys.sweep'],
  [['L'], 'keys.kernel'],
  [['/'], 'keys.search'],
  [['~'], 'keys.console'],
  [['T'], 'keys.theme'],
  [['P'], 'keys.present'],
  [['Esc'], 'keys.escape'],
  [['?'], 'keys.help'],
];

const TYPING = new Set(['text', 'search', 'number', 'email', 'url', 'password', 'tel', '']);
/** Roles that move with the arrow keys themselves. */
const ARROW_ROLES = new Set([
  'slider',
  'radio',
  'tab',
  'option',
  'listbox',
  'menuitem',
  'grid',
  'row',
  'gridcell',
  'tree',
  'treeitem',
  'spinbutton',
]);
const SCROLL_KEYS = new Set(['Home', 'End', 'PageUp', 'PageDown']);

function typing(target: KeyFacts['target']): boolean {
  if (target.editable || target.tag === 'textarea' || target.tag === 'select') return true;
  return target.tag === 'input' && TYPING.has(target.type ?? '');
}

/** The deed a key asks for here, or null where the key belongs to the control with the focus (or to nobody). */
export function deedOf(facts: KeyFacts): Deed | null {
  const { key, target } = facts;
  if (key === 'Escape') return 'escape';
  if (typing(target) || facts.meta) return null;
  const arrow = key.startsWith('Arrow');
  const owns = target.role !== null && ARROW_ROLES.has(target.role);
  const inputOwns = target.tag === 'input' && (target.type === 'range' || target.type === 'radio');
  if ((owns || inputOwns) && (arrow || SCROLL_KEYS.has(key))) return null;
  if (
    key === ' ' &&
    (target.tag === 'button' ||
      target.tag === 'a' ||
      target.tag === 'summary' ||
      target.tag === 'input' ||
      owns)
  )
    return null;
  if (arrow && (facts.alt || facts.ctrl)) {
    if (key === 'ArrowRight') return 'step-packet';
    return key === 'ArrowLeft' ? 'step-packet-back' : null;
  }
  if (facts.alt || facts.ctrl) return null;
  if (arrow && facts.shift) {
    if (key === 'ArrowRight') return 'step-stage';
    return key === 'ArrowLeft' ? 'step-stage-back' : null;
  }
  return PLAIN[key.length === 1 ? key.toLowerCase() : key] ?? null;
}
