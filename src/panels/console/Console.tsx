/** A shell on the simulated host: history with the arrow keys, Tab completes, output as the tool prints it. */
import './console.css';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import type { ConsoleEntry } from '../../store/types.ts';
import { Button, IconButton } from '../shared/controls.tsx';
import { formatDuration } from '../shared/format.ts';
import { CloseIcon } from '../shared/icons.tsx';

/** The longest beginning all words share. */
export function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? '';
  for (const word of words) {
    while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return prefix;
}

/** The line with its last word completed; a space after it where the word is certain. */
export function completeLine(line: string, words: readonly string[]): string {
  if (words.length === 0) return line;
  const start = line.length - (line.match(/\S*$/)?.[0].length ?? 0);
  const word = commonPrefix(words);
  const typed = line.slice(start);
  if (word.length < typed.length || !word.startsWith(typed)) return line;
  return `${line.slice(0, start)}${word}${words.length === 1 && !word.endsWith('/') && !word.endsWith('=') ? ' ' : ''}`;
}

export default function Console() {
  const {
    command,
    complete,
    clearConsole,
    setConsoleHost,
    stopWatch,
    togglePanel,
    togglePlay,
    step,
    stepBack,
  } = useActions();
  const prefill = useUi((s) => s.prefill);
  const { entries, busy, host, hosts, theme, watching } = useAppStore((s) => ({
    watching: s.console.watching?.entry ?? null,
    entries: s.console.entries,
    busy: s.console.busy,
    host: s.console.host,
    hosts: s.scenario.map?.hosts ?? [],
    theme: s.layout.theme,
  }));
  const where = host !== '' ? host : (hosts[0]?.id ?? '');
  const [line, setLine] = useState('');
  const [words, setWords] = useState<string[]>([]);
  const [back, setBack] = useState(0);
  const draft = useRef('');
  const input = useRef<HTMLInputElement>(null);
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    input.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (prefill.n === 0) return;
    setLine(prefill.line);
    input.current?.focus();
  }, [prefill]);
  // a watch lasts as long as somebody can see it
  useEffect(() => stopWatch, [stopWatch]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when something was printed
  useEffect(() => {
    end.current?.scrollIntoView?.({ block: 'end' });
  }, [entries, words]);

  const history = entries.filter((e) => e.host === where).map((e) => e.line);
  const recall = (to: number) => {
    if (to < 0 || to > history.length) return;
    if (back === 0) draft.current = line;
    setBack(to);
    setLine(to === 0 ? draft.current : history[history.length - to]);
  };
  /** A watched command has the terminal: keys end it, or move time on under it. */
  const onWatchKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const copying = event.key === 'c' && event.ctrlKey && window.getSelection()?.isCollapsed === false;
    if (event.altKey || event.metaKey || copying) return;
    if (event.key === 'Escape' || event.key === 'q' || (event.key === 'c' && event.ctrlKey)) stopWatch();
    else if (event.key === ' ') togglePlay();
    else if (event.key === 'ArrowRight') void step();
    else if (event.key === 'ArrowLeft') void stepBack();
    else return;
    event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (watching !== null) {
      onWatchKey(event);
      return;
    }
    if (event.key === 'ArrowUp') recall(back + 1);
    else if (event.key === 'ArrowDown') recall(back - 1);
    else if (event.key === 'l' && event.ctrlKey) clearConsole();
    else if (event.key === 'u' && event.ctrlKey) setLine('');
    else if (event.key === '`' && line === '') togglePanel('console', false);
    else if (event.key === 'Tab' && !event.shiftKey && line.trim() !== '') {
      void complete(where, line).then((got) => {
        setLine((now) => (now === line ? completeLine(line, got) : now));
        setWords(got.length > 1 ? got : []);
      });
    } else return;
    event.preventDefault();
  };
  const run = () => {
    const text = line.trim();
    if (text === '' || busy || watching !== null) return;
    setLine('');
    setBack(0);
    setWords([]);
    if (text === 'clear') clearConsole();
    else void command(where, text);
  };
  return (
    <section className={`console theme-${theme}`} aria-label={t('console.title')}>
      <header className="drawer-head">
        <h2>{t('console.title')}</h2>
        {hosts.length > 1 && (
          <label className="inline-field">
            <span className="visually-hidden">{t('console.host')}</span>
            <select value={where} onChange={(event) => setConsoleHost(event.target.value)}>
              {hosts.map((item) => (
                <option key={item.id}>{item.id}</option>
              ))}
            </select>
          </label>
        )}
        <p className="muted drawer-hint">{t('console.hint')}</p>
        <Button look="quiet" onClick={clearConsole}>
          {t('console.clear')}
        </Button>
        <IconButton
          label={t('console.close')}
          keys="~"
          look="quiet"
          onClick={() => togglePanel('console', false)}
        >
          <CloseIcon />
        </IconButton>
      </header>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a click below the text goes on in the input, as in any terminal */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: same */}
      <div
        className="console-screen mono"
        onClick={() => {
          if (window.getSelection()?.isCollapsed !== false) input.current?.focus({ preventScroll: true });
        }}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard */}
        <div className="console-log" role="log" aria-label={t('console.log')} tabIndex={0}>
          {entries.length === 0 && <p className="muted">{t('console.welcome')}</p>}
          {entries.map((entry) => (
            <Entry key={entry.n} entry={entry} watched={entry.n === watching} />
          ))}
          {words.length > 0 && <p className="console-words">{words.join('  ')}</p>}
        </div>
        <form
          className="console-line"
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          <label htmlFor="console-input">
            <span className="visually-hidden">{t('console.input', { host: where })}</span>
            <span aria-hidden="true">root@{where}:~#</span>
          </label>
          <input
            id="console-input"
            ref={input}
            value={line}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={1000}
            readOnly={watching !== null}
            placeholder={watching === null ? undefined : t('console.watching')}
            onChange={(event) => setLine(event.target.value)}
            onKeyDown={onKeyDown}
          />
          {watching !== null && (
            <Button look="quiet" onClick={stopWatch}>
              {t('console.stopWatch')}
            </Button>
          )}
          {busy && <span className="spinner" role="status" aria-label={t('console.busy')} />}
        </form>
        <div ref={end} />
      </div>
    </section>
  );
}

