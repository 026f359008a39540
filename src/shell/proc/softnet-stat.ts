/**
 * /proc/net/softnet_stat: one line a CPU, hexadecimal columns, as many as the kernel version has.
 * 1 processed 2 dropped 3 time_squeeze 4-8 zero 9 cpu_collision (zero) 10 received_rps 11 flow_limit_count 12 backlog length
 * 13 CPU number 14 input_pkt_queue 15 process_queue. Before NAPI the first is what netif_rx was given, lost or not, the fourth
 * throttled. Before 2.4 there is dev_stat, one line for the machine: dropped, throttle events, three of fast routing.
 * Source: net/core/net-procfs.c, v6.12; net/core/dev.c dev_proc_stats, 2.4.18 and 2.2.16.
 */
import { cpusOf } from '../host.ts';
import type { Ctx } from '../types.ts';

export function softnetStatText(ctx: Ctx): string {
  const { softnetColumns: columns, napi } = ctx.world.fixed.rules;
  const lines = cpusOf(ctx).map(({ softnet, number, backlog }) => {
    const { processed, dropped, time_squeeze, received_rps, flow_limit_count } = softnet;
    const input = backlog.input.length;
    const process = backlog.process.length - backlog.processAt;
    const values = [
      napi ? processed : backlog.tail + dropped,
      dropped,
      time_squeeze,
      napi ? 0 : softnet.throttled,
      0,
      0,
      0,
      0,
      0,
      received_rps,
      flow_limit_count,
      input + process,
      number,
      input,
      process,
    ];
    return values
      .slice(0, columns)
      .map((value) => (value >>> 0).toString(16).padStart(8, '0'))
      .join(' ');
  });
  return `${lines.join('\n')}\n`;
}

/** /proc/net/dev_stat of 2.2. Hardware flow control and fast routing are not modelled: zero. */
export function devStatText(ctx: Ctx): string {
  const dropped = ctx.state.bottomHalf?.rxDropped ?? 0;
  return `${[dropped, 0, 0, 0, 0].map((value) => (value >>> 0).toString(16).padStart(8, '0')).join(' ')}\n`;
}
