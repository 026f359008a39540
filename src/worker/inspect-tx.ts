/** A transmit queue at a moment: who holds what, how far the byte limit reaches, who runs and who cleans. */
import { txUsed } from '../engine/nic/tx-ring.ts';
import { qdiscRows } from './inspect-qdisc.ts';
import { qdiscLimit } from '../engine/net/sched/sched.ts';
import type { RxQueue, World } from '../engine/world.ts';
import type { Inspection } from '../protocol/messages.ts';

type Row = Inspection['state'][number];

export function txRows(w: World, q: RxQueue): Row[] {
  const { tx } = q;
  const nic = w.nics[q.nic];
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  const cpu = (index: number): string => (index < 0 ? '–' : `CPU ${w.cpus[index].number}`);
  const waiting = tx.ring.length - tx.ringAt;
  const onWire = nic.txSending === q.number && waiting > 0 ? 1 : 0;
  return [
    row('txQdisc', `${tx.qdisc.length} / ${qdiscLimit(tx.qd, nic.txQueueLen)}`),
    ...qdiscRows(w, q),
    row('txRunner', cpu(tx.runner)),
    ...lockRows(w, tx.lock),
    ...(tx.bql
      ? [
          row('bqlLimit', tx.dql.limit),
          row('bqlInflight', tx.dql.queued - tx.dql.completed),
          row('bqlStopped', tx.dql.stopped ? 'yes' : 'no'),
        ]
      : []),
    row('txUsed', `${txUsed(q)} / ${tx.size}`),
    row('txRing', waiting - onWire),
    row('txOnWire', onWire),
    row('txSent', tx.sent.length),
    row('txBy', cpu(tx.by)),
    ...(w.fixed.rules.napi ? [row('txCleaner', q.affinity.map((c) => w.cpus[c].number).join(','))] : []),
    row('txPackets', tx.packets),
    row('txDropped', tx.dropped),
    ...(tx.freed > 0 ? [row('txRemote', `${tx.remote} / ${tx.freed}`)] : []),
    ...(tx.forOthers > 0 ? [row('txForOthers', tx.forOthers)] : []),
    ...(tx.xpsCpus.length > 0 ? [row('xpsCpus', tx.xpsCpus.map((c) => w.cpus[c].number).join(','))] : []),
    ...(tx.xpsRxqs.length > 0 ? [row('xpsRxqs', tx.xpsRxqs.join(','))] : []),
  ];
}

/** The root lock, where the queueing discipline has one. */
function lockRows(w: World, index: number): Row[] {
  if (index < 0) return [{ key: 'txLock', value: 'none' }];
  const lock = w.locks[index];
  const holder = lock.holder < 0 ? 'free' : `CPU ${w.cpus[lock.holder].number}`;
  const waits = lock.queue.length > 0 ? `, ${lock.queue.length} wait` : '';
  return [{ key: 'txLock', value: `${holder}${waits}` }];
}
