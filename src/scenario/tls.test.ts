/** Which kernels have which TLS, and what a scenario may not ask for. */
import { describe, expect, it } from 'vitest';
import { compileScenario } from './compile.ts';
import { loadScenario } from './load.ts';

interface Parts {
  kernel?: string;
  near?: object | null;
  far?: object | null;
  socket?: object;
  readBytes?: number;
}

/** Errors as `path: message`. */
function errors({
  kernel = '6.12',
  near = {},
  far = near,
  socket = {},
  readBytes = 65_536,
}: Parts): string[] {
  const tls = (text: object | null) => (text === null ? {} : { tls: text });
  const loaded = loadScenario(
    JSON.stringify({
      format: 1,
      id: 'tls',
      title: { text: 'tls' },
      kernel,
      durationNs: 1000,
      hosts: {
        h1: {
          nics: { eth0: { mac: '02:00:00:00:00:01', addresses: ['10.0.0.1'] } },
          sockets: { c: { proto: 'tcp', port: 0, acks: true, ...tls(near) } },
          apps: { writer: { cpu: 0, stream: { socket: 'c' } } },
        },
        h2: {
          nics: { eth0: { mac: '02:00:00:00:00:02', addresses: ['10.0.0.2'] } },
          sockets: { s: { proto: 'tcp', port: 5001, acks: true, ...tls(far), ...socket } },
          apps: { reader: { cpu: 1, sockets: ['s'], readBytes } },
        },
      },
      links: { l: { a: { host: 'h1' }, b: { host: 'h2' } } },
    }),
    'tls.json',
  );
  const made = loaded.ok ? compileScenario(loaded.scenario) : loaded;
  return made.ok ? [] : made.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('TLS in a scenario', () => {
  it('is kTLS 1.2 in both directions where nothing else is said', () => {
    expect(errors({})).toEqual([]);
  });

  it('is refused before the kernel has it: sending 4.13, receiving 4.17, 1.3 5.1', () => {
    const tx = { tx: 'kernel', rx: 'user' };
    expect(errors({ kernel: '4.12', near: tx })[0]).toContain(
      'hosts.h1.sockets.c.tls.tx: Linux 4.12 has no kTLS: it came with 4.13',
    );
    expect(errors({ kernel: '4.13', near: tx })).toEqual([]);
    expect(errors({ kernel: '4.16', near: {} })[0]).toContain(
      'hosts.h1.sockets.c.tls.rx: Linux 4.16 has no kTLS for what is received: it came with 4.17',
    );
    expect(errors({ kernel: '4.17' })).toEqual([]);
    expect(errors({ kernel: '5.0', near: { version: '1.3' } })[0]).toContain('it came with 5.1');
    expect(errors({ kernel: '5.1', near: { version: '1.3' } })).toEqual([]);
    const user = { version: '1.3', tx: 'user', rx: 'user' };
    expect(errors({ kernel: '3.10', near: user })).toEqual([]);
  });

  it('needs the same at both ends', () => {
    expect(errors({ far: null })[0]).toContain('h1.c speaks TLS 1.2, h2.s at 10.0.0.2 port 5001 plain TCP');
    expect(errors({ near: null, far: {} })[0]).toContain('plain TCP');
    expect(errors({ far: { version: '1.3' } })[0]).toContain('TLS 1.3');
    // who does the cipher is each end's own business
    expect(errors({ near: { tx: 'user', rx: 'user' }, far: {} })).toEqual([]);
  });

  it('takes nothing from traffic that is no connection', () => {
    const loaded = loadScenario(
      JSON.stringify({
        format: 1,
        id: 'plain',
        title: { text: 'plain' },
        durationNs: 1000,
        hosts: {
          h1: {
            nics: { eth0: { mac: '02:00:00:00:00:01', addresses: ['10.0.0.1'] } },
            sockets: { s: { proto: 'tcp', port: 0, acks: true, tls: {} } },
          },
        },
        traffic: { flood: { kind: 'rate', frame: { proto: 'tcp', len: 100 }, ratePps: 1000 } },
      }),
      'plain.json',
    );
    const made = loaded.ok ? compileScenario(loaded.scenario) : loaded;
    expect(made.ok ? '' : made.errors[0].message).toContain('socket s has `tls`');
  });

  it('needs a TCP socket that acknowledges, and reads of whole records', () => {
    expect(errors({ socket: { proto: 'udp' } }).join()).toContain(
      'hosts.h2.sockets.s.tls: TLS goes over a TCP socket with acks: true',
    );
    expect(errors({ readBytes: 16_383 })[0]).toContain('hosts.h2.apps.reader.readBytes');
    expect(errors({ readBytes: 16_384 })).toEqual([]);
    expect(errors({ near: { version: '1.1' } })[0]).toContain('hosts.h1.sockets.c.tls.version');
  });
});
