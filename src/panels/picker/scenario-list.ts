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

/** Topics in the order in which one learns them; others follow by name. */
const TOPICS = ['receive'];

function words(text: Text | undefined): string {
  if (text === undefined) return '';
  return 'key' in text ? t(text.key) : text.text;
}

export function scenarioEntries(): ScenarioEntry[] {
  const rank = (topic: string) => (TOPICS.includes(topic) ? TOPICS.indexOf(topic) : TOPICS.length);
  return Object.entries(files)
    .map(([path, file]) => ({
      path,
      id: path.slice(path.lastIndexOf('/') + 1, -'.json'.length),
      topic: path.split('/').at(-2) ?? '',
      title: words(file.title),
      summary: words(file.summary),
    }))
    .sort((a, b) => rank(a.topic) - rank(b.topic) || a.path.localeCompare(b.path))
    .map(({ id, topic, title, summary }) => ({ id, topic, title, summary }));
}
