/**
 * Captures: a stretch of the run seen at chosen points of the packets' way, as lines of tcpdump's. A line leads to its packet and moment on the
 * stage; all of it can be saved for real tools. The stretch is run once more for it: nothing need have been on before.
 */
import './captures.css';
import { useState } from 'react';
import { CAPTURE_POINTS } from '../../catalog/capture-points.ts';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { Button, IconButton } from '../shared/controls.tsx';
import { groupDigits } from '../shared/format.ts';
import { CloseIcon } from '../shared/icons.tsx';
import { saveFile } from '../shared/save.ts';
import { CaptureList } from './CaptureList.tsx';
import { nicLabel } from './nic-label.ts';
import { parseNs, STRETCHES, type Stretch, stretchOf } from './stretch.ts';

const MOST_PACKETS = 20_000;
const MOST_BYTES = 48_000_000;
/** Where a real tcpdump would stand, and both sides of the cable. */
const FIRST_POINTS: ReadonlySet<string> = new Set(['driver-out', 'wire-out', 'wire-in', 'stack-in']);

export default function Captures() {
  const { togglePanel, startCapture, cancelCapture, captureFile } = useActions();
  const { map, capture, durationNs, knownNs, nowNs, window, title } = useAppStore((s) => ({
    map: s.scenario.map,
    capture: s.capture,
    durationNs: s.scenario.durationNs,
    knownNs: s.scenario.knownNs,
    nowNs: s.playhead.moment.t,
    window: s.layout.timeWindow,
    title: s.scenario.info?.title ?? 'capture',
  }));
  const [points, setPoints] = useState<ReadonlySet<string>>(FIRST_POINTS);
  const [nic, setNic] = useState(-1);
  const [stretch, setStretch] = useState<Stretch>('known');
  const [query, setQuery] = useState('');
  const [typed, setTyped] = useState({ from: '0', to: '' });
  if (map === null) return <section className="captures" />;
  const times = { durationNs, knownNs, nowNs, window };
  const span =
    stretch === 'typed'
      ? { fromNs: parseNs(typed.from), toNs: parseNs(typed.to) }
      : stretchOf(stretch, times);
  const valid = span.fromNs !== null && span.toNs !== null && span.toNs >= span.fromNs;
  const running = capture.status === 'running';
  const toggle = (id: string): void => {
    const next = new Set(points);
    if (!next.delete(id)) next.add(id);
    setPoints(next);
  };
  const start = (): void => {
    if (!valid || span.fromNs === null || span.toNs === null) return;
    const cards = nic < 0 || map.nics[nic] === undefined ? map.nics.map((_, i) => i) : [nic];
    const places = cards.flatMap((card) =>
      CAPTURE_POINTS.flatMap(({ id }, point) => (points.has(id) ? [{ point, nic: card }] : [])),
    );
    void startCapture({
      places,
      fromNs: span.fromNs,
      toNs: span.toNs,
      mostPackets: MOST_PACKETS,
      mostBytes: MOST_BYTES,
    });
  };
  const save = async (format: 'pcapng' | 'pcap'): Promise<void> => {
    const bytes = await captureFile(format);
    const name = title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'capture';
    if (bytes !== null)
      saveFile(`${name}.${format}`, new Blob([bytes], { type: 'application/octet-stream' }));
  };
  const shown = (ns: number | null): string => (ns === null ? '' : groupDigits(ns));
  return (
    <section className="captures" aria-label={t('captures.title')}>
      <header className="drawer-head">
        <h2>{t('captures.title')}</h2>
        <fieldset className="capture-points">
          <legend className="visually-hidden">{t('captures.points')}</legend>
          {CAPTURE_POINTS.map(({ id }) => (
            <label key={id} className="capture-point" title={t(`capture.point.${id}`)}>
              <input type="checkbox" checked={points.has(id)} onChange={() => toggle(id)} />
              <span>{t(`capture.short.${id}`)}</span>
            </label>
          ))}
        </fieldset>
        {map.nics.length > 1 && (
          <select
            aria-label={t('captures.card')}
            value={nic}
            onChange={(event) => setNic(Number(event.target.value))}
          >
            <option value={-1}>{t('captures.allCards')}</option>
            {map.nics.map((_, i) => (
              <option key={nicLabel(map, i)} value={i}>
                {nicLabel(map, i)}
              </option>
            ))}
          </select>
        )}
        <select
          aria-label={t('captures.stretch')}
          value={stretch}
          onChange={(event) => {
            const next = event.target.value as Stretch;
            if (next === 'typed') setTyped({ from: shown(span.fromNs), to: shown(span.toNs) });
            setStretch(next);
          }}
        >
          {STRETCHES.filter((kind) => kind !== 'window' || window !== null).map((kind) => (
            <option key={kind} value={kind}>
              {t(`captures.stretch.${kind}`)}
            </option>
          ))}
        </select>
        {stretch === 'typed' ? (
          <span className="capture-times" dir="ltr">
            {(['from', 'to'] as const).map((end) => (
              <input
                key={end}
                type="text"
                className="mono"
                aria-label={t(`captures.${end}`)}
                aria-invalid={parseNs(typed[end]) === null}
                value={typed[end]}
                onChange={(event) => setTyped({ ...typed, [end]: event.target.value })}
              />
            ))}
          </span>
        ) : (
          <span className="capture-times mono muted" dir="ltr">
            {shown(span.fromNs)} – {shown(span.toNs)} ns
          </span>
        )}
        {running ? (
          <Button onClick={cancelCapture}>{t('captures.cancel')}</Button>
        ) : (
          <Button look="primary" disabled={!valid || points.size === 0} onClick={start}>
            {t('captures.start')}
          </Button>
        )}
        <IconButton
          label={t('captures.close')}
          keys="C"
          look="quiet"
          onClick={() => togglePanel('captures', false)}
        >
          <CloseIcon />
        </IconButton>
      </header>
      <div className="captures-bar">
        <Status />
        {capture.view !== null && (
          <>
            <input
              type="search"
              className="search"
              placeholder={t('captures.search')}
              aria-label={t('captures.search')}
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
            {(['pcapng', 'pcap'] as const).map((format) => (
              <Button
                key={format}
                disabled={running}
                title={t(`captures.save.${format}`)}
                onClick={() => void save(format)}
              >
                {t('captures.save', { format })}
              </Button>
            ))}
          </>
        )}
      </div>
      {capture.view === null ? (
        <p className="captures-empty muted">{t('captures.empty')}</p>
      ) : (
        <CaptureList view={capture.view} map={map} chosen={capture.chosen} query={query} />
      )}
    </section>
  );
}

/** How far it is, or what came of it; said aloud too. */
function Status() {
  const { status, doneNs, ofNs, packets, view, error } = useAppStore((s) => s.capture);
  let text = '';
  if (status === 'running')
    text = t('captures.running', {
      percent: ofNs > 0 ? Math.min(100, Math.floor((100 * doneNs) / ofNs)) : 0,
      packets: groupDigits(packets),
    });
  else if (status === 'failed') text = error?.message ?? t('captures.failed');
  else if (status === 'cancelled') text = t('captures.cancelled');
  else if (view !== null) {
    text = t('captures.done', { packets: groupDigits(view.rows.length), bytes: groupDigits(view.bytes) });
    if (view.cutAtNs !== null) text += ` ${t('captures.cut', { at: groupDigits(view.cutAtNs) })}`;
    if (view.unbuilt > 0) text += ` ${t('captures.unbuilt', { n: groupDigits(view.unbuilt) })}`;
  }
  return (
    <div className="captures-status small" role="status">
      {status === 'running' && (
        <progress max={Math.max(1, ofNs)} value={doneNs} aria-label={t('captures.title')} />
      )}
      {text}
    </div>
  );
}
