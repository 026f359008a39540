/**
 * /proc/net/ip_queue (until 2.6.14) and /proc/net/netfilter/nfnetlink_queue: the queue of packets that wait for a program's verdict.
 * Columns of the latter: queue number, port id of the program, packets waiting, copy mode (2: packet), bytes copied, dropped because
 * the queue was full, dropped because the socket was, last packet id, 1. ip_queue knows no counters; without a program it is there,
 * the other's line is not.
 * Source: net/netfilter/nfnetlink_queue.c seq_show, v6.12; net/ipv4/netfilter/ip_queue.c ipq_get_info, 2.4.17 and 2.4.21.
 */
import { versionIn } from '../../catalog/version.ts';
import { COPY_RANGE, IPQ, NFNETLINK } from '../../engine/net/nf-message.ts';
import { maxLenOf, nfListening } from '../../engine/net/nf-queue.ts';
import type { NfQueue } from '../../engine/world.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile } from './files.ts';

const COPY_PACKET = 2;

export function packetQueueFiles(ctx: Ctx): VirtualFile[] {
  const queue = ctx.state.nfQueue;
  if (queue === null) return [];
  const { packetQueue } = ctx.world.fixed.rules;
  const file = (path: string, read: () => string): VirtualFile[] => [{ path, read, write: null }];
  if (packetQueue === IPQ) return file('/proc/net/ip_queue', () => ipQueueText(ctx, queue));
  if (packetQueue === NFNETLINK)
    return file('/proc/net/netfilter/nfnetlink_queue', () => nfnetlinkText(ctx, queue));
  return [];
}

function nfnetlinkText(ctx: Ctx, queue: NfQueue): string {
  if (!nfListening(ctx.world, queue)) return '';
  const number = ctx.world.sockets[queue.socket - 1].spec.port;
  const columns: [number, number][] = [
    [number, 5],
    [queue.task, 6],
    [queue.total, 5],
    [COPY_PACKET, 1],
    [COPY_RANGE, 5],
    [queue.dropped, 5],
    [queue.userDropped, 5],
    [queue.sequence, 8],
    [1, 2],
  ];
  return `${columns.map(([value, width]) => String(value).padStart(width)).join(' ')}\n`;
}

function ipQueueText(ctx: Ctx, queue: NfQueue): string {
  const listens = nfListening(ctx.world, queue);
  const peer = listens ? queue.task : 0;
  const [mode, range] = listens ? [COPY_PACKET, COPY_RANGE] : [0, 0];
  const most = maxLenOf(ctx.world, ctx.state, queue);
  const line = (width: number) => (name: string, value: number) => `${name.padEnd(width)}: ${value}\n`;
  // rewritten in June 2002
  if (versionIn(ctx.kernel, '2.4.20', null)) {
    const row = line(18);
    return [
      row('Peer PID', peer),
      row('Copy mode', mode),
      row('Copy range', range),
      row('Queue length', queue.total),
      row('Queue max. length', most),
    ].join('');
  }
  const row = line(20);
  return [
    row('Peer pid', peer),
    row('Peer died', 0),
    row('Peer copy mode', mode),
    row('Peer copy range', range),
    row('Queue length', queue.total),
    row('Queue max. length', most),
    row('Queue flushing', 0),
    row('Queue terminate', 0),
  ].join('');
}
