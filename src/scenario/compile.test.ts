import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld } from '../engine/create.ts';
import { advance } from '../engine/advance.ts';
import { RecordWriter } from '../engine/records.ts';
import { captureScenario } from './capture-scenario.ts';
import { checkClaims } from './claims.ts';
import { type CompileOptions, compileScenario } from './compile.ts';
import { loadScenarioValue } from './load.ts';
import { createMomentFinder, momentFilter } from './moments.ts';
import type { Scenario } from './schema.ts';
import { applyVariant, diffPatch, mergePatch } from './variants.ts';

function scenario(partial: Record<string, unknown> = {}): Scenario {
  const loaded = loadScenarioValue(
    {
      format: 1,
      id: 'x',
      title: { text: 'X' },
      durationNs: 1_000_000,
      hosts: {
        h1: {
          cpus: 2,
          nics: { eth0: { queues: 2 } },
          sockets: { web: { proto: 'tcp', port: 80 } },
          apps: { reader: { cpu: 1, sockets: ['web'] } },
        },
      },
      traffic: { load: { kind: 'rate', frame: { dport: 80 }, ratePps: 100_000, trainFrames: 4, count: 40 } },
      ...partial,
    },
    'x',
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.scenario;
}

function errorsOf(partial: Record<string, unknown>, options: CompileOptions = {}): string[] {
  const compiled = compileScenario(scenario(partial), options);
  return compiled.ok ? [] : compiled.errors.map((e) => `${e.path}: ${e.message}`);
}

function specOf(partial: Record<string, unknown> = {}, options: CompileOptions = {}) {
  const compiled = compileScenario(scenario(partial), options);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.spec;
}

describe('compileScenario', () => {
  it('counts ratePps in frames, trains or not', () => {
    expect(specOf().traffic[0]).toMatchObject({ ratePps: 25_000, trainFrames: 4, count: 40 });
    const world = createWorld(specOf());
    advance(world, 1_000_000);
    expect(world.totals.arrived).toBe(40);
  });

  it('knows which kernels have a queueing discipline', () => {
    const hosts = { h1: { nics: { eth0: { qdisc: 'fq' } } } };
    expect(specOf({ hosts }).hosts[0].nics[0].qdisc).toBe('fq');
    expect(errorsOf({ hosts, kernel: '3.11' })[0]).toContain('fq came with Linux 3.12');
  });

  it('takes a packet queue with its socket and reader, and says what does not fit', () => {
    const hosts = (host: object, socket: object = {}, app: object = {}) => ({
      h1: {
        nics: { eth0: {}, eth1: { addresses: ['10.20.0.1'] } },
        routes: [{ prefix: '10.20.0.0/16', nic: 'eth1' }],
        firewall: 'forward-queue',
        sockets: { nfq: { proto: 'netlink', port: 0, ...socket } },
        apps: { screend: { cpu: 0, sockets: ['nfq'], ...app } },
        ...host,
      },
    });
    const spec = specOf({ hosts: hosts({}, { queueMaxlen: 8, failOpen: true }, { rejectPorts: [80] }) });
    expect(spec.hosts[0].sockets[0]).toMatchObject({ proto: 'netlink', queueMaxlen: 8, failOpen: true });
    expect(spec.hosts[0].apps[0].rejectPorts).toEqual([80]);
    const state = createWorld(spec).hosts[0].nfQueue;
    expect(state).toMatchObject({ socket: 1, maxLen: 8, failOpen: true });
    expect(errorsOf({ hosts: hosts({}), kernel: '2.2.16' })[0]).toContain('came with Linux 2.4.0');
    expect(errorsOf({ hosts: hosts({ firewall: 'raw-drop' }) })[0]).toContain(
      'nothing comes to a netlink socket',
    );
    expect(
      errorsOf({
        hosts: hosts({ sockets: { nfq: { proto: 'netlink', port: 0 }, two: { proto: 'netlink', port: 1 } } }),
      })[0],
    ).toContain('there is one packet queue');
    expect(errorsOf({ hosts: hosts({}, { proto: 'udp', queueMaxlen: 8 }) })[0]).toContain(
      'a netlink socket’s',
    );
    expect(errorsOf({ hosts: hosts({}, { proto: 'udp' }, { rejectPorts: [80] }) })[0]).toContain(
      'gives verdicts',
    );
  });

  describe('applications that send', () => {
    const hosts = (app: object, socket: object = {}) => ({
      h1: {
        nics: { eth0: { addresses: ['10.0.0.2'] } },
        sockets: { rr: { proto: 'udp', port: 7000, ...socket }, tcp: { proto: 'tcp', port: 80 } },
        apps: { server: { cpu: 1, ...app } },
      },
    });
    const client = { users: { kind: 'client', flows: 2, thinkNs: 5000, timeoutNs: 100_000 } };

    it('answer a client, which waits for them', () => {
      const spec = specOf({ hosts: hosts({ sockets: ['rr'], replyBytes: 100 }), traffic: client });
      expect(spec.traffic[0]).toMatchObject({ flows: 2, outstanding: 1, stopNs: 1_000_000 });
      const world = createWorld(spec);
      advance(world, 1_000_000);
      expect(world.sources[0].client?.transactions).toBeGreaterThan(10);
      expect(world.flowState.bytes[2]).toBe(
        world.totals.txProduced === 0 ? 0 : world.flowState.packets[2] * 142,
      );
    });

    it('send from their socket’s port to whom they are told', () => {
      const app = { send: { socket: 'rr', dst: '10.0.0.7', dport: 9, bytes: 200, flows: 3, ratePps: 1e5 } };
      const [sender] = specOf({ hosts: hosts(app), traffic: {} }).hosts[0].apps;
      expect(sender.send).toMatchObject({ socket: 0, nic: 0, flows: 3, ratePps: 1e5, count: Infinity });
      expect(sender.send?.template).toMatchObject({
        src: '10.0.0.2',
        dst: '10.0.0.7',
        sport: 7000,
        frameLen: 242,
      });
    });

    it('are refused where nothing could come of it', () => {
      const errors = (app: object, socket: object = {}, traffic: object = {}) =>
        errorsOf({ hosts: hosts(app, socket), traffic });
      const at = 'hosts.h1.apps.server';
      expect(errors({ sockets: ['tcp'], replyBytes: 1 })[0]).toContain(
        `${at}.replyBytes: it can answer on UDP`,
      );
      expect(errors({ send: { socket: 'tcp' } })[0]).toContain(`${at}.send.socket: it can send on UDP`);
      expect(errors({ send: { socket: 'no' } })[0]).toContain(`${at}.send.socket: there is no socket no`);
      expect(errors({ send: { socket: 'rr' } }, { port: 0 })[0]).toContain('it needs a port of its own');
      expect(errors({ send: { socket: 'rr', flows: 2 } }, { connected: true })[0]).toContain(
        'one destination',
      );
      // else it leaves in fragments
      expect(errors({ send: { socket: 'rr', bytes: 1473, dontFragment: true } })[0]).toContain(
        'at most 1472 bytes',
      );
      expect(errors({ send: { socket: 'rr', bytes: 3000, segmentBytes: 1473 } })[0]).toContain(
        'segmentBytes: a datagram may have at most 1472 bytes',
      );
      expect(errors({ send: { socket: 'rr', dst: 'x' } })[0]).toContain('not an IP address');
      expect(errors({}, {}, client)[0]).toContain('no application of h1 answers at UDP port 7000');
      const tcp = { users: { kind: 'client', frame: { proto: 'tcp' } } };
      expect(errors({}, {}, tcp)[0]).toContain('a client sends UDP');
      expect(
        errors(
          { sockets: ['rr'], replyBytes: 1 },
          {},
          { users: { kind: 'client', flows: 4096, outstanding: 2 } },
        )[0],
      ).toContain('at most 4096');
    });
  });

  it('pads frames to the shortest a wire carries', () => {
    const { traffic } = specOf({
      traffic: {
        t: {
          kind: 'frames',
          frames: [
            { atNs: 0, len: 0 },
            { atNs: 9, len: 100 },
          ],
        },
      },
    });
    expect(traffic[0].kind === 'table' && [...traffic[0].table.frameLen]).toEqual([60, 154]);
  });

  it('takes command lines through the shell, each seeing those before it', () => {
    const spec = specOf({
      setup: [{ line: 'ethtool -L eth0 combined 1' }, { host: 'h1', line: 'ethtool -G eth0 rx 128' }],
      run: [
        { atNs: 500, line: 'ethtool -X eth0 weight 1 3' },
        { atNs: 100, line: 'ethtool -L eth0 combined 2' },
      ],
    });
    expect(spec.setup.map(({ change }) => change.type)).toEqual(['channels', 'ring']);
    expect(spec.inputs.map(({ at, change }) => [at, change.type])).toEqual([
      [100, 'channels'],
      [500, 'rss'],
    ]);
  });

  it('says which part can not be', () => {
    expect(errorsOf({ setup: [{ line: 'ethtool -G eth0 rx 99999' }, { host: 'h9', line: 'ls' }] })).toEqual([
      expect.stringMatching(/^setup\[0\]\.line: "ethtool -G eth0 rx 99999": /),
      'setup[1].line: there is no host h9',
    ]);
    expect(errorsOf({ traffic: { t: { kind: 'rate', nic: 'eth7', ratePps: 1 } } })).toEqual([
      'traffic.t.nic: there is no NIC eth7; there are eth0',
    ]);
    expect(errorsOf({ traffic: { t: { kind: 'rate', frame: { dst: '10.0.0.999' }, ratePps: 1 } } })).toEqual([
      'traffic.t: dst: not an IP address: 10.0.0.999',
    ]);
    expect(errorsOf({ durationNs: 10_000_000_000, traffic: { t: { kind: 'rate' } } })).toEqual([
      expect.stringMatching(/^traffic: about \d+ packets: at most 5000000/),
    ]);
    const host = (part: unknown) =>
      errorsOf({ hosts: { h1: { cpus: 2, nics: { eth0: {} }, ...(part as object) } } });
    expect(host({ numa: { cpuNodes: [0, 0, 1] }, nics: { eth0: { numaNode: 1 } } })).toEqual([
      "hosts.h1.nics.eth0.numaNode: there is no CPU on node 1: the host's nodes (numa.cpuNodes) are 0",
    ]);
    expect(host({ nics: { eth0: { numaNode: -1 } } })).toEqual([]);
    expect(host({ apps: { a: { cpu: 2 } } })).toEqual([
      'hosts.h1.apps.a.cpu: there is no CPU 2: the host has 2',
    ]);
    expect(host({ apps: { a: { cpu: 0, sockets: ['s'] } } })).toEqual([
      'hosts.h1.apps.a.sockets: there is no socket s; there are none',
    ]);
    expect(host({ nics: { eth0: { driver: 'mlx5_core', ringSize: 1000 } } })).toEqual([
      'hosts.h1.nics.eth0.ringSize: mlx5_core takes powers of two only',
    ]);
  });

  it('asks for captures by name and hash', () => {
    const sha256 = 'a'.repeat(64);
    const traffic = { t: { kind: 'capture', sha256, name: 'trace.pcap' } };
    const compiled = compileScenario(scenario({ traffic }));
    expect(compiled).toMatchObject({ ok: false, missingCaptures: [{ sha256, name: 'trace.pcap' }] });
    const table = specOf({ traffic: { t: { kind: 'frames', frames: [{ atNs: 5 }] } } }).traffic[0];
    if (table.kind !== 'table') throw new Error('a table is expected');
    const spec = specOf({ traffic }, { captures: new Map([[sha256, table.table]]) });
    expect(spec.traffic).toHaveLength(1);
  });

  it('never throws, whatever stands in a scenario that loads', () => {
    const part = fc.record(
      {
        hosts: fc.dictionary(
          fc.constantFrom('h1', 'h2'),
          fc.record({
            cpus: fc.integer({ min: 1, max: 4 }),
            nics: fc.dictionary(
              fc.constantFrom('eth0', 'eth1'),
              fc.record(
                {
                  queues: fc.integer({ min: 1, max: 64 }),
                  driver: fc.constantFrom('igb', 'ixgbe', 'mlx5_core'),
                  affinity: fc.array(fc.nat(5), { maxLength: 3 }),
                  addresses: fc.array(fc.constantFrom('10.0.0.2', 'fd00::2', 'nowhere'), { maxLength: 2 }),
                  ringSize: fc.integer({ min: 64, max: 8192 }),
                },
                { requiredKeys: [] },
              ),
              { minKeys: 1 },
            ),
          }),
          { minKeys: 1 },
        ),
        traffic: fc.constant({ t: { kind: 'rate', ratePps: 1000, frame: { v: 6, len: 9000 } } }),
        setup: fc.array(fc.record({ line: fc.string() }), { maxLength: 2 }),
      },
      { requiredKeys: ['hosts'] },
    );
    fc.assert(
      fc.property(part, (value) => {
        const loaded = loadScenarioValue(
          { ...value, format: 1, id: 'x', title: { text: '' }, durationNs: 1000 },
          'x',
        );
        if (!loaded.ok) return;
        const compiled = compileScenario(loaded.scenario);
        expect(compiled.ok || compiled.errors.length > 0).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe('variants', () => {
  it('merge as RFC 7396 says', () => {
    // the examples of its appendix A
    const rows: [unknown, unknown, unknown][] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
      [{ a: 'b' }, { a: null }, {}],
      [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
      [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
      [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
      [
        ['a', 'b'],
        ['c', 'd'],
        ['c', 'd'],
      ],
      [{ a: 'b' }, ['c'], ['c']],
      [{ a: 'foo' }, null, null],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [[1, 2], { a: 'b', c: null }, { a: 'b' }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of rows) expect(mergePatch(target, patch)).toEqual(result);
  });

  it('diffPatch leads from one to the other', () => {
    const json = fc
      .dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.oneof(fc.nat(), fc.dictionary(fc.constantFrom('d', 'e'), fc.nat())),
      )
      .map((o) => ({ ...o }));
    fc.assert(
      fc.property(json, json, (from, to) => {
        expect(mergePatch(from, diffPatch(from, to))).toEqual(to);
      }),
    );
  });

  it('are checked as a whole after the patch', () => {
    const base = scenario({
      variants: {
        small: { patch: { hosts: { h1: { nics: { eth0: { ringSize: 64 } } } } } },
        wrong: { patch: { hosts: { h1: { nics: { eth0: { ringSize: 1 } } } } } },
      },
    });
    const small = applyVariant(base, 'small');
    expect(small.ok && small.scenario.hosts['h1'].nics['eth0'].ringSize).toBe(64);
    expect(applyVariant(base, 'wrong')).toMatchObject({
      ok: false,
      errors: [
        { path: 'hosts.h1.nics.eth0.ringSize', message: expect.stringMatching(/too small.*variant wrong/) },
      ],
    });
    expect(applyVariant(base, 'toString')).toMatchObject({ ok: false });
  });
});

describe('claims', () => {
  const base = scenario({
    variants: { off: { patch: { setup: [{ line: 'ethtool -K eth0 gro off' }] } } },
    claims: [
      { id: 'right', metric: 'arrived', op: '==', value: 40 },
      { id: 'wrong', metric: 'arrived', op: '<', value: 40 },
      { id: 'near', metric: 'arrived', op: '~', value: 41, tolerance: { rel: 0.05 } },
      { id: 'not-near', metric: 'arrived', op: '~', value: 41 },
      { id: 'trains', variant: 'off', metric: 'delivered', op: '>', other: 'base.delivered', factor: 3 },
      { id: 'none', metric: 'speed', op: '>', value: 0 },
    ],
  });

  it('compare with values and with other variants', () => {
    const results = checkClaims(base);
    expect(results.map(({ id, pass }) => [id, pass])).toEqual([
      ['right', true],
      ['wrong', false],
      ['near', true],
      ['not-near', false],
      ['trains', true],
      ['none', false],
    ]);
    expect(results[4].text).toMatch(/^off.delivered = 40 > 3 \* base.delivered = \d+$/);
    expect(results[5].text).toMatch(/^there is no metric speed; there are arrived, delivered/);
  });
});

describe('moments', () => {
  it('are the n-th record that matches', () => {
    const filters = [
      momentFilter({ kind: 'frameArrived', n: 3 }),
      momentFilter({ kind: 'gro', reason: 'groMerged', n: 1 }),
      momentFilter({ kind: 'gro', reason: 'groMerged', n: 1 }),
      momentFilter({ kind: 'frameArrived', packet: 3, n: 1 }),
      momentFilter({ kind: 'drop', n: 1 }),
      momentFilter({ atNs: 5 }),
    ];
    const finder = createMomentFinder(filters);
    const world = createWorld(specOf());
    world.writer = new RecordWriter(finder.take);
    advance(world, 1_000_000);
    world.writer.flush();
    expect(finder.found[0]).toEqual({ t: expect.any(Number), seq: expect.any(Number) });
    expect(finder.found[1]).not.toBeNull();
    expect(finder.found[2]).toEqual(finder.found[1]);
    expect(finder.found[3]).toEqual(finder.found[0]);
    expect(finder.found.slice(4)).toEqual([null, null]);
    expect(momentFilter({ kind: 'nothing', n: 1 })).toBeNull();
  });
});

describe('captureScenario', () => {
  it('gives each destination port a socket and a reader, and says so', () => {
    const { traffic } = specOf({
      traffic: {
        t: {
          kind: 'frames',
          frames: [
            { atNs: 10, dport: 80 },
            { atNs: 2000, proto: 'udp', dport: 53, dst: '192.168.7.7', dmac: '02:99:00:00:00:01' },
            { atNs: 4000, proto: 'icmp' },
          ],
        },
      },
    });
    if (traffic[0].kind !== 'table') throw new Error('a table is expected');
    const made = captureScenario(traffic[0].table, 'x.pcap', 'a'.repeat(64));
    expect(loadScenarioValue(made, 'x').ok).toBe(true);
    expect(Object.keys(made.hosts['h1'].sockets)).toEqual(['tcp-80', 'udp-53']);
    const compiled = compileScenario(made, { captures: new Map([['a'.repeat(64), traffic[0].table]]) });
    if (!compiled.ok) throw new Error('it compiles');
    const world = createWorld(compiled.spec);
    advance(world, compiled.spec.durationNs);
    expect(world.totals).toMatchObject({ arrived: 3, delivered: 3, dropped: 0 });
    expect(made.summary).toMatchObject({ text: expect.stringContaining('reads at once') });
  });
});
