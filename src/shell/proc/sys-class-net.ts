/**
 * /sys/class/net/IF/*: the NAPI and link settings. Source: net/core/net-sysfs.c, v6.12; limits and errors as measured on a
 * running 6.18 (napi_defer_hard_irqs is at most INT_MAX, threaded 0 or 1).
 */
import type { Bridge } from '../../engine/bridge/state.ts';
import type { Change } from '../../engine/change.ts';
import type { Nic } from '../../engine/world.ts';
import {
  AGEING_TIME,
  bridgeIdPlain,
  bridgeMtu,
  masterOf,
  PORT_PRIORITY,
  portCost,
  portId,
  portNumber,
  portsInOrder,
} from '../bridge/device.ts';
import { macOf } from '../host.ts';
import { INT_MAX, isNumber, parseUnsigned } from '../numbers.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile, Written } from './files.ts';

export const MIN_MTU = 68;
/** An hour: the engine's times stay exact below it. */
export const MAX_FLUSH_TIMEOUT_NS = 3_600_000_000_000;

export function nicFiles(ctx: Ctx, nic: Nic): VirtualFile[] {
  const dir = `/sys/class/net/${nic.name}`;
  const number = nic.index;
  const file = (name: string, now: number, write: (value: number) => Change | Written): VirtualFile => ({
    path: `${dir}/${name}`,
    read: () => `${now}\n`,
    write: (text) => {
      const value = readNumber(text);
      if (typeof value !== 'number') return value;
      const result = write(value);
      if ('ok' in result) return result;
      return { ok: true, changes: value === now ? [] : [result] };
    },
  });
  const napi = (
    name: 'gro_flush_timeout' | 'napi_defer_hard_irqs' | 'threaded',
    now: number,
    check: (value: number) => Written | null,
  ) => file(name, now, (value) => check(value) ?? { type: 'napi', nic: number, name, value });
  return [
    { path: `${dir}/address`, read: () => `${linkAddress(ctx, nic)}\n`, write: null },
    ...portFiles(ctx, nic, `${dir}/brport`),
    napi('gro_flush_timeout', nic.groFlushTimeout, (value) =>
      value > MAX_FLUSH_TIMEOUT_NS ? no('ERANGE', `at most ${MAX_FLUSH_TIMEOUT_NS} ns (an hour) here`) : null,
    ),
    ...(nic.tunnel === null
      ? [{ path: `${dir}/device/numa_node`, read: () => `${nic.node}\n`, write: null }]
      : []),
    file('mtu', nic.mtu, (value) =>
      value < MIN_MTU || value > nic.driver.maxMtu
        ? no('EINVAL', `${nic.driver.name} takes ${MIN_MTU} to ${nic.driver.maxMtu} bytes`)
        : { type: 'link', nic: number, name: 'mtu', value },
    ),
    napi('napi_defer_hard_irqs', nic.napiDeferHardIrqs, (value) =>
      value > INT_MAX ? no('ERANGE', `0 to ${INT_MAX}`) : null,
    ),
    // cells have no threads here
    ...(nic.tunnel === null
      ? [napi('threaded', nic.threaded ? 1 : 0, (value) => (value > 1 ? no('EOPNOTSUPP', '0 or 1') : null))]
      : []),
  ];
}

/** A bridge's: what is not its own to say is left out. Source: net/bridge/br_sysfs_br.c, br_sysfs_if.c, v6.12. */
export function bridgeFiles(ctx: Ctx, bridge: Bridge): VirtualFile[] {
  const dir = `/sys/class/net/${bridge.name}`;
  const { rx_bytes, rx_packets, multicast, mac } = bridge;
  const statistics = { multicast, rx_bytes, rx_packets, tx_bytes: 0, tx_packets: 0 };
  return [
    reading(`${dir}/address`, mac),
    reading(`${dir}/bridge/ageing_time`, AGEING_TIME),
    reading(`${dir}/bridge/bridge_id`, bridgeIdPlain(bridge)),
    reading(`${dir}/bridge/stp_state`, 0),
    ...portsInOrder(ctx, bridge).flatMap((nic) => portFiles(ctx, nic, `${dir}/brif/${nic.name}`)),
    reading(`${dir}/mtu`, bridgeMtu(ctx, bridge)),
    ...Object.entries(statistics).map(([name, value]) => reading(`${dir}/statistics/${name}`, value)),
  ];
}

/** Of a port; 3: it forwards. */
function portFiles(ctx: Ctx, nic: Nic, dir: string): VirtualFile[] {
  const bridge = masterOf(ctx, nic);
  if (bridge === null) return [];
  return [
    reading(`${dir}/designated_bridge`, bridgeIdPlain(bridge)),
    reading(`${dir}/path_cost`, portCost(ctx, nic)),
    reading(`${dir}/port_id`, `0x${portId(bridge, nic).toString(16)}`),
    reading(`${dir}/port_no`, `0x${portNumber(bridge, nic).toString(16)}`),
    reading(`${dir}/priority`, PORT_PRIORITY),
    reading(`${dir}/state`, 3),
  ];
}

function reading(path: string, value: number | string): VirtualFile {
  return { path, read: () => `${value}\n`, write: null };
}

/** A tunnel's is its local address, as bytes. */
function linkAddress(ctx: Ctx, nic: Nic): string {
  if (nic.tunnel === null) return macOf(ctx, nic);
  const bytes = nic.tunnel.spec.local.split('.').map(Number);
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

const no = (errno: 'EINVAL' | 'ERANGE' | 'EOPNOTSUPP', hint: string): Written => ({ ok: false, errno, hint });

function readNumber(text: string): number | Written {
  const word = text.trim();
  const value = parseUnsigned(word);
  if (value !== null) return value;
  return isNumber(word) ? no('ERANGE', 'the number is too large') : no('EINVAL', 'a number, 0 or more');
}
