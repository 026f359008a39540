/** Where RPS, RFS and filters send what is selected, with the numbers that RFS's rule compares. */
import { t } from '../../i18n/index.ts';
import type { SteeringFlow, SteeringState } from '../../protocol/messages.ts';
import { flowMark } from '../../theme/colors.ts';
import { Section } from '../shared/controls.tsx';

/** RFS's rule in words: a flow moves only once what was queued for it before has been worked off. */
export function ruleSentence(flow: SteeringFlow): string | null {
  if (flow.cpu === null) return null;
  const left = flow.head - flow.lastTail;
  const numbers = { cpu: flow.cpu, head: flow.head, tail: flow.lastTail, left };
  if (flow.wanted === flow.cpu) return t('steering.there', numbers);
  if (flow.wanted === null) return null;
  return t(left >= 0 ? 'steering.drained' : 'steering.waits', numbers);
}

export function Steering({ state }: { state: SteeringState }) {
  const { rps, xps, flows, filters } = state;
  return (
    <Section title={t('steering.title')}>
      <ul className="steering">
        {rps.map((row) => (
          <li key={`rps ${row.queue}`}>
            {t('steering.rps', { queue: row.queue, cpus: row.cpus.join(', ') })}
          </li>
        ))}
        {xps.map((row) => (
          <li key={`xps ${row.queue}`}>
            {t('steering.xps', { queue: row.queue, cpus: row.cpus.join(', ') })}
          </li>
        ))}
        {filters !== null && <li>{t('steering.filters', filters)}</li>}
        {flows.map((flow) => {
          const rule = ruleSentence(flow);
          return (
            <li key={`${flow.queue} ${flow.flow}`}>
              <b>{t('steering.flow', { flow: flowMark(flow.flow), queue: flow.queue })}</b>
              <ul>
                <li>
                  {flow.wanted === null ? t('steering.sockNone') : t('steering.sock', { cpu: flow.wanted })}
                </li>
                <li>{flow.cpu === null ? t('steering.devNone') : t('steering.dev', { cpu: flow.cpu })}</li>
                {rule !== null && <li className="steering-rule">{rule}</li>}
                {flow.filter !== null && <li>{t('steering.filter', { queue: flow.filter })}</li>}
              </ul>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
