/** Under the stage: stop, step and play; how fast; where in time; what to run to. */
import './timeline.css';
import { useEffect, useRef } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { Kind, kindName, kinds } from '../../catalog/kinds.ts';
import { t } from '../../i18n/index.ts';
import type { Grain, RecordFilter } from '../../protocol/messages.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import type { Pace } from '../../store/types.ts';
import { Button, IconButton, Segmented } from '../shared/controls.tsx';
import { formatDuration, groupDigits } from '../shared/format.ts';
import {
  CloseIcon,
  EndIcon,
  PauseIcon,
  PlayIcon,
  StartIcon,
  StepBackIcon,
  StepIcon,
} from '../shared/icons.tsx';
import { Popover } from '../shared/Popover.tsx';
import { EVENT_STEPS, paceOfStep, stepOfPace, TRUE_STEPS } from './pace.ts';
import { ScrubBar } from './ScrubBar.tsx';

export function Transport() {
  return (
    <div className="transport" role="toolbar" aria-label={t('transport.title')}>
      <div className="transport-row">
        <PlayButtons />
        <GrainChoice />
        <PaceControl />
        <TimeReadout />
      </div>
      <div className="transport-row transport-second">
        <RunTo />
        <ScrubBar />
      </div>
    </div>
  );
}

function PlayButtons() {
  const { play, pause, step, stepBack, seek } = useActions();
  const { grain } = useUi((s) => ({ grain: s.grain }));
  const { playing, waiting, atEnd, atStart, ready, duration } = useAppStore((s) => ({
    playing: s.playhead.playing,
    waiting: s.playhead.waiting,
    atEnd: s.playhead.atEnd,
    atStart: s.playhead.moment.seq === 0 && s.playhead.moment.t === 0,
    ready: s.scenario.map !== null,
    duration: s.scenario.durationNs,
  }));
  return (
    <div className="play-buttons">
      <IconButton
        label={t('transport.start')}
        keys="Home"
        disabled={!ready || atStart}
        onClick={() => void seek({ t: 0, seq: 0 })}
      >
        <StartIcon />
      </IconButton>
      <IconButton
        label={t('transport.back', { grain: t(`grain.${grain}`) })}
        keys="←"
        disabled={!ready || atStart}
        onClick={() => void stepBack(grain)}
      >
        <StepBackIcon />
      </IconButton>
      <IconButton
        label={playing ? t('transport.pause') : t('transport.play')}
        keys={t('key.space')}
        look="primary"
        className={`play ${waiting ? 'is-waiting' : ''}`}
        disabled={!ready}
        onClick={() => (playing ? pause() : play())}
      >
        {playing ? <PauseIcon /> : <PlayIcon />}
      </IconButton>
      <IconButton
        label={t('transport.step', { grain: t(`grain.${grain}`) })}
        keys="→"
        disabled={!ready || atEnd}
        onClick={() => void step(grain)}
      >
        <StepIcon />
      </IconButton>
      <IconButton
        label={t('transport.end')}
        keys="End"
        disabled={!ready || atEnd}
        onClick={() => void seek({ t: duration })}
      >
        <EndIcon />
      </IconButton>
    </div>
  );
}

function GrainChoice() {
  const { grain, setGrain } = useUi((s) => ({ grain: s.grain, setGrain: s.setGrain }));
  return (
    <Segmented<Grain>
      name="grain"
      label={t('grain.label')}
      value={grain}
      onChange={setGrain}
      choices={(['event', 'stage', 'packet'] as const).map((value) => ({
        value,
        label: t(`grain.${value}`),
        title: t(`grain.${value}.title`),
      }))}
    />
  );
}

/** How fast, in words and figures: `1 event a second`, `2 µs a second (1 : 500 000)`. */
export function paceText(pace: Pace): string {
  if (pace.mode === 'event') {
    const rate = pace.eventsPerSecond;
    return rate >= 1 ? t('pace.events', { rate }) : t('pace.slowEvents', { seconds: 1 / rate });
  }
  return pace.nsPerSecond >= 1e9
    ? t('pace.realTime')
    : t('pace.trueRate', { span: formatDuration(pace.nsPerSecond) });
}

function PaceControl() {
  const { setPace } = useActions();
  const pace = useAppStore((s) => s.playhead.pace);
  const kept = useRef<Record<Pace['mode'], Pace>>({
    event: { mode: 'event', eventsPerSecond: 1 },
    true: { mode: 'true', nsPerSecond: 1000 },
  });
  kept.current[pace.mode] = pace;
  const range = pace.mode === 'event' ? EVENT_STEPS : TRUE_STEPS;
  return (
    <div className="pace">
      <Segmented<Pace['mode']>
        name="pace-mode"
        label={t('pace.label')}
        value={pace.mode}
        onChange={(mode) => setPace(kept.current[mode])}
        choices={[
          { value: 'event', label: t('pace.event'), title: t('pace.event.title') },
          { value: 'true', label: t('pace.true'), title: t('pace.true.title') },
        ]}
      />
      <input
        type="range"
        className="slider"
        min={range.min}
        max={range.max}
        step={1}
        value={stepOfPace(pace)}
        aria-label={t('pace.speed')}
        aria-valuetext={paceText(pace)}
        title={`${t('pace.speed')} (, .)`}
        onChange={(event) => setPace(paceOfStep(pace.mode, Number(event.target.value)))}
      />
      <output className="pace-rate">{paceText(pace)}</output>
    </div>
  );
}

