// Writes fixtures/taps: captures of small worlds at every capture point, and what tshark says of each frame. Needs tshark.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { TAP_FILES, tapFile, tsharkArgs } from '../src/testing/tap-files.ts';

for (const name of TAP_FILES) {
  const file = `fixtures/taps/${name}.pcapng`;
  writeFileSync(file, tapFile(name));
  const { stdout, status, stderr } = spawnSync('tshark', tsharkArgs(file), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tshark ${file}: ${stderr}`);
  writeFileSync(`${file}.tsv`, stdout);
  console.log(file);
}
