/** TCP connections that an application opens: from the scenario's words to the engine's, by way of the link its card has. */
import { canonicalAddress } from '../engine/packet/address.ts';
import type { StreamSpec } from '../engine/spec.ts';
import { TCP_MIN_MSS } from '../engine/tcp/constants.ts';
import { frameFrom } from './frames.ts';
import type { Scenario } from './schema.ts';
import { deviceOf, devicesOf, peerOf } from './tunnels.ts';

type HostText = Scenario['hosts'][string];
type StreamText = NonNullable<HostText['apps'][string]['stream']>;

/** @param at place of the stream @param problem called with a place and what is wrong there  @returns null where something is */
export function compileStream(
  stream: StreamText,
  scenario: Scenario,
  hostId: string,
  reads: readonly string[],
  at: string,
  problem: (path: string, message: string) => void,
): StreamSpec | null {
  const host = scenario.hosts[hostId];
  const socketIds = Object.keys(host.sockets);
  const nicNames = devicesOf(host);
  const socket = socketIds.indexOf(stream.socket);
  const nic = stream.nic === undefined ? 0 : nicNames.indexOf(stream.nic);
  const before = problems();
  if (socket < 0)
    before.add(
      `${at}.socket`,
      `there is no socket ${stream.socket}; there are ${socketIds.join(', ') || 'none'}`,
    );
  else if (host.sockets[stream.socket].proto !== 'tcp')
    before.add(`${at}.socket`, 'a stream goes over a TCP socket');
  else if (!host.sockets[stream.socket].acks)
    before.add(`${at}.socket`, 'its socket needs acks: true: it acknowledges what it gets');
  if (nic < 0) before.add(`${at}.nic`, `there is no NIC ${stream.nic}; there are ${nicNames.join(', ')}`);
  if (stream.answerBytes > 0 && !reads.includes(stream.socket))
    before.add(`${at}.answerBytes`, `the answers come in on ${stream.socket}: name it among its sockets`);
  if (stream.maxSegBytes > 0 && stream.maxSegBytes < TCP_MIN_MSS)
    before.add(`${at}.maxSegBytes`, `TCP_MAXSEG is ${TCP_MIN_MSS} bytes at least (0: not set)`);
  const card = deviceOf(host, nicNames[nic] ?? '');
  const there = card === undefined ? null : peerOf(scenario, hostId, nicNames[nic], stream.dst);
  if (card !== undefined && there === null) {
    const what = Object.hasOwn(host.tunnels ?? {}, nicNames[nic]) ? 'tunnel at its remote address' : 'link';
    before.add(`${at}.nic`, `${nicNames[nic]} has no ${what}`);
  }
  if (before.list.length > 0 || there === null || card === undefined) {
    for (const [path, message] of before.list) problem(path, message);
    return null;
  }
  const src = addressOf(card.addresses, stream.v);
  const dst = stream.dst ?? addressOf(there.addresses, stream.v);
  if (src === undefined || dst === undefined) {
    problem(`${at}.v`, `both cards need an IPv${stream.v} address`);
    return null;
  }
  try {
    return {
      socket,
      nic,
      template: frameFrom(
        {
          proto: 'tcp',
          v: stream.v,
          smac: card.mac,
          src,
          dst,
          sport: stream.sport,
          dport: stream.dport,
          len: 0,
        },
        { dmac: there.mac, dst },
      ),
      flows: stream.flows,
      writeBytes: stream.writeBytes,
      count: stream.count ?? Number.POSITIVE_INFINITY,
      ratePps: stream.ratePps,
      answerBytes: stream.answerBytes,
      close: stream.close,
      nodelay: stream.nodelay,
      cork: stream.cork,
      maxSegBytes: stream.maxSegBytes,
      ...(stream.maxPacingBytesPs === undefined ? {} : { maxPacingBytesPs: stream.maxPacingBytesPs }),
      startNs: stream.startNs,
      stopNs: stream.stopNs ?? scenario.durationNs,
    };
  } catch (error) {
    problem(at, error instanceof Error ? error.message : String(error));
    return null;
  }
}

function problems(): { list: [string, string][]; add(path: string, message: string): void } {
  const list: [string, string][] = [];
  return { list, add: (path, message) => list.push([path, message]) };
}

function addressOf(addresses: readonly string[], version: number): string | undefined {
  return addresses.find((text) => canonicalAddress(text).includes(':') === (version === 6));
}
