/**
 * `ip tunnel show`: the host's ipip devices, and what `ip -d link` says of one. Source: iproute2 6.1 iptunnel.c print_tunnel, link_iptnl.c
 * iptunnel_print_opt. Left out: making, changing and deleting them (they are the scenario's); tunl0, which comes with the module.
 */
import type { TunnelSpec } from '../../engine/spec.ts';
import { nicsOf } from '../host.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { commandOf, garbage, incomplete } from './options.ts';

const COMMANDS = ['add', 'change', 'del', 'show', 'lst', 'list', 'prl', '6rd', 'help'] as const;
const HINT = 'here: ip tunnel show [NAME]; the scenario says which tunnels there are (hosts.HOST.tunnels)';

export function ipTunnel(ctx: Ctx, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, COMMANDS);
  switch (command) {
    case 'show':
    case 'list':
    case 'lst':
      return show(ctx, rest);
    case 'help':
      return printed(`# ${HINT}\n`);
    case undefined:
      return refused(`Command "${word}" is unknown, try "ip tunnel help".`, 255, HINT);
    default:
      return refused('', 1, `ip tunnel ${command} is not modelled; ${HINT}`);
  }
}

function show(ctx: Ctx, words: readonly string[]): Outcome {
  let name: string | null = null;
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] === 'name' || words[i] === 'dev') {
      i += 1;
      if (words[i] === undefined) return incomplete();
    } else if (name !== null) return garbage('name', words[i]);
    name = words[i];
  }
  const tunnels = nicsOf(ctx).flatMap((nic) => (nic.tunnel === null ? [] : [{ nic, spec: nic.tunnel.spec }]));
  const shown = tunnels.filter(({ nic }) => name === null || nic.name === name);
  if (name !== null && shown.length === 0) {
    const names = tunnels.map(({ nic }) => nic.name).join(' ');
    return refused(
      'get tunnel failed: No such device',
      1,
      names === '' ? 'no tunnels here' : `tunnels here: ${names}`,
    );
  }
  return printed(shown.map(({ nic, spec }) => `${nic.name}: ${tunnelText(spec)}\n`).join(''));
}

const ttlText = ({ ttl }: TunnelSpec): string => `ttl ${ttl === 0 ? 'inherit' : ttl}`;

function tunnelText(spec: TunnelSpec): string {
  const { remote, local, pmtudisc } = spec;
  return `ip/ip remote ${remote} local ${local} ${ttlText(spec)}${pmtudisc ? '' : ' nopmtudisc'}`;
}

/** Its kind and what it is made of, as `ip -d link` tells. */
export function tunnelDetails(spec: TunnelSpec): string {
  const { remote, local, pmtudisc } = spec;
  return `ipip ipip remote ${remote} local ${local} ${ttlText(spec)} ${pmtudisc ? '' : 'no'}pmtudisc`;
}
