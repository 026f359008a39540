/**
 * /proc/net/dev. "drop" is rx_dropped + rx_missed_errors, "frame" length and CRC errors together.
 * Source: net/core/net-procfs.c dev_seq_printf_stats, v6.12. Left out: the loopback device.
 */
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
  return HEADER + nicsOf(ctx).map(row).join('');
}

function row(nic: Nic): string {
  const c = nic.counters;
  const columns: [number, number][] = [
    [c.rx_bytes, 7],
    [c.rx_packets, 7],
    [rxErrors(nic), 4],
    [c.rx_dropped + c.rx_missed_errors, 4],
    [0, 4],
    [rxErrors(nic), 5],
    [0, 10],
    [c.multicast, 9],
    [c.tx_bytes, 8],
    [c.tx_packets, 7],
    [nic.tunnel?.tx_errors ?? 0, 4],
    [c.tx_dropped, 4],
    [0, 4],
    [nic.tunnel?.collisions ?? 0, 5],
    [nic.tunnel?.tx_carrier_errors ?? 0, 7],
    [0, 10],
  ];
  return `${nic.name.padStart(6)}: ${columns.map(([value, width]) => String(value).padStart(width)).join(' ')}\n`;
}
