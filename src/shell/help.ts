/** `help [COMMAND]`: the commands there are, and what each takes here. */
import { bridgeNames } from './bridge/device.ts';
import { BRIDGE_HELP } from './bridge/words.ts';
import { ethtoolHelp } from './ethtool/ethtool.ts';
import { nicNames } from './host.ts';
import { IP_HELP } from './ip/ip.ts';
import { MPSTAT_HELP } from './mpstat.ts';
import { SS_HELP } from './ss.ts';
import { TC_HELP } from './tc/tc.ts';
import { TCPDUMP_HELP } from './tcpdump/tcpdump.ts';
import { WATCH_HELP } from './watch.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';

/** What `help COMMAND` prints; the first line stands in `help` too. */
export const MANUAL: Readonly<Record<string, string>> = {
  awk: "awk '{print $N}' [FILE...]\n",
  bridge: BRIDGE_HELP,
  cat: 'cat FILE...\tfiles of /proc and /sys; * ? [...] find them\n',
  date: 'date [+FORMAT]\tsimulated time since the start\n',
  echo: 'echo VALUE > FILE\n',
  ethtool: 'ethtool OPTION DEV ...\tthe card: help ethtool lists the options\n',
  grep: 'grep [-ivcnwlqHhEF] [-m N] PATTERN [FILE...]\n',
  head: 'head|tail [-n N] [FILE...]\n',
  help: 'help [COMMAND]\n',
  hostname: 'hostname\n',
  ip: IP_HELP,
  ls: 'ls [DIR]\n',
  lscpu: 'lscpu\n',
  mpstat: MPSTAT_HELP,
  nproc: 'nproc\n',
  nstat: 'nstat [-az] [NAME]\tprotocol counters; * stands for anything\n',
  sort: 'sort [-nru] [-k N] [FILE...]\n',
  ss: SS_HELP,
  sysctl: 'sysctl -a | NAME | -w NAME=VALUE\n',
  tail: 'tail [-n N|+N] [FILE...]\n',
  taskset: 'taskset -cp [CPU] TASK\n',
  tc: TC_HELP,
  tcpdump: TCPDUMP_HELP,
  uname: 'uname [-asnrmo]\n',
  uniq: 'uniq [-c] [FILE]\n',
  watch: WATCH_HELP,
  wc: 'wc [-lwc] [FILE...]\n',
};

export const COMMANDS: readonly string[] = Object.keys(MANUAL);

export function help(ctx: Ctx, words: readonly string[]): Outcome {
  const [topic] = words;
  if (topic === 'ethtool') return printed(ethtoolHelp());
  if (topic !== undefined) {
    if (Object.hasOwn(MANUAL, topic)) return printed(MANUAL[topic]);
    return refused(
      `bash: help: no help topics match \`${topic.slice(0, 60)}'.`,
      1,
      `commands here: ${COMMANDS.join(' ')}`,
    );
  }
  const devices = [...nicNames(ctx), ...bridgeNames(ctx)].join(' ');
  const firsts = COMMANDS.map((name) => `  ${MANUAL[name].split('\n')[0]}\n`).join('');
  return printed(
    `Devices of this host: ${devices === '' ? 'none' : devices}\n` +
      `${firsts}` +
      'help COMMAND tells more. Behind a pipe: grep head tail sort uniq wc awk.\n',
  );
}
