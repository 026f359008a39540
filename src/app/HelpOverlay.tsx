/** `?`: every key on one sheet, and what the colours mean. */
import { t } from '../i18n/index.ts';
import { Button, Kbd } from '../panels/shared/controls.tsx';
import { Dialog } from '../panels/shared/Dialog.tsx';
import { ContextLegend } from '../panels/timeline/Timeline.tsx';
import { useActions } from '../store/react.ts';
import { keyHelp } from './keys.ts';
import { useUi } from './ui-store.ts';

export default function HelpOverlay() {
  const { togglePanel } = useActions();
  const open = useUi((s) => s.open);
  return (
    <Dialog
      size="large"
      title={t('help.title')}
      lead={t('help.lead')}
      onClose={() => togglePanel('help', false)}
    >
      <dl className="key-list">
        {keyHelp.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
      <h3 className="section-title">{t('timeline.legend')}</h3>
      <ContextLegend />
      <p className="muted">{t('help.timeline')}</p>
      <p>
        <Button
          onClick={() => {
            togglePanel('help', false);
            open('model');
          }}
        >
          {t('top.model')}
        </Button>{' '}
        <span className="muted">{t('top.modelTitle')}</span>
      </p>
    </Dialog>
  );
}
