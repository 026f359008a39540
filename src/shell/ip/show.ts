/**
 * Which devices `ip link show` and `ip address show` list: all, one by name, ports of a bridge, those of a kind.
 * Source: iproute2 6.1 ipaddress.c ipaddr_list_flush_or_save, print_linkinfo. Cards come first, then tunnels, then bridges.
 */
import type { Bridge } from '../../engine/bridge/state.ts';
import type { Nic } from '../../engine/world.ts';
import { bridgesHint, findBridge } from '../bridge/device.ts';
import { findNic, nicsOf } from '../host.ts';
import { type Ctx, type Outcome, refused } from '../types.ts';
import { devicesHint, garbage, incomplete } from './options.ts';

export type Device = { nic: Nic; bridge: null } | { nic: null; bridge: Bridge };

export interface Shown {
  /** One was asked for by name. */
  named: boolean;
  devices: Device[];
}

/** No bridge has this index: `master` named a card. */
const NO_BRIDGE = -2;

/** The index that `master` means, NO_BRIDGE for a card; a refusal where there is no such device. */
export function readMaster(ctx: Ctx, word: string | undefined): number | Outcome {
  if (word === undefined) return incomplete();
  const index = ctx.state.bridges.findIndex(({ name }) => name === word);
  if (index >= 0) return index;
  if (findNic(ctx, word) !== undefined) return NO_BRIDGE;
  return refused(`Error: argument "${word}" is wrong: Device does not exist\n`, 255, bridgesHint(ctx));
}

export function readShow(ctx: Ctx, words: readonly string[]): Shown | Outcome {
  let name: string | null = null;
  /** Of cards; -1: of none. */
  let master: number | null = null;
  let kind: string | null = null;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'up') continue;
    if (word === 'nomaster') {
      master = -1;
      continue;
    }
    if (word === 'master') {
      i += 1;
      const read = readMaster(ctx, words[i]);
      if (typeof read !== 'number') return read;
      master = read;
      continue;
    }
    if (word === 'type' || word === 'dev') {
      i += 1;
      if (words[i] === undefined) return incomplete();
    }
    if (word === 'type') kind = words[i];
    else if (name !== null) return garbage('dev', words[i]);
    else name = words[i];
  }
  const all: Device[] = [
    ...nicsOf(ctx).map((nic): Device => ({ nic, bridge: null })),
    ...ctx.state.bridges.map((bridge): Device => ({ nic: null, bridge })),
  ];
  if (name !== null && findNic(ctx, name) === undefined && findBridge(ctx, name) === undefined)
    return refused(`Device "${name}" does not exist.`, 1, devicesHint(ctx));
  const devices = all.filter(
    ({ nic, bridge }) =>
      (name === null || (nic ?? bridge).name === name) &&
      (master === null || (nic === null ? -1 : nic.bridge) === master) &&
      (kind === null || isOfKind(nic, kind)),
  );
  return { named: name !== null, devices };
}

/** A card is of no kind. @param nic null: a bridge */
function isOfKind(nic: Nic | null, kind: string): boolean {
  if (nic === null) return kind === 'bridge';
  if (kind === 'bridge_slave') return nic.bridge >= 0;
  return nic.tunnel !== null && kind === 'ipip';
}
