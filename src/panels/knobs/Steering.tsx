/** Which queue a packet goes to, turned by hand: the indirection table's entries and ntuple rules, each as the command it is. */
import { useEffect, useId, useState } from 'react';
import { t } from '../../i18n/index.ts';
import type { KnobView } from '../../protocol/messages.ts';
import { useActions, useAppStore, useFeed } from '../../store/react.ts';
import { Button } from '../shared/controls.tsx';
import { countsOf, giveOn, type RuleFields, ruleLine, tableOf, weightLine } from './rss.ts';

const FLOW_TYPES = ['udp4', 'tcp4', 'udp6', 'tcp6'];

interface Card {
  index: number;
  name: string;
  /** Queues in use. */
  queues: number;
  table: readonly number[];
}

/** Cards of this host that have queues to choose among, as they are at the present moment. */
function useCards(): Card[] {
  const feed = useFeed();
  const { map, host } = useAppStore((s) => ({ map: s.scenario.map, host: s.layout.host }));
  const [cards, setCards] = useState<Card[]>([]);
  useEffect(() => {
    if (map === null) return;
    const look = () => {
      const scene = feed.current?.scene;
      if (scene === undefined) return;
      const found = (map.hosts[host]?.nics ?? []).flatMap((index): Card[] => {
        const nic = map.nics[index];
        const queues = nic.queues.filter((queue) => scene.queues[queue]?.active).length;
        const table = scene.nics[index]?.indirection ?? [];
        return queues < 2 || table.length === 0 ? [] : [{ index, name: nic.name, queues, table: [...table] }];
      });
      setCards((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found));
    };
    look();
    // what a command changed is shown by a jump; while time runs no table changes by itself
    return feed.subscribe((frame) => {
      if (frame.jumped) look();
    });
  }, [feed, map, host]);
  return cards;
}

export function Steering({ knobs }: { knobs: readonly KnobView[] }) {
  const cards = useCards();
  return cards.map((card) => (
    <div key={card.name} className="steering-editor">
      <TableEditor key={`${card.name}/${card.queues}/${card.table.join()}`} card={card} />
      <RuleEditor card={card} rules={knobs.filter((knob) => knob.id.startsWith(`${card.name}.ntuple.`))} />
    </div>
  ));
}

/** Carries a command out and keeps what was said where it was refused. */
function useCommand(): [string, (line: string) => void] {
  const { command } = useActions();
  const host = useAppStore((s) => s.scenario.map?.hosts[s.layout.host]?.id ?? '');
  const [refused, setRefused] = useState('');
  const run = (line: string): void => {
    void command(host, line).then((done) =>
      setRefused(done === null || done.status === 0 ? '' : done.output),
    );
  };
  return [refused, run];
}

function TableEditor({ card }: { card: Card }) {
  const [counts, setCounts] = useState(() => countsOf(card.table, card.queues));
  const [touched, setTouched] = useState(false);
  const [refused, run] = useCommand();
  const size = card.table.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const line = weightLine(card.name, counts, size);
  // untouched, the table as it is; else as the command would lay it out
  const table = touched ? tableOf(counts) : card.table;
  const change = (next: number[]) => {
    setCounts(next);
    setTouched(true);
  };
  return (
    <fieldset className="rss-editor">
      <legend>{t('rss.title', { nic: card.name, size })}</legend>
      {/* biome-ignore lint/a11y/useSemanticElements: a grid of one field, within its fieldset */}
      <div className="rss-cells" role="group" aria-label={t('rss.cells')}>
        {table.slice(0, size).map((queue, cell) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its place in the table
            key={cell}
            type="button"
            className={`rss-cell mono ${queue % 2 === 0 ? '' : 'is-odd'}`}
            tabIndex={cell === 0 ? 0 : -1}
            aria-label={t('rss.cell', { cell, queue })}
            onClick={() => change(giveOn(counts, queue))}
            onKeyDown={(event) => {
              const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 16, ArrowUp: -16 }[event.key];
              if (by === undefined) return;
              event.preventDefault();
              event.stopPropagation();
              const all = event.currentTarget.parentElement?.children;
              (all?.[cell + by] as HTMLElement | undefined)?.focus();
            }}
          >
            {queue}
          </button>
        ))}
      </div>
      <div className="rss-counts">
        {counts.map((count, queue) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a queue is its number
          <label key={queue}>
            <span className="mono">rx-{queue}</span>
            <input
              type="number"
              className="mono"
              min={0}
              max={size}
              value={count}
              onChange={(event) =>
                change(counts.map((c, i) => (i === queue ? Math.max(0, Number(event.target.value)) : c)))
              }
            />
          </label>
        ))}
      </div>
      {touched && line === null && <p className="small">{t('rss.total', { total, size })}</p>}
      <div className="row">
        {Array.from({ length: card.queues }, (_, i) => i + 1).map((n) => (
          <Button key={n} className="small" onClick={() => run(`ethtool -X ${card.name} equal ${n}`)}>
            {t('rss.equal', { n })}
          </Button>
        ))}
        {touched && (
          <Button
            look="primary"
            className="small"
            disabled={line === null}
            onClick={() => {
              if (line !== null) run(line);
            }}
          >
            {t('apply')}
          </Button>
        )}
      </div>
      {line !== null && touched && <code className="knob-line">{line}</code>}
      {refused !== '' && (
        <p className="small is-loss" role="alert">
          {refused}
        </p>
      )}
      <p className="muted small">{t('rss.note')}</p>
    </fieldset>
  );
}

const NO_RULE: RuleFields = { flowType: 'udp4', srcIp: '', dstIp: '', srcPort: '', dstPort: '', action: '0' };

function RuleEditor({ card, rules }: { card: Card; rules: readonly KnobView[] }) {
  const [fields, setFields] = useState(NO_RULE);
  const [refused, run] = useCommand();
  const id = useId();
  const line = ruleLine(card.name, fields);
  const set = (part: Partial<RuleFields>) => setFields({ ...fields, ...part });
  const field = (name: keyof RuleFields, label: string) => (
    <label>
      <span>{label}</span>
      <input
        className="mono"
        value={fields[name]}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <form
      className="rule-editor"
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        if (line !== null) run(line);
      }}
    >
      <p id={id} className="small">
        {t('ntuple.title', { nic: card.name })}
      </p>
      {rules.length > 0 && (
        <ul>
          {rules.map((rule) => {
            const loc = rule.id.slice(rule.id.lastIndexOf('.') + 1);
            return (
              <li key={rule.id} className="applied-row">
                <code className="command-text">{rule.line}</code>
                <Button
                  className="small"
                  aria-label={t('ntuple.deleteRule', { loc })}
                  onClick={() => run(`ethtool -N ${card.name} delete ${loc}`)}
                >
                  {t('ntuple.delete')}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      <div className="rule-fields">
        <label>
          <span>flow-type</span>
          <select value={fields.flowType} onChange={(event) => set({ flowType: event.target.value })}>
            {FLOW_TYPES.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </select>
        </label>
        {field('dstPort', 'dst-port')}
        {field('srcPort', 'src-port')}
        {field('dstIp', 'dst-ip')}
        {field('srcIp', 'src-ip')}
        {field('action', t('ntuple.action'))}
      </div>
      {line !== null && <code className="knob-line">{line}</code>}
      <div className="row">
        <Button type="submit" className="small" disabled={line === null}>
          {t('ntuple.add')}
        </Button>
      </div>
      {refused !== '' && (
        <p className="small is-loss" role="alert">
          {refused}
        </p>
      )}
    </form>
  );
}
