/** Words by key. English is complete; another language falls back to it key by key. `{name}` is filled from parameters. */
import { en } from './en/index.ts';

export type MessageKey = string;
export type Catalogue = Readonly<Record<MessageKey, string>>;

const catalogues: Readonly<Record<string, Catalogue>> = { en };
let active: Catalogue = en;

export const languages: readonly string[] = Object.keys(catalogues);

/** Picks the language of all later `t` calls; an unknown one is English. */
export function setLanguage(lang: string): void {
  active = catalogues[lang] ?? en;
}

/** True where the key has words in some catalogue. */
export function hasMessage(key: MessageKey): boolean {
  return key in active || key in en;
}

/** The words of `key` with parameters filled in; a key without words is returned as it is (and fails a test). */
export function t(key: MessageKey, params: Readonly<Record<string, string | number>> = {}): string {
  const text = active[key] ?? en[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}
