/** `ip neigh`: no neighbour table is modelled, every next hop's link address is known. Source: iproute2 6.1 ipneigh.c. */
import { findBridge } from '../bridge/device.ts';
import { findNic } from '../host.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import { badPrefix, commandOf, incomplete, noDevice, readPrefix } from './options.ts';

const COMMANDS = [
  'add',
  'change',
  'replace',
  'delete',
  'get',
  'show',
  'list',
  'lst',
  'flush',
  'help',
] as const;
const NOTE = 'no neighbour table is modelled: the link address of every next hop is known';

export function ipNeigh(ctx: Ctx, words: readonly string[]): Outcome {
  const [word = 'show', ...rest] = words;
  const command = commandOf(word, COMMANDS);
  if (command === undefined)
    return refused(`Command "${word}" is unknown, try "ip neigh help".`, 255, 'here: show');
  if (!['show', 'list', 'lst', 'help'].includes(command)) return refused('', 1, NOTE);
  for (let i = 0; i < rest.length; i += 1) {
    if (rest[i] === 'dev' || rest[i] === 'nud') {
      const device = rest[i] === 'dev';
      i += 1;
      if (rest[i] === undefined) return incomplete();
      if (device && findNic(ctx, rest[i]) === undefined && findBridge(ctx, rest[i]) === undefined)
        return noDevice(ctx, rest[i]);
    } else if (rest[i] !== 'to' && readPrefix(rest[i], 0) === null) return badPrefix(rest[i], 0);
  }
  return printed(`# ${NOTE}\n`);
}
