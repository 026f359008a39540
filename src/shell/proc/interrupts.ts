/**
 * /proc/interrupts and /proc/softirqs, the rows that are modelled: each queue's vector, function call interrupts (CAL), NET_RX.
 * Source: kernel/irq/proc.c show_interrupts, fs/proc/softirqs.c, v6.12; columns as on a running 6.18.
 */
import { versionIn } from '../../catalog/version.ts';
import type { Nic } from '../../engine/world.ts';
import { cpusOf, nicNumber, pciAddress, vectorName, vectorsOf } from '../host.ts';
import type { Ctx } from '../types.ts';

/** Width of the number column: three digits, or what the largest number needs. */
function precision(ctx: Ctx): number {
  const most = Math.max(0, ...vectorsOf(ctx).map(({ queue }) => queue.irq));
  return Math.max(3, String(most).length);
}

function header(ctx: Ctx, indent: number): string {
  return `${' '.repeat(indent)}${cpusOf(ctx)
    .map(({ number }) => `CPU${String(number).padEnd(8)}`)
    .join('')}`;
}

const count = (value: number) => `${String(value).padStart(10)} `;

/** Chip name and the vector's number in it: one domain a device since 6.2, one for all PCI before. */
function chip(ctx: Ctx, nic: Nic, vector: number): [string, number] {
  const pci = pciAddress(ctx, nic);
  if (versionIn(ctx.kernel, '6.2', null)) return [`PCI-MSIX-${pci}`, vector];
  return ['PCI-MSI', (nicNumber(ctx, nic) + 1) * 524_288 + vector];
}

export function interruptsText(ctx: Ctx): string {
  const prec = precision(ctx);
  const lines = [header(ctx, prec + 8)];
  const label = (text: string | number) => `${String(text).padStart(prec)}: `;
  for (const { nic, queue } of vectorsOf(ctx)) {
    const [chipName, hwirq] = chip(ctx, nic, queue.number);
    const counts = cpusOf(ctx).map(({ number }) => count(queue.irqCounts[number] ?? 0));
    const tail = `${chipName.padStart(8)} ${String(hwirq).padStart(prec)}-${'edge'.padEnd(8)}  ${vectorName(ctx, nic, queue)}`;
    lines.push(`${label(queue.irq)}${counts.join('')}${tail}`);
  }
  lines.push(
    `${label('CAL')}${cpusOf(ctx)
      .map((cpu) => count(cpu.calIpis))
      .join('')}  Function call interrupts`,
  );
  return `${lines.join('\n')}\n`;
}

export function softirqsText(ctx: Ctx): string {
  const counts = cpusOf(ctx).map((cpu) => ` ${String(cpu.netRxSoftirqs).padStart(10)}`);
  return `${header(ctx, 20)}\n${'NET_RX'.padStart(12)}:${counts.join('')}\n`;
}
