/** /proc/net/tls_stat: counters of kTLS. Source: net/tls/tls_proc.c tls_statistics_seq_show, v6.12 (a name padded to 32, a tab, the value). */
import type { Ctx } from '../types.ts';

/** Since 6.0 only. */
const LATE = ['TlsDecryptRetry', 'TlsRxNoPadViolation'];

export function tlsStatText(ctx: Ctx): string {
  return Object.entries(ctx.state.tls)
    .filter(([name]) => ctx.world.fixed.rules.ktlsRetryCounters || !LATE.includes(name))
    .map(([name, value]) => `${name.padEnd(32)}\t${value}\n`)
    .join('');
}
