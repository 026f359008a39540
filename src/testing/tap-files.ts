/** Captures of the tap worlds, and what tshark is asked about them: for fixtures/taps, the tests, and scripts/tap-fixtures.ts. */
import type { WorldSpec } from '../engine/spec.ts';
import { captureFile } from '../taps/capture-file.ts';
import { recordAll, routerWorld, sackWorld, udpSendWorld } from './tap-worlds.ts';

const WORLDS: Readonly<Record<string, () => WorldSpec>> = {
  router: routerWorld,
  sack: sackWorld,
  'udp-sends': udpSendWorld,
};

export const TAP_FILES = Object.keys(WORLDS);

/** The pcapng of a world's capture at all points. */
export function tapFile(name: string): Uint8Array {
  const { world, recording } = recordAll(WORLDS[name]());
  const file = captureFile(world, recording, 'pcapng', {
    point: (id) => id,
    reason: (reason) => reason,
  });
  if ('error' in file) throw new Error(file.error);
  return file;
}

/** Fields asked of tshark, one column each. */
export const TSHARK_FIELDS = [
  'frame.number',
  'frame.interface_id',
  'frame.interface_name',
  'frame.interface_description',
  'frame.time_epoch',
  'frame.len',
  'frame.cap_len',
  'frame.comment',
  'eth.src',
  'eth.dst',
  'vlan.id',
  'vlan.priority',
  'ip.src',
  'ip.dst',
  'ip.id',
  'ip.len',
  'ip.ttl',
  'ip.checksum.status',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.plen',
  'ipv6.hlim',
  'ipv6.flow',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.window_size_value',
  'tcp.len',
  'tcp.checksum.status',
  'tcp.options.sack_le',
  'tcp.options.sack_re',
  'tcp.options.timestamp.tsval',
  'tcp.options.timestamp.tsecr',
  'udp.srcport',
  'udp.dstport',
  'udp.length',
  'udp.checksum.status',
  'eth.padding',
] as const;

/** Arguments of tshark that make it check every checksum and print absolute sequence numbers. */
export function tsharkArgs(file: string): string[] {
  const options = [
    'ip.check_checksum:TRUE',
    'tcp.check_checksum:TRUE',
    'udp.check_checksum:TRUE',
    'tcp.relative_sequence_numbers:FALSE',
    'tcp.analyze_sequence_numbers:FALSE',
    'tcp.desegment_tcp_streams:FALSE',
    'ip.defragment:FALSE',
  ];
  return [
    '-n',
    '-r',
    file,
    ...options.flatMap((each) => ['-o', each]),
    '-T',
    'fields',
    '-E',
    'header=y',
    '-E',
    'aggregator=,',
    ...TSHARK_FIELDS.flatMap((field) => ['-e', field]),
  ];
}
