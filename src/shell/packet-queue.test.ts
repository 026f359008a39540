/** The packet queue's files, to the column. */
import { describe, expect, it } from 'vitest';
import { advance } from '../engine/advance.ts';
import { makeFrame } from '../engine/packet/frame.ts';
import { udpRate } from '../testing/specs.ts';
import { runCommand } from './shell.ts';
import { type TestHost, testWorld, type } from './test-world.ts';

/** Ten packets at once for a program that has read one of them and may have four waiting. */
function screened(kernel: string, more: Partial<TestHost> = {}) {
  const world = testWorld({
    kernel,
    cpus: 1,
    nics: [{ queues: 1 }, { queues: 1, addresses: ['10.20.0.1'] }],
    sockets: [{ name: 'nfq', proto: 'netlink', address: '*', port: 0, queueMaxlen: 4 }],
    apps: [{ name: 'screend', sockets: [0], workNs: 100_000_000 }],
    routes: [{ prefix: '10.20.0.0/16', nic: 1 }],
    firewall: 'forward-queue',
    traffic: [
      udpRate({
        template: makeFrame({ dmac: '02:00:00:00:00:01', proto: 17, src: '10.0.0.1', dst: '10.20.0.5' }),
        ratePps: 100_000,
        count: 10,
      }),
    ],
    ...more,
  });
  type(world, 'sysctl -w net.ipv4.ip_forward=1');
  return world;
}

const cat = (world: ReturnType<typeof screened>, path: string) => runCommand(world, 0, `cat ${path}`);

describe('the packet queue', () => {
  it('of NFQUEUE: queue, port id, waiting, copy mode and range, both counters of drops, last id', () => {
    const world = screened('6.12');
    const path = '/proc/net/netfilter/nfnetlink_queue';
    const pid = world.tasks.find((t) => t.name === 'screend')?.id ?? 0;
    expect(cat(world, path).output).toBe(
      `    0 ${String(pid).padStart(6)}     0 2  4096     0     0        0  1\n`,
    );
    advance(world, 5_000_000);
    expect(cat(world, path).output).toBe(
      `    0 ${String(pid).padStart(6)}     4 2  4096     6     0        4  1\n`,
    );
    expect(cat(world, '/proc/net/ip_queue').status).toBe(1);
    expect(cat(testWorld(), path).status).toBe(1);
  });

  it('of NFQUEUE is empty while nobody has bound itself to it', () => {
    const world = screened('6.12', { apps: [{ name: 'screend', sockets: [0], startNs: 1_000_000 }] });
    expect(cat(world, '/proc/net/netfilter/nfnetlink_queue').output).toBe('');
  });

  it('of QUEUE: eight lines, five since the rewrite of 2002; its length is a sysctl', () => {
    const old = screened('2.4.18', {
      nics: [
        { queues: 1, driver: 'tulip' },
        { queues: 1, driver: 'tulip' },
      ],
    });
    const pid = old.tasks.find((t) => t.name === 'screend')?.id;
    type(old, 'sysctl -w net.ipv4.ip_queue_maxlen=5');
    advance(old, 5_000_000);
    expect(cat(old, '/proc/net/ip_queue').output).toBe(
      [
        `Peer pid            : ${pid}`,
        'Peer died           : 0',
        'Peer copy mode      : 2',
        'Peer copy range     : 4096',
        'Queue length        : 5',
        'Queue max. length   : 5',
        'Queue flushing      : 0',
        'Queue terminate     : 0',
        '',
      ].join('\n'),
    );
    const later = screened('2.4.20');
    expect(cat(later, '/proc/net/ip_queue').output).toBe(
      [
        `Peer PID          : ${later.tasks.find((t) => t.name === 'screend')?.id}`,
        'Copy mode         : 2',
        'Copy range        : 4096',
        'Queue length      : 0',
        'Queue max. length : 1024',
        '',
      ].join('\n'),
    );
    expect(cat(later, '/proc/net/netfilter/nfnetlink_queue').status).toBe(1);
  });

  it('the sysctl is there with the module only, and went when NFQUEUE came', () => {
    const has = (world: ReturnType<typeof screened>) =>
      runCommand(world, 0, 'sysctl -N -a').output.includes('ip_queue_maxlen');
    expect(has(screened('2.4.20'))).toBe(true);
    expect(has(testWorld({ kernel: '2.4.20' }))).toBe(false);
    expect(has(screened('2.6.14'))).toBe(false);
  });
});
