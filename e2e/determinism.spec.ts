/** The same run is the same bytes everywhere: the worker in this browser against the command line in Node. */
import { cli, expect, test } from './lab.ts';

interface Result {
  sha256: string;
  records: number;
  report: Record<string, unknown>;
}

interface CliResult extends Record<string, unknown> {
  recordsSha256: string;
}

const RUNS: readonly (readonly [string, readonly string[]])[] = [
  ['a-frame-arrives', ['base', 'same-cpu', 'no-socket']],
  ['a-ring-overflows', ['base', 'ring-64', 'overload']],
  ['gro-builds-a-train', ['base', 'gro-off', 'options', 'bucket-full']],
  ['jumbo-frames', ['base', 'jumbo']],
  ['napi-light-and-heavy-load', ['base', 'heavy', 'moderated']],
  ['rss-spreads-flows', ['base', 'elephant', 'repaired']],
  ['the-67-ns-budget', ['base', 'small-4-queues']],
];

for (const [scenario, variants] of RUNS) {
  test(`equal records and results in browser and Node: ${scenario}`, async ({ lab, page }) => {
    await lab.open();
    const url = page.workers()[0].url();
    for (const variant of variants) {
      const got: Result = await page.evaluate(
        async ([workerUrl, builtin, name]) => {
          const worker = new Worker(workerUrl, { type: 'module' });
          let id = 0;
          const ask = (request: Record<string, unknown>) =>
            new Promise<Record<string, unknown>>((resolve, reject) => {
              id += 1;
              const mine = id;
              worker.addEventListener('message', function hear({ data }) {
                if (data.id !== mine) return;
                worker.removeEventListener('message', hear);
                if (data.type === 'error') reject(new Error(data.error.message));
                else resolve(data);
              });
              worker.postMessage({ ...request, id: mine });
            });
          await ask({ type: 'load', scenario: { builtin }, captures: [], variant: name });
          const { report } = await ask({ type: 'report', branch: 1, at: null });
          const parts: Uint8Array[] = [];
          let from = { t: 0, seq: 0 };
          for (let end = false; !end; ) {
            const part = await ask({
              type: 'stretch',
              branch: 1,
              from,
              maxRecords: 50_000,
              untilNs: Infinity,
            });
            const count = part['count'] as number;
            const bytes = new Uint8Array(part['records'] as ArrayBuffer, 0, count * 40);
            parts.push(bytes);
            end = part['end'] === true;
            if (count === 0) break;
            const last = new DataView(bytes.buffer, (count - 1) * 40, 40);
            from = { t: last.getFloat64(0, true), seq: last.getUint32(8, true) };
          }
          worker.terminate();
          const digest = await crypto.subtle.digest(
            'SHA-256',
            await new Blob(parts as BlobPart[]).arrayBuffer(),
          );
          const sha256 = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
          return { sha256, records: from.seq, report: report as Record<string, unknown> };
        },
        [url, scenario, variant] as const,
      );
      const wanted = JSON.parse(cli('run', scenario, '--variant', variant, '--json')) as CliResult;
      expect(got.records, variant).toBeGreaterThan(10);
      expect(got.sha256, variant).toBe(wanted.recordsSha256);
      for (const field of ['packets', 'drops', 'cpus', 'queues', 'flows', 'metrics'])
        expect(JSON.parse(JSON.stringify(got.report[field])), `${variant}: ${field}`).toEqual(wanted[field]);
    }
  });
}
