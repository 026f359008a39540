/**
 * One device as `ip link show` and `ip addr show` print it, with -s and -s -s its counters. Columns widen with their numbers.
 * Source: iproute2 6.1 ipaddress.c print_linkinfo, print_stats64.
 */
import type { Bridge } from '../../engine/bridge/state.ts';
import type { Nic } from '../../engine/world.ts';
import {
  BRIDGE_MAX_MTU,
  bridgeDetails,
  bridgeGso,
  bridgeIfIndex,
  bridgeMtu,
  bridgeState,
  masterOf,
  slaveDetails,
} from '../bridge/device.ts';
import { macOf, nicNumber } from '../host.ts';
import { rxErrors } from '../proc/net-dev.ts';
import { MIN_MTU } from '../proc/sys-class-net.ts';
import type { Ctx } from '../types.ts';
import type { IpOptions } from './options.ts';
import { tunnelDetails } from './tunnel.ts';

/** Least widths: "*X errors:" packets errors dropped heartbt overrun compressed, and otherhost. */
const WIDTHS = [10, 7, 6, 7, 7, 7, 10, 9];

export function linkText(ctx: Ctx, nic: Nic, options: IpOptions): string {
  if (options.brief)
    return `${briefLink(nic)}${nic.tunnel?.spec.local ?? macOf(ctx, nic)} <${flagsOf(nic)}> \n`;
  const head = headText(ctx, nic, { details: options.details, mode: true, linkLayer: true });
  const text = `${head}${options.stats > 0 ? statsText(nic, options.stats > 1) : ''}`;
  return options.oneline ? onelined(text) : text;
}

export function bridgeLinkText(ctx: Ctx, bridge: Bridge, options: IpOptions): string {
  if (options.brief) return `${briefBridge(bridge)}${bridge.mac} <${bridgeState(bridge).flags}> \n`;
  const head = bridgeHead(ctx, bridge, options.details, true);
  const text = `${head}${options.stats > 0 ? bridgeStats(bridge, options.stats > 1) : ''}`;
  return options.oneline ? onelined(text) : text;
}

export const CARD_FLAGS = 'BROADCAST,MULTICAST,UP,LOWER_UP';
const TUNNEL_FLAGS = 'POINTOPOINT,NOARP,UP,LOWER_UP';
const flagsOf = (nic: Nic): string => (nic.tunnel === null ? CARD_FLAGS : TUNNEL_FLAGS);
/** A tunnel is bound to no device below. */
const nameOf = (nic: Nic): string => (nic.tunnel === null ? nic.name : `${nic.name}@NONE`);
/** Of a device without a carrier of its own nobody knows. */
const stateOf = (nic: Nic): string => (nic.tunnel === null ? 'UP' : 'UNKNOWN');

/** -br: name and state, then what was asked for. */
export function briefLink(nic: Nic): string {
  return `${nameOf(nic).padEnd(16)} ${stateOf(nic).padEnd(14)} `;
}

export function briefBridge(bridge: Bridge): string {
  return `${bridge.name.padEnd(16)} ${bridgeState(bridge).state.padEnd(14)} `;
}

/** -o: a backslash for every end of line but the last. */
export function onelined(text: string): string {
  return `${text.trimEnd().replaceAll('\n', '\\')}\n`;
}

/** @param shown mode: `ip link` tells the link mode; linkLayer: the second line, with the link address */
export function headText(
  ctx: Ctx,
  nic: Nic,
  shown: { details: boolean; mode: boolean; linkLayer: boolean },
): string {
  const { spec, handle } = ctx.world.queues[nic.firstQueue].tx.qd;
  const several = nic.activeQueues > 1 || (nic.queues > 1 && handle === 0);
  const qdisc = nic.tunnel !== null ? 'noqueue' : several ? 'mq' : spec.kind;
  // 1 is the loopback device
  const index = nicNumber(ctx, nic) + 2;
  const queues = nic.tunnel === null ? nic.queues : 1;
  const bridge = masterOf(ctx, nic);
  const kind =
    nic.tunnel !== null
      ? `\n    ${tunnelDetails(nic.tunnel.spec)}`
      : bridge === null
        ? ''
        : `\n    ${slaveDetails(ctx, bridge, nic)}`;
  // a port takes every frame
  const every = bridge === null ? 0 : 1;
  const extra = shown.details
    ? ` promiscuity ${every}  allmulti ${every} minmtu ${MIN_MTU} maxmtu ${nic.driver.maxMtu} ${kind === '' ? '' : `${kind} `}addrgenmode eui64 numtxqueues ${queues} numrxqueues ${queues}` +
      ` gso_max_size ${nic.gsoMaxSize} gso_max_segs ${nic.gsoMaxSegs} tso_max_size ${nic.driver.tsoMaxSize} tso_max_segs 65535 gro_max_size ${nic.groMaxSize} gso_ipv4_max_size ${nic.gsoIpv4MaxSize} gro_ipv4_max_size ${nic.groIpv4MaxSize} `
    : '';
  const mode = shown.mode ? ' mode DEFAULT' : '';
  const layer =
    nic.tunnel === null
      ? `link/ether ${macOf(ctx, nic)} brd ff:ff:ff:ff:ff:ff`
      : `link/ipip ${nic.tunnel.spec.local} peer ${nic.tunnel.spec.remote}`;
  const second = shown.linkLayer ? `    ${layer}${extra}\n` : '';
  return `${index}: ${nameOf(nic)}: <${flagsOf(nic)}> mtu ${nic.mtu} qdisc ${qdisc}${bridge === null ? '' : ` master ${bridge.name}`} state ${stateOf(nic)}${mode} group default qlen 1000\n${second}`;
}

