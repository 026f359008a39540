/** What the objects of `bridge` share: options, help, refusals. Source: iproute2 6.1 bridge/bridge.c, lib/utils.c. */
import { type Outcome, refused } from '../types.ts';

export const BRIDGE_HELP =
  'bridge link|fdb ...\n' +
  'bridge [-d] [-o] link [show [dev DEV]]\n' +
  'bridge [-s] fdb [show [br BRIDGE] [brport DEV] [state STATE] [dynamic]]\n' +
  'ip link set DEV master BRIDGE | nomaster makes a port, or takes it away\n';

export const BRIDGE_USAGE = 'here: bridge [-d] [-o] link [show [dev DEV]] | bridge [-s] fdb [show ...]';

export interface BridgeOptions {
  stats: boolean;
  details: boolean;
  oneline: boolean;
}

/** @param of object; empty: all */
export function bridgeHelp(of: string): Outcome {
  const lines = BRIDGE_HELP.trimEnd().split('\n');
  return refused('', 255, ...lines.filter((line) => line.includes(` ${of}`)));
}

export const incompleteBridge = (): Outcome =>
  refused('Command line is not complete. Try option "help"', 255, BRIDGE_USAGE);
export const duplicate = (what: string, second: string): Outcome =>
  refused(`Error: duplicate "${what}": "${second}" is the second value.`, 255, BRIDGE_USAGE);
