/**
 * `ethtool -l` and `-L`: how many queues are in use. The kernel refuses fewer than the indirection table or a rule points to.
 * Source: net/ethtool/channels.c, v6.12.
 */
import type { Nic } from '../../engine/world.ts';
import { done, type Outcome, printed } from '../types.ts';
import { attributeOffset, netlinkError } from './errors.ts';
import { parseParameters } from './parameters.ts';
import { isDefaultTable } from './rxfh.ts';

const PARAMETERS = { rx: 'u32', tx: 'u32', other: 'u32', combined: 'u32' } as const;

export function printChannels(nic: Nic): Outcome {
  const rows = (combined: number) => `RX:\t\tn/a\nTX:\t\tn/a\nOther:\t\tn/a\nCombined:\t${combined}\n`;
  return printed(
    `Channel parameters for ${nic.name}:\nPre-set maximums:\n${rows(nic.queues)}Current hardware settings:\n${rows(nic.activeQueues)}`,
  );
}

export function setChannels(nic: Nic, words: readonly string[]): Outcome {
  const parsed = parseParameters('-L', words, PARAMETERS);
  if (!parsed.ok) return parsed.outcome;
  let combined = nic.activeQueues;
  for (const { name, value, at } of parsed.list) {
    const offset = attributeOffset(nic.name, at);
    const range = `combined takes 1 to ${nic.queues} here`;
    if (value > (name === 'combined' ? nic.queues : 0)) {
      return netlinkError(
        `requested channel count exceeds maximum (offset ${offset})`,
        'Invalid argument',
        range,
      );
    }
    if (name !== 'combined') continue;
    if (value === 0) {
      return netlinkError(
        `requested channel counts would result in no RX or TX channel being configured (offset ${offset})`,
        'Invalid argument',
        range,
      );
    }
    combined = value;
  }
  if (combined === nic.activeQueues) return done();
  if (!isDefaultTable(nic) && nic.indirection.some((queue) => queue >= combined)) {
    return netlinkError(
      'requested channel counts are too low for existing indirection table settings',
      'Invalid argument',
      `first: ethtool -X ${nic.name} equal ${combined} (or default)`,
    );
  }
  const rule = nic.ntuple.find(({ action }) => action >= combined);
  if (rule !== undefined) {
    return netlinkError(
      'requested channel counts are too low for existing ntuple filter settings',
      'Invalid argument',
      `first: ethtool -N ${nic.name} delete ${rule.loc}`,
    );
  }
  return done([{ type: 'channels', nic: nic.index, combined }]);
}
