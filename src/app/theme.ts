/** The order in which the theme switch goes round. */
import type { Theme } from '../store/types.ts';

const ORDER: readonly Theme[] = ['dark', 'light', 'projector'];

export function nextTheme(theme: Theme): Theme {
  return ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
}