/** The simulated time, written straight into the element each frame. */
function TimeReadout() {
  const feed = useFeed();
  const { holdRun } = useActions();
  const { duration, done, known, held } = useAppStore((s) => ({
    duration: s.scenario.durationNs,
    done: s.scenario.done,
    known: s.scenario.knownNs,
    held: s.scenario.held,
  }));
  const figure = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const write = (ns: number) => {
      if (figure.current !== null) figure.current.textContent = groupDigits(Math.floor(ns));
    };
    write(feed.current?.timeNs ?? 0);
    return feed.subscribe((frame) => write(frame.timeNs));
  }, [feed]);
  return (
    <div className="time-readout">
      {!done && duration > 0 && (
        <span className="time-known" title={t(held ? 'run.heldTitle' : 'run.progressTitle')}>
          <progress max={duration} value={known} aria-label={t('run.progress')} />
          <IconButton label={t(held ? 'run.goOn' : 'run.hold')} look="quiet" onClick={() => holdRun(!held)}>
            {held ? <PlayIcon /> : <CloseIcon />}
          </IconButton>
        </span>
      )}
      <p>
        <span className="time-now mono">
          <span ref={figure}>0</span> ns
        </span>{' '}
        <span className="time-total">{t('time.of', { total: formatDuration(duration) })}</span>
      </p>
    </div>
  );
}

const NEXT: readonly { id: string; keys: string; filter: RecordFilter; tint: string }[] = [
  { id: 'drop', keys: 'N', filter: { kinds: [Kind.drop, Kind.linkDrop] }, tint: 'loss' },
  { id: 'irq', keys: 'I', filter: { kinds: [Kind.hardirqEnter] }, tint: 'irq' },
  {
    id: 'wakeup',
    keys: 'W',
    filter: { kinds: [Kind.wakeUp, Kind.threadWake, Kind.ksoftirqdWake] },
    tint: 'wakeup',
  },
];

function isEmpty(filter: RecordFilter): boolean {
  return Object.values(filter).every((v) => v === undefined || (Array.isArray(v) && v.length === 0));
}

function RunTo() {
  const { runTo, follow, setStopAt } = useActions();
  const filter = useUi((s) => s.filter);
  const { target, followed, record, ready, stopping } = useAppStore((s) => ({
    target: s.selection.target,
    followed: s.selection.followPacket,
    record: s.playhead.record,
    ready: s.scenario.map !== null,
    stopping: s.playhead.stopAt !== null,
  }));
  const packet = target?.kind === 'packet' ? target.packet : (record?.packet ?? 0);
  return (
    <div className="run-to">
      {NEXT.map((item) => (
        <Button
          key={item.id}
          look="pill"
          className={`run-${item.tint}`}
          title={`${t(`runTo.${item.id}.title`)} (${item.keys})`}
          disabled={!ready}
          onClick={() => void runTo(item.filter)}
        >
          {t(`runTo.${item.id}`)}
        </Button>
      ))}
      <Popover
        button={t('runTo.filter')}
        label={t('runTo.filter.title')}
        title={t('runTo.filter.title')}
        className={`button button-pill ${stopping ? 'is-on' : ''}`}
      >
        {(close) => (
          <div className="filter-sheet">
            <FilterFields />
            <div className="row">
              <Button
                look="primary"
                disabled={isEmpty(filter)}
                onClick={() => {
                  close();
                  void runTo(filter);
                }}
              >
                {t('runTo.next')}
              </Button>
              <Button
                disabled={isEmpty(filter)}
                onClick={() => {
                  close();
                  void runTo(filter, -1);
                }}
              >
                {t('runTo.last')}
              </Button>
              <label className="check">
                <input
                  type="checkbox"
                  checked={stopping}
                  disabled={isEmpty(filter) && !stopping}
                  onChange={(event) => setStopAt(event.target.checked ? filter : null)}
                />
                {t('runTo.stopAt')}
              </label>
            </div>
          </div>
        )}
      </Popover>
      <Button
        look="pill"
        className={`run-follow ${followed !== null ? 'is-on' : ''}`}
        disabled={packet === 0 && followed === null}
        aria-pressed={followed !== null}
        title={t('follow.title')}
        onClick={() => follow(followed === null ? packet : null)}
      >
        {followed !== null
          ? t('follow.on', { packet: followed })
          : packet > 0
            ? t('follow.packet', { packet })
            : t('follow.none')}
      </Button>
    </div>
  );
}

/** Kind, CPU and packet of the filter shared with the events table. */
export function FilterFields() {
  const { filter, setFilter } = useUi((s) => ({ filter: s.filter, setFilter: s.setFilter }));
  const cpus = useAppStore((s) => s.scenario.map?.cpus ?? []);
  const numberOf = (text: string) => (text === '' ? undefined : Number(text));
  return (
    <div className="filter-fields">
      <label>
        <span>{t('filter.kind')}</span>
        <select
          value={filter.kinds?.length === 1 ? String(filter.kinds[0]) : ''}
          onChange={(event) =>
            setFilter({
              ...filter,
              kinds: event.target.value === '' ? undefined : [Number(event.target.value)],
            })
          }
        >
          <option value="">{t('filter.any')}</option>
          {Object.values(kinds).map((info) => (
            <option key={info.code} value={info.code}>
              {t(`kind.${kindName(info.code)}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('filter.cpu')}</span>
        <select
          value={filter.cpu === undefined ? '' : String(filter.cpu)}
          onChange={(event) => setFilter({ ...filter, cpu: numberOf(event.target.value) })}
        >
          <option value="">{t('filter.any')}</option>
          {cpus.map((cpu) => (
            <option key={cpu.index} value={cpu.index}>
              {t('cpu.label', { cpu: cpu.number })}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('filter.packet')}</span>
        <input
          type="number"
          min={1}
          inputMode="numeric"
          value={filter.packet ?? ''}
          placeholder={t('filter.any')}
          onChange={(event) => setFilter({ ...filter, packet: numberOf(event.target.value) })}
        />
      </label>
    </div>
  );
}
