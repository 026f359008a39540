import { describe, expect, it } from 'vitest';
import { hasMessage } from '../../i18n/index.ts';
import { scenarioTopics, TOPICS } from './scenario-list.ts';

const idsOf = (sought?: string): string[] =>
  scenarioTopics(sought).flatMap((topic) => topic.entries.map((entry) => entry.id));

describe('the list of scenarios', () => {
  it('has every scenario once, history first', () => {
    const ids = idsOf();
    expect(new Set(ids).size).toBe(ids.length);
    expect(scenarioTopics()[0].id).toBe('history');
    expect(ids.slice(0, 2)).toEqual(['mindcraft-four-cpus', 'livelock-and-its-cure']);
  });

  it('lists only what there is, under topics with names', () => {
    const ids = idsOf();
    expect(TOPICS.flatMap(([, listed]) => listed).filter((id) => !ids.includes(id))).toEqual([]);
    expect(scenarioTopics().filter(({ id }) => !hasMessage(`topic.${id}`))).toEqual([]);
  });

  it('finds by words of title, summary, variants and steps, all of them, in any order and case', () => {
    expect(idsOf('livelock')).toEqual(['livelock-and-its-cure', 'a-screening-router']);
    expect(idsOf('BUDGET netdev_')).toContain('time-squeeze');
    expect(idsOf('rx3_arfs_err')).toEqual(['accelerated-rfs']);
    expect(idsOf('jumbo rx3_arfs_err')).toEqual([]);
    expect(idsOf('  ')).toEqual(idsOf());
  });
});
