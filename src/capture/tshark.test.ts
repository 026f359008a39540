/** Every frame of the fixtures against what tshark said of it (fixtures/captures/README.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IPPROTO_TCP, IPPROTO_UDP } from '../engine/packet/frame.ts';
import { fieldsOf } from '../engine/packet/traffic-table.ts';
import { linkTypeName } from './link-types.ts';
import { createCaptureReader } from './reader.ts';
import { readTraffic } from './traffic.ts';
import type { CaptureFormat } from './types.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url));

/** One row a frame, by the name of tshark's field; '' where the frame does not have it. */
function tshark(name: string): Record<string, string>[] {
  const [head, ...lines] = fixture(`${name}.tsv`).toString().trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(names.map((field, i) => [field, values[i] ?? '']));
  });
}

/** Ethernet's 14 bytes stand in for the link header of the file. */
const HEADER_GROWTH: Readonly<Record<string, number>> = {
  ETHERNET: 0,
  RAW: 14,
  LINUX_SLL: -2,
  LINUX_SLL2: -6,
};

const FILES: readonly [name: string, format: CaptureFormat, frames: number, interfaces: string[]][] = [
  ['udp4.pcap', 'pcap', 20, ['ETHERNET']],
  ['tcp4-ns.pcap', 'pcap-ns', 32, ['ETHERNET']],
  ['udp6.pcapng', 'pcapng', 20, ['ETHERNET']],
  ['tcp6.pcapng', 'pcapng', 32, ['ETHERNET']],
  ['truncated.pcap', 'pcap', 10, ['ETHERNET']],
  ['udp4-be.pcap', 'pcap', 20, ['ETHERNET']],
  ['tcp4-ns-be.pcap', 'pcap-ns', 32, ['ETHERNET']],
  ['mixed-ns.pcap', 'pcap-ns', 60, ['ETHERNET']],
  ['cut96.pcap', 'pcap', 52, ['ETHERNET']],
  ['raw-ip.pcap', 'pcap', 32, ['RAW']],
  ['sll.pcap', 'pcap', 98, ['LINUX_SLL']],
  ['sll2-ns.pcap', 'pcap-ns', 98, ['LINUX_SLL2']],
  ['two-interfaces.pcapng', 'pcapng', 106, ['ETHERNET', 'ETHERNET']],
  ['two-interfaces-cut80.pcapng', 'pcapng', 106, ['ETHERNET', 'ETHERNET']],
  ['link-types.pcapng', 'pcapng', 216, ['ETHERNET', 'LINUX_SLL', 'LINUX_SLL2']],
];

