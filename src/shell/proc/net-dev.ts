/**
 * /proc/net/dev. "drop" is rx_dropped + rx_missed_errors, "frame" length and CRC errors together.
 * Source: net/core/net-procfs.c dev_seq_printf_stats, v6.12. Left out: the loopback device.
 */
import type { Bridge } from '../../engine/bridge/state.ts';
import type { Nic } from '../../engine/world.ts';
import { nicsOf } from '../host.ts';
import type { Ctx } from '../types.ts';

const HEADER =
  'Inter-|   Receive                                                |  Transmit\n' +
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';

/** What rtnl_link_stats64 calls rx_errors. */
export function rxErrors(nic: Nic): number {
  return nic.counters.rx_length_errors + nic.counters.rx_crc_errors + (nic.tunnel?.rx_errors ?? 0);
}

export function netDevText(ctx: Ctx): string {
  return HEADER + nicsOf(ctx).map(nicRow).join('') + ctx.state.bridges.map(bridgeRow).join('');
}

/** What it has passed up; it sends nothing. */
function bridgeRow({ name, rx_bytes, rx_packets, multicast }: Bridge): string {
  const rx = [rx_bytes, rx_packets, 0, 0, 0, 0, 0, multicast];
  return row(name, [...rx, 0, 0, 0, 0, 0, 0, 0, 0]);
}

const WIDTHS = [7, 7, 4, 4, 4, 5, 10, 9, 8, 7, 4, 4, 4, 5, 7, 10];

function row(name: string, values: readonly number[]): string {
  return `${name.padStart(6)}: ${values.map((value, i) => String(value).padStart(WIDTHS[i])).join(' ')}\n`;
}

function nicRow(nic: Nic): string {
  const c = nic.counters;
  return row(nic.name, [
    c.rx_bytes,
    c.rx_packets,
    rxErrors(nic),
    c.rx_dropped + c.rx_missed_errors,
    0,
    rxErrors(nic),
    0,
    c.multicast,
    c.tx_bytes,
    c.tx_packets,
    nic.tunnel?.tx_errors ?? 0,
    c.tx_dropped,
    0,
    nic.tunnel?.collisions ?? 0,
    nic.tunnel?.tx_carrier_errors ?? 0,
    0,
  ]);
}
