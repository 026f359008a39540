/** A tunnel as an administrator sees it: iproute2 6.1 and ethtool 6.1 print these lines for an ipip device (print_linkinfo, print_tunnel). */
import { describe, expect, it } from 'vitest';
import { makeFrame } from '../engine/packet/frame.ts';
import { runTunnel } from '../testing/tunnels.ts';
import { runCommand } from './shell.ts';
import { packetLine } from './tcpdump/line.ts';

const run = runTunnel({ kernel: '6.12', stream: null, send: {}, durationNs: 1_000_000 });
const said = (line: string, { w } = run): string => runCommand(w, 0, line).output;

describe('a tunnel', () => {
  it('is a device without a link below it, or a queue', () => {
    expect(said('ip link show ipip1')).toBe(
      '3: ipip1@NONE: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n' +
        '    link/ipip 10.0.0.1 peer 10.0.0.2\n',
    );
    expect(said('ip -d link show ipip1')).toContain(
      '\n    ipip ipip remote 10.0.0.2 local 10.0.0.1 ttl inherit pmtudisc addrgenmode eui64 ',
    );
    expect(said('ip -br addr show ipip1')).toBe('ipip1@NONE       UNKNOWN        192.168.7.1/32 \n');
    expect(said('ip tunnel show')).toBe('ipip1: ip/ip remote 10.0.0.2 local 10.0.0.1 ttl inherit\n');
    expect(said('tc qdisc show dev ipip1')).toBe('qdisc noqueue 0: root refcnt 2 \n');
    expect(said('cat /sys/class/net/ipip1/address')).toBe('0a:00:00:01\n');
    expect(said('cat /proc/interrupts')).not.toContain('ipip1');
  });

  it('counts inner bytes', () => {
    expect(said('cat /proc/net/dev')).toMatch(/ipip1: {7}0 {7}0 .* 1280 {6}10 /);
    expect(said('ip -s link show ipip1')).toContain(
      '          1280      10      0       0       0       0 \n',
    );
  });

  it('counts what it loses as errors, what leads back into it as collisions', () => {
    const routes = [{ prefix: '10.0.0.2/32', nic: 'ipip1' }];
    const loop = runTunnel({ stream: null, send: {}, durationNs: 1_000_000, routes });
    const text = said('ip -s link show ipip1', loop);
    // errors, dropped, carrier, collisions
    expect(text).toContain('             0       0     10       0       0      10 \n');
  });

  it('has features by version, and nothing of a card', () => {
    const state = (kernel: string): string[] => {
      const { w } = runTunnel({ kernel, stream: null, send: {}, durationNs: 1000 });
      const lines = runCommand(w, 0, 'ethtool -k ipip1').output.split('\n');
      return lines.filter((line) => /^(scatter|tcp-seg|generic|tx-checksumming)/.test(line));
    };
    expect(state('3.12')).toEqual([
      'tx-checksumming: off',
      'scatter-gather: off',
      'tcp-segmentation-offload: off',
      'generic-segmentation-offload: off [requested on]',
      'generic-receive-offload: on',
    ]);
    expect(state('3.13').map((line) => line.replace(/.*: /, ''))).toEqual(['on', 'on', 'on', 'on', 'on']);
    const { output, changes } = runCommand(run.w, 0, 'ethtool -K ipip1 sg off');
    expect(output).toContain('tx-tcp-segmentation: off [not requested]\n');
    expect(changes.map(({ change }) => change)).toEqual([
      { type: 'feature', nic: 1, name: 'tx-scatter-gather', on: false },
    ]);
    expect(said('ethtool -g ipip1')).toContain('netlink error: Operation not supported');
    expect(said('tc qdisc add dev ipip1 root fq')).toContain('ipip1 is a tunnel without a queue');
  });

  it('is seen through by tcpdump on the card below', () => {
    const f = makeFrame({
      proto: 17,
      src: '192.168.7.1',
      dst: '192.168.7.2',
      sport: 9000,
      dport: 7000,
      payloadLen: 100,
    });
    const outer = { src: '10.0.0.1', dst: '10.0.0.2', ttl: 64, ipId: 5, tos: 0, df: true };
    const options = { link: false, verbose: 0, quiet: false, absoluteSeq: false, numeric: true };
    expect(packetLine(f, options, { known: new Map() }, outer)).toBe(
      'IP 10.0.0.1 > 10.0.0.2: IP 192.168.7.1.9000 > 192.168.7.2.7000: UDP, length 100 (ipip-proto-4)',
    );
  });
});
