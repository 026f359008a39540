/**
 * Sweeps: one number takes one value after the other, each a run of its own in a second worker; the curve grows as the runs are done, and
 * every point leads to its run on the stage.
 */
import './sweep.css';
import { type ReactNode, useEffect, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import type { KnobView, LoadedInfo, SweepAsk, SweepPoint } from '../../protocol/messages.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import type { SweepRun } from '../../store/types.ts';
import { Button, Segmented } from '../shared/controls.tsx';
import { Dialog } from '../shared/Dialog.tsx';
import { groupDigits } from '../shared/format.ts';
import { CpuShares } from './CpuShares.tsx';
import { type Curve, lineCharts, sharesStack, unitOf } from './curves.ts';
import { askOf, type Choice, choicesOf, type Form, formOf, usualForm } from './form.ts';
import { type Axis, type Chosen, LineCurves } from './LineCurves.tsx';
import { choiceName, SweepForm } from './SweepForm.tsx';
import { exact, SweepTable } from './SweepTable.tsx';

export default function Sweep() {
  const open = useUi((s) => s.open);
  const { info, map, host, variant, runs, running } = useAppStore((s) => ({
    info: s.scenario.info,
    map: s.scenario.map,
    host: s.layout.host,
    variant: s.scenario.variant,
    runs: s.sweep.runs,
    running: s.sweep.running,
  }));
  const hostId = map?.hosts[host]?.id ?? '';
  const knobs = useKnobList(hostId);
  if (info === null || knobs === null)
    return (
      <Dialog title={t('sweep.title')} lead={t('sweep.lead')} onClose={() => open(null)} size="large">
        <p className="muted">{t('app.loading')}</p>
      </Dialog>
    );
  return (
    <Dialog title={t('sweep.title')} lead={t('sweep.lead')} onClose={() => open(null)} size="large">
      <Sheet
        key={info.scenarioId}
        info={info}
        host={hostId}
        variant={variant}
        choices={choicesOf(info, knobs, hostId)}
        run={runs[info.scenarioId] ?? null}
        running={running === info.scenarioId}
      />
    </Dialog>
  );
}

/** The host's numeric knobs, asked once. */
function useKnobList(host: string): KnobView[] | null {
  const { knobs } = useActions();
  const [list, setList] = useState<KnobView[] | null>(null);
  useEffect(() => {
    let live = true;
    void knobs(host).then((answer) => {
      if (live) setList(answer?.knobs ?? []);
    });
    return () => {
      live = false;
    };
  }, [knobs, host]);
  return list;
}

function Sheet({
  info,
  host,
  variant,
  choices,
  run,
  running,
}: {
  info: LoadedInfo;
  host: string;
  variant: string;
  choices: readonly Choice[];
  run: SweepRun | null;
  running: boolean;
}) {
  const { startSweep, cancelSweep } = useActions();
  const [form, setForm] = useState<Form>(() =>
    run === null ? usualForm(info, choices, variant) : formOf(run.ask, choices),
  );
  const [problem, setProblem] = useState<{ field: keyof Form; text: string } | null>(null);
  const start = (ask: SweepAsk) => {
    setProblem(null);
    setForm(formOf(ask, choices));
    void startSweep(ask);
  };
  return (
    <div className={`sweep ${run === null ? '' : 'has-run'}`}>
      <div className="sweep-side">
        {info.sweeps.length > 0 && (
          <ul className="sweep-offers" aria-label={t('sweep.offers')}>
            {info.sweeps.map((offer) => (
              <li key={offer.id}>
                <Button look="primary" disabled={running} onClick={() => start(offer.ask)}>
                  {offer.title}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <SweepForm
          form={form}
          choices={choices}
          info={info}
          running={running}
          problem={problem}
          onChange={(next) => {
            setForm(next);
            setProblem(null);
          }}
          onRun={() => {
            const asked = askOf(form, choices, host);
            if (asked.ok) start(asked.ask);
            else setProblem({ field: asked.field, text: t(asked.problem) });
          }}
          onCancel={cancelSweep}
        />
      </div>
      <section className="sweep-result" aria-label={t('sweep.result')}>
        {run === null ? (
          <p className="muted">{t('sweep.none')}</p>
        ) : (
          <Result run={run} info={info} choices={choices} />
        )}
      </section>
    </div>
  );
}

function Progress({ run }: { run: SweepRun }) {
  const { cancelSweep } = useActions();
  const finished = Math.floor(run.done);
  const text =
    run.of === 0 && (run.status === 'running' || run.status === 'cancelled')
      ? t(run.status === 'running' ? 'sweep.checking' : 'sweep.stopped')
      : t(`sweep.status.${run.status}`, { done: finished, of: run.of });
  return (
    <div className="sweep-progress">
      {run.status === 'running' && (
        <progress
          max={Math.max(1, run.of)}
          value={run.of === 0 ? undefined : run.done}
          aria-label={t('sweep.progress')}
        />
      )}
      <span role="status">{text}</span>
      {run.status === 'running' && (
        <Button className="small" onClick={cancelSweep}>
          {t('sweep.cancel')}
        </Button>
      )}
    </div>
  );
}

function Result({ run, info, choices }: { run: SweepRun; info: LoadedInfo; choices: readonly Choice[] }) {
  const { openSweepPoint } = useActions();
  const open = useUi((s) => s.open);
  const [view, setView] = useState<'curves' | 'table'>('curves');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { ask, points } = run;
  const xName = varyName(ask, choices);
  const nameOf = (variant: string) => variantName(variant, ask, info);
  const openRun = (point: SweepPoint) => {
    const title = t('sweep.variantTitle', {
      what: xName,
      x: groupDigits(point.x),
      variant: nameOf(point.variant),
    });
    open(null);
    void openSweepPoint(ask, point.variant, point.x, title);
  };
  const shown = points.find((point) => point.variant === chosen?.variant && point.x === chosen.x);
  return (
    <>
      <div className="sweep-head">
        <Progress run={run} />
        <Segmented<'curves' | 'table'>
          name="sweep-view"
          label={t('sweep.view')}
          value={view}
          onChange={setView}
          choices={[
            { value: 'curves', label: t('sweep.curves') },
            { value: 'table', label: t('sweep.table') },
          ]}
        />
      </div>
      {run.error !== null && (
        <p className="sweep-problem" role="alert">
          {run.error.where !== undefined && <b>{t('sweep.at', { where: run.error.where })} </b>}
          {run.error.message}
        </p>
      )}
      {points.length > 0 &&
        (view === 'table' ? (
          <SweepTable
            ask={ask}
            points={points}
            metrics={info.metrics}
            xName={xName}
            nameOf={nameOf}
            onOpen={openRun}
          />
        ) : (
          <Curves run={run} info={info} xName={xName} nameOf={nameOf} chosen={chosen} onChoose={setChosen}>
            {shown === undefined ? (
              <p className="muted">{t('sweep.hint')}</p>
            ) : (
              <Point point={shown} ask={ask} info={info} xName={xName} nameOf={nameOf} onOpen={openRun} />
            )}
          </Curves>
        ))}
    </>
  );
}

function Curves({
  run,
  info,
  xName,
  nameOf,
  chosen,
  onChoose,
  children,
}: {
  run: SweepRun;
  info: LoadedInfo;
  xName: string;
  nameOf: (variant: string) => string;
  chosen: Chosen | null;
  onChoose: (chosen: Chosen) => void;
  /** Between the curves and what the CPUs did: the chosen point. */
  children: ReactNode;
}) {
  const { ask, points } = run;
  const axis: Axis = { min: ask.from, max: ask.to, log: ask.scale !== 'linear', label: xName };
  const charts = lineCharts(ask, points, info.metrics);
  const isRate = 'path' in ask.vary && ask.vary.path.endsWith('.ratePps');
  const many = (curve: Curve, curves: readonly Curve[]) => curves.some((c) => c.metric !== curve.metric);
  return (
    <>
      {charts.map((chart) => (
        <LineCurves
          key={chart.unit}
          chart={chart}
          axis={axis}
          diagonal={isRate && chart.unit === 'packets/s'}
          nameOf={(curve) => {
            const metric = shortMetric(curve.metric);
            if (!many(curve, chart.curves)) return ask.variants.length > 1 ? nameOf(curve.variant) : metric;
            return ask.variants.length > 1 ? `${metric}, ${nameOf(curve.variant)}` : metric;
          }}
          chosen={chosen}
          onChoose={onChoose}
        />
      ))}
      {children}
      {sharesStack(ask) && (
        <div className="sweep-shares">
          <h3 className="section-title">{t('sweep.shares')}</h3>
          {ask.variants.map((variant) => (
            <CpuShares
              key={variant}
              name={nameOf(variant)}
              points={points.filter((point) => point.variant === variant)}
              axis={axis}
              chosen={chosen}
              onChoose={onChoose}
            />
          ))}
        </div>
      )}
    </>
  );
}

/** The numbers of the chosen point, and the way to its run. */
function Point({
  point,
  ask,
  info,
  xName,
  nameOf,
  onOpen,
}: {
  point: SweepPoint;
  ask: SweepAsk;
  info: LoadedInfo;
  xName: string;
  nameOf: (variant: string) => string;
  onOpen: (point: SweepPoint) => void;
}) {
  return (
    <section className="sweep-point" aria-label={t('sweep.chosen')}>
      <p>
        <b>{nameOf(point.variant)}</b> {xName}: <b className="mono">{groupDigits(point.x)}</b>
      </p>
      <dl>
        {ask.metrics.map((name) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd className="mono">{exact(point.values[name] ?? 0, unitOf(name, info.metrics))}</dd>
          </div>
        ))}
      </dl>
      <Button look="primary" onClick={() => onOpen(point)}>
        {t('sweep.open')}
      </Button>
    </section>
  );
}

/** `rate.r1.eth1.tx_packets` as `eth1 tx_packets`: hosts and families are said elsewhere. */
function shortMetric(name: string): string {
  const parts = name.split('.');
  return parts.length < 3 ? name : parts.slice(2).join(' ');
}

function varyName(ask: SweepAsk, choices: readonly Choice[]): string {
  const { vary } = ask;
  const found = choices.find((choice) =>
    'path' in vary
      ? 'path' in choice.vary && choice.vary.path === vary.path
      : 'command' in choice.vary && choice.vary.command === vary.command,
  );
  if (found !== undefined) return choiceName(found);
  return 'path' in vary ? vary.path : vary.command;
}

/** A variant as its sweep calls it, else by its title. */
function variantName(variant: string, ask: SweepAsk, info: LoadedInfo): string {
  const own = info.sweeps.find((offer) => JSON.stringify(offer.ask.vary) === JSON.stringify(ask.vary));
  const label = own?.labels[variant];
  if (label !== undefined) return label;
  if (variant === 'base') return t('lesson.base');
  return info.variants.find((item) => item.id === variant)?.title ?? variant;
}
