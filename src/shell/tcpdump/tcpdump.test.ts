/** `tcpdump` against the real one on the same captures, to the column; and what its taps see of a run. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTraffic } from '../../capture/traffic.ts';
import { advance } from '../../engine/advance.ts';
import { makeFrame } from '../../engine/packet/frame.ts';
import { createTrafficBuilder } from '../../engine/packet/traffic-table.ts';
import type { World } from '../../engine/world.ts';
import { runCommand, witnessFor } from '../shell.ts';
import { type TestHost, testWorld } from '../test-world.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url));
const captures = ['tcp4-ns.pcap', 'tcp6.pcapng', 'mixed-ns.pcap'].map((name) => ({
  name,
  table: readTraffic(read(`../../../fixtures/captures/${name}`)).table,
}));

const transcript = read('../fixtures/tcpdump.txt')
  .toString()
  .split(/^\$ /m)
  .slice(1)
  .map((part) => {
    const [line, ...rest] = part.split('\n');
    return { line, output: rest.slice(0, -2).join('\n'), status: Number(/rc=(\d+)\n*$/.exec(part)?.[1]) };
  });

/** What the real tool read in bytes that the model does not keep: payload, ARP's contents, ids, whom an ICMP error is about. */
const unkept = (text: string) =>
  text
    .replace(/(?:Request who-has|Reply) .*, (length \d+)$/gm, '$1')
    .replace(/ICMP \S+ udp port \d+ unreachable/g, 'ICMP port unreachable')
    .replace(/(unreachable port), [^,\s]+ udp port \d+/g, '$1')
    .replace(/(neighbor solicitation), who has [^,\s]+/g, '$1')
    .replace(/(neighbor advertisement), tgt is [^,\s]+/g, '$1')
    .replace(/: {2}(?:\[\|rx\]|rx type \d+) \((\d+)\)/g, ': UDP, length $1')
    // it showed what this fragment holds of a datagram of 3000 bytes
    .replace(/(frag \(0\|1448\) .*), length 1440/g, '$1, length 3000')
    .trimEnd();

describe('tcpdump of captures', () => {
  it.each(transcript)('$line', ({ line, output, status }) => {
    const ours = runCommand(testWorld(), 0, line, { captures });
    const lines = ours.output.split('\n').filter((l) => !l.startsWith('# '));
    expect(lines.join('\n').trimEnd()).toBe(unkept(output));
    expect(ours.status).toBe(status);
  });
});

/** Types a line at the end of a run that the taps have seen. */
function typedAfter(options: TestHost, untilNs: number, line: string) {
  const w = testWorld(options);
  const again: World = testWorld(options);
  advance(w, untilNs);
  const witness = witnessFor(w, 0, line);
  again.tap = witness?.tap ?? null;
  advance(again, untilNs);
  return { ...runCommand(w, 0, line, { witness }), world: w };
}

const DMAC = '02:00:00:00:00:01';
function trafficOf(frames: [number, Parameters<typeof makeFrame>[0]][]): TestHost['traffic'] {
  const builder = createTrafficBuilder();
  for (const [at, frame] of frames) builder.add(at, makeFrame({ dmac: DMAC, dst: '10.0.0.2', ...frame }));
  return [
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
  ];
}

