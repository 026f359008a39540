/** The page: top bar, lesson and knobs on the left, stage, time under it, why on the right; a drawer; sheets over all. */
import { AnimatePresence, LazyMotion, m, MotionConfig } from 'framer-motion';
import { lazy, type ReactNode, Suspense, useContext, useEffect, useRef } from 'react';
import { t } from '../i18n/index.ts';
import { Host } from '../panels/host/Host.tsx';
import { Inspector } from '../panels/inspector/Inspector.tsx';
import { Knobs } from '../panels/knobs/Knobs.tsx';
import { Lesson } from '../panels/lesson/Lesson.tsx';
import { Button, IconButton } from '../panels/shared/controls.tsx';
import { CloseIcon } from '../panels/shared/icons.tsx';
import { Prose } from '../panels/shared/Prose.tsx';
import { Timeline } from '../panels/timeline/Timeline.tsx';
import { Transport } from '../panels/timeline/Transport.tsx';
import { AppContext, useActions, useAppStore } from '../store/react.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { FileDrop } from './FileDrop.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { CrashBanner, Notices } from './Notices.tsx';
import { openFiles } from './open-files.ts';
import { TopBar } from './TopBar.tsx';
import { Waiting } from './Waiting.tsx';
import { type PhoneTab, useUi } from './ui-store.ts';
import { useKeys } from './useKeys.ts';
import { useRoom } from './useRoom.ts';

const Captures = lazy(() => import('../panels/captures/Captures.tsx'));
const Console = lazy(() => import('../panels/console/Console.tsx'));
const Transfer = lazy(() => import('../panels/transfer/Transfer.tsx'));
const Events = lazy(() => import('../panels/events/Events.tsx'));
const Picker = lazy(() => import('../panels/picker/Picker.tsx'));
const Share = lazy(() => import('../panels/share/Share.tsx'));
const Sweep = lazy(() => import('../panels/sweep/Sweep.tsx'));
const Kernel = lazy(() => import('../panels/kernel/Kernel.tsx'));
const Model = lazy(() => import('../panels/model/Model.tsx'));
const HelpOverlay = lazy(() => import('./HelpOverlay.tsx'));

const features = () => import('./motion-features.ts').then((module) => module.default);

export function App() {
  const { theme, reduced, language } = useAppStore((s) => ({
    theme: s.layout.theme,
    reduced: s.playhead.reducedMotion,
    language: s.layout.language,
  }));
  const present = useUi((s) => s.present);
  const room = useRoom(theme === 'projector');
  useKeys();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    document.documentElement.lang = language;
    document.documentElement.dir = ['he', 'ar', 'fa'].includes(language) ? 'rtl' : 'ltr';
  }, [theme, language]);
  return (
    <LazyMotion features={features} strict>
      <MotionConfig reducedMotion={reduced ? 'always' : 'user'}>
        <div className={`page ${present ? 'is-presenting' : ''} is-${room}`}>
          <TopBar />
          <CrashBanner />
          {room === 'phone' ? <PhoneBody /> : <WideBody compact={room === 'compact'} />}
        </div>
        <Sheets />
        <Notices />
        <FileDrop />
        <LiveRegion />
      </MotionConfig>
    </LazyMotion>
  );
}

function Panel({ name, className, children }: { name: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a column that scrolls must scroll by keyboard
    <aside className={className} aria-label={name} tabIndex={0}>
      <ErrorBoundary name={name}>{children}</ErrorBoundary>
    </aside>
  );
}

function WideBody({ compact }: { compact: boolean }) {
  const present = useUi((s) => s.present);
  const density = useAppStore((s) => s.layout.density);
  const { left, right } = useAppStore((s) => ({
    left: s.layout.panels.lesson || s.layout.panels.knobs,
    right: s.layout.panels.inspector,
  }));
  const showLeft = left && !present;
  const showRight = right && !present && !compact && density !== 'overview';
  return (
    <div className={`body ${showLeft ? '' : 'no-left'} ${showRight ? '' : 'no-right'}`}>
      {showLeft && (
        <Panel name={t('region.left')} className="left">
          {compact ? (
            <SideTabs />
          ) : (
            <>
              <Lesson />
              <Knobs />
            </>
          )}
        </Panel>
      )}
      <main className="stage-area" aria-label={t('region.stage')} tabIndex={-1}>
        <StageArea />
      </main>
      {showRight && (
        <Panel name={t('region.right')} className="right">
          <Inspector />
        </Panel>
      )}
      <section className="bottom" aria-label={t('region.bottom')}>
        {present && <PresentCaption />}
        <ErrorBoundary name={t('transport.title')}>
          <Transport />
        </ErrorBoundary>
        <Drawer />
        <div className="bottom-timeline">
          <ErrorBoundary name={t('timeline.title')}>
            <Timeline />
          </ErrorBoundary>
        </div>
      </section>
    </div>
  );
}

