/** The built-in scenarios: id, topic, title and summary in the present language, and what a search finds. Loaded with the picker only. */
import { hasMessage, t } from '../../i18n/index.ts';

type Text = { key: string } | { text: string; lang?: string };

interface ScenarioFile {
  title: Text;
  summary?: Text;
  kernel?: string;
  variants?: Record<string, { title?: Text }>;
  lesson?: { steps?: { title: Text; text: Text }[] };
}

const files = import.meta.glob<ScenarioFile>(['../../../scenarios/*/*.json', '!**/bench/**'], {
  eager: true,
  import: 'default',
});

export interface ScenarioEntry {
  id: string;
  topic: string;
  title: string;
  summary: string;
  /** Everything a search looks at, in lower case. */
  words: string;
}

export interface Topic {
  id: string;
  title: string;
  entries: ScenarioEntry[];
}

/**
 * Topics in the order in which one learns them, history first, and in each the scenarios likewise. A scenario that stands in none
 * of them comes under the topic of its folder, by name; so does a folder that is no topic here.
 */
export const TOPICS: readonly (readonly [topic: string, ids: readonly string[]])[] = [
  ['history', ['mindcraft-four-cpus', 'livelock-and-its-cure', 'two-interfaces-one-flooded']],
  ['receive', ['a-frame-arrives', 'napi-light-and-heavy-load', 'a-ring-overflows', 'time-squeeze']],
  ['fewer', ['the-67-ns-budget', 'gro-builds-a-train', 'jumbo-frames']],
  [
    'cpus',
    [
      'rss-spreads-flows',
      'rss-good-and-bad-table',
      'one-queue-and-rps',
      'rps-overdone',
      'rps-across-nodes',
      'rfs-follows-an-application',
      'accelerated-rfs',
      'xps-with-and-without',
    ],
  ],
  [
    'sending',
    [
      'write-of-64k',
      'why-the-capture-looks-broken',
      'lro-breaks-a-router',
      'toe-against-a-faster-cpu',
      'a-flipped-bit',
      'delayed-acks',
      'a-hole-and-its-sacks',
      'sack-compression-on-wlan',
      'a-delay-that-loses',
      'ufo-and-a-lost-fragment',
      'tso-through-a-tunnel',
      'bursts-and-pacing',
      'a-ping-behind-a-bulk-flow',
      'ktls-and-its-card',
    ],
  ],
  ['overload', ['softirq-starves-an-application', 'moderation-and-dim', 'where-packets-wait']],
];

function wordsOf(text: Text | undefined): string {
  if (text === undefined) return '';
  return 'key' in text ? t(text.key) : text.text;
}

function entryOf(path: string, file: ScenarioFile): ScenarioEntry {
  const id = path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
  const listed = TOPICS.find(([, ids]) => ids.includes(id));
  const title = wordsOf(file.title);
  const summary = wordsOf(file.summary);
  const parts = [id, title, summary, file.kernel ?? ''];
  for (const variant of Object.values(file.variants ?? {})) parts.push(wordsOf(variant.title));
  for (const step of file.lesson?.steps ?? []) parts.push(wordsOf(step.title), wordsOf(step.text));
  return {
    id,
    topic: listed?.[0] ?? path.split('/').at(-2) ?? '',
    title,
    summary,
    words: parts.join('\n').toLowerCase(),
  };
}

/** How far down a scenario stands in its topic; one that is not listed comes last. */
function rank(entry: ScenarioEntry): number {
  const ids = TOPICS.find(([topic]) => topic === entry.topic)?.[1] ?? [];
  const at = ids.indexOf(entry.id);
  return at < 0 ? ids.length : at;
}

/** @param sought words that must all be there, in any order, anywhere in title, summary, variants or steps */
export function scenarioTopics(sought = ''): Topic[] {
  const wanted = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const entries = Object.entries(files)
    .map(([path, file]) => entryOf(path, file))
    .filter(({ words }) => wanted.every((word) => words.includes(word)));
  const known = TOPICS.map(([id]) => id);
  const others = [...new Set(entries.map((e) => e.topic))].filter((id) => !known.includes(id)).sort();
  return [...known, ...others]
    .map((id) => ({
      id,
      title: hasMessage(`topic.${id}`) ? t(`topic.${id}`) : id,
      entries: entries
        .filter((entry) => entry.topic === id)
        .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1)),
    }))
    .filter((topic) => topic.entries.length > 0);
}
