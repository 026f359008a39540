/**
 * `ethtool -c` and `-C`: interrupt moderation. What a driver takes differs; the table says it.
 * Source: igb_set_coalesce, ixgbe_set_coalesce, mlx5e_ethtool_set_coalesce, v6.12. Left out: the transmit side, igb's own adaptive moderation.
 */
import type { DriverInfo } from '../../catalog/drivers.ts';
import type { Change } from '../../engine/change.ts';
import type { Nic } from '../../engine/world.ts';
import { done, type Outcome, printed, refused } from '../types.ts';
import { attributeOffset, netlinkError } from './errors.ts';
import { parseParameters, type ParameterKind } from './parameters.ts';

const NUMBERS = [
  'sample-interval',
  'stats-block-usecs',
  'pkt-rate-low',
  'pkt-rate-high',
  'rx-usecs',
  'rx-frames',
  'rx-usecs-irq',
  'rx-frames-irq',
  'tx-usecs',
  'tx-frames',
  'tx-usecs-irq',
  'tx-frames-irq',
  'rx-usecs-low',
  'rx-frames-low',
  'tx-usecs-low',
  'tx-frames-low',
  'rx-usecs-high',
  'rx-frames-high',
  'tx-usecs-high',
  'tx-frames-high',
] as const;

const PARAMETERS: Readonly<Record<string, ParameterKind>> = {
  'adaptive-rx': 'onoff',
  'adaptive-tx': 'onoff',
  ...Object.fromEntries(NUMBERS.map((name) => [name, 'u32' as const])),
  'cqe-mode-rx': 'onoff',
  'cqe-mode-tx': 'onoff',
};

interface Limits {
  /** Smallest value above 0. */
  leastUsecs: number;
  mostUsecs: number;
  /** 0: the driver has no such setting. */
  mostFrames: number;
  cqeMode: boolean;
  /** It has adaptive-rx. */
  adaptive: boolean;
  /** rx-usecs 1 asks for adaptive moderation. */
  adaptiveByUsecs: boolean;
}

const LIMITS: Readonly<Record<string, Limits>> = {
  igb: {
    leastUsecs: 10,
    mostUsecs: 10_000,
    mostFrames: 0,
    cqeMode: false,
    adaptive: false,
    adaptiveByUsecs: false,
  },
  ixgbe: {
    leastUsecs: 2,
    mostUsecs: 1022,
    mostFrames: 0,
    cqeMode: false,
    adaptive: false,
    adaptiveByUsecs: true,
  },
  mlx5_core: {
    leastUsecs: 1,
    mostUsecs: 4095,
    mostFrames: 65_535,
    cqeMode: true,
    adaptive: true,
    adaptiveByUsecs: false,
  },
};

export function coalesceLimits(driver: DriverInfo): Limits {
  return (
    LIMITS[driver.name] ?? {
      leastUsecs: 1,
      mostUsecs: 10_000,
      mostFrames: 0,
      cqeMode: false,
      adaptive: false,
      adaptiveByUsecs: false,
    }
  );
}

/** rx-usecs as -c prints it: drivers that know 1 as adaptive say so. */
export function printedUsecs(nic: Nic): number {
  return nic.adaptiveRx && coalesceLimits(nic.driver).adaptiveByUsecs ? 1 : nic.rxUsecs;
}

export function printCoalesce(nic: Nic): Outcome {
  const limits = coalesceLimits(nic.driver);
  const frames = limits.mostFrames > 0 ? String(nic.rxFrames) : 'n/a';
  const cqe = limits.cqeMode ? (nic.cqeMode ? 'on' : 'off') : 'n/a';
  const group = (side: string, suffix: string, frame = 'frames') =>
    `${side}-usecs${suffix}: n/a\n${side}-${frame}${suffix}: n/a\n`;
  return printed(
    `Coalesce parameters for ${nic.name}:\n` +
      `Adaptive RX: ${limits.adaptive ? (nic.adaptiveRx ? 'on' : 'off') : 'n/a'}  TX: n/a\n` +
      'stats-block-usecs: n/a\nsample-interval: n/a\npkt-rate-low: n/a\npkt-rate-high: n/a\n\n' +
      `rx-usecs: ${printedUsecs(nic)}\nrx-frames: ${frames}\n${group('rx', '-irq')}\n` +
      `${group('tx', '')}${group('tx', '-irq')}\n` +
      `${group('rx', '-low', 'frame')}${group('tx', '-low', 'frame')}\n` +
      `${group('rx', '-high', 'frame')}${group('tx', '-high', 'frame')}\n` +
      `CQE mode RX: ${cqe}  TX: n/a\n\n`,
  );
}