function StageArea() {
  const { failed, error, ready } = useAppStore((s) => ({
    failed: s.scenario.status === 'failed',
    error: s.scenario.error,
    ready: s.scenario.map !== null,
  }));
  const open = useUi((s) => s.open);
  return (
    <>
      <ErrorBoundary name={t('region.stage')}>
        <Host />
      </ErrorBoundary>
      {failed && (
        <div className={`stage-error ${ready ? 'is-small' : ''}`} role="alert">
          <p>
            <b>{t('scenario.failed')}</b>
          </p>
          {error !== null && <p>{error.message}</p>}
          {error?.where !== undefined && <p className="mono small">{error.where}</p>}
          <Button look="primary" onClick={() => open('picker')}>
            {t('scenario.choose')}
          </Button>
        </div>
      )}
      <MissingCapture />
      <Welcome />
      <Waiting />
    </>
  );
}

/** The first screen's one sentence: what is moving there. It goes when read, and does not come back. */
function Welcome() {
  const { goToStep } = useActions();
  const { welcomed, welcome } = useUi((s) => ({ welcomed: s.welcomed, welcome: s.welcome }));
  const { ready, hasSteps, step } = useAppStore((s) => ({
    // the sentence is about the first scenario only
    ready: s.scenario.map !== null && s.scenario.info?.scenarioId === 'a-frame-arrives',
    hasSteps: (s.scenario.info?.steps.length ?? 0) > 0,
    step: s.lesson.step,
  }));
  const shown = ready && !welcomed && step < 0;
  return (
    <AnimatePresence>
      {shown && (
        <m.div
          className="welcome"
          initial={{ opacity: 0, y: 8 }}
          animate={{ opacity: 1, y: 0 }}
          exit={{ opacity: 0, y: 8 }}
          transition={{ duration: 0.3, delay: 0.2 }}
        >
          <p>{t('app.tagline')}</p>
          {hasSteps && (
            <Button
              look="primary"
              onClick={() => {
                welcome();
                void goToStep(0);
              }}
            >
              {t('app.welcome.more')}
            </Button>
          )}
          <IconButton label={t('app.welcome.close')} look="quiet" onClick={welcome}>
            <CloseIcon />
          </IconButton>
        </m.div>
      )}
    </AnimatePresence>
  );
}

function MissingCapture() {
  const app = useContext(AppContext);
  const missing = useAppStore((s) => s.scenario.missingCaptures);
  const input = useRef<HTMLInputElement>(null);
  if (missing.length === 0) return null;
  return (
    <div className="stage-error is-small" role="alert">
      <p>{t('open.missing', { name: missing.map((item) => item.name).join(', ') })}</p>
      <Button look="primary" onClick={() => input.current?.click()}>
        {t('open.choose')}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('open.choose')}
        onChange={(event) => {
          if (app !== null) void openFiles([...(event.target.files ?? [])], app);
        }}
      />
    </div>
  );
}

function PresentCaption() {
  const { goToStep } = useActions();
  const setPresent = useUi((s) => s.setPresent);
  const { step, steps } = useAppStore((s) => ({ step: s.lesson.step, steps: s.scenario.info?.steps }));
  const current = steps?.[step];
  return (
    <div className="present-caption">
      <div>
        {current !== undefined && (
          <p className="kicker">{t('lesson.step', { n: step + 1, of: steps?.length ?? 0 })}</p>
        )}
        <h2>{current?.title ?? ''}</h2>
        {current !== undefined && <Prose text={current.text} />}
      </div>
      <Button disabled={step <= 0} onClick={() => void goToStep(step - 1)}>
        {t('lesson.previous')}
      </Button>
      <Button
        look="primary"
        disabled={step >= (steps?.length ?? 0) - 1}
        onClick={() => void goToStep(step + 1)}
      >
        {t(step < 0 ? 'lesson.begin' : 'lesson.next')}
      </Button>
      <Button look="quiet" onClick={() => setPresent(false)}>
        {t('present.leave')}
      </Button>
    </div>
  );
}

/** Console and a table (events or a capture), side by side where both are open; over the timeline on low screens. */
function Drawer() {
  const { consoleOpen, eventsOpen, capturesOpen, transferOpen } = useAppStore((s) => ({
    consoleOpen: s.layout.panels.console,
    eventsOpen: s.layout.panels.events,
    capturesOpen: s.layout.panels.captures,
    transferOpen: s.layout.panels.transfer && (s.scenario.map?.transfers.length ?? 0) > 0,
  }));
  const present = useUi((s) => s.present);
  return (
    <AnimatePresence initial={false}>
      {(consoleOpen || eventsOpen || capturesOpen || transferOpen) && !present && (
        <m.div
          className="drawer"
          initial={{ opacity: 0, y: 24 }}
          animate={{ opacity: 1, y: 0 }}
          exit={{ opacity: 0, y: 24 }}
          transition={{ duration: 0.2, ease: [0.2, 0, 0, 1] }}
        >
          <Suspense fallback={<p className="muted drawer-wait">{t('app.loading')}</p>}>
            {transferOpen && (
              <ErrorBoundary name={t('transfer.title')}>
                <Transfer />
              </ErrorBoundary>
            )}
            {eventsOpen && (
              <ErrorBoundary name={t('events.title')}>
                <Events />
              </ErrorBoundary>
            )}
            {capturesOpen && (
              <ErrorBoundary name={t('captures.title')}>
                <Captures />
              </ErrorBoundary>
            )}
            {consoleOpen && (
              <ErrorBoundary name={t('console.title')}>
                <Console />
              </ErrorBoundary>
            )}
          </Suspense>
        </m.div>
      )}
    </AnimatePresence>
  );
}

