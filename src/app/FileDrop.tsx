/** Drop a capture or a scenario anywhere on the page. */
import { AnimatePresence, m } from 'framer-motion';
import { useContext, useEffect, useState } from 'react';
import { t } from '../i18n/index.ts';
import { AppContext } from '../store/react.ts';
import { openFiles } from './open-files.ts';

export function FileDrop() {
  const app = useContext(AppContext);
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const move = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (app !== null && files.length > 0) void openFiles(files, app);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', move);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', move);
      window.removeEventListener('drop', drop);
    };
  }, [app]);
  return (
    <AnimatePresence>
      {over && (
        <m.div className="file-drop" initial={{ opacity: 0 }} animate={{ opacity: 1 }} exit={{ opacity: 0 }}>
          <p>{t('open.drop')}</p>
          <p className="muted">{t('open.dropHint')}</p>
        </m.div>
      )}
    </AnimatePresence>
  );
}
