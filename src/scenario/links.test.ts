/** Links of a scenario: ends, defaults, what both directions share, and what can't be. */
import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import { compileScenario } from './compile.ts';
import { loadScenarioValue } from './load.ts';

const NEAR = { mac: '02:00:00:00:00:01', addresses: ['10.0.0.1'] };
const FAR = { mac: '02:00:00:00:00:02', addresses: ['10.0.0.2'] };

function compiled(link: object, near: object = {}, far: object = {}, more: object = {}) {
  const loaded = loadScenarioValue(
    {
      format: 1,
      id: 'x',
      title: { text: 'X' },
      durationNs: 2_000_000,
      hosts: {
        h1: {
          nics: { eth0: { ...NEAR, ...near } },
          sockets: { out: { proto: 'udp', port: 9000 } },
          apps: { sender: { cpu: 0, sockets: ['out'], send: { socket: 'out', count: 3, bytes: 100 } } },
        },
        h2: {
          nics: { eth0: { ...FAR, ...far } },
          sockets: { in: { proto: 'udp', port: 7000 } },
          apps: { server: { cpu: 0, sockets: ['in'], replyBytes: 10 } },
        },
      },
      links: { cable: { a: { host: 'h1' }, b: { host: 'h2' }, ...link } },
      ...more,
    },
    'x',
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return compileScenario(loaded.scenario);
}

function errors(...args: Parameters<typeof compiled>): string[] {
  const result = compiled(...args);
  return result.ok ? [] : result.errors.map((e) => `${e.path}: ${e.message}`);
}

describe('links', () => {
  it('a sender behind a link talks to the host at its other end without being told', () => {
    const result = compiled({});
    if (!result.ok) throw new Error('does not compile');
    const template = result.spec.hosts[0].apps[0].send?.template;
    expect(template).toMatchObject({ dmac: FAR.mac, dst: '10.0.0.2', smac: NEAR.mac, src: '10.0.0.1' });
    const w = createWorld(result.spec);
    advance(w, 2_000_000);
    expect(w.sockets.map((s) => [s.sent, s.received])).toEqual([
      [3, 3],
      [3, 3],
    ]);
  });

  it('what stands at the link is for both directions, what stands in ab or ba for one', () => {
    const result = compiled({
      delayNs: 5000,
      loss: 0.25,
      ab: { rateBps: 1_000_000_000, queueFrames: 7, script: [{ nth: 2, act: 'lose' }] },
      ba: { loss: 0 },
    });
    if (!result.ok) throw new Error('does not compile');
    const [link] = result.spec.links ?? [];
    expect(link.ways[0]).toMatchObject({
      delayNs: 5000,
      rateBps: 1_000_000_000,
      queueFrames: 7,
      faults: { loss: 0.25, script: [{ nth: 2, of: 'data', act: 'lose' }] },
    });
    expect(link.ways[1]).toMatchObject({ delayNs: 5000, rateBps: null, faults: { loss: 0, script: [] } });
  });

  it('says what can’t be', () => {
    expect(errors({ b: { host: 'h3' } })).toEqual([
      'links.cable.b.host: there is no host h3; there are h1, h2',
    ]);
    expect(errors({ b: { host: 'h2', nic: 'eth7' } })[0]).toContain('there is no NIC eth7');
    expect(errors({ b: { host: 'h1' } })[0]).toContain('both ends are cards of one host');
    expect(errors({}, { mac: FAR.mac })[0]).toContain('the MAC address 02:00:00:00:00:02: give one another');
    expect(errors({}, { addresses: ['10.0.0.2'] })[0]).toContain('have the address 10.0.0.2');
    expect(errors({}, {}, { linkBps: 1_000_000_000 })[0]).toContain('give a rateBps');
    expect(errors({ rateBps: 20_000_000_000 })[0]).toContain('more than the far card takes');
    const twice = {
      cable: { a: { host: 'h1' }, b: { host: 'h2' } },
      other: { a: { host: 'h2' }, b: { host: 'h1' } },
    };
    expect(errors({}, {}, {}, { links: twice })).toContain('links.other: h2 eth0 has the link cable already');
    const traffic = { load: { kind: 'rate', host: 'h2' } };
    expect(errors({}, {}, {}, { traffic })).toEqual([
      'traffic.load: eth0 has a link: its frames come from h1, not from a source',
    ]);
  });
});

describe('the bound of packets', () => {
  const sending = (app: object, linkBps = 1_000_000_000): string[] => {
    const sockets = { out: { proto: 'udp', port: 9000 }, c: { proto: 'tcp', port: 0, acks: true } };
    const h1 = { nics: { eth0: { ...NEAR, linkBps } }, sockets, apps: app };
    const server = { proto: 'tcp', port: 5001, acks: true };
    const h2 = { nics: { eth0: { ...FAR, linkBps } }, sockets: { server } };
    return errors({}, {}, {}, { durationNs: 10_000_000_000, hosts: { h1, h2 } });
  };
  const about = (n: number) => [expect.stringMatching(new RegExp(`^traffic: about ${n} packets: at most`))];

  it('counts datagrams that one sendmsg is cut into', () => {
    const send = { socket: 'out', ratePps: 10_000, bytes: 6400 };
    expect(sending({ a: { cpu: 0, send: { ...send, bytes: 1400 } } })).toEqual([]);
    expect(sending({ a: { cpu: 0, send: { ...send, segmentBytes: 100 } } })).toEqual(about(6_400_000));
  });

  it('counts segments as the link carries them, small ones with TCP_NODELAY', () => {
    const stream = { socket: 'c', writeBytes: 10 };
    // 10^10 bits: 1448 + 90 bytes each, half as many ACKs
    expect(sending({ a: { cpu: 0, stream } })).toEqual([]);
    expect(sending({ a: { cpu: 0, stream } }, 10_000_000_000)).toEqual(about(12_191_157));
    // 10 + 90 bytes
    expect(sending({ a: { cpu: 0, stream: { ...stream, nodelay: true } } })).toEqual(about(18_750_000));
    expect(sending({ a: { cpu: 0, stream: { ...stream, nodelay: true, count: 1000 } } })).toEqual([]);
  });

  it('holds where a stream has no time to write in', () => {
    const never = { cpu: 0, stream: { socket: 'c', startNs: 5, stopNs: 1 } };
    expect(sending({ a: never })).toEqual([]);
    // as fast as sendmsg returns: two million a second
    expect(sending({ a: never, b: { cpu: 1, send: { socket: 'out' } } })).toEqual(about(20_000_000));
  });
});
