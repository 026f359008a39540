// Bundles the command line into one file that Node runs without TypeScript: dist-cli/softnet-lab.js.
import { chmodSync } from 'node:fs';
import { build } from 'vite';

await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    copyPublicDir: false,
    emptyOutDir: true,
    target: 'node20',
    rolldownOptions: {
      output: { entryFileNames: 'softnet-lab.js', banner: '#!/usr/bin/env node', codeSplitting: false },
    },
  },
  ssr: { noExternal: true },
});
chmodSync('dist-cli/softnet-lab.js', 0o755);
