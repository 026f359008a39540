/** The command line's commands, by their first word. Nothing here reads the process: main.ts does. */
import { METRIC_FAMILIES, METRICS } from '../engine/metrics/metric-table.ts';
import { checkCommandLine } from './check.ts';
import { CliError, EXIT_OK, EXIT_USAGE, type Io, reportError } from './io.ts';
import { runCommandLine } from './run.ts';
import { builtIns } from './source.ts';
import { sweepCommandLine } from './sweep.ts';

const HELP = `softnet-lab simulates how Linux receives packets.

  softnet-lab run SCENARIO|CAPTURE [OPTIONS]   run it and say what came of it
      SCENARIO is a file or the name of a built-in scenario; CAPTURE a pcap or pcapng file
      --variant NAME     this variant only (base: the scenario itself); without it all of them
      --cmd '[HOST@TIME:] LINE'   one more command, e.g. 'h1@20us: ethtool -G eth0 rx 64'
                         (without HOST@TIME: the first host, at time 0); may stand several times
      --until TIME       stop there: 1500 (ns), 20us, 1.5ms, 1s
      --seed N           another seed
      --json             one JSON object
      --records FILE     every record, 40 bytes each
      --capture FILE     a capture that the scenario names
      --capture POINT:HOST[:NIC]=FILE   what is seen there, as FILE.pcapng or FILE.pcap; several times, also into one
                         pcapng. POINT: app-out, driver-out (tcpdump, sending), wire-out, wire-in, driver-in (before
                         GRO), stack-in (tcpdump, receiving), app-in
      --capture-from TIME, --capture-to TIME, --capture-packets N   bounds of it
  softnet-lab sweep SCENARIO [OPTIONS]   one number takes one value after the other: metrics of every run
      --sweep NAME       a sweep of the scenario's own (without it and --vary: its first one)
      --vary WHAT        a place (traffic.load.ratePps, hosts.h1.cpus), or a command with {value}
                         ('ethtool -C eth0 rx-usecs {value}'; 'h1: ...' for another host)
      --from N --to N --points N --scale linear|log|double
      --variant NAME     one or several, side by side
      --metric NAME      one or several (softnet-lab metrics lists them)
      --until TIME, --seed N, --capture FILE, --json   as above
  softnet-lab check FILE|FOLDER...   load scenarios, compile every variant, check every claim
  softnet-lab lab FILE|FOLDER...     measured cases against the model
  softnet-lab reproduce [--json]     published results beside the model's
  softnet-lab bench [--json]         how fast the engine is here
  softnet-lab list                   built-in scenarios
  softnet-lab metrics                names that claims and --json use

Exit status: 0 done, 1 something checked does not hold, 2 nothing could be done.`;

/** @param args without the program's name  @returns the exit status */
export async function cli(args: readonly string[], io: Io): Promise<number> {
  const [command, ...rest] = args;
  const json = rest.includes('--json');
  try {
    return await dispatch(command, rest, io);
  } catch (error) {
    if (error instanceof CliError) return reportError(error, json, io);
    throw error;
  }
}

async function dispatch(command: string | undefined, rest: string[], io: Io): Promise<number> {
  if (command !== undefined && (rest.includes('--help') || rest.includes('-h'))) {
    io.out(HELP);
    return EXIT_OK;
  }
  switch (command) {
    case 'run':
      return runCommandLine(rest, io);
    case 'sweep':
      return sweepCommandLine(rest, io);
    case 'check':
      return checkCommandLine(rest, io);
    case 'lab': {
      const { labCommand } = await import('./lab.ts');
      return labCommand(rest, io);
    }
    case 'reproduce': {
      const { reproduceCommand } = await import('./reproduce.ts');
      return reproduceCommand(rest, io);
    }
    case 'bench': {
      const { benchCommand } = await import('../../bench/main.ts');
      return benchCommand(rest, io);
    }
    case 'list':
      for (const id of builtIns().keys()) io.out(id);
      return EXIT_OK;
    case 'metrics':
      for (const { name, unit, description } of METRICS) io.out(`${name} (${unit}): ${description}`);
      for (const family of METRIC_FAMILIES) io.out(family);
      return EXIT_OK;
    case 'help':
    case '--help':
    case '-h':
      io.out(HELP);
      return EXIT_OK;
    case undefined:
      io.err(HELP);
      return EXIT_USAGE;
    default:
      throw new CliError(
        'usage',
        `there is no command ${command}: run, sweep, check, lab, bench, list, metrics, help`,
      );
  }
}
