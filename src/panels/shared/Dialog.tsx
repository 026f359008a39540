/** A modal dialog on the native element: focus stays inside, Escape closes, focus returns where it was. */
import { m } from 'framer-motion';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { t } from '../../i18n/index.ts';
import { IconButton } from './controls.tsx';
import { CloseIcon } from './icons.tsx';

export function Dialog({
  title,
  lead,
  onClose,
  children,
  size = 'medium',
}: {
  title: string;
  lead?: string;
  onClose: () => void;
  children: ReactNode;
  size?: 'small' | 'medium' | 'large';
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // before it leaves the document, or the focus would not go back
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop is an extra; Escape closes by keyboard
    <dialog
      ref={ref}
      className={`dialog dialog-${size}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <m.div
        className="dialog-body"
        initial={{ opacity: 0, y: 12 }}
        animate={{ opacity: 1, y: 0 }}
        transition={{ duration: 0.22, ease: [0.2, 0, 0, 1] }}
      >
        <header className="dialog-head">
          <div>
            <h2 id={id}>{title}</h2>
            {lead !== undefined && <p className="lead">{lead}</p>}
          </div>
          <IconButton label={t('close')} keys="Esc" look="quiet" onClick={onClose}>
            <CloseIcon />
          </IconButton>
        </header>
        {children}
      </m.div>
    </dialog>
  );
}
