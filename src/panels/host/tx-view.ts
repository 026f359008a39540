/** What a transmit queue shows, as plain values and words: see view.ts. Pure. */
import { bytesInFlight } from '../../draw/paint-tx.ts';
import { cpuOfQueue } from '../../draw/places.ts';
import { t } from '../../i18n/index.ts';
import type { Scene, SceneMap } from '../../protocol/scene.ts';
import { rulesFor } from '../../catalog/rules.ts';
import { formatDuration } from '../shared/format.ts';
import { figure } from './view.ts';

export interface TxView {
  /** With its card's name where there are several. */
  name: string;
  qdisc: string;
  /** Waiting in the queueing discipline, of how many. */
  count: string;
  waiting: number;
  inRing: string;
  /** Why nothing goes on, or who took the last packet on; empty: nothing to tell. */
  state: string;
  stopped: boolean;
  /** `state` tells until when the next packet is held back. */
  held: boolean;
  /** Bytes in flight and the byte limit; empty: it has none. */
  bql: string;
  overLimit: boolean;
  lock: string;
  /** The ring's contents, a line each. */
  line0: string;
  line1: string;
  line2: string;
  dropped: string;
  aria: string;
}

/** 3028 → 3.0 kB: byte limits are told in thousands. */
export function kiloText(bytes: number): string {
  return bytes < 1000 ? String(bytes) : `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)}k`;
}

/** What sysfs calls max is no limit. */
const NO_LIMIT = 1e9;

function limitText(bytes: number): string {
  return bytes >= NO_LIMIT ? t('host.tx.noLimit') : kiloText(bytes);
}

/** Until the first of the packets that are held back may leave, ns; 0: none is held. */
function heldFor(scene: Scene, tx: Scene['queues'][number]['tx']): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { heldNs } of tx.qdisc)
    if (heldNs !== undefined && heldNs > scene.timeNs && heldNs < next) next = heldNs;
  return next === Number.POSITIVE_INFINITY ? 0 : next - scene.timeNs;
}

export function txView(map: SceneMap, scene: Scene, queue: number, several: boolean): TxView {
  const info = map.queues[queue];
  const nic = map.nics[info.nic];
  const { tx } = scene.queues[queue];
  const cpuNumber = (cpu: number): number => map.cpus[cpu]?.number ?? 0;
  const onWire = scene.nics[info.nic]?.sending === info.number && tx.ring.length > 0 ? 1 : 0;
  const ready = tx.ring.length - onWire;
  const flying = bytesInFlight(tx);
  const overLimit = tx.limit !== null && flying > tx.limit;
  const ringFull = tx.ring.length + tx.sent.length >= tx.size - 1;
  const cleaner = cpuNumber(cpuOfQueue(scene, queue));
  const lock = info.txLock < 0 ? null : scene.locks[info.txLock];
  const waits = lock?.queue.length ?? 0;
  const by = tx.by < 0 ? '' : t('host.tx.by', { cpu: cpuNumber(tx.by) });
  const sentKey = rulesFor(map.kernel).napi ? 'host.tx.sent' : 'host.tx.sent.old';
  const name = t('host.tx', { n: info.number });
  const n = tx.qdisc.length;
  const held = heldFor(scene, tx);
  const heldText = t('host.tx.held', { time: formatDuration(held) });
  const lockText =
    lock === null || lock.holder < 0
      ? ''
      : t(waits > 0 ? 'host.tx.lock.waits' : 'host.tx.lock', { cpu: cpuNumber(lock.holder), n: waits });
  return {
    name: several ? `${nic.name} ${name}` : name,
    qdisc: tx.qdiscKind,
    count: `${figure(n)}/${figure(tx.qdiscLimit)}`,
    waiting: n,
    inRing: String(tx.ring.length + tx.sent.length),
    state: overLimit ? t('host.tx.limit') : ringFull ? t('host.tx.full') : held > 0 ? heldText : by,
    held: held > 0 && !overLimit && !ringFull,
    stopped: overLimit || ringFull,
    bql: tx.limit === null ? '' : t('host.tx.bql', { bytes: kiloText(flying), limit: limitText(tx.limit) }),
    overLimit,
    lock: lockText,
    line0: t('host.tx.ready', { n: figure(ready) }),
    line1: t('host.tx.wire', { n: onWire }),
    line2: t(sentKey, { n: figure(tx.sent.length), cpu: cleaner }),
    dropped: tx.dropped > 0 ? t('host.socket.drops', { n: figure(tx.dropped) }) : '',
    aria: t('host.aria.tx', {
      name,
      nic: nic.name,
      n: figure(n),
      limit: figure(tx.qdiscLimit),
      qdisc: tx.qdiscKind,
      state: overLimit
        ? t('host.aria.tx.limit')
        : ringFull
          ? t('host.aria.tx.full')
          : held > 0
            ? t('host.aria.tx.held', { time: formatDuration(held) })
            : '',
      bql:
        tx.limit === null
          ? ''
          : t('host.aria.tx.bql', {
              bytes: figure(flying),
              limit: tx.limit >= NO_LIMIT ? t('host.tx.noLimit') : figure(tx.limit),
            }),
      ready: figure(ready),
      wire: onWire,
      sent: figure(tx.sent.length),
      size: tx.size,
      cleaner: rulesFor(map.kernel).napi ? t('host.aria.tx.cleaner', { cpu: cleaner }) : '',
      by: tx.by < 0 ? '' : t('host.aria.tx.by', { cpu: cpuNumber(tx.by) }),
      lock: lockText === '' ? '' : ` ${lockText}.`,
      dropped: tx.dropped > 0 ? t('host.aria.tx.dropped', { n: figure(tx.dropped) }) : '',
    }),
  };
}
