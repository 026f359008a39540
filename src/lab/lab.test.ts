import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCase } from './run-case.ts';
import { runTcpCase } from './tcp-case.ts';
import { fitTcpRun } from './tcp-compare.ts';
import { parseTcpRun, parseTcpSetup } from './tcp-input.ts';

const FOLDER = new URL('../../fixtures/lab/', import.meta.url);
const files = readdirSync(FOLDER).filter((f) => f.endsWith('.json'));

function load(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

describe('measured cases', () => {
  it('are all here', () => expect(files).toHaveLength(198));

  for (const file of files) {
    it(file.replace('.json', ''), () => {
      const result = runCase(load(file));
      expect([result.message, ...result.differences]).toEqual([undefined]);
      expect(result.passed).toBe(true);
    });
  }
});

describe('the TCP receiver', () => {
  const runs = files
    .filter((file) => /^(delack|sack)-/.test(file))
    .flatMap((file) => {
      const json = load(file);
      return ['observed', 'second_run'].map((key) => {
        const run = parseTcpRun(json[key], key);
        const setup = parseTcpSetup(json);
        return { name: `${file} ${key}`, run, setup, result: fitTcpRun(String(json.kernel), setup, run) };
      });
    });

  it('meets 90 of 92 runs exactly', () => {
    expect(runs).toHaveLength(92);
    expect(runs.filter((r) => r.result.differences.length > 0).map((r) => r.name)).toEqual([
      'delack-18-quickack-on-read.json second_run',
      'sack-25-one-hole-60-nots-no-estimate.json observed',
    ]);
  });

  it('has a warm-up that hangs on whose echo comes a round trip later', () => {
    const { run, setup } = runs.filter((r) => r.name.startsWith('sack-900-'))[0];
    const warmup = (heardNs: number): number => {
      const fit = { tickPhaseNs: 0, readerNs: 60_000, firstReadNs: 60_000, hrtimerNs: 44_000, heardNs };
      return runTcpCase('6.18.44', setup, run.sent, fit).warmupAcks;
    };
    // 40 gaps are the acted RTT: the first sample comes with segment 42, or with 41 where answers take no time
    expect([warmup(60_000), warmup(0)]).toEqual([148, 140]);
    expect(run.warmupAcks).toBe(148);
  });

  it('predicts as many headers where nobody reads', () => {
    for (const { name, run, setup, result } of runs)
      if (setup.app === 'noread')
        expect([name, result.outcome.counters.TcpExtTCPHPHits]).toEqual([
          name,
          run.counters.TcpExtTCPHPHits ?? 0,
        ]);
  });
});

describe('runCase', () => {
  const good = load('gro-001-in-order-4.json');

  it('reports each field that differs', () => {
    const changed = structuredClone(good) as { observed: { delivered: { payload: number }[] } };
    changed.observed.delivered[0].payload = 1;
    expect(runCase(changed).differences).toEqual(['delivered[0].payload: measured 1, model 5792']);
  });

  it('reports what is missing and what is too much', () => {
    const fewer = { ...good, observed: { delivered: [] } };
    expect(runCase(fewer).differences).toEqual([
      'delivered: 0 measured, 1 in the model',
      'delivered[0]: not measured, model {"proto":"tcp","seq":1000,"payload":5792,"id":100}',
    ]);
  });

  it('fails a kind it does not know', () => {
    expect(runCase({ ...good, kind: 'weather' })).toMatchObject({
      passed: false,
      message: 'kind not modelled yet: weather',
    });
  });

  it('compares ACKs one by one, their blocks and times, and counters', () => {
    interface TcpFile {
      observed: { acks: [number, number, number[][]][]; counters: Record<string, number> };
    }
    const tcp = load('sack-03-one-hole-60-nr10-rtt50.json');
    const differencesOf = (change: (file: TcpFile) => void): string[] => {
      const copy = structuredClone(tcp) as unknown as TcpFile;
      change(copy);
      return runCase(copy).differences;
    };
    expect(differencesOf(() => {})).toEqual([]);
    expect(differencesOf((f) => f.observed.acks.pop())[0]).toMatch(/acks: 8 measured, 9 in the model/);
    expect(
      differencesOf((f) => {
        f.observed.acks[2][2][0][1] += 1448;
      }),
    ).toHaveLength(1);
    expect(
      differencesOf((f) => {
        f.observed.acks[2][0] += 301;
      })[0],
    ).toMatch(/^observed: acks\[2\]: measured at .* us, model at/);
    expect(
      differencesOf((f) => {
        f.observed.counters.TcpExtTCPAckCompressed += 1;
      }),
    ).toEqual(['observed: counters.TcpExtTCPAckCompressed: measured 52, model 51']);
    expect(
      differencesOf((f) => {
        (f.observed as unknown as { warmup_acks: number }).warmup_acks = 50;
        (f as unknown as { second_run: { warmup_acks: number } }).second_run.warmup_acks = 50;
      })[0],
    ).toMatch(/warmup_acks: measured 50 and 50, model 59/);
  });

  it('says where a file is wrong', () => {
    expect(runCase([]).message).toBe('(the file): an object is wanted here');
    expect(runCase({ ...good, case_setup: ['reboot'] }).message).toMatch(/^case_setup\[0\]: .*reboot/);
    expect(runCase({ ...good, input: [{ packets: [{ sequence: 1 }] }] }).message).toMatch(
      /^input\[0\]\.packets\[0\]\.sequence/,
    );
    const tcp = load('delack-06-single-after-idle-1s.json') as { input: object };
    expect(runCase({ ...tcp, input: { ...tcp.input, app: 'sing' } }).message).toMatch(/^input\.app: .*sing/);
    expect(runCase({ ...tcp, case_setup: ['reboot'] }).message).toMatch(/^case_setup\[0\]: .*reboot/);
  });
});
