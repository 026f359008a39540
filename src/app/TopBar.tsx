/** The top edge: what is shown, under which kernel, on which branch; how it looks; Share at its end. */
import { t } from '../i18n/index.ts';
import { Button, IconButton } from '../panels/shared/controls.tsx';
import {
  BranchIcon,
  CaptureIcon,
  ChevronIcon,
  CurveIcon,
  DarkIcon,
  LightIcon,
  LogoMark,
  ProjectorIcon,
  TableIcon,
  TerminalIcon,
  TransferIcon,
} from '../panels/shared/icons.tsx';
import { formatDuration } from '../panels/shared/format.ts';
import { Popover } from '../panels/shared/Popover.tsx';
import type { BranchInfo } from '../protocol/messages.ts';
import { useActions, useAppStore } from '../store/react.ts';
import type { Density, Theme } from '../store/types.ts';
import { HostSwitch } from './HostSwitch.tsx';
import { nextTheme } from './theme.ts';
import { useUi } from './ui-store.ts';

const THEME_ICONS: Readonly<Record<Theme, () => React.ReactNode>> = {
  dark: DarkIcon,
  light: LightIcon,
  projector: ProjectorIcon,
};

export function TopBar() {
  const { setTheme, setDensity, togglePanel } = useActions();
  const { open, setPresent, present } = useUi((s) => ({
    open: s.open,
    setPresent: s.setPresent,
    present: s.present,
  }));
  const {
    title,
    kernel,
    hz,
    theme,
    density,
    consoleOpen,
    eventsOpen,
    capturesOpen,
    transferOpen,
    transfers,
  } = useAppStore((s) => ({
    title: s.scenario.info?.title ?? null,
    kernel: s.scenario.map?.kernel ?? null,
    hz: s.scenario.map?.hz ?? 0,
    theme: s.layout.theme,
    density: s.layout.density,
    consoleOpen: s.layout.panels.console,
    eventsOpen: s.layout.panels.events,
    transferOpen: s.layout.panels.transfer,
    transfers: (s.scenario.map?.transfers.length ?? 0) > 0,
    capturesOpen: s.layout.panels.captures,
  }));
  const ThemeIcon = THEME_ICONS[theme];
  return (
    <header className="top-bar">
      <button
        type="button"
        className="button skip-to-stage"
        onClick={() => document.querySelector('main')?.focus()}
      >
        {t('app.skip')}
      </button>
      <p className="brand">
        <LogoMark />
        <span>{t('app.name')}</span>
      </p>
      <h1 className="scenario-title">
        <button
          type="button"
          className="button button-quiet"
          title={t('top.scenario')}
          onClick={() => open('picker')}
        >
          <span>{title ?? t('top.none')}</span>
          <ChevronIcon />
        </button>
      </h1>
      {kernel !== null && (
        <button
          type="button"
          className="button button-pill mono"
          title={`${t('top.kernelTitle')} (L)`}
          onClick={() => open('kernel')}
        >
          {t('top.kernel', { kernel, hz })}
        </button>
      )}
      <Branches />
      <HostSwitch />
      <span className="spacer" />
      <div className="top-tools">
        <select
          className="density"
          aria-label={t('top.density')}
          title={t('top.density')}
          value={density}
          onChange={(event) => setDensity(event.target.value as Density)}
        >
          {(['overview', 'standard', 'full'] as const).map((value) => (
            <option key={value} value={value}>
              {t(`density.${value}`)}
            </option>
          ))}
        </select>
        {transfers && (
          <IconButton
            label={t('top.transfer')}
            keys="X"
            className="not-phone"
            aria-pressed={transferOpen}
            onClick={() => togglePanel('transfer')}
          >
            <TransferIcon />
          </IconButton>
        )}
        <IconButton
          label={t('top.events')}
          keys="E"
          className="not-phone"
          aria-pressed={eventsOpen}
          onClick={() => togglePanel('events')}
        >
          <TableIcon />
        </IconButton>
        <IconButton
          label={t('top.captures')}
          keys="C"
          className="not-phone"
          aria-pressed={capturesOpen}
          disabled={title === null}
          onClick={() => togglePanel('captures')}
        >
          <CaptureIcon />
        </IconButton>
        <IconButton
          label={t('top.console')}
          keys="~"
          className="not-phone"
          aria-pressed={consoleOpen}
          onClick={() => togglePanel('console')}
        >
          <TerminalIcon />
        </IconButton>
        <IconButton label={t('top.sweep')} keys="V" disabled={title === null} onClick={() => open('sweep')}>
          <CurveIcon />
        </IconButton>
        <IconButton
          label={t('top.theme', { theme: t(`theme.${theme}`) })}
          keys="T"
          onClick={() => setTheme(nextTheme(theme))}
        >
          <ThemeIcon />
        </IconButton>
        <Button className="wide-only" title={t('top.modelTitle')} onClick={() => open('model')}>
          {t('top.model')}
        </Button>
        <Button
          className="not-phone"
          title={`${t('top.presentTitle')} (P)`}
          aria-pressed={present}
          onClick={() => setPresent(!present)}
        >
          {t('top.present')}
        </Button>
        <IconButton
          label={t('top.help')}
          keys="?"
          className="not-phone"
          onClick={() => togglePanel('help', true)}
        >
          <span aria-hidden="true">?</span>
        </IconButton>
      </div>
      <Button
        look="primary"
        title={t('top.shareTitle')}
        disabled={title === null}
        onClick={() => open('share')}
      >
        {t('top.share')}
      </Button>
    </header>
  );
}

function branchLabel(branch: BranchInfo): string {
  if (branch.parent === null && branch.inputs.length === 0) return t('top.branch.root');
  const last = branch.inputs[branch.inputs.length - 1];
  if (last === undefined) return t('top.branch.empty', { at: formatDuration(branch.forkAt?.t ?? 0) });
  return t('top.branch.fork', { at: formatDuration(last.at), line: last.line });
}

function Branches() {
  const { switchBranch } = useActions();
  const { list, active, ready } = useAppStore((s) => ({
    list: s.branches.list,
    active: s.branches.active,
    ready: s.scenario.map !== null,
  }));
  if (!ready) return null;
  const text = list.length > 1 ? t('top.branch.many', { n: list.length }) : t('top.branch.one');
  return (
    <Popover
      label={`${t('top.branches')}: ${text}`}
      title={t('top.branches')}
      className={`button button-pill mono branch-pill ${list.length > 1 ? 'has-branches' : ''}`}
      button={
        <>
          <BranchIcon /> <span>{text}</span>
        </>
      }
    >
      {(close) => (
        <div className="branch-list">
          <ul>
            {list.map((branch) => (
              <li key={branch.id}>
                <button
                  type="button"
                  className={`branch ${branch.id === active ? 'is-current' : ''}`}
                  aria-current={branch.id === active ? 'true' : undefined}
                  onClick={() => {
                    close();
                    if (branch.id !== active) void switchBranch(branch.id);
                  }}
                >
                  <span className="branch-dot" aria-hidden="true" />
                  <span className="mono">{branchLabel(branch)}</span>
                </button>
              </li>
            ))}
          </ul>
          <p className="muted">{t('top.branch.hint')}</p>
        </div>
      )}
    </Popover>
  );
}
