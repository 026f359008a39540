/**
 * Variants made on the page (a point of a sweep, another kernel): added to the scenario itself, as a patch of a built-in one or in
 * a scenario's own text, so that a link carries them like everything else.
 */
import type { LoadedInfo } from '../protocol/messages.ts';
import type { ScenarioSource } from './types.ts';

/** The schema takes 32; the rest is the scenario's own. */
const MOST_MADE = 8;
const MADE = 'made-';

export interface MadeVariant {
  title: string;
  /** Variant it starts from. */
  of: string;
  patch: Record<string, unknown>;
}

/** True of a variant that was made on the page. */
export function isMade(variant: string): boolean {
  return variant.startsWith(MADE);
}

interface Body {
  variants?: Record<string, unknown>;
  [key: string]: unknown;
}

/** What a variant of the source's own starts from and patches; null: it is the scenario's, or not there. */
export function madeVariant(
  source: ScenarioSource,
  info: LoadedInfo,
  variant: string,
): { of: string; patch: Record<string, unknown> } | null {
  if (!isMade(variant)) return null;
  const body = bodyOf(source, info);
  const found = body.variants?.[variant] as { of?: string; patch: Record<string, unknown> } | undefined;
  return found === undefined ? null : { of: found.of ?? 'base', patch: found.patch };
}

function bodyOf(source: ScenarioSource, info: LoadedInfo): Body {
  return ('builtin' in source ? (source.patch ?? {}) : JSON.parse(info.ownText ?? source.text)) as Body;
}

/** The source with one variant more, and that one's id; the oldest made ones go where there are many. Equal ones are made once. */
export function withVariant(
  source: ScenarioSource,
  info: LoadedInfo,
  made: MadeVariant,
): { source: ScenarioSource; variant: string } {
  const builtin = 'builtin' in source;
  const body = bodyOf(source, info);
  const variants = { ...body.variants };
  const value = {
    title: { text: made.title.slice(0, 400) },
    ...(made.of === 'base' ? {} : { of: made.of }),
    patch: made.patch,
  };
  const there = Object.keys(variants).find((id) => JSON.stringify(variants[id]) === JSON.stringify(value));
  if (there !== undefined) return { source, variant: there };
  const own = Object.keys(variants).filter(isMade);
  const needed = new Set<unknown>([made.of]);
  for (const id of own) needed.add((variants[id] as { of?: string }).of);
  const spare = own.filter((id) => !needed.has(id));
  for (const id of spare.slice(0, Math.max(0, own.length - MOST_MADE + 1))) delete variants[id];
  const number = Math.max(0, ...own.map((id) => Number(id.slice(MADE.length)) || 0)) + 1;
  const variant = `${MADE}${number}`;
  variants[variant] = value;
  const next = { ...body, variants };
  return {
    source: builtin
      ? { builtin: source.builtin, patch: next }
      : { text: JSON.stringify(next), name: source.name },
    variant,
  };
}