export function setCoalesce(nic: Nic, words: readonly string[]): Outcome {
  const parsed = parseParameters('-C', words, PARAMETERS);
  if (!parsed.ok) return parsed.outcome;
  const limits = coalesceLimits(nic.driver);
  const driver = nic.driver.name;
  const wish = {
    adaptiveRx: nic.adaptiveRx,
    rxUsecs: nic.rxUsecs,
    rxFrames: nic.rxFrames,
    cqeMode: nic.cqeMode,
  };
  for (const { name, value, at } of parsed.list) {
    // what is set is never refused, wherever it came from
    if (name === 'rx-usecs' && value === printedUsecs(nic)) wish.adaptiveRx = nic.adaptiveRx;
    else if (name === 'adaptive-rx') {
      if (value === 1 && !limits.adaptive)
        return limits.adaptiveByUsecs
          ? netlinkError(
              `cannot modify an unsupported parameter (offset ${attributeOffset(nic.name, at)})`,
              'Operation not supported',
              `${driver} adapts where rx-usecs is 1`,
            )
          : refused('', 1, `${driver}'s adaptive moderation is not modelled; mlx5_core's and ixgbe's are`);
      wish.adaptiveRx = value === 1;
    } else if (name === 'rx-usecs') {
      if (limits.adaptiveByUsecs && value === 1) {
        wish.adaptiveRx = true;
        continue;
      }
      if (driver === 'igb' && (value === 1 || value === 3)) {
        return refused(
          '',
          1,
          `rx-usecs ${value} asks ${driver} for adaptive moderation, which is not modelled yet`,
        );
      }
      if (value > limits.mostUsecs || (value > 0 && value < limits.leastUsecs)) {
        const range = `${driver} takes 0 or ${limits.leastUsecs} to ${limits.mostUsecs} microseconds`;
        return netlinkError('', limits.cqeMode ? 'Numerical result out of range' : 'Invalid argument', range);
      }
      wish.rxUsecs = value;
      if (limits.adaptiveByUsecs) wish.adaptiveRx = false;
    } else if (name === 'rx-frames' && limits.mostFrames > 0) {
      if (value > limits.mostFrames)
        return netlinkError(
          '',
          'Numerical result out of range',
          `${driver} takes 0 to ${limits.mostFrames} frames`,
        );
      wish.rxFrames = value;
    } else if (name === 'cqe-mode-rx' && limits.cqeMode) {
      wish.cqeMode = value === 1;
    } else if (name === 'rx-frames' || name === 'cqe-mode-rx') {
      return netlinkError(
        `cannot modify an unsupported parameter (offset ${attributeOffset(nic.name, at)})`,
        'Operation not supported',
        `${driver} has rx-usecs only`,
      );
    } else {
      return refused(
        '',
        1,
        `${name} is not modelled yet; rx-usecs${limits.cqeMode ? ', rx-frames, cqe-mode-rx' : ''} can be set`,
      );
    }
  }
  const change: Change & { type: 'coalesce' } = { type: 'coalesce', nic: nic.index };
  if (wish.rxUsecs !== nic.rxUsecs) change.rxUsecs = wish.rxUsecs;
  if (wish.rxFrames !== nic.rxFrames) change.rxFrames = wish.rxFrames;
  if (wish.adaptiveRx !== nic.adaptiveRx) change.adaptiveRx = wish.adaptiveRx;
  if (wish.cqeMode !== nic.cqeMode) change.cqeMode = wish.cqeMode;
  return Object.keys(change).length > 2 ? done([change]) : done();
}
