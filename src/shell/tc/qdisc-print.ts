/** Options and statistics of a queueing discipline, to the column. Source: tc of iproute2 6.1 (q_fq.c, q_fq_codel.c, q_prio.c, q_fifo.c). */
import { fqInactive, fqNextDelayed } from '../../engine/net/sched/fq.ts';
import type { FqCodelState, FqState, QdiscSpec, SchedState } from '../../engine/net/sched/spec.ts';
import { PRIO2BAND } from '../../engine/net/sched/spec.ts';
import { nsText, rateText, sizeText, timeText } from './units.ts';

export function optionsText(spec: QdiscSpec): string {
  switch (spec.kind) {
    case 'pfifo_fast':
      return `bands 3 priomap ${PRIO2BAND.join(' ')}`;
    case 'pfifo':
      return `limit ${spec.limit}p`;
    case 'prio':
      return `bands ${spec.bands} priomap ${spec.priomap.join(' ')}`;
    case 'fq': {
      const parts = [`limit ${spec.limit}p`, `flow_limit ${spec.flowLimit}p`, 'buckets 1024'];
      parts.push(`orphan_mask ${spec.orphanMask}`);
      if (!spec.pacing) parts.push('nopacing');
      parts.push(`quantum ${sizeText(spec.quantum)}`, `initial_quantum ${sizeText(spec.initialQuantum)}`);
      if (spec.maxRate !== Number.POSITIVE_INFINITY) parts.push(`maxrate ${rateText(spec.maxRate)}`);
      if (spec.lowRateThreshold !== 0) parts.push(`low_rate_threshold ${rateText(spec.lowRateThreshold)}`);
      parts.push(`refill_delay ${timeText(Math.floor(spec.refillDelayNs / 1000))}`);
      parts.push(`timer_slack ${nsText(spec.timerSlackNs)}`);
      parts.push(`horizon ${timeText(Math.floor(spec.horizonNs / 1000))}`);
      parts.push(spec.horizonDrop ? 'horizon_drop' : 'horizon_cap');
      return `${parts.join(' ')} `;
    }
    case 'fq_codel':
      return (
        `limit ${spec.limit}p flows ${spec.flows} quantum ${spec.quantum} target ${timeText(spec.targetUs)} ` +
        `interval ${timeText(spec.intervalUs)} memory_limit ${sizeText(spec.memoryLimit)} ` +
        `${spec.ecn ? 'ecn ' : ''}drop_batch ${spec.dropBatch} `
      );
  }
}

/** What follows backlog in `tc -s`: lines with their ends. @param now ns */
export function statisticsText(sched: SchedState | null, now: number): string {
  if (sched?.kind === 'fq') return fqText(sched, now);
  return sched?.kind === 'fq_codel' ? fqCodelText(sched) : '';
}

function fqText(f: FqState, now: number): string {
  const next = fqNextDelayed(f) + f.spec.timerSlackNs - now;
  const delay = Number.isFinite(next) && next > 0 ? ` next_packet_delay ${nsText(Math.floor(next))}` : '';
  const latency = f.latencyNs > 0 ? ` latency ${nsText(f.latencyNs)}` : '';
  const plimit = f.flowsPlimit > 0 ? ` flows_plimit ${f.flowsPlimit}` : '';
  const rare: string[] = [];
  if (f.tooLong > 0) rare.push(` pkts_too_long ${f.tooLong}`);
  if (f.horizonDrops > 0) rare.push(` horizon_drops ${f.horizonDrops}`);
  if (f.horizonCaps > 0) rare.push(`  horizon_caps ${f.horizonCaps}`);
  return (
    `  flows ${f.flows.length} (inactive ${fqInactive(f)} throttled ${f.delayed.length})${delay}\n` +
    `  gc 0 highprio 0 throttled ${f.throttled}${latency}${plimit}\n` +
    (rare.length > 0 ? `${rare.join('')}\n` : '')
  );
}

function fqCodelText(f: FqCodelState): string {
  const memory = f.memory > 0 ? ` memory_used ${f.memory}` : '';
  const over = f.dropOvermemory > 0 ? ` drop_overmemory ${f.dropOvermemory}` : '';
  return (
    `  maxpacket ${f.maxPacket} drop_overlimit ${f.dropOverlimit} new_flow_count ${f.newFlowCount} ecn_mark 0${memory}${over}\n` +
    `  new_flows_len ${f.newFlows.length} old_flows_len ${f.oldFlows.length}\n`
  );
}
