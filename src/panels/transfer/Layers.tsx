/**
 * How often each layer has run up to the moment shown, a host a column, beside the variant seen before: the frames on the wire stay
 * the same, what runs above them does not.
 */
import { useEffect, useRef, useState } from 'react';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { groupDigits } from '../shared/format.ts';
import { type HostLayers, LAYER_PARTS, layerCells, showsRow } from './layers.ts';

interface Seen {
  scenario: string;
  variant: string;
  layers: readonly HostLayers[];
}

export function Layers() {
  const { report } = useActions();
  const { moment, scenario, variant, branch, ready, titles } = useAppStore((s) => ({
    moment: s.playhead.moment,
    scenario: s.scenario.info?.scenarioId ?? '',
    variant: s.scenario.variant,
    branch: s.branches.active,
    ready: s.scenario.status === 'ready' && s.worker === 'ready',
    titles: s.scenario.info?.variants,
  }));
  const [seen, setSeen] = useState<Seen | null>(null);
  const [before, setBefore] = useState<Seen | null>(null);
  const newest = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another branch has another past
  useEffect(() => {
    if (!ready) return;
    newest.current += 1;
    const mine = newest.current;
    void report(moment).then((answer) => {
      if (answer === null || mine !== newest.current) return;
      const next: Seen = { scenario, variant, layers: (answer as { layers: HostLayers[] }).layers };
      setSeen((last) => {
        if (last !== null && last.scenario === scenario && last.variant !== variant) setBefore(last);
        return next;
      });
    });
  }, [report, moment, scenario, variant, branch, ready]);
  if (seen === null) return <p className="muted transfer-none">{t('layers.none')}</p>;
  const other = before !== null && before.scenario === scenario && before.variant !== variant ? before : null;
  const cells = layerCells(seen.layers, other?.layers ?? null);
  const title =
    other?.variant === 'base'
      ? t('lesson.base')
      : (titles?.find((item) => item.id === other?.variant)?.title ?? other?.variant ?? '');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section className="layers" tabIndex={0} aria-label={t('layers.title')}>
      <table>
        <caption>
          {other === null ? t('layers.caption') : t('layers.captionBefore', { variant: title })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('layers.layer')}</th>
            {seen.layers.map(({ host }) => (
              <th scope="col" key={host}>
                {host}
              </th>
            ))}
          </tr>
        </thead>
        {LAYER_PARTS.map(({ part, names }) => (
          <tbody key={part} className={`layers-${part}`}>
            {names
              .filter((name) => showsRow(name, seen.layers))
              .map((name) => (
                <tr key={name}>
                  <th scope="row">{t(`layers.${name}`)}</th>
                  {cells.map((cell, i) => (
                    <td key={seen.layers[i].host}>
                      <span className="layer-bar" style={{ inlineSize: `${cell[name].share * 60}%` }} />
                      <span className="mono">{groupDigits(cell[name].count)}</span>
                      {cell[name].other !== null && cell[name].other !== cell[name].count && (
                        <span className="muted mono">
                          {t('layers.before', { n: groupDigits(cell[name].other) })}
                        </span>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}