/** What differs from the showing before is marked, character by character as the tool does. */
function Marked({ text, before }: { text: string; before: string }) {
  const was = before.split('\n');
  return (
    <>
      {text.split('\n').map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of the screen is its place
        <span key={i}>
          {runsOf(line, was[i] ?? '').map(({ at, part, differs }) =>
            differs ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
          )}
          {'\n'}
        </span>
      ))}
    </>
  );
}

/** A line in stretches that are the same as before, or not. */
export function runsOf(line: string, before: string): { at: number; part: string; differs: boolean }[] {
  const runs: { at: number; part: string; differs: boolean }[] = [];
  for (let at = 0; at < line.length; at += 1) {
    const differs = line.charAt(at) !== before.charAt(at);
    const last = runs[runs.length - 1];
    if (last?.differs === differs) last.part += line.charAt(at);
    else runs.push({ at, part: line.charAt(at), differs });
  }
  return runs;
}

function Entry({ entry, watched }: { entry: ConsoleEntry; watched: boolean }) {
  const output = entry.output.replace(/\n$/, '');
  return (
    // what is shown again and again is not read out each time
    <div className="console-entry" aria-live={watched ? 'off' : undefined}>
      <p className="console-typed">
        <span className="prompt">root@{entry.host}:~#</span> {entry.line}
        {entry.at !== null && (
          <span className="console-at"> {t('console.at', { time: formatDuration(entry.at.t) })}</span>
        )}
      </p>
      {entry.output !== '' && (
        <pre>{entry.before === null ? output : <Marked text={output} before={entry.before} />}</pre>
      )}
      {entry.status !== 0 && entry.at !== null && (
        <p className="console-status">{t('console.status', { status: entry.status })}</p>
      )}
    </div>
  );
}
