/** `ethtool -g` and `-G`: how many descriptors a receive ring has. Source: igb, ixgbe, mlx5 set_ringparam, v6.12. */
import type { DriverInfo } from '../../catalog/drivers.ts';
import type { Nic } from '../../engine/world.ts';
import { type Ctx, done, type Outcome, printed, refused } from '../types.ts';
import { attributeOffset, netlinkError } from './errors.ts';
import { parseParameters } from './parameters.ts';

const PARAMETERS = {
  rx: 'u32',
  'rx-mini': 'u32',
  'rx-jumbo': 'u32',
  tx: 'u32',
  'rx-buf-len': 'u32',
  'cqe-size': 'u32',
  'tx-push': 'onoff',
} as const;

export function ringSize(ctx: Ctx, nic: Nic): number {
  return ctx.world.queues[nic.firstQueue].size;
}

export function printRing(ctx: Ctx, nic: Nic): Outcome {
  const rows = (rx: number) => `RX:\t\t${rx}\nRX Mini:\tn/a\nRX Jumbo:\tn/a\nTX:\t\tn/a\n`;
  return printed(
    `Ring parameters for ${nic.name}:\nPre-set maximums:\n${rows(nic.driver.ringMax)}` +
      `Current hardware settings:\n${rows(ringSize(ctx, nic))}` +
      'RX Buf Len:\t\tn/a\nCQE Size:\t\tn/a\nTX Push:\tn/a\nTCP data split:\tn/a\n',
  );
}

/** The size the driver makes of a wish that is not above the maximum; null: it refuses. */
export function roundRing(driver: DriverInfo, wish: number): number | null {
  if (driver.ringStep === 'pow2') {
    if (wish < driver.ringMin) return null;
    let size = driver.ringMin;
    while (size < wish) size *= 2;
    return size;
  }
  const least = Math.max(wish, driver.ringMin);
  return Math.ceil(least / driver.ringStep) * driver.ringStep;
}

export function setRing(ctx: Ctx, nic: Nic, words: readonly string[]): Outcome {
  const parsed = parseParameters('-G', words, PARAMETERS);
  if (!parsed.ok) return parsed.outcome;
  const { driver } = nic;
  let size: number | null = null;
  for (const { name, value, at } of parsed.list) {
    if (name === 'tx') return refused('', 1, 'the transmit ring is not modelled yet; rx is');
    if (name !== 'rx')
      return netlinkError('', 'Operation not supported', `${name} is not modelled yet; rx is`);
    if (value > driver.ringMax && value !== ringSize(ctx, nic)) {
      return netlinkError(
        `requested ring size exceeds maximum (offset ${attributeOffset(nic.name, at)})`,
        'Invalid argument',
        `${driver.name} takes ${driver.ringMin} to ${driver.ringMax}`,
      );
    }
    // the size it has is never refused, wherever it came from
    size = value === ringSize(ctx, nic) ? value : roundRing(driver, value);
    if (size === null)
      return netlinkError(
        '',
        'Invalid argument',
        `${driver.name} takes ${driver.ringMin} to ${driver.ringMax}`,
      );
  }
  if (size === null || size === ringSize(ctx, nic)) return done();
  return done([{ type: 'ring', nic: nic.index, rx: size }]);
}
