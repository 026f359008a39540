/** The command line: `softnet-lab run|check|lab|bench`. The second user of the engine, without a page. */
import { checkCommand } from './check.ts';
import { EXIT_INPUT, EXIT_OK, type Io } from './io.ts';
import { labCommand } from './lab.ts';
import { runCommandLine } from './run.ts';

const HELP = `softnet-lab: how Linux receives packets, simulated to the nanosecond

  softnet-lab run SCENARIO|CAPTURE [--variant V] [--cmd '[HOST@NS:] LINE']... [--until T]
                  [--seed N] [--json] [--records FILE]
      runs a scenario (a file or the name of a built-in one) or a pcap or pcapng file
  softnet-lab check FILE|FOLDER...   scenarios: are they right, do their claims hold?
  softnet-lab lab FILE|FOLDER...     measured cases of a real kernel against the model
  softnet-lab bench [--json]         how fast the engine is here

Exit status: 0 fine, 1 a claim or a case fails, 2 bad input.`;

const io: Io = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

async function main(argv: string[]): Promise<number> {
  const [command, ...args] = argv;
  switch (command) {
    case 'run':
      return runCommandLine(args, io);
    case 'check':
      return checkCommand(args, io);
    case 'lab':
      return labCommand(args, io);
    case 'bench':
      return (await import('../../bench/main.ts')).benchCommand(args, io);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      io.out(HELP);
      return EXIT_OK;
    default:
      io.err(`softnet-lab: there is no command ${command}\n\n${HELP}`);
      return EXIT_INPUT;
  }
}

// exitCode, not exit(): what is still on its way to a pipe must get there
process.exitCode = await main(process.argv.slice(2));
