/** The built-in scenarios: id, topic (the folder), title and summary in the present language. Loaded with the picker only. */
import { t } from '../../i18n/index.ts';

type Text = { key: string } | { text: string; lang?: string };

interface ScenarioFile {
  title: Text;
  summary?: Text;
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
}

/** Topics and scenarios in the order in which one learns them; others follow by name. */
const TOPICS = ['receive', 'overload'];
const ORDER = [
  'a-frame-arrives',
  'napi-light-and-heavy-load',
  'a-ring-overflows',
  'gro-builds-a-train',
  'rss-spreads-flows',
  'the-67-ns-budget',
  'jumbo-frames',
  'livelock-and-its-cure',
  'two-interfaces-one-flooded',
  'time-squeeze',
  'one-queue-and-rps',
  'rfs-follows-an-application',
  'xps-with-and-without',
];

function rankIn(list: readonly string[], name: string): number {
  const at = list.indexOf(name);
  return at < 0 ? list.length : at;
}

function words(text: Text | undefined): string {
  if (text === undefined) return '';
  return 'key' in text ? t(text.key) : text.text;
}

export function scenarioEntries(): ScenarioEntry[] {
  return Object.entries(files)
    .map(([path, file]) => ({
      path,
      id: path.slice(path.lastIndexOf('/') + 1, -'.json'.length),
      topic: path.split('/').at(-2) ?? '',
      title: words(file.title),
      summary: words(file.summary),
    }))
    .sort(
      (a, b) =>
        rankIn(TOPICS, a.topic) - rankIn(TOPICS, b.topic) ||
        rankIn(ORDER, a.id) - rankIn(ORDER, b.id) ||
        a.path.localeCompare(b.path),
    )
    .map(({ id, topic, title, summary }) => ({ id, topic, title, summary }));
}
