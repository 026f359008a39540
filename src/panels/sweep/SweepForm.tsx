/** What to vary, over which range, for which variants, and what to measure. */
import { useId } from 'react';
import { hasMessage, t } from '../../i18n/index.ts';
import type { LoadedInfo, SweepAsk } from '../../protocol/messages.ts';
import { useAppStore } from '../../store/react.ts';
import { Button } from '../shared/controls.tsx';
import { formatDuration } from '../shared/format.ts';
import { type Choice, type Form, MOST_METRICS, MOST_VARIANTS, OWN } from './form.ts';

const GROUPS: readonly Choice['group'][] = ['traffic', 'machine', 'commands'];
const SCALES: readonly SweepAsk['scale'][] = ['linear', 'log', 'double'];

export function choiceName(choice: Choice): string {
  return hasMessage(choice.label) ? t(choice.label, { owner: choice.target }) : choice.label;
}

export function SweepForm({
  form,
  choices,
  info,
  running,
  problem,
  onChange,
  onRun,
  onCancel,
}: {
  form: Form;
  choices: readonly Choice[];
  info: LoadedInfo;
  running: boolean;
  problem: { field: keyof Form; text: string } | null;
  onChange: (form: Form) => void;
  onRun: () => void;
  onCancel: () => void;
}) {
  const id = useId();
  const duration = useAppStore((s) => s.scenario.durationNs);
  const set = (part: Partial<Form>) => onChange({ ...form, ...part });
  const toggle = (list: string[], value: string) =>
    list.includes(value) ? list.filter((item) => item !== value) : [...list, value];
  const choose = (value: string) => {
    const choice = choices.find((item) => item.id === value);
    set(
      choice === undefined
        ? { choice: OWN }
        : { choice: value, from: String(choice.from), to: String(choice.to), scale: choice.scale },
    );
  };
  const field = (name: 'from' | 'to' | 'points' | 'runMs', label: string, placeholder = '') => (
    <label>
      <span>{label}</span>
      <input
        className="mono"
        inputMode="decimal"
        value={form[name]}
        placeholder={placeholder}
        autoComplete="off"
        aria-invalid={problem?.field === name}
        aria-describedby={problem?.field === name ? `${id}-problem` : undefined}
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </label>
  );
  const extra = form.metrics.filter((name) => !info.metrics.some((row) => row.name === name));
  return (
    <form
      className="sweep-form"
      aria-label={t('sweep.form')}
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      <label className="sweep-vary">
        <span>{t('sweep.vary')}</span>
        <select value={form.choice} onChange={(event) => choose(event.target.value)}>
          {GROUPS.map((group) => (
            <optgroup key={group} label={t(`sweep.group.${group}`)}>
              {choices
                .filter((choice) => choice.group === group)
                .map((choice) => (
                  <option key={choice.id} value={choice.id}>
                    {choiceName(choice)}
                  </option>
                ))}
            </optgroup>
          ))}
          <option value={OWN}>{t('sweep.ownCommand')}</option>
        </select>
      </label>
      {form.choice === OWN && (
        <label className="sweep-vary">
          <span>{t('sweep.command')}</span>
          <input
            className="mono"
            value={form.command}
            spellCheck={false}
            autoComplete="off"
            placeholder="ethtool -C eth0 rx-usecs {value}"
            aria-invalid={problem?.field === 'command'}
            onChange={(event) => set({ command: event.target.value })}
          />
        </label>
      )}
      <div className="sweep-fields">
        {field('from', t('sweep.from'))}
        {field('to', t('sweep.to'))}
        <label>
          <span>{t('sweep.scale')}</span>
          <select
            value={form.scale}
            onChange={(event) => set({ scale: event.target.value as SweepAsk['scale'] })}
          >
            {SCALES.map((scale) => (
              <option key={scale} value={scale}>
                {t(`sweep.scale.${scale}`)}
              </option>
            ))}
          </select>
        </label>
        {form.scale !== 'double' && field('points', t('sweep.points'))}
        {field('runMs', t('sweep.runMs'), formatDuration(duration).replace(/\D*$/, ''))}
      </div>
      <fieldset>
        <legend>{t('sweep.variants')}</legend>
        {info.variants.map((item) => {
          const on = form.variants.includes(item.id);
          return (
            <label key={item.id} className="check">
              <input
                type="checkbox"
                checked={on}
                disabled={!on && form.variants.length >= MOST_VARIANTS}
                onChange={() => set({ variants: toggle(form.variants, item.id) })}
              />
              {item.id === 'base' ? t('lesson.base') : item.title}
            </label>
          );
        })}
      </fieldset>
      <details>
        <summary>{t('sweep.metrics', { count: form.metrics.length })}</summary>
        <fieldset className="sweep-metrics">
          <legend className="visually-hidden">{t('sweep.metrics', { count: form.metrics.length })}</legend>
          {[...info.metrics.map((row) => row.name), ...extra].map((name) => {
            const row = info.metrics.find((item) => item.name === name);
            const on = form.metrics.includes(name);
            return (
              <label key={name} className="check" title={row?.description}>
                <input
                  type="checkbox"
                  checked={on}
                  disabled={!on && form.metrics.length >= MOST_METRICS}
                  onChange={() => set({ metrics: toggle(form.metrics, name) })}
                />
                <span className="mono">{name}</span>
                {row !== undefined && <span className="muted">{row.description}</span>}
              </label>
            );
          })}
        </fieldset>
      </details>
      {problem !== null && (
        <p id={`${id}-problem`} className="sweep-problem" role="alert">
          {problem.text}
        </p>
      )}
      <div className="row">
        {running ? (
          <Button key="stop" onClick={onCancel}>
            {t('sweep.cancel')}
          </Button>
        ) : (
          // one button turned into the other would be pressed twice by one click
          <Button key="run" look="primary" type="submit">
            {t('sweep.run')}
          </Button>
        )}
      </div>
    </form>
  );
}
