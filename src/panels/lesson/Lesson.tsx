/** Left: what to look at. The scenario's steps, one at a time; without steps, what the scenario is. */
import './lesson.css';
import { AnimatePresence, m } from 'framer-motion';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import type { LoadedInfo } from '../../protocol/messages.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { Button } from '../shared/controls.tsx';
import { CurveIcon } from '../shared/icons.tsx';
import { Prose } from '../shared/Prose.tsx';
import { History } from './History.tsx';

export function Lesson() {
  const { goToStep, setVariant, startSweep } = useActions();
  const open = useUi((s) => s.open);
  const plotted = useAppStore((s) => {
    const run = s.sweep.runs[s.scenario.info?.scenarioId ?? ''];
    return run?.status === 'done' || run?.status === 'running' ? run.ask : null;
  });
  const { info, step, aside, variant } = useAppStore((s) => ({
    info: s.scenario.info,
    step: s.lesson.step,
    aside: s.lesson.aside,
    variant: s.scenario.variant,
  }));
  if (info === null) return <div className="lesson" aria-busy="true" />;
  const steps = info.steps;
  const current = steps[step];
  const offer = info.sweeps.find((sweep) => sweep.id === current?.sweep);
  return (
    <section className="lesson" aria-label={t('lesson.title')}>
      <AnimatePresence mode="wait" initial={false}>
        <m.div
          key={`${info.scenarioId}/${step}`}
          initial={{ opacity: 0, x: 8 }}
          animate={{ opacity: 1, x: 0 }}
          exit={{ opacity: 0, x: -8 }}
          transition={{ duration: 0.2 }}
        >
          <p className="kicker">
            {current === undefined ? t('lesson.kind') : t('lesson.step', { n: step + 1, of: steps.length })}
          </p>
          <h2>{current?.title ?? info.title}</h2>
          <Prose text={current?.text ?? info.summary} />
          {current !== undefined && current.history.length > 0 && <History events={current.history} />}
        </m.div>
      </AnimatePresence>
      {offer !== undefined && (
        <Button
          className="lesson-sweep"
          onClick={() => {
            open('sweep');
            // a curve that is there already, or on its way, is not computed again
            if (JSON.stringify(plotted) !== JSON.stringify(offer.ask)) void startSweep(offer.ask);
          }}
        >
          <CurveIcon /> {t('lesson.sweep', { title: offer.title })}
        </Button>
      )}
      {steps.length > 0 && (
        <div className="lesson-nav">
          <ol className="lesson-bar">
            {steps.map((item, i) => (
              <li key={item.title}>
                <button
                  type="button"
                  className={`bar ${i === step ? 'is-current' : ''} ${i < step ? 'is-past' : ''}`}
                  aria-label={t('lesson.goTo', { n: i + 1, title: item.title })}
                  aria-current={i === step ? 'step' : undefined}
                  title={item.title}
                  onClick={() => void goToStep(i)}
                />
              </li>
            ))}
          </ol>
          <Button disabled={step <= 0} title="PageUp" onClick={() => void goToStep(step - 1)}>
            {t('lesson.previous')}
          </Button>
          <Button
            look="primary"
            disabled={step >= steps.length - 1}
            title="PageDown"
            onClick={() => void goToStep(step + 1)}
          >
            {t(step < 0 ? 'lesson.begin' : 'lesson.next')}
          </Button>
        </div>
      )}
      {info.variants.length > 1 && (
        <label className="field">
          <span className="section-title">{t('lesson.variant')}</span>
          <select value={variant} onChange={(event) => void setVariant(event.target.value)}>
            {info.variants.map((item) => (
              <option key={item.id} value={item.id}>
                {titleOf(info, item.id)}
              </option>
            ))}
          </select>
        </label>
      )}
      {aside !== null && current !== undefined && (
        <p className="lesson-aside muted small" role="status">
          {t('lesson.told')}{' '}
          <Button look="quiet" className="link" onClick={() => void setVariant(aside)}>
            {t('lesson.seeIn', { variant: titleOf(info, aside) })}
          </Button>
        </p>
      )}
      {info.warnings.length > 0 && (
        <ul className="warnings">
          {info.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function titleOf(info: LoadedInfo, variant: string): string {
  if (variant === 'base') return t('lesson.base');
  return info.variants.find((item) => item.id === variant)?.title ?? variant;
}
