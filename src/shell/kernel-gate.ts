/**
 * Settings that came with a later kernel than the host runs: their files and options are not there yet, and the command fails as it
 * would on that machine. Source: catalog/kernels.ts.
 */
import { hasSetting, settingVersions } from '../catalog/kernels.ts';
import { versionNumber } from '../catalog/version.ts';
import type { Change } from '../engine/change.ts';
import type { Ctx } from './types.ts';

/** Id of the setting (settings.ts) that a change turns. */
function settingOf(change: Change): string {
  switch (change.type) {
    case 'rps-cpus':
      return 'rps.cpus';
    case 'rps-flow-cnt':
      return 'rps.flow_cnt';
    case 'xps-cpus':
      return 'xps.cpus';
    case 'napi':
      return `napi.${change.name}`;
    case 'link':
      return `link.${change.name}`;
    case 'feature':
      return `feature.${change.name}`;
    case 'sysctl':
      return change.name;
    default:
      return change.type;
  }
}

/** What is missing for these changes on this host's kernel, in words; null: nothing. */
export function missingHere(ctx: Ctx, changes: readonly Change[]): string | null {
  const id = changes.map(settingOf).find((setting) => !hasSetting(ctx.kernel, setting));
  const row = id === undefined ? undefined : settingVersions.find((setting) => setting.id === id);
  if (row === undefined) return null;
  const early = row.since !== null && versionNumber(ctx.kernel) < versionNumber(row.since);
  const when = early ? `came with Linux ${row.since}` : `went with Linux ${row.until}`;
  return `${row.id.replace(/^(napi|feature|link)\./, '')} ${when}; this host runs ${ctx.kernel}`;
}