const SIDE_TABS: readonly PhoneTab[] = ['lesson', 'inspector', 'knobs'];

/** Where the page has room for one column beside the stage only. */
function SideTabs() {
  const { tab, setTab } = useUi((s) => ({ tab: s.phoneTab, setTab: s.setPhoneTab }));
  const shown = SIDE_TABS.includes(tab) ? tab : 'lesson';
  return (
    <>
      <Tabs names={SIDE_TABS} tab={shown} setTab={setTab} panel="side-panel" />
      <div id="side-panel" className="side-panel" role="tabpanel" aria-labelledby={`tab-${shown}`}>
        {shown === 'lesson' && <Lesson />}
        {shown === 'inspector' && <Inspector />}
        {shown === 'knobs' && <Knobs />}
      </div>
    </>
  );
}

function Tabs({
  names,
  tab,
  setTab,
  panel,
}: {
  names: readonly PhoneTab[];
  tab: PhoneTab;
  setTab: (tab: PhoneTab) => void;
  panel: string;
}) {
  return (
    <div className="tabs" role="tablist" aria-label={t('tabs.label')}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === tab}
          aria-controls={panel}
          tabIndex={name === tab ? 0 : -1}
          onClick={() => setTab(name)}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
            if (by === 0) return;
            const next = names[(names.indexOf(tab) + by + names.length) % names.length];
            setTab(next);
            document.getElementById(`tab-${next}`)?.focus();
          }}
        >
          {t(`tab.${name}`)}
        </button>
      ))}
    </div>
  );
}

const TABS: readonly PhoneTab[] = [
  'lesson',
  'inspector',
  'timeline',
  'transfer',
  'events',
  'captures',
  'console',
  'knobs',
];

function PhoneBody() {
  const { tab, setTab } = useUi((s) => ({ tab: s.phoneTab, setTab: s.setPhoneTab }));
  const { consoleOpen, eventsOpen, capturesOpen, transferOpen, transfers } = useAppStore((s) => ({
    consoleOpen: s.layout.panels.console,
    eventsOpen: s.layout.panels.events,
    capturesOpen: s.layout.panels.captures,
    transferOpen: s.layout.panels.transfer,
    transfers: (s.scenario.map?.transfers.length ?? 0) > 0,
  }));
  const tabs = transfers ? TABS : TABS.filter((name) => name !== 'transfer');
  // Where a panel is opened by other means (a counter, a command), its tab comes forward.
  useEffect(() => {
    if (consoleOpen) setTab('console');
  }, [consoleOpen, setTab]);
  useEffect(() => {
    if (eventsOpen) setTab('events');
  }, [eventsOpen, setTab]);
  useEffect(() => {
    if (transferOpen && transfers) setTab('transfer');
  }, [transferOpen, transfers, setTab]);
  useEffect(() => {
    if (capturesOpen) setTab('captures');
  }, [capturesOpen, setTab]);
  return (
    <div className="phone-body">
      <main className="stage-area" aria-label={t('region.stage')} tabIndex={-1}>
        <StageArea />
      </main>
      <section className="phone-lower" aria-label={t('tabs.label')}>
        <Transport />
        <Tabs names={tabs} tab={tab} setTab={setTab} panel="phone-panel" />
        <div
          className="phone-panel"
          id="phone-panel"
          role="tabpanel"
          aria-labelledby={`tab-${tab}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard
          tabIndex={0}
        >
          <ErrorBoundary name={t(`tab.${tab}`)} key={tab}>
            <Suspense fallback={<p className="muted">{t('app.loading')}</p>}>
              {tab === 'lesson' && <Lesson />}
              {tab === 'inspector' && <Inspector />}
              {tab === 'timeline' && <Timeline />}
              {tab === 'transfer' && <Transfer />}
              {tab === 'events' && <Events />}
              {tab === 'captures' && <Captures />}
              {tab === 'console' && <Console />}
              {tab === 'knobs' && <Knobs />}
            </Suspense>
          </ErrorBoundary>
        </div>
      </section>
    </div>
  );
}

function Sheets() {
  const sheet = useUi((s) => s.sheet);
  const help = useAppStore((s) => s.layout.panels.help);
  return (
    <Suspense fallback={null}>
      {sheet === 'picker' && <Picker />}
      {sheet === 'share' && <Share />}
      {sheet === 'model' && <Model />}
      {sheet === 'sweep' && <Sweep />}
      {sheet === 'kernel' && <Kernel />}
      {help && <HelpOverlay />}
    </Suspense>
  );
}
