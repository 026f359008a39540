/**
 * Files a person drops or chooses: captures (pcap, pcapng, told by their first bytes) and scenarios (JSON). What cannot be
 * read becomes a notice that says why; nothing is guessed from a file's name.
 */
import { t } from '../i18n/index.ts';
import type { CaptureFile } from '../protocol/messages.ts';
import type { App } from '../store/app.ts';

const MAX_SCENARIO_BYTES = 4 * 1024 * 1024;
const MAX_CAPTURE_BYTES = 512 * 1024 * 1024;
const CAPTURE_MAGICS = new Set([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a]);

export type FileKind = 'capture' | 'gzip' | 'scenario' | 'unknown';

/** What a file is, by its first bytes. */
export function fileKind(head: Uint8Array): FileKind {
  if (head.length >= 4) {
    const magic = ((head[0] << 24) | (head[1] << 16) | (head[2] << 8) | head[3]) >>> 0;
    if (CAPTURE_MAGICS.has(magic)) return 'capture';
    if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  }
  const first = head.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
  return first === 0x7b ? 'scenario' : 'unknown';
}

/** A scenario text whose only traffic is the captures dropped with it. */
export async function openFiles(files: readonly File[], app: App): Promise<boolean> {
  const { actions, store } = app;
  const captures: CaptureFile[] = [];
  let scenario: { text: string; name: string } | null = null;
  for (const file of files) {
    let kind: FileKind;
    try {
      kind = fileKind(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
    } catch {
      actions.notify('error', 'file-unreadable', t('open.unreadable', { name: file.name }));
      return false;
    }
    const tooBig = file.size > (kind === 'scenario' ? MAX_SCENARIO_BYTES : MAX_CAPTURE_BYTES);
    if (file.size === 0) actions.notify('error', 'file-empty', t('open.empty', { name: file.name }));
    else if (tooBig && kind !== 'unknown')
      actions.notify('error', 'file-too-big', t('open.tooBig', { name: file.name }));
    else if (kind === 'capture') captures.push({ name: file.name, bytes: await file.arrayBuffer() });
    else if (kind === 'scenario') scenario = { text: await file.text(), name: file.name };
    else if (kind === 'gzip') actions.notify('error', 'file-gzip', t('open.gzip', { name: file.name }));
    else actions.notify('error', 'file-unknown', t('open.unknown', { name: file.name }));
  }
  if (scenario !== null) return actions.load(scenario, { captures });
  if (captures.length === 0) return false;
  const current = store.getState().scenario;
  // A link that names a capture waits for exactly this file; otherwise a capture alone is a scenario of its own.
  if (current.missingCaptures.length > 0 && current.source !== null) {
    return actions.load(current.source, { captures, variant: current.variant });
  }
  return actions.load({ text: '', name: captures[0].name }, { captures });
}
