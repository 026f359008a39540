/** Which variants a variant starts from. */
import type { Scenario } from './schema.ts';

export const BASE = 'base';

/** Names from the one that starts from the scenario itself to the variant; null: it starts from itself. */
export function variantChain(scenario: Pick<Scenario, 'variants'>, variant: string): string[] | null {
  const chain: string[] = [];
  for (let name: string | undefined = variant; name !== undefined && name !== BASE; ) {
    if (chain.includes(name)) return null;
    chain.unshift(name);
    name = Object.hasOwn(scenario.variants, name) ? scenario.variants[name].of : undefined;
  }
  return chain;
}