/** @param mode `ip link` tells the link mode */
export function bridgeHead(ctx: Ctx, bridge: Bridge, details: boolean, mode: boolean): string {
  const { state, flags } = bridgeState(bridge);
  const { gsoMaxSize, tsoMaxSize } = bridgeGso(ctx, bridge);
  const extra = details
    ? ` promiscuity 0  allmulti 0 minmtu ${MIN_MTU} maxmtu ${BRIDGE_MAX_MTU} \n    ${bridgeDetails(ctx, bridge)} addrgenmode eui64 numtxqueues 1 numrxqueues 1` +
      ` gso_max_size ${gsoMaxSize} gso_max_segs 65535 tso_max_size ${tsoMaxSize} tso_max_segs 65535 gro_max_size 65536 gso_ipv4_max_size ${gsoMaxSize} gro_ipv4_max_size 65536 `
    : '';
  return (
    `${bridgeIfIndex(ctx, bridge)}: ${bridge.name}: <${flags}> mtu ${bridgeMtu(ctx, bridge)} qdisc noqueue state ${state}${mode ? ' mode DEFAULT' : ''} group default qlen 1000\n` +
    `    link/ether ${bridge.mac} brd ff:ff:ff:ff:ff:ff${extra}\n`
  );
}

export function statsText(nic: Nic, detailed: boolean): string {
  const c = nic.counters;
  const t = nic.tunnel;
  return countersText(
    {
      rx: [c.rx_bytes, c.rx_packets, rxErrors(nic), c.rx_dropped, c.rx_missed_errors, c.multicast],
      tx: [
        c.tx_bytes,
        c.tx_packets,
        t?.tx_errors ?? 0,
        c.tx_dropped,
        t?.tx_carrier_errors ?? 0,
        t?.collisions ?? 0,
      ],
      rxDetail: [c.rx_length_errors, c.rx_crc_errors, 0, 0, 0],
      otherHost: 0,
    },
    detailed,
  );
}

/** It sends nothing. */
export function bridgeStats(bridge: Bridge, detailed: boolean): string {
  const { rx_bytes, rx_packets, multicast, rx_otherhost_dropped } = bridge;
  const rx = [rx_bytes, rx_packets, 0, 0, 0, multicast];
  const nothing = [0, 0, 0, 0, 0];
  return countersText(
    { rx, tx: [0, ...nothing], rxDetail: nothing, otherHost: rx_otherhost_dropped },
    detailed,
  );
}

interface Counters {
  rx: readonly number[];
  tx: readonly number[];
  rxDetail: readonly number[];
  /** Shown where it is not 0. */
  otherHost: number;
}

function countersText({ rx, tx, rxDetail, otherHost }: Counters, detailed: boolean): string {
  const w = WIDTHS.slice();
  const widen = (values: readonly number[], from: number) => {
    for (const [i, value] of values.entries()) w[from + i] = Math.max(w[from + i], String(value).length);
  };
  widen(rx, 0);
  widen(tx, 0);
  if (detailed) widen(rxDetail, 1);
  if (detailed && otherHost > 0) widen([otherHost], 7);
  const row = (values: readonly (number | string)[], from: number) =>
    values.map((value, i) => `${String(value).padStart(w[from + i])} `).join('');
  const heading = (side: string, last: [string, string]) =>
    `    ${side}: ${'bytes'.padStart(w[0] - 4)} ${row(['packets', 'errors', 'dropped', ...last], 1)}${' '.repeat(w[6])}\n`;
  const errors = (side: string, names: readonly string[], values: readonly number[], other = 0) => {
    const more = (value: number | string) => (other > 0 ? row([value], 7) : '');
    const head = `    ${side} errors:${' '.repeat(w[0] - 10)} ${row(names, 1)}${more('otherhost')}`;
    return `${head.slice(0, -1)}\n${' '.repeat(w[0] + 5)}${row(values, 1)}${more(other)}\n`;
  };
  let text = `${heading('RX', ['missed', 'mcast'])}    ${row(rx, 0)}\n`;
  if (detailed) text += errors('RX', ['length', 'crc', 'frame', 'fifo', 'overrun'], rxDetail, otherHost);
  text += `${heading('TX', ['carrier', 'collsns'])}    ${row(tx, 0)}\n`;
  if (detailed) text += errors('TX', ['aborted', 'fifo', 'window', 'heartbt', 'transns'], [0, 0, 0, 0, 0]);
  return text;
}
