/** Entry of the command line. */
import { writeSync } from 'node:fs';
import { cli } from './cli.ts';

/** Written at once: a pipe that is full waits, and nothing is lost when the process ends. */
function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // the reader has gone away (`| head`)
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
    }
  }
}

process.exitCode = await cli(process.argv.slice(2), {
  out: (line) => write(1, `${line}\n`),
  err: (line) => write(2, `${line}\n`),
});
