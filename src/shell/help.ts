/** `help`: the commands there are. */
import { ethtoolHelp } from './ethtool/ethtool.ts';
import { nicNames } from './host.ts';
import { type Ctx, type Outcome, printed } from './types.ts';

export const COMMANDS = ['cat', 'echo', 'ethtool', 'help', 'ip', 'ls', 'nstat', 'sysctl', 'taskset'] as const;

export function help(ctx: Ctx): Outcome {
  const devices = nicNames(ctx).join(' ');
  return printed(
    `Devices of this host: ${devices === '' ? 'none' : devices}\n` +
      `${ethtoolHelp()}` +
      'Other commands:\n' +
      '  sysctl -a | NAME | -w NAME=VALUE\n' +
      '  cat FILE, echo VALUE > FILE, ls DIR\tfiles of /proc and /sys\n' +
      '  ip [-s [-s]] [-d] link [show [DEV]]\n' +
      '  ip link set DEV mtu N | gro_max_size N | gro_ipv4_max_size N\n' +
      '  nstat [-az] [NAME]\tprotocol counters\n' +
      '  taskset -cp [CPU] TASK\n' +
      "Behind a pipe: grep head tail sort uniq wc, awk '{print $N}'\n",
  );
}
