/** `ss` against what the real tool printed of the same sockets: two connections with data unread, a full UDP socket, a connected one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { takeSlot } from '../engine/packet/pool.ts';
import { type FrameFields, makeFrame } from '../engine/packet/frame.ts';
import { createTrafficBuilder } from '../engine/packet/traffic-table.ts';
import { advance } from '../engine/advance.ts';
import { createWorld } from '../engine/create.ts';
import type { World } from '../engine/world.ts';
import { compileScenario } from '../scenario/compile.ts';
import { loadScenario } from '../scenario/load.ts';
import { runCommand } from './shell.ts';
import { testWorld } from './test-world.ts';

const real = readFileSync(new URL('./fixtures/ss.txt', import.meta.url), 'utf8');

function table() {
  const builder = createTrafficBuilder();
  const tcp = { src: '10.9.0.1', dst: '10.9.0.2', dmac: '02:00:00:00:00:01', dport: 5201 };
  builder.add(0, makeFrame({ ...tcp, sport: 36548, payloadLen: 100, seq: 1 }));
  builder.add(20_000, makeFrame({ ...tcp, sport: 36540, payloadLen: 1000, seq: 1 }));
  builder.add(40_000, makeFrame({ ...tcp, proto: 17, sport: 9999, dport: 5004, payloadLen: 1000 }));
  return builder.finish();
}

/** The sockets of the fixture; what waits in them is put there by hand. */
function world(): World {
  const w = testWorld({
    nics: [{ addresses: ['10.9.0.2'] }],
    sockets: [
      { name: 'u', proto: 'udp', address: '*', port: 5001, rcvbufBytes: 16_384 },
      { name: 'uc', proto: 'udp', address: '10.9.0.2', port: 5004, connected: true },
      { name: 't', proto: 'tcp', address: '*', port: 5201 },
    ],
    apps: [],
    traffic: [
      { kind: 'table', host: 0, nic: 0, table: table(), startNs: 0, timeScale: 1, ratePps: null, repeat: 1 },
    ],
  });
  advance(w, 1_000_000);
  const [u, uc, t] = w.sockets;
  for (const sock of [u, uc, t]) {
    sock.queue = [];
    sock.head = 0;
    sock.rmem = 0;
  }
  Object.assign(u, { rmem: 16_128, drops: 23 });
  const put = (sport: number, bytes: number, truesize: number): void => {
    const slot = takeSlot(w.pool);
    w.pool.flow[slot] = w.fixed.flows.findIndex((flow) => flow?.key.sport === sport);
    w.pool.totalPayload[slot] = bytes;
    w.pool.truesize[slot] = truesize;
    t.queue.push(slot);
    t.rmem += truesize;
  };
  put(36548, 100, 932);
  put(36540, 30_000, 31_664);
  return w;
}

// the real listener was told of 128, and a connection's send buffer had grown: neither is modelled
const transcript = real
  .replaceAll(' 128 ', ' 0   ')
  .replaceAll('tb69120', 'tb16384')
  .split(/^\$ /m)
  .slice(1)
  .map((part) => {
    const [line, ...rest] = part.split('\n');
    const status = Number(/rc=(\d+)\n*$/.exec(part)?.[1]);
    return { line, output: rest.slice(0, -2).join('\n'), status };
  });

/** The fixture's host had two more sockets, dual-stack and IPv6; lines about them are not ours, nor are process ids. */
const ofOurs = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/:500[23] |:5202 |^$/.test(line))
    .join('\n');

