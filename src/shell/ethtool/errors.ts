/**
 * What ethtool says when it refuses: netlink options (-g -G -c -C -l -L -k -K) with the attribute's offset in the request,
 * the older ioctl options each with words of their own. Texts: ethtool 6.1 on Linux 6.18, see fixtures/.
 */
import { nicNames } from '../host.ts';
import { type Ctx, type Outcome, refused } from '../types.ts';

export const BAD_ARGUMENTS = 'ethtool: bad command line argument(s)\nFor more information run ethtool -h';

export function badArguments(...hints: string[]): Outcome {
  return refused(BAD_ARGUMENTS, 1, ...hints);
}

/** Where attribute number `at` (from 0, each a u32) lies: message and genl headers 20, nested header with the name. */
export function attributeOffset(name: string, at = 0): number {
  return 20 + 4 + 4 * Math.ceil((5 + name.length) / 4) + 8 * at;
}

export type NetlinkErrno =
  | 'Invalid argument'
  | 'Operation not supported'
  | 'Numerical result out of range'
  | 'No such device';

/** @param message the kernel's extended message; empty: none */
export function netlinkError(message: string, errno: NetlinkErrno, ...hints: string[]): Outcome {
  const first = message === '' ? '' : `netlink error: ${message}\n`;
  return refused(`${first}netlink error: ${errno}`, 1, ...hints);
}

const IOCTL_NO_DEVICE: Readonly<Record<string, readonly [string, number]>> = {
  '-x': ['Cannot get RX ring count: No such device', 1],
  '-X': ['Cannot get RX ring count: No such device', 1],
  '-S': ['Cannot get stats strings information: No such device', 96],
  '-i': ['Cannot get driver information: No such device', 71],
  '-n': [
    'Cannot get RX rings: No such device\nrxclass: Cannot get RX class rule count: No such device\nRX classification rule retrieval failed',
    1,
  ],
  '-N': ['rmgr: Cannot insert RX class rule: No such device\nCannot insert classification rule', 1],
};

export function noSuchDevice(ctx: Ctx, option: string): Outcome {
  const names = nicNames(ctx);
  const hint = names.length === 0 ? 'this host has no NIC' : `devices here: ${names.join(' ')}`;
  const ioctl = IOCTL_NO_DEVICE[option];
  if (ioctl !== undefined) return refused(ioctl[0], ioctl[1], hint);
  const refusal = netlinkError('no device matches name (offset 24)', 'No such device', hint);
  return option === '-G' ? { ...refusal, status: 81 } : refusal;
}
