/**
 * Plural forms inside a message: `{n|frame|frames}` picks a form by the number `n`. The forms stand in the order of the
 * language's plural categories (zero, one, two, few, many, other), as many as the language has.
 */
const ORDER = ['zero', 'one', 'two', 'few', 'many', 'other'];
const PATTERN = /\{(\w+)((?:\|[^|{}]*)+)\}/g;
const rulesByLanguage = new Map<string, Intl.PluralRules>();

function rulesOf(language: string): Intl.PluralRules {
  let rules = rulesByLanguage.get(language);
  if (rules === undefined) {
    rules = new Intl.PluralRules(language);
    rulesByLanguage.set(language, rules);
  }
  return rules;
}

/** The text with every `{name|form|form}` replaced by the form that fits `params[name]`. */
export function fillPlurals(
  text: string,
  params: Readonly<Record<string, string | number>>,
  language: string,
): string {
  return text.replace(PATTERN, (_whole, name: string, list: string) => {
    const forms = list.slice(1).split('|');
    const rules = rulesOf(language);
    const categories = ORDER.filter((c) => rules.resolvedOptions().pluralCategories.includes(c as never));
    const at = categories.indexOf(rules.select(Number(params[name] ?? 0)));
    return forms[Math.min(Math.max(at, 0), forms.length - 1)];
  });
}
