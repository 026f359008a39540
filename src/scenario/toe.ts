/** A card's TCP offload engine: from the scenario's words to the engine's. */
import { rulesFor } from '../catalog/rules.ts';
import type { ToeSpec } from '../engine/spec.ts';
import type { Scenario } from './schema.ts';

type NicText = Scenario['hosts'][string]['nics'][string];

/** @param problem called with a place and what is wrong there */
export function compileToe(
  { toe }: NicText,
  host: Scenario['hosts'][string],
  kernel: string,
  at: string,
  problem: (path: string, message: string) => void,
): ToeSpec | undefined {
  if (toe === undefined) return undefined;
  if (rulesFor(kernel).bigKernelLock)
    problem(`${at}.toe`, 'TCP connections are modelled from Linux 2.4 on, and so is TCP in the card');
  if (!Object.values(host.sockets).some(({ proto, acks }) => proto === 'tcp' && acks))
    problem(
      `${at}.toe`,
      'it runs the connections of TCP sockets with acks: true, and this host has no such socket',
    );
  if (Object.values(host.sockets).some(({ tls }) => tls !== undefined))
    problem(`${at}.toe`, 'TLS over TCP in the card is not modelled: this host has a socket with tls');
  const { memoryKiB, ...rest } = toe;
  return { ...rest, memoryBytes: memoryKiB * 1024 };
}
