/**
 * `ethtool -S`: a driver's own counters, under its own names (catalog/drivers), those that are modelled.
 * `ethtool -i`: which driver it is.
 */
import type { Toe } from '../../engine/nic/toe/state.ts';
import type { ArfsCounters, Nic, RxQueue } from '../../engine/world.ts';
import { pciAddress } from '../host.ts';
import { type Ctx, type Outcome, printed } from '../types.ts';

/** Names that differ beside those of the driver table. */
const LENGTH_ERRORS: Readonly<Record<string, string>> = { mlx5_core: 'rx_oversize_pkts_phy' };
const CRC_ERRORS: Readonly<Record<string, string>> = { mlx5_core: 'rx_crc_errors_phy' };
const MULTICAST: Readonly<Record<string, string>> = { mlx5_core: 'rx_multicast_phy' };

/** Counters by name, in the order they are listed. */
export function driverStats(ctx: Ctx, nic: Nic): [string, number][] {
  const { counters, driver } = nic;
  const rows: [string, number][] = [
    ['rx_packets', counters.rx_packets],
    ['rx_bytes', counters.rx_bytes],
    [MULTICAST[driver.name] ?? 'multicast', counters.multicast],
    [CRC_ERRORS[driver.name] ?? 'rx_crc_errors', counters.rx_crc_errors],
    [LENGTH_ERRORS[driver.name] ?? 'rx_long_length_errors', counters.rx_length_errors],
    [driver.stats.missed, counters.rx_missed_errors],
  ];
  if (driver.stats.noBuffer !== null) rows.push([driver.stats.noBuffer, counters.rx_no_buffer_count]);
  if (driver.name === 'ixgbe') rows.push(['rx_csum_offload_errors', counters.csum_errors]);
  if (driver.arfs) rows.push(...arfsStats(ctx, nic));
  rows.push(...tlsStats(ctx, nic));
  if (nic.toe !== null) rows.push(...toeStats(nic.toe));
  for (let i = 0; i < nic.activeQueues; i += 1)
    rows.push(...queueStats(ctx, nic, ctx.world.queues[nic.firstQueue + i]));
  return rows;
}

function queueStats(ctx: Ctx, nic: Nic, queue: RxQueue): [string, number][] {
  const { stats } = nic.driver;
  const named = (name: string) => name.replace('{q}', String(queue.number));
  const rows: [string, number][] = [
    [named(stats.queuePackets), queue.packets],
    [named(stats.queueBytes), queue.bytes],
  ];
  if (stats.queueDrops !== null) rows.push([named(stats.queueDrops), queue.missed]);
  if (nic.driver.arfs)
    for (const name of arfsNames(ctx)) rows.push([`rx${queue.number}_arfs_${name}`, queue.arfs[name]]);
  return rows;
}

/** mlx5's counters of accelerated RFS: of each ring, and their sums. */
function arfsNames(ctx: Ctx): readonly (keyof ArfsCounters)[] {
  return ctx.world.fixed.rules.arfsCounters
    ? ['add', 'request_in', 'request_out', 'expired', 'err']
    : ['err'];
}

function arfsStats(ctx: Ctx, nic: Nic): [string, number][] {
  const queues = ctx.world.queues.slice(nic.firstQueue, nic.firstQueue + nic.queues);
  return arfsNames(ctx).map((name) => [`rx_arfs_${name}`, queues.reduce((sum, q) => sum + q.arfs[name], 0)]);
}

/** mlx5's counters of TLS in the card, each direction where this kernel knows it. */
function tlsStats(ctx: Ctx, nic: Nic): [string, number][] {
  if (nic.tls === null) return [];
  const { ktlsDeviceTx, ktlsDeviceRx } = ctx.world.fixed.rules;
  return Object.entries(nic.tls).filter(([name]) => (name.startsWith('tx_') ? ktlsDeviceTx : ktlsDeviceRx));
}

/** TCP in the card: no driver of Linux has such counters, the names are the model's. */
function toeStats(toe: Toe): [string, number][] {
  return [['toe_connections', toe.connections], ...Object.entries(toe.counters)];
}

export function printStats(ctx: Ctx, nic: Nic): Outcome {
  const lines = driverStats(ctx, nic).map(([name, value]) => `     ${name}: ${value}\n`);
  return printed(`NIC statistics:\n${lines.join('')}`);
}

export function printDriver(ctx: Ctx, nic: Nic): Outcome {
  return printed(
    `driver: ${nic.driver.name}\nversion: ${ctx.kernel}\nfirmware-version: \nexpansion-rom-version: \n` +
      `bus-info: ${pciAddress(ctx, nic)}\nsupports-statistics: yes\nsupports-test: no\nsupports-eeprom-access: no\n` +
      'supports-register-dump: no\nsupports-priv-flags: no\n',
  );
}
