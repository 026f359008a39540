/**
 * Asks the worker for a window's bins and spans, and asks again when the window, the branch or the known part of the run
 * changes. One question at a time: a newer one waits for the older, and only the newest waiting is asked.
 */
import { useEffect, useRef, useState } from 'react';
import type { Timeline } from '../../protocol/messages.ts';
import type { AppActions } from '../../store/actions-api.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import type { TimeWindow } from './window.ts';

/** Questions of one page in a row, since a newer one makes an unanswered older one stale. */
const lines = new WeakMap<AppActions, Promise<unknown>>();

function inLine<T>(actions: AppActions, ask: () => Promise<T>): Promise<T> {
  const answer = (lines.get(actions) ?? Promise.resolve()).then(ask, ask);
  lines.set(
    actions,
    answer.catch(() => null),
  );
  return answer;
}

const GROWN_SHARE = 50;

export function useTimelineData(window: TimeWindow | null, bins: number): Timeline | null {
  const actions = useActions();
  const { revision, ready, scenario } = useAppStore((s) => ({
    scenario: s.scenario.info?.scenarioId,
    ready: s.scenario.status === 'ready' && s.worker === 'ready',
    // Changes when the branch does and some fifty times while a run is being made.
    revision: `${s.scenario.info?.scenarioId}/${s.scenario.variant}/${s.branches.active}/${
      s.scenario.done ? 'done' : Math.floor((s.scenario.knownNs / (s.scenario.durationNs || 1)) * GROWN_SHARE)
    }`,
  }));
  const [data, setData] = useState<{ scenario: string | undefined; answer: Timeline } | null>(null);
  const newest = useRef(0);
  const fromNs = window?.fromNs ?? 0;
  const toNs = window?.toNs ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `revision` stands for what the answer depends on
  useEffect(() => {
    if (!ready || toNs <= fromNs || bins <= 0) return;
    newest.current += 1;
    const mine = newest.current;
    void inLine(actions, async () => {
      if (mine !== newest.current) return;
      const answer = await actions.timeline(Math.floor(fromNs), Math.ceil(toNs), bins);
      if (answer !== null && mine === newest.current) setData({ scenario, answer });
    });
  }, [actions, ready, revision, fromNs, toNs, bins]);
  // what another scenario did is no picture of this one
  return data !== null && data.scenario === scenario ? data.answer : null;
}
