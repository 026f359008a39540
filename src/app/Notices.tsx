/** What a person has to know: errors and warnings, at the edge of the page until dismissed. */
import { AnimatePresence, m } from 'framer-motion';
import { useEffect } from 'react';
import { hasMessage, t } from '../i18n/index.ts';
import { IconButton } from '../panels/shared/controls.tsx';
import { CloseIcon } from '../panels/shared/icons.tsx';
import { useActions, useAppStore } from '../store/react.ts';
import type { Notice } from '../store/types.ts';

const INFO_MS = 6000;

function headline(notice: Notice): string {
  const key = `${notice.level === 'error' ? 'error' : 'notice'}.${notice.code}`;
  return hasMessage(key)
    ? t(key, { message: notice.message, where: notice.where ?? '' })
    : t(`notice.${notice.level}`);
}

function NoticeCard({ notice }: { notice: Notice }) {
  const { dismiss } = useActions();
  useEffect(() => {
    if (notice.level !== 'info') return;
    const timer = window.setTimeout(() => dismiss(notice.n), INFO_MS);
    return () => window.clearTimeout(timer);
  }, [notice, dismiss]);
  const head = headline(notice);
  return (
    <m.li
      className={`notice notice-${notice.level}`}
      initial={{ opacity: 0, y: 12 }}
      animate={{ opacity: 1, y: 0 }}
      exit={{ opacity: 0, y: 8 }}
      transition={{ duration: 0.22 }}
    >
      <div role={notice.level === 'error' ? 'alert' : 'status'}>
        <p className="notice-head">{head}</p>
        {!head.includes(notice.message) && <p>{notice.message}</p>}
        {notice.where !== undefined && <p className="mono small">{notice.where}</p>}
      </div>
      <IconButton label={t('dismiss')} look="quiet" onClick={() => dismiss(notice.n)}>
        <CloseIcon />
      </IconButton>
    </m.li>
  );
}

export function Notices() {
  const notices = useAppStore((s) => s.notices);
  return (
    <section className="notices" aria-label={t('notices')}>
      <ul>
        <AnimatePresence initial={false}>
          {notices
            .filter((n) => n.code !== 'worker-crashed')
            .slice(-4)
            .map((notice) => (
              <NoticeCard key={notice.n} notice={notice} />
            ))}
        </AnimatePresence>
      </ul>
    </section>
  );
}

/** The worker died: says so, and brings it back at the same moment. */
export function CrashBanner() {
  const crashed = useAppStore((s) => s.worker === 'crashed');
  const { restart } = useActions();
  return (
    <AnimatePresence>
      {crashed && (
        <m.div
          className="banner"
          role="alert"
          initial={{ opacity: 0 }}
          animate={{ opacity: 1 }}
          exit={{ opacity: 0 }}
        >
          <p>
            <strong>{t('crash.title')}</strong> {t('crash.text')}
          </p>
          <button type="button" className="button button-primary" onClick={() => void restart()}>
            {t('crash.restart')}
          </button>
        </m.div>
      )}
    </AnimatePresence>
  );
}