/** One write of 60,000 bytes over a link of 10 ms each way. */
function sending(untilNs: number): World {
  const mac = (n: number): string => `02:00:00:00:00:0${n}`;
  const loaded = loadScenario(
    JSON.stringify({
      format: 1,
      id: 'sending',
      title: { text: 'sending' },
      kernel: '6.12',
      durationNs: 400_000_000,
      hosts: {
        h1: {
          cpus: 2,
          nics: { eth0: { mac: mac(1), addresses: ['10.0.0.1'] } },
          sockets: { c: { proto: 'tcp', port: 0, acks: true } },
          apps: {
            writer: { cpu: 0, sockets: ['c'], stream: { socket: 'c', writeBytes: 60_000, count: 1 } },
          },
        },
        h2: {
          cpus: 2,
          nics: { eth0: { mac: mac(2), addresses: ['10.0.0.2'] } },
          sockets: { s: { proto: 'tcp', port: 5001, acks: true } },
          apps: { reader: { cpu: 1, sockets: ['s'] } },
        },
      },
      links: { l: { a: { host: 'h1' }, b: { host: 'h2' }, delayNs: 10_000_000 } },
    }),
    'sending.json',
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const made = compileScenario(loaded.scenario);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  const world = createWorld(made.spec);
  advance(world, untilNs);
  return world;
}

describe('ss', () => {
  const w = world();
  it.each(transcript.filter(({ line }) => !/-s$|p|6/.test(line)))('$line', ({ line, output, status }) => {
    const ours = runCommand(w, 0, line);
    const lines = ours.output.split('\n').filter((l) => !l.startsWith('# '));
    // widths are those of the widest: without the other sockets columns are as wide, but for what follows the last
    const trimmed = (text: string) => text.replace(/ +$/gm, '');
    expect(trimmed(ofOurs(lines.join('\n')))).toBe(
      trimmed(ofOurs(output).replace(/^\t skmem:\(r0,rb212992.*\n?(?=UNCONN|$)/gm, (m) => m)).replace(
        // the memory line of the socket left out goes with it
        /(\n\t skmem:\(r0,rb212992,t0,tb212992,f0,w0,o0,bl0,d0\)){2}/,
        '\n\t skmem:(r0,rb212992,t0,tb212992,f0,w0,o0,bl0,d0)',
      ),
    );
    expect(ours.status).toBe(status);
  });

  it('pads every row to the widest, as the real tool', () => {
    const { output } = runCommand(w, 0, 'ss -tn');
    expect(`${output.trimEnd()}       `).toBe(
      transcript.find(({ line }) => line === 'ss -tn')?.output.replace(/\n$/, ''),
    );
  });

  it('-p names the readers, -i what TCP has received, -s sums up', () => {
    const own = testWorld({
      sockets: [{ name: 'a', proto: 'udp', address: '10.9.0.2', port: 53 }],
      apps: [{ name: 'server', sockets: [0] }],
    });
    const reader = own.tasks.find((task) => task.kind === 'app');
    expect(runCommand(own, 0, 'ss -lunp').output.split('\n')[1]).toBe(
      `UNCONN 0      0           10.9.0.2:53        0.0.0.0:*    users:(("server",pid=${reader?.id},fd=3))`,
    );
    expect(runCommand(w, 0, 'ss -ti').output).toContain('\n\t bytes_received:1000');
    expect(runCommand(w, 0, 'ss -s').output).toBe(
      'Total: 5\nTCP:   3 (estab 2, closed 0, orphaned 0, timewait 0)\n\n' +
        'Transport Total     IP        IPv6\n' +
        'RAW\t  0         0         0        \nUDP\t  2         2         0        \nTCP\t  3         3         0        \n' +
        'INET\t  5         5         0        \nFRAG\t  0         0         0        \n\n',
    );
  });

  it('-i of a connection that acknowledges shows its receiving side, a FIN leaves it in CLOSE-WAIT', () => {
    const builder = createTrafficBuilder(3);
    const fields = { proto: 6, src: '10.9.0.1', dst: '10.9.0.2', sport: 4000, dport: 5201, tcpFlags: 0x10 };
    const segment = (i: number, more: Partial<FrameFields>) =>
      builder.add(i * 100_000, makeFrame({ ...fields, dmac: '02:00:00:00:00:01', seq: 1000, ...more }));
    segment(0, { payloadLen: 1460 });
    segment(1, { seq: 2460, payloadLen: 1460 });
    segment(2, { seq: 3920, tcpFlags: 0x11 });
    const own = testWorld({
      nics: [{ addresses: ['10.9.0.2'] }],
      sockets: [{ name: 't', proto: 'tcp', address: '*', port: 5201, acks: true }],
      apps: [],
      traffic: [
        {
          kind: 'table',
          host: 0,
          nic: 0,
          table: builder.finish(),
          startNs: 0,
          timeScale: 1,
          ratePps: null,
          repeat: 1,
        },
      ],
    });
    advance(own, 190_000);
    const before = runCommand(own, 0, 'ss -tin').output;
    expect(before).toMatch(/^ESTAB 2920 /m);
    expect(before).toContain('rcvmss:1460 advmss:1460 bytes_received:2920 segs_out:2 ');
    expect(runCommand(own, 0, 'ss -tn state close-wait').output.split('\n')).toHaveLength(2);
    // a FIN counts as a byte; its ACK waits for the application's answer, 40 ms
    advance(own, 60_000_000);
    expect(runCommand(own, 0, 'ss -tin').output).toMatch(
      /^CLOSE-WAIT 2920 (.*\n)+?.* bytes_received:2921 segs_out:3 /m,
    );
    expect(runCommand(own, 0, 'ss -tn state close-wait').output.split('\n')).toHaveLength(3);
    expect(runCommand(own, 0, 'nstat TcpOutSegs').output).toMatch(/TcpOutSegs +3 /);
  });

  it('-tinm of a sender: its first flight is out, the rest waits for ACKs', () => {
    const w2 = sending(25_000_000);
    const { output } = runCommand(w2, 0, 'ss -tinm');
    // 60,000 bytes written; ten segments of 1448 are out since the handshake of 20 ms
    expect(output).toMatch(/^ESTAB 0 +60000 +10\.0\.0\.1:\d+ +10\.0\.0\.2:5001/m);
    expect(output).toMatch(
      /\n\t skmem:\(r0,rb\d+,t0,tb\d+,f\d+,w\d{5},o0,bl0,d0\) ts sack cubic wscale:7,7 rto:\d+ /,
    );
    // the window: cwnd 10 * 1448 bytes in 20 ms
    expect(output).toContain(' mss:1448 rcvmss:536 advmss:1448 cwnd:10 bytes_sent:14480 bytes_acked:1 ');
    expect(output).toMatch(/ data_segs_out:10 send 5\d{6}bps /);
    expect(output).toContain(' unacked:10 ');
    expect(output).toContain(' notsent:45520 ');
    // all has been acknowledged: SYN and data
    const done = runCommand(sending(300_000_000), 0, 'ss -tin').output;
    expect(done).toContain(' bytes_sent:60000 bytes_acked:60001 ');
    expect(done).toMatch(/^ESTAB 0 +0 /m);
    expect(done).not.toContain('unacked');
  });

  it('a wildcard socket of a host with IPv6 has an IPv6 face', () => {
    const dual = testWorld({
      nics: [{ addresses: ['10.9.0.2', 'fd00::2'] }],
      sockets: [{ name: 'a', proto: 'udp', address: '*', port: 5003 }],
    });
    expect(runCommand(dual, 0, 'ss -lun').output).toContain(
      'UNCONN 0      0                  *:5003            *:*   ',
    );
    expect(runCommand(dual, 0, 'ss -lun4').output.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses in the tool’s words', () => {
    expect(runCommand(w, 0, 'ss --foo')).toMatchObject({ status: 255 });
    expect(runCommand(w, 0, 'ss --foo').output).toContain("ss: unrecognized option '--foo'\n");
    expect(runCommand(w, 0, 'ss -x').output).toContain('not modelled');
    expect(runCommand(w, 0, 'ss state nowhere').output).toContain('wrong state name');
  });
});
