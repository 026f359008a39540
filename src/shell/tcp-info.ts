/**
 * What `ss -i` and the memory part of `-m` print of a connection, in the tool's order; figures that are 0 are left out.
 * Source: iproute2 6.1 misc/ss.c tcp_stats_print, print_skmeminfo; net/ipv4/tcp.c tcp_get_info, v6.12. Left out: pmtu, segs_in,
 * data_segs_in, lastack, delivery_rate, app_limited, busy and what limited it.
 */
import { jiffies } from '../engine/clock/jiffies.ts';
import type { TcpSock, TcpState } from '../engine/tcp/sock.ts';
import type { TcpConnection, World } from '../engine/world.ts';

const FIN_SENT: ReadonlySet<TcpState> = new Set([
  'fin-wait-1',
  'fin-wait-2',
  'closing',
  'last-ack',
  'time-wait',
]);

type Figure = readonly [name: string, value: number | string];

/** C's %g. */
const g = (value: number): string => String(Number(value.toPrecision(6)));
const bps = (bytesPerSecond: number): string => `${Math.round(bytesPerSecond * 8)}bps`;

/** Bytes from one sequence number to another. */
export const bytesBetween = (from: number, to: number): number => (to - from) >>> 0;

/** Send-Q: bytes written and not yet acknowledged; SYN and FIN count. */
export const sendQueue = ({ tx }: TcpSock): number => bytesBetween(tx.sndUna, tx.writeSeq);

function words(s: TcpSock): string[] {
  const out: string[] = [];
  if (s.tsOk) out.push('ts');
  if (s.sackOk) out.push('sack');
  out.push(s.tx.ca.cubic ? 'cubic' : 'reno');
  if (s.tx.sndWscale > 0 || s.rcvWscale > 0) out.push(`wscale:${s.tx.sndWscale},${s.rcvWscale}`);
  return out;
}

/** Of a connection whose peer answers; traffic that only sends has no more than the receiving side. */
export function tcpInfo(world: World, connection: TcpConnection, s: TcpSock, received: number): string[] {
  const { jiffyNs } = world.fixed;
  const { tx } = s;
  const ms = (ticks: number): number => (ticks * jiffyNs) / 1_000_000;
  const since = (jiffy: number): number => Math.floor(ms(jiffies(world) - jiffy));
  const { live } = connection;
  const sending = (figures: Figure[]): Figure[] => (live ? figures : []);
  const rttUs = s.srttUs8 / 8;
  const fin = FIN_SENT.has(s.state) && tx.sndNxt === tx.writeSeq ? 1 : 0;
  const dataSent = bytesBetween(s.issSnd + 1, tx.sndNxt) - fin;
  const figures: Figure[] = [
    ...sending([
      ['rto', ms(s.rtoJiffies)],
      ['backoff', tx.backoff],
      ['rtt', rttUs > 0 ? `${g(Math.floor(rttUs) / 1000)}/${g(Math.floor(s.mdevUs4 / 4) / 1000)}` : 0],
    ]),
    ['ato', ms(s.ato)],
    ...sending([['mss', tx.mssCache]]),
    ['rcvmss', s.rcvMss],
    ['advmss', s.advmss],
    ...sending([
      ['cwnd', tx.cwnd],
      ['ssthresh', tx.ssthresh < 0xffff ? tx.ssthresh : 0],
      ['bytes_sent', dataSent + tx.bytesRetrans],
      ['bytes_retrans', tx.bytesRetrans],
      ['bytes_acked', tx.bytesAcked],
    ]),
    ['bytes_received', received],
    ['segs_out', live ? connection.segsOut : connection.acksSent],
    ...sending([
      ['data_segs_out', tx.dataSegsOut],
      ['send ', rttUs > 0 ? bps((tx.cwnd * tx.mssCache * 1e6) / rttUs) : 0],
      ['lastsnd', since(s.lsndtime)],
      ['lastrcv', since(s.lrcvtime)],
      ['pacing_rate ', Number.isFinite(tx.pacingRate) ? tx.pacingRate && bps(tx.pacingRate) : 0],
      ['delivered', tx.delivered],
      ['unacked', tx.packetsOut],
      ['retrans', tx.totalRetrans > 0 ? `${tx.retransOut}/${tx.totalRetrans}` : 0],
      ['lost', tx.lostOut],
      ['sacked', tx.sackedOut],
      ['dsack_dups', tx.dsackDups],
      ['reordering', tx.reordering === 3 ? 0 : tx.reordering],
    ]),
    ['rcv_rtt', Math.floor(s.rttUs8 / 8) / 1000],
    ['rcv_space', s.spaceBytes],
    ['rcv_ssthresh', s.rcvSsthresh],
    ...sending([
      ['notsent', bytesBetween(tx.sndNxt, tx.writeSeq)],
      ['minrtt', (tx.minRtt[1] ?? 0) / 1000],
      ['snd_wnd', tx.sndWnd],
    ]),
  ];
  const printed = figures
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : g(value);
      return name.endsWith(' ') ? name + text : `${name}:${text}`;
    });
  return live ? [...words(s), ...printed] : printed;
}
