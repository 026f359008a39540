/** Metrics of TLS: `tls.h1.TlsTxSw` (/proc/net/tls_stat), `tls.h1.eth0.tx_tls_ooo` (ethtool -S), and what share of its work a host spends on ciphers. */
import { Ctx } from '../../catalog/contexts.ts';
import type { World } from '../world.ts';

function own(object: object, name: string): number | undefined {
  if (!Object.hasOwn(object, name)) return undefined;
  return (object as Record<string, number>)[name];
}

export function tlsMetric(w: World, host: number, parts: readonly string[]): number | undefined {
  if (parts.length === 3) return own(w.hosts[host].tls, parts[2]);
  const nic = w.nics.find((n) => n.host === host && n.name === parts[2]);
  if (nic === undefined || nic.tls === null || parts.length !== 4) return undefined;
  return own(nic.tls, parts[3]);
}

/** Of the time that the host's CPUs have worked. */
export function cryptShare(w: World, host: number): number {
  let busyNs = 0;
  for (const cpu of w.cpus) {
    if (cpu.host !== host) continue;
    busyNs += w.now - cpu.ctxNs[Ctx.idle] - (cpu.ctx === Ctx.idle ? w.now - cpu.ctxSince : 0);
  }
  return busyNs === 0 ? 0 : w.hosts[host].software.cryptNs / busyNs;
}
