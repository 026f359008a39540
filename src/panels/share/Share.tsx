/** A link that reopens exactly this: says what it holds, copies it, and saves a file where a link would be too long; and the stage as a picture. */
import './share.css';
import { useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { stagePng, stageSvg } from '../../draw/export.ts';
import { saveFile } from '../shared/save.ts';
import { t } from '../../i18n/index.ts';
import { useActions, useAppStore } from '../../store/react.ts';
import { Button } from '../shared/controls.tsx';
import { Dialog } from '../shared/Dialog.tsx';
import { groupDigits } from '../shared/format.ts';
import { CopyIcon } from '../shared/icons.tsx';
import { fillPlurals } from '../shared/plural.ts';
import { paceText } from '../timeline/Transport.tsx';

/** Above this, mail programs and chats begin to cut links. */
export const LONG_LINK = 8000;

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The stage as a picture, for slides and papers: whole, as it is now, with a line that says what it shows. */
function Picture() {
  const { title, kernel, now } = useAppStore((s) => ({
    title: s.scenario.info?.title ?? '',
    kernel: s.scenario.map?.kernel ?? '',
    now: s.playhead.moment.t,
  }));
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const name = `${title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'softnet-lab'}-${now}ns`;
  const caption = t('share.pictureCaption', { title, now: groupDigits(now), kernel });
  const keep = async (format: 'png' | 'svg'): Promise<void> => {
    setState('busy');
    try {
      const picture = format === 'png' ? await stagePng(caption, 3) : await stageSvg(caption);
      if (picture === null) throw new Error('no stage');
      saveFile(`${name}.${format}`, picture, 'image/svg+xml');
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  return (
    <section className="share-picture" aria-label={t('share.picture')}>
      <h3>{t('share.picture')}</h3>
      <p className="muted">{t('share.pictureLead')}</p>
      <div className="row">
        <Button disabled={state === 'busy'} onClick={() => void keep('png')}>
          {t('share.png')}
        </Button>
        <Button disabled={state === 'busy'} onClick={() => void keep('svg')}>
          {t('share.svg')}
        </Button>
      </div>
      {state === 'failed' && <p role="alert">{t('share.pictureFailed')}</p>}
    </section>
  );
}

/** The whole state as a file, which can be dropped on the page again. */
function SaveFile() {
  const { shareFile } = useActions();
  return (
    <Button
      onClick={() => {
        const text = shareFile();
        if (text !== null) saveFile('softnet-lab.json', text, 'application/json');
      }}
    >
      {t('share.save')}
    </Button>
  );
}

export default function Share() {
  const { share } = useActions();
  const open = useUi((s) => s.open);
  const [fragment] = useState(() => share());
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const { info, moment, branches, pace, target, captures, language } = useAppStore((s) => ({
    info: s.scenario.info,
    moment: s.playhead.moment,
    branches: s.branches.list,
    pace: s.playhead.pace,
    target: s.selection.target,
    captures: s.scenario.info?.captures ?? [],
    language: s.layout.language,
  }));
  const link = fragment === null ? null : `${location.href.split('#')[0]}${fragment}`;
  const commands = branches.reduce((sum, branch) => sum + branch.inputs.length, 0);
  const counts = { count: commands, branches: branches.length };
  const tooLong = link !== null && link.length > LONG_LINK;
  return (
    <Dialog title={t('share.title')} lead={t('share.lead')} onClose={() => open(null)}>
      <ul className="share-holds">
        <li>
          {t(info?.builtin === false ? 'share.ownScenario' : 'share.scenario', { title: info?.title ?? '' })}
        </li>
        <li>{t('share.moment', { now: groupDigits(moment.t) })}</li>
        <li>{fillPlurals(t('share.commands', counts), counts, language)}</li>
        <li>
          {t('share.view', {
            pace: paceText(pace),
            selection: t(target === null ? 'share.noSelection' : 'share.selection'),
          })}
        </li>
        {captures.map((capture) => (
          <li key={capture.sha256} className="warn">
            {t('share.capture', { name: capture.name })}
          </li>
        ))}
      </ul>
      {link === null ? (
        <p role="alert">
          {t('share.none')} <SaveFile />
        </p>
      ) : (
        <>
          <div className="share-row">
            <input
              className="mono"
              readOnly
              value={link}
              aria-label={t('share.link')}
              onFocus={(event) => event.target.select()}
            />
            <Button
              look="primary"
              onClick={() => {
                void copy(link).then((ok) => setCopied(ok ? 'yes' : 'failed'));
              }}
            >
              <CopyIcon /> {t(copied === 'yes' ? 'share.copied' : 'share.copy')}
            </Button>
          </div>
          <p className="muted" role="status">
            {copied === 'failed'
              ? t('share.copyFailed')
              : t('share.length', { count: groupDigits(link.length) })}
          </p>
          {tooLong && (
            <p className="warn">
              {t('share.tooLong')} <SaveFile />
            </p>
          )}
        </>
      )}
      <Picture />
    </Dialog>
  );
}