describe('tcpdump of a run', () => {
  const train = (n: number): TestHost => ({
    nics: [{ driver: 'ixgbe', queues: 1, rxUsecs: 100 }],
    traffic: trafficOf(
      Array.from({ length: n }, (_, i) => [
        i * 1300,
        { sport: 4000, dport: 5201, seq: 1 + 1448 * i, payloadLen: 1448 },
      ]),
    ),
  });

  it('a train that GRO has built is one packet', () => {
    const { output, status } = typedAfter(train(4), 1_000_000, 'tcpdump -tni eth0');
    expect(status).toBe(0);
    expect(output).toBe(
      'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n' +
        'listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n' +
        // the first frame was polled alone; the other three came while it was worked on
        'IP 10.9.0.1.4000 > 10.0.0.2.5201: Flags [.], seq 1:1449, ack 1000, win 500, length 1448\n' +
        'IP 10.9.0.1.4000 > 10.0.0.2.5201: Flags [.], seq 1448:5792, ack 1, win 500, length 4344\n' +
        '\n2 packets captured\n2 packets received by filter\n0 packets dropped by kernel\n',
    );
  });

  it('ACKs of a connection: their number, window and SACK blocks', () => {
    const segment = (n: number): Parameters<typeof makeFrame>[0] => ({
      sport: 4000,
      dport: 5201,
      seq: 1 + 1460 * n,
      payloadLen: 1460,
    });
    const { output } = typedAfter(
      {
        sockets: [{ name: 't', proto: 'tcp', address: '*', port: 5201, acks: true }],
        // the second is missing, the first comes twice
        traffic: trafficOf([
          [0, segment(0)],
          [100_000, segment(2)],
          [200_000, segment(0)],
        ]),
      },
      1_000_000,
      'tcpdump -tnS src port 5201',
    );
    const lines = output.split('\n').filter((line) => line.startsWith('IP '));
    const start = 'IP 10.0.0.2.5201 > 10.9.0.1.4000: Flags [.], ack 1461, win ';
    for (const line of lines) expect(line.startsWith(start), line).toBe(true);
    expect(lines[0]).toMatch(/win \d+, length 0$/);
    expect(lines[1]).toMatch(/win \d+, options \[nop,nop,sack 1 \{2921:4381\}\], length 0$/);
    // what came twice stands first (D-SACK)
    expect(lines[2]).toMatch(/win \d+, options \[nop,nop,sack 2 \{1:1461\}\{2921:4381\}\], length 0$/);
    expect(lines).toHaveLength(3);
  });

  it('what died in the ring is not there; what IP drops is', () => {
    const flood = trafficOf(
      Array.from({ length: 200 }, (_, i) => [i * 70, { proto: 17, sport: 4000, dport: 9, payloadLen: 18 }]),
    );
    const { output, world } = typedAfter(
      { nics: [{ ringSize: 64, queues: 1 }], cpus: 1, traffic: flood },
      3_000_000,
      'tcpdump -n udp',
    );
    const missed = world.nics[0].counters.rx_missed_errors;
    expect(missed).toBeGreaterThan(0);
    expect(output).toContain(`\n${200 - missed} packets captured\n`);
    // no socket listens on the discard port: UDP throws them away behind the tap
    expect(world.hosts[0].snmp.UdpNoPorts).toBe(200 - missed);
  });

  it('-c ends it; filters, -e, -v and any', () => {
    const udp = {
      traffic: trafficOf([
        [0, { proto: 17, sport: 4000, dport: 53, payloadLen: 18, vlan: -1 }],
        [50_000, { proto: 17, sport: 4001, dport: 54, payloadLen: 18, ipId: 7, tos: 2 }],
      ]),
    };
    expect(typedAfter(udp, 1_000_000, 'tcpdump -tn -c 1').output).toMatch(
      /\nIP 10\.9\.0\.1\.4000 > 10\.0\.0\.2\.53: UDP, length 18\n1 packet captured\n/,
    );
    expect(typedAfter(udp, 1_000_000, 'tcpdump -tne port 54').output).toContain(
      '\n02:00:00:00:00:01 > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 60: 10.9.0.1.4001 > 10.0.0.2.54: UDP, length 18\n',
    );
    expect(typedAfter(udp, 1_000_000, 'tcpdump -tnv port 54').output).toContain(
      'tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n' +
        'IP (tos 0x2,ECT(0), ttl 64, id 7, offset 0, flags [DF], proto UDP (17), length 46)\n' +
        '    10.9.0.1.4001 > 10.0.0.2.54: [udp sum ok] UDP, length 18\n',
    );
    expect(typedAfter(udp, 1_000_000, 'tcpdump -tni any port 54').output).toContain(
      '\neth0  In  IP 10.9.0.1.4001 > 10.0.0.2.54: UDP, length 18\n',
    );
    // standard error goes around a pipe
    expect(typedAfter(udp, 1_000_000, 'tcpdump -tn | wc -l').output).toContain(
      'bytes\n2\n\n2 packets captured\n',
    );
    expect(typedAfter(udp, 1_000_000, 'tcpdump -i eth9').output).toContain(
      'tcpdump: eth9: No such device exists\n(No such device exists)\n',
    );
    expect(typedAfter(udp, 1_000_000, 'tcpdump -A').output).toContain('# -A');
    expect(typedAfter(udp, 1_000_000, 'tcpdump --foo').output).toContain(
      "tcpdump: unrecognized option '--foo'\n",
    );
  });

  it('of a run without traffic there is nothing', () => {
    expect(typedAfter({}, 1000, 'tcpdump -n').output).toContain('\n\n0 packets captured\n');
  });

  it('without the run there is nothing to show', () => {
    expect(runCommand(testWorld(), 0, 'tcpdump')).toMatchObject({ status: 1, changes: [] });
  });
});
