/** Asks the worker for a connection's part of time, and again when the window, the branch or the known part of the run changes. */
import { useEffect, useRef, useState } from 'react';
import type { Transfer } from '../../protocol/messages.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import type { TimeWindow } from '../timeline/window.ts';

const GROWN_SHARE = 25;
const POINTS = 4000;
/** A bar is about so wide; how many there are goes by steps, so that a page that changes its width asks seldom. */
const BAR_PX = 6;
const BARS_STEP = 20;

export function useTransfer(flow: number, window: TimeWindow, width: number): Transfer | null {
  const bars = Math.max(1, Math.round(width / BAR_PX / BARS_STEP)) * BARS_STEP;
  const { transfer } = useActions();
  const { ready, revision } = useAppStore((s) => ({
    ready: s.scenario.status === 'ready' && s.worker === 'ready',
    revision: `${s.scenario.info?.scenarioId}/${s.scenario.variant}/${s.branches.active}/${
      s.scenario.done ? 'done' : Math.floor((s.scenario.knownNs / (s.scenario.durationNs || 1)) * GROWN_SHARE)
    }`,
  }));
  const [data, setData] = useState<Transfer | null>(null);
  const newest = useRef(0);
  const { fromNs, toNs } = window;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `revision` stands for what the answer depends on
  useEffect(() => {
    if (!ready || flow === 0 || toNs <= fromNs) return;
    newest.current += 1;
    const mine = newest.current;
    void transfer(flow, Math.floor(fromNs), Math.ceil(toNs), POINTS, bars).then((answer) => {
      if (answer !== null && mine === newest.current) setData(answer);
    });
  }, [transfer, ready, revision, flow, fromNs, toNs, bars]);
  return data !== null && data.flow === flow ? data : null;
}
