/** What a person chose stays chosen on this computer: theme and density. Where storage is forbidden, nothing is kept. */
import type { App } from '../store/app.ts';
import type { Preferences } from '../store/initial.ts';
import type { Density, Theme } from '../store/types.ts';

const KEY = 'softnet-lab';
const THEMES: readonly Theme[] = ['dark', 'light', 'projector'];
const DENSITIES: readonly Density[] = ['overview', 'standard', 'full'];

function stored(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function loadPreferences(): Pick<Preferences, 'theme' | 'density' | 'reducedMotion'> {
  const kept = stored();
  const bright = window.matchMedia('(prefers-color-scheme: light)').matches;
  return {
    theme: THEMES.find((theme) => theme === kept['theme']) ?? (bright ? 'light' : 'dark'),
    density: DENSITIES.find((density) => density === kept['density']) ?? 'standard',
    reducedMotion: window.matchMedia('(prefers-reduced-motion: reduce)').matches,
  };
}

export function keepPreferences(app: App): () => void {
  const media = window.matchMedia('(prefers-reduced-motion: reduce)');
  const onMotion = () => app.actions.setReducedMotion(media.matches);
  media.addEventListener('change', onMotion);
  let last = '';
  const end = app.store.subscribe(({ layout }) => {
    const text = JSON.stringify({ theme: layout.theme, density: layout.density });
    if (text === last) return;
    last = text;
    try {
      localStorage.setItem(KEY, text);
    } catch {
      // private windows may forbid it: then it is asked anew each time
    }
  });
  return () => {
    end();
    media.removeEventListener('change', onMotion);
  };
}
