/** The causal chain, newest first: each record is the cause of the one above it. */
import { CONTEXTS } from '../../catalog/contexts.ts';
import { t } from '../../i18n/index.ts';
import type { RecordView, SceneMap } from '../../protocol/scene.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { formatDuration, groupDigits } from '../shared/format.ts';
import { cpuLabel, functionOf, reasonSentence, recordSentence, tintOf } from '../shared/sentence.ts';
import { kindName } from '../../catalog/kinds.ts';

export function WhyChain({ records, map }: { records: readonly RecordView[]; map: SceneMap }) {
  const { seek } = useActions();
  const language = useAppStore((s) => s.layout.language);
  return (
    <ol className="why-chain">
      {records.map((record, i) => {
        const why = reasonSentence(record.reason);
        const next = records[i + 1];
        const tint = kindName(record.kind) === 'drop' ? 'loss' : tintOf(record);
        return (
          <li
            key={record.seq}
            className={`why-link ${CONTEXTS.includes(tint as never) ? `ctx-${tint}` : `is-${tint}`}`}
          >
            <span className="why-dot" aria-hidden="true" />
            <button
              type="button"
              className="why-button"
              title={t('why.goThere')}
              onClick={() => void seek({ t: record.timeNs, seq: record.seq })}
            >
              <span className="why-what">{recordSentence(record, map, language)}</span>
              {why !== null && <span className="why-reason">{why}</span>}
              <span className="why-meta mono">
                {groupDigits(record.timeNs)} ns
                {map.cpus[record.cpu] !== undefined && ` · CPU ${cpuLabel(map, record.cpu)}`} ·{' '}
                {functionOf(record)}
              </span>
            </button>
            {next !== undefined && record.timeNs > next.timeNs && (
              <span className="why-gap">
                {t('why.later', { span: formatDuration(record.timeNs - next.timeNs) })}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
