/** The knobs as the commands they stand for: turn one, see the very line an administrator would type, apply it now. */
import './knobs.css';
import { AnimatePresence, m } from 'framer-motion';
import { useEffect, useId, useState } from 'react';
import { hasMessage, t } from '../../i18n/index.ts';
import type { KnobView } from '../../protocol/messages.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { Button, IconButton, Section } from '../shared/controls.tsx';
import { formatDuration } from '../shared/format.ts';
import { UndoIcon } from '../shared/icons.tsx';
import { Counters } from './Counters.tsx';
import { Steering } from './Steering.tsx';

interface Knobbed {
  knobs: KnobView[];
  inputs: { n: number; at: number; line: string }[];
}

const ASK_MS = 150;

function useKnobs(): Knobbed | null {
  const { knobs } = useActions();
  const { host, branch, seq, playing, ready } = useAppStore((s) => ({
    host: s.scenario.map?.hosts[s.layout.host]?.id ?? null,
    branch: s.branches.active,
    seq: s.playhead.moment.seq,
    playing: s.playhead.playing,
    ready: s.worker === 'ready',
  }));
  const [answer, setAnswer] = useState<Knobbed | null>(null);
  // Values can only change by commands: while playing there is no need to ask at each event.
  const at = playing ? -1 : seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `at` and `branch` stand for the moment asked about
  useEffect(() => {
    if (host === null || !ready) return;
    let live = true;
    const timer = window.setTimeout(() => {
      void knobs(host).then((got) => {
        if (live && got !== null) setAnswer(got);
      });
    }, ASK_MS);
    return () => {
      live = false;
      window.clearTimeout(timer);
    };
  }, [knobs, host, branch, at, ready]);
  return answer;
}

/** The line a knob stands for with another value in it. */
export function lineFor(knob: KnobView, value: string): string {
  return knob.template.replaceAll('{value}', value);
}

export function Knobs() {
  const answer = useKnobs();
  const { undo } = useActions();
  const { density, branch } = useAppStore((s) => ({ density: s.layout.density, branch: s.branches.active }));
  const groups = new Map<string, KnobView[]>();
  for (const knob of answer?.knobs ?? []) groups.set(knob.group, [...(groups.get(knob.group) ?? []), knob]);
  return (
    <>
      {answer !== null && answer.inputs.length > 0 && (
        <Section title={t('knobs.applied')}>
          <ol className="applied">
            <AnimatePresence initial={false}>
              {answer.inputs.map((input) => (
                <m.li
                  key={input.n}
                  className="applied-row"
                  initial={{ opacity: 0, height: 0 }}
                  animate={{ opacity: 1, height: 'auto' }}
                  exit={{ opacity: 0, height: 0 }}
                  transition={{ duration: 0.2 }}
                >
                  <span className="mono muted">{formatDuration(input.at)}</span>
                  <code className="command-text">{input.line}</code>
                  <IconButton
                    label={t('knobs.undo', { line: input.line })}
                    look="quiet"
                    onClick={() => void undo(input.n)}
                  >
                    <UndoIcon />
                  </IconButton>
                </m.li>
              ))}
            </AnimatePresence>
          </ol>
        </Section>
      )}
      <Section title={t('knobs.title')}>
        {answer === null ? (
          <p className="muted">{t('knobs.none')}</p>
        ) : (
          [...groups].map(([group, knobs], i) => (
            <details key={group} className="knob-group" open={i === 0 || density === 'full'}>
              <summary>{hasMessage(`knobs.group.${group}`) ? t(`knobs.group.${group}`) : group}</summary>
              {knobs.map((knob) => (
                <Knob key={`${branch}/${knob.id}/${knob.value}`} knob={knob} />
              ))}
              {group === 'rss' && <Steering knobs={knobs} />}
            </details>
          ))
        )}
      </Section>
      <Counters />
    </>
  );
}

/** In words where there are some, else the setting's own name; `target` is part of what the worker sends. */
function knobLabel(knob: KnobView & { target?: string }): string {
  if (hasMessage(knob.label)) return t(knob.label, { target: knob.target ?? '' });
  return knob.label.replace(/^knob\.(sysctl\.)?(net\.(core|ipv4)\.)?/, '');
}

function Knob({ knob }: { knob: KnobView }) {
  const { command } = useActions();
  const host = useAppStore((s) => s.scenario.map?.hosts[s.layout.host]?.id ?? '');
  // one of several cards' knobs says whose it is
  const nic = useAppStore((s) => {
    const nics = s.scenario.map?.nics ?? [];
    return nics.length < 2 ? '' : (nics.find((item) => knob.id.startsWith(`${item.name}.`))?.name ?? '');
  });
  const label = knobLabel(knob);
  const [value, setValue] = useState(knob.value);
  const id = useId();
  const changed = value !== knob.value;
  const line = changed ? lineFor(knob, value) : knob.line;
  const apply = (next: string) => {
    if (next !== knob.value && next !== '') void command(host, lineFor(knob, next));
  };
  return (
    <form
      className={`knob ${changed ? 'is-changed' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        apply(value);
      }}
    >
      <div className="knob-row">
        <label htmlFor={id}>{nic === '' || label.includes(nic) ? label : `${nic} ${label}`}</label>
        {knob.kind === 'choice' || knob.kind === 'toggle' ? (
          <select
            id={id}
            value={value}
            onChange={(event) => {
              setValue(event.target.value);
              apply(event.target.value);
            }}
          >
            {(knob.choices ?? ['on', 'off']).map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        ) : (
          <input
            id={id}
            className="mono"
            type={knob.kind === 'number' ? 'number' : 'text'}
            min={knob.min}
            max={knob.max}
            value={value}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setValue(event.target.value)}
          />
        )}
        {changed && (
          <Button look="primary" type="submit" className="small">
            {t('apply')}
          </Button>
        )}
      </div>
      <code className="knob-line" title={line}>
        {line}
      </code>
    </form>
  );
}
