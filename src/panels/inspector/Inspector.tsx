/**
 * Right: why? The selected thing, or else the present event: its state, the causal chain behind it, what would change it,
 * the packet's bytes, its history.
 */
import './inspector.css';
import { AnimatePresence, m } from 'framer-motion';
import { useEffect, useRef, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { kindName } from '../../catalog/kinds.ts';
import { hasMessage, t } from '../../i18n/index.ts';
import type { Inspection, InspectTarget, Moment } from '../../protocol/messages.ts';
import type { RecordView, SceneMap } from '../../protocol/scene.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { flowMark } from '../../theme/colors.ts';
import { Button, IconButton, Section } from '../shared/controls.tsx';
import { formatDuration, groupDigits } from '../shared/format.ts';
import { CloseIcon } from '../shared/icons.tsx';
import {
  cpuLabel,
  functionOf,
  reasonInfo,
  reasonSentence,
  recordSentence,
  socketLabel,
  taskLabel,
} from '../shared/sentence.ts';
import { PacketBytes } from './PacketBytes.tsx';
import { Steering } from './Steering.tsx';
import { WhyChain } from './WhyChain.tsx';

const CALM_MS = 90;
const PLAYING_MS = 350;

/** The thing asked about, kept while a newer answer about it is on its way: of another thing nothing is told. */
function useInspection(target: InspectTarget | null, moment: Moment, playing: boolean): Inspection | null {
  const { inspect } = useActions();
  const branch = useAppStore((s) => s.branches.active);
  const [answer, setAnswer] = useState<Inspection | null>(null);
  const last = useRef(0);
  const key = target === null ? '' : JSON.stringify(target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the target, seq for the moment
  useEffect(() => {
    if (target === null) {
      setAnswer(null);
      return;
    }
    let live = true;
    const wait = Math.max(0, last.current + (playing ? PLAYING_MS : CALM_MS) - performance.now());
    const timer = window.setTimeout(() => {
      last.current = performance.now();
      void inspect(target, moment).then((got) => {
        if (live && got !== null) setAnswer(got);
      });
    }, wait);
    return () => {
      live = false;
      window.clearTimeout(timer);
    };
  }, [inspect, key, moment.seq, branch, playing]);
  // the present event is another one at each step: its chain stands until the next one is there
  const ofAnother = answer !== null && target?.kind !== 'record' && JSON.stringify(answer.target) !== key;
  return ofAnother ? null : answer;
}

export function titleOf(target: InspectTarget, map: SceneMap): string {
  switch (target.kind) {
    case 'packet':
      return t('inspector.packet', { n: target.packet });
    case 'queue':
    case 'napi':
    case 'tx':
    case 'descriptor': {
      const queue = map.queues[target.queue];
      const nic = queue === undefined ? undefined : map.nics[queue.nic];
      const name = `${nic?.name ?? ''} ${target.kind === 'tx' ? 'tx' : 'rx'}-${queue?.number ?? target.queue}`;
      if (target.kind === 'descriptor') return t('inspector.descriptor', { n: target.index, queue: name });
      return t(`inspector.${target.kind}`, { queue: name });
    }
    case 'cpu':
      return t('cpu.label', { cpu: cpuLabel(map, target.cpu) });
    case 'toe':
      return t('inspector.toe', { nic: map.nics[target.nic]?.name ?? '' });
    case 'link': {
      const way = map.ways[target.way];
      const host = (nic: number | undefined): string => map.hosts[map.nics[nic ?? 0]?.host ?? 0].id;
      return t('inspector.link', { name: way?.name ?? '', from: host(way?.from), to: host(way?.to) });
    }
    case 'socket':
      return t('inspector.socket', { name: socketLabel(map, target.socket) });
    case 'task':
      return t('inspector.task', { name: taskLabel(map, target.task) });
    case 'record':
      return t('inspector.record', { n: groupDigits(target.seq) });
  }
}

function stateLabel(key: string): string {
  const message = `inspect.${key}`;
  return hasMessage(message) ? t(message) : key;
}

const TIMES = new Set(['time', 'at', 'arrivedNs']);

/** A state value as people read it: times with units, large counts in groups, a flow by its letter and addresses. */
function stateValue(key: string, value: string, map: SceneMap): string {
  if (key === 'flow' && /^\d+$/.test(value)) {
    const flow = map.flows.find((row) => row.id === Number(value));
    return flow === undefined ? value : `${flowMark(flow.same)} · ${flow.text}`;
  }
  if (!/^\d+$/.test(value)) return value;
  const number = Number(value);
  if (TIMES.has(key)) return `${groupDigits(number)} ns`;
  if (key.startsWith('ns.')) return formatDuration(number);
  if (key === 'frameLen') return `${groupDigits(number)} B`;
  if (key === 'kind') {
    const name = kindName(number);
    return name === undefined ? value : t(`kind.${name}`);
  }
  return number >= 10_000 && key !== 'tcpSeq' && key !== 'tcpAck' && key !== 'ipId'
    ? groupDigits(number)
    : value;
}

export function Inspector() {
  const { select, pause } = useActions();
  const { map, chosen, moment, record, playing, language, density } = useAppStore((s) => ({
    map: s.scenario.map,
    chosen: s.selection.target,
    moment: s.playhead.moment,
    record: s.playhead.record,
    playing: s.playhead.playing,
    language: s.layout.language,
    density: s.layout.density,
  }));
  const target: InspectTarget | null =
    chosen ?? (moment.seq === 0 ? null : { kind: 'record', seq: moment.seq });
  const inspection = useInspection(target, moment, playing);

  // Opening a detail pauses: nobody reads a chain that runs away.
  const chosenKey = chosen === null ? '' : JSON.stringify(chosen);
  const before = useRef(chosenKey);
  useEffect(() => {
    if (chosenKey !== '' && chosenKey !== before.current) pause();
    before.current = chosenKey;
  }, [chosenKey, pause]);

  if (map === null || target === null) {
    return (
      <div className="inspector">
        <header className="inspector-head">
          <h2>{t('inspector.title')}</h2>
        </header>
        <p className="muted">{t('inspector.empty')}</p>
      </div>
    );
  }
  // After a jump only the moment is known; the answer brings the record it stands on.
  const answered = inspection?.why[0];
  const known = record ?? (answered?.seq === moment.seq ? answered : null);
  const now = chosen === null ? known : null;
  const rows = inspection?.state ?? [];
  // The present event stands above already, with its reason: the chain goes on from its cause.
  const why = inspection?.why ?? [];
  const earlier = now !== null && why[0]?.seq === now.seq ? why.slice(1) : why;
  return (
    <div className="inspector">
      <header className="inspector-head">
        <div>
          <p className="kicker">
            {chosen === null ? t('inspector.now') : t(`inspector.kind.${target.kind}`)}
          </p>
          <h2 className={now === null ? '' : 'sentence'}>
            {now !== null ? recordSentence(now, map, language) : chosen !== null ? titleOf(target, map) : ''}
          </h2>
        </div>
        {chosen !== null && (
          <IconButton label={t('inspector.close')} keys="Esc" look="quiet" onClick={() => select(null)}>
            <CloseIcon />
          </IconButton>
        )}
      </header>
      {now !== null && <NowRow record={now} map={map} />}
      {chosen !== null && rows.length > 0 && (
        <StateRows rows={rows.map((row) => ({ key: row.key, value: stateValue(row.key, row.value, map) }))} />
      )}
      <AnimatePresence mode="wait" initial={false}>
        <m.div
          key={chosenKey}
          className="inspector-body"
          initial={{ opacity: 0, y: 6 }}
          animate={{ opacity: 1, y: 0 }}
          exit={{ opacity: 0 }}
          transition={{ duration: 0.18 }}
        >
          {inspection !== null && (
            <>
              {chosen !== null && inspection.steering !== null && <Steering state={inspection.steering} />}
              <Section title={t('inspector.why')}>
                {earlier.length === 0 ? (
                  <p className="muted">{t(now === null ? 'inspector.noWhy' : 'inspector.first')}</p>
                ) : (
                  <WhyChain records={earlier} map={map} />
                )}
              </Section>
              {inspection.knobs.length > 0 && <WhatWouldChange lines={inspection.knobs} />}
              {inspection.target.kind === 'packet' && (
                <Section title={t('inspector.bytes')}>
                  <PacketBytes packet={inspection.target.packet} />
                </Section>
              )}
              {chosen !== null && inspection.history.length > 0 && (
                <History records={inspection.history} map={map} open={density === 'full'} />
              )}
            </>
          )}
        </m.div>
      </AnimatePresence>
      <Source record={inspection?.why[0] ?? record} />
    </div>
  );
}

function NowRow({ record, map }: { record: RecordView; map: SceneMap }) {
  const { select } = useActions();
  const why = reasonSentence(record.reason);
  return (
    <div className="now-row">
      {why !== null && <p className="now-why">{why}</p>}
      {record.packet > 0 && (
        <Button
          look="quiet"
          className="link"
          onClick={() => select({ kind: 'packet', packet: record.packet })}
        >
          {t('inspector.openPacket', { n: record.packet })}
        </Button>
      )}
      {map.cpus[record.cpu] !== undefined && (
        <Button look="quiet" className="link" onClick={() => select({ kind: 'cpu', cpu: record.cpu })}>
          {t('cpu.label', { cpu: cpuLabel(map, record.cpu) })}
        </Button>
      )}
    </div>
  );
}

function StateRows({ rows }: { rows: readonly { key: string; value: string }[] }) {
  return (
    <dl className="state-rows">
      {rows.map((row) => (
        <div key={row.key} className="state-row">
          <dt>{stateLabel(row.key)}</dt>
          {/* A new value remounts, and the mark of change fades out by CSS. */}
          <dd key={row.value} className="mono changed">
            {row.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function WhatWouldChange({ lines }: { lines: readonly string[] }) {
  const { command, togglePanel } = useActions();
  const fillConsole = useUi((s) => s.fillConsole);
  const host = useAppStore((s) => s.scenario.map?.hosts[s.layout.host]?.id ?? s.console.host);
  return (
    <Section title={t('inspector.change')}>
      <ul className="command-list">
        {lines.map((line) => (
          <li key={line} className="command-row">
            <button
              type="button"
              className="command mono"
              title={t('inspector.fill')}
              onClick={() => {
                togglePanel('console', true);
                fillConsole(line);
              }}
            >
              {line}
            </button>
            <Button
              look="quiet"
              className="small"
              title={t('inspector.applyTitle')}
              onClick={() => void command(host, line)}
            >
              {t('apply')}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function History({ records, map, open }: { records: readonly RecordView[]; map: SceneMap; open: boolean }) {
  const { seek } = useActions();
  const language = useAppStore((s) => s.layout.language);
  return (
    <details className="history" open={open}>
      <summary>{t('inspector.history', { count: records.length })}</summary>
      <ol>
        {records.map((record) => (
          <li key={record.seq}>
            <button type="button" onClick={() => void seek({ t: record.timeNs, seq: record.seq })}>
              <span className="mono muted">{groupDigits(record.timeNs)}</span>
              <span>{recordSentence(record, map, language)}</span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}

function Source({ record }: { record: RecordView | null }) {
  const kernel = useAppStore((s) => s.scenario.map?.kernel ?? '');
  if (record === null) return null;
  const info = reasonInfo(record.reason);
  return (
    <footer className="inspector-source">
      <p className="mono">{functionOf(record)}</p>
      <p>{info !== null && info.source !== '' ? info.source : t('inspector.kernel', { kernel })}</p>
      {info?.drop !== undefined && <p className="mono">{t('inspector.dropReason', { reason: info.drop })}</p>}
      <p className="visually-hidden">{formatDuration(record.timeNs)}</p>
    </footer>
  );
}