describe.each(FILES)('%s', (name, format, frames, interfaces) => {
  const rows = tshark(name);
  const reader = createCaptureReader();
  const packets = reader.push(fixture(name));
  const summary = reader.finish();

  it('has the frames, format and interfaces that tshark sees', () => {
    expect(rows).toHaveLength(frames);
    expect(packets.map((packet) => packet.index)).toEqual(rows.map((_, i) => i));
    expect(summary).toMatchObject({ format, packets: frames, bytes: fixture(name).length });
    expect(summary.interfaces.map((each) => linkTypeName(each.linkType))).toEqual(interfaces);
    expect(packets.map((p) => p.interfaceId)).toEqual(rows.map((row) => Number(row['frame.interface_id'])));
  });

  it('has their times to the nanosecond', () => {
    const epoch = rows.map((row) => BigInt(row['frame.time_epoch'].replace('.', '')));
    let last = 0;
    let backwards = 0;
    const expected = epoch.map((ns) => {
      const since = Number(ns - epoch[0]);
      if (since < last) backwards += 1;
      last = Math.max(last, since);
      return last;
    });
    expect(packets.map((packet) => packet.tsNs)).toEqual(expected);
    const warned = summary.warnings.find((warning) => warning.code === 'time-backwards');
    expect(warned?.count ?? 0).toBe(backwards);
  });

  it('has their lengths', () => {
    const growth = (i: number) => HEADER_GROWTH[interfaces[packets[i].interfaceId]];
    expect(packets.map((packet) => [packet.origLen, packet.bytes.length])).toEqual(
      rows.map((row, i) => [Number(row['frame.len']) + growth(i), Number(row['frame.cap_len']) + growth(i)]),
    );
    const cut = rows.filter((row) => row['frame.cap_len'] !== row['frame.len']).length;
    expect(summary.warnings.find((warning) => warning.code === 'cut-packets')?.count ?? 0).toBe(cut);
  });

  it('gives traffic with their addresses, ports and numbers', () => {
    const { table, durationNs, counts } = readTraffic(fixture(name));
    expect(table.count).toBe(frames);
    expect(Array.from(table.timeNs)).toEqual(packets.map((packet) => packet.tsNs));
    expect(durationNs).toBe(packets[frames - 1].tsNs);
    expect(counts.malformed).toBe(0);
    const number = (text: string) => (text === '' ? 0 : Number(text));
    rows.forEach((row, i) => {
      const fields = fieldsOf(table, i);
      const proto = number(row['ip.proto']);
      const known = {
        frameLen: packets[i].origLen,
        src: row['ip.src'] || row['ipv6.src'],
        dst: row['ip.dst'] || row['ipv6.dst'],
        ipId: number(row['ip.id']),
        vlan: -1,
        // a truncated frame of a snap length keeps all of this
        truncated: packets[i].bytes.length < packets[i].origLen,
        ...(packets[i].l2 === 'captured' ? { smac: row['eth.src'], dmac: row['eth.dst'] } : {}),
        ...(row['ip.src'] === '' ? {} : { ipVersion: 4, proto, ttl: number(row['ip.ttl']) }),
      };
      expect({ frame: i + 1, ...fields }).toMatchObject({ frame: i + 1, ...known });
      // tshark's ports of an ICMP error are those of the packet inside
      const ports =
        fields.proto === IPPROTO_TCP ? 'tcp' : fields.proto === IPPROTO_UDP ? 'udp' : 'neither protocol';
      expect([i + 1, fields.sport, fields.dport]).toEqual([
        i + 1,
        number(row[`${ports}.srcport`] ?? ''),
        number(row[`${ports}.dstport`] ?? ''),
      ]);
      if (ports === 'tcp') {
        expect([fields.seq, fields.tcpFlags]).toEqual([Number(row['tcp.seq_raw']), Number(row['tcp.flags'])]);
      }
    });
  });
});

describe('the fixtures as a whole', () => {
  it('holds what a real network has: both IP versions, TCP, UDP, ICMP, ARP, fragments, large segments', () => {
    const { table, counts } = readTraffic(fixture('mixed-ns.pcap'));
    const frames = Array.from({ length: table.count }, (_, i) => fieldsOf(table, i));
    expect(new Set(frames.map((f) => `${f.ipVersion}/${f.proto}`))).toEqual(
      new Set(['0/0', '4/17', '4/1', '4/6', '6/17', '6/58', '6/6']),
    );
    expect(frames.filter((f) => f.mf || f.fragOffset > 0 || f.extHeaders.includes('frag'))).toHaveLength(6);
    expect(counts.notIp).toBe(2);
    // veth leaves checksums to a NIC that never comes
    expect(counts.partialChecksums).toBeGreaterThan(0);
    expect(counts.badChecksums).toBe(0);
  });

  it('reads the same packets in the other byte order', () => {
    const [little, big] = [readTraffic(fixture('udp4.pcap')), readTraffic(fixture('udp4-be.pcap'))];
    expect(big).toEqual(little);
    expect(readTraffic(fixture('tcp4-ns-be.pcap'))).toEqual(readTraffic(fixture('tcp4-ns.pcap')));
  });

  it('knows which way cooked packets went, and can leave out what the host sent', () => {
    for (const name of ['sll.pcap', 'sll2-ns.pcap']) {
      const reader = createCaptureReader();
      const packets = reader.push(fixture(name));
      const out = packets.filter((packet) => packet.direction === 'out');
      // on a loopback device each packet is seen twice, out and in; on veth from both sides once
      expect(out.length).toBeGreaterThan(20);
      expect(packets.filter((packet) => packet.direction === 'in')).toHaveLength(packets.length - out.length);
      const traffic = readTraffic(fixture(name), { direction: 'in' });
      expect(traffic.counts).toMatchObject({
        skippedOut: out.length,
        syntheticL2: packets.length - out.length,
      });
      expect(traffic.table.count).toBe(packets.length - out.length);
    }
  });

  it('reads interface names', () => {
    const reader = createCaptureReader();
    reader.push(fixture('two-interfaces.pcapng'));
    expect(reader.finish().interfaces.map((each) => each.name)).toEqual(['veth-b', 'lo']);
  });
});
