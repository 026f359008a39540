/**
 * `ethtool -k` and `-K`: features on or off, as wanted and as in force. The list is Linux 6.18's, with UFO where the kernel has it;
 * what is not modelled shows as off [fixed]. Source: ethtool 6.1 on Linux 6.18, fixtures/ethtool-k.txt; ethtool netlink/features.c show_feature_changes;
 * net/ethtool/common.c netdev_features_strings.
 */
import { FEATURES, type Change, type FeatureName } from '../../engine/change.ts';
import { type Features, netdevFixFeatures } from '../../engine/nic/features.ts';
import type { Nic } from '../../engine/world.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { attributeOffset } from './errors.ts';
import { FEATURE_ROWS, KERNEL_ORDER, rowOf, SINGLE } from './feature-list.ts';

/** Names that stand for several features: those indented below their row. */
const GROUPS: readonly { short: string; row: string }[] = [
  { short: 'tx', row: 'tx-checksumming' },
  { short: 'sg', row: 'scatter-gather' },
  { short: 'tso', row: 'tcp-segmentation-offload' },
];

function membersOf(row: string): string[] {
  const members: string[] = [];
  for (let i = FEATURE_ROWS.indexOf(row) + 1; FEATURE_ROWS[i]?.startsWith('\t'); i += 1)
    members.push(FEATURE_ROWS[i].trim());
  return members;
}

/** The name a person would type. */
export function shortName(feature: FeatureName): string {
  return SINGLE.find(({ row }) => row === feature)?.short ?? feature;
}

/** What `ethtool -K` takes for this card: short names, and groups of which it has a part. */
export function featureWords(nic: Nic): string[] {
  const groups = GROUPS.filter(({ row }) => membersOf(row).some((name) => isOffered(nic, name)));
  return [...offeredNames(nic).map(shortName), ...groups.map(({ short }) => short)];
}

export function offeredNames(nic: Nic): FeatureName[] {
  return FEATURES.filter((name) => isOffered(nic, name));
}

function isOffered(nic: Nic, name: string): name is FeatureName {
  return (FEATURES as readonly string[]).includes(name) && nic.wanted[name as FeatureName] !== undefined;
}

const state = (on: boolean) => (on ? 'on' : 'off');

/** Rows of this kernel: what it has lost it does not tell of. */
function rowsOf(ctx: Ctx): readonly string[] {
  return ctx.world.fixed.rules.ufo ? FEATURE_ROWS : FEATURE_ROWS.filter((row) => row !== UFO_ROW);
}

const UFO_ROW = 'udp-fragmentation-offload';

export function printFeatures(ctx: Ctx, nic: Nic): Outcome {
  const inForce = (name: string) => isOffered(nic, name) && nic.features[name];
  const lines = rowsOf(ctx).map((row) => {
    const name = row.trim();
    if (GROUPS.some((group) => group.row === name))
      return `${row}: ${state(membersOf(name).some((member) => inForce(member)))}`;
    if (!isOffered(nic, name)) return `${row}: off [fixed]`;
    const [on, wanted] = [nic.features[name], nic.wanted[name] === true];
    return `${row}: ${state(on)}${on === wanted ? '' : ` [requested ${state(wanted)}]`}`;
  });
  return printed(`Features for ${nic.name}:\n${lines.join('\n')}\n`);
}

/** Rows that a word names; null: no such feature. */
function lookUp(word: string): string[] | null {
  const group = GROUPS.find(({ short, row }) => word === short || word === row);
  if (group !== undefined) return membersOf(group.row);
  const single = SINGLE.find(({ short, row, kernel }) => word === short || word === row || word === kernel);
  if (single !== undefined) return [single.row];
  return FEATURE_ROWS.some((row) => row.trim() === word) ? [word] : null;
}

export function setFeatures(ctx: Ctx, nic: Nic, words: readonly string[]): Outcome {
  const names = `features here: ${featureWords(nic).join(' ')}`;
  if (words.length === 0) return refused('Could not change any device features', 1, names);
  const asked = new Map<string, boolean>();
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1];
    if (value !== 'on' && value !== 'off') {
      const shown = value ?? '(null)';
      return refused(
        `ethtool (-K): flag '${shown}' for parameter '(null)' is not followed by 'on' or 'off'`,
        1,
        `usage: ethtool -K ${nic.name} gro off`,
      );
    }
    const rows = lookUp(words[i])?.filter((row) => row !== UFO_ROW || ctx.world.fixed.rules.ufo) ?? [];
    if (rows.length === 0) {
      // behind the bit's name lie three more nested headers
      const error = `netlink error: bit name not found (offset ${attributeOffset(nic.name) + 20})\nnetlink error: Operation not supported`;
      return refused(error, 92, names);
    }
    for (const row of rows) asked.set(row, value === 'on');
  }
  const changes: Change[] = [];
  const wanted: Partial<Features> = { ...nic.wanted };
  for (const [name, on] of asked) {
    if (!isOffered(nic, name) || wanted[name] === on) continue;
    wanted[name] = on;
    changes.push({ type: 'feature', nic: nic.index, name, on });
  }
  const outcome = outcomeOf(nic, asked, netdevFixFeatures(wanted, ctx.world.fixed.rules), names);
  // the kernel would keep what is wanted all the same
  return { ...outcome, changes: outcome.status === 0 ? changes : [] };
}

/** show_feature_changes: nothing where all came out as asked for, an error where nothing did. */
function outcomeOf(
  nic: Nic,
  asked: ReadonlyMap<string, boolean>,
  after: Features,
  hint: string,
): { output: string; status: number } {
  const lines: string[] = [];
  let differs = false;
  let cameOut = false;
  for (const kernel of KERNEL_ORDER) {
    const name = rowOf(kernel);
    const before = isOffered(nic, name) && nic.features[name];
    const now = isOffered(nic, name) && after[name];
    const wish = asked.get(name);
    cameOut ||= wish === now;
    if (wish !== undefined && wish !== now) {
      differs = true;
      lines.push(`${kernel}: ${state(now)} [requested ${state(wish)}]`);
    } else if (before !== now) {
      differs ||= wish === undefined;
      lines.push(`${kernel}: ${state(now)}${wish === undefined ? ' [not requested]' : ''}`);
    }
  }
  if (!differs) return { output: '', status: 0 };
  const actual = `Actual changes:\n${lines.join('\n')}\n`;
  if (cameOut) return { output: actual, status: 0 };
  return { output: `Could not change any device features\n${actual}# ${hint}\n`, status: 1 };
}
