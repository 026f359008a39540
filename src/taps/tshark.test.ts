/**
 * Captures at every point, opened by tshark: its fields, lengths, checksum verdicts and SACK blocks against what we print. The tables beside
 * the fixtures are tshark 4.0's (scripts/tap-fixtures.ts makes both); where tshark is installed it also reads what is written today.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCaptureReader } from '../capture/reader.ts';
import { CAPTURE_POINTS, isCapturePoint } from '../catalog/capture-points.ts';
import type { CsumVerdict } from '../engine/packet/frame.ts';
import { parseFrame } from '../engine/packet/parse.ts';
import { packetLine } from '../shell/tcpdump/line.ts';
import { TAP_FILES, tapFile, TSHARK_FIELDS, tsharkArgs } from '../testing/tap-files.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/taps/${name}`, import.meta.url));
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

type Row = Record<(typeof TSHARK_FIELDS)[number], string>;

function rowsOf(tsv: string): Row[] {
  const [head, ...lines] = tsv.replace(/\n$/, '').split('\n');
  expect(head.split('\t')).toEqual([...TSHARK_FIELDS]);
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(TSHARK_FIELDS.map((field, i) => [field, values[i] ?? ''])) as Row;
  });
}

/** tshark's checksum status: 0 bad, 1 good, 2 unverified, 3 not present. A bare pseudo header's sum is bad to it. */
const STATUS: Readonly<Record<CsumVerdict, string>> = {
  ok: '1',
  bad: '0',
  partial: '0',
  none: '3',
  unknown: '2',
};
const LINE = { link: false, verbose: 0, quiet: false, absoluteSeq: true, numeric: true };

/** The packets of a file agree with tshark's table of it in all that the table says. */
function agree(file: Uint8Array, rows: Row[]): void {
  const reader = createCaptureReader();
  const packets = reader.push(file);
  const { error, interfaces } = reader.finish();
  expect(error).toBeNull();
  expect(packets).toHaveLength(rows.length);
  const firstNs = Number(rows[0]['frame.time_epoch'].replace('.', ''));
  rows.forEach((row, i) => {
    const p = packets[i];
    const f = parseFrame(p.bytes);
    const v4 = f.ipVersion === 4;
    const grown = p.l2 === 'captured' ? 0 : 14;
    const point = row['frame.interface_description'].split(' ')[0];
    expect(isCapturePoint(point)).toBe(true);
    const raw = CAPTURE_POINTS.some(({ id, headers }) => id === point && !headers);
    expect([i, p.l2]).toEqual([i, raw ? 'synthetic' : 'captured']);
    const said: Partial<Row> = {
      'frame.interface_id': String(p.interfaceId),
      'frame.interface_name': interfaces[p.interfaceId].name,
      'frame.len': String(p.origLen - grown),
      'frame.cap_len': String(p.bytes.length - grown),
      'eth.src': raw ? '' : f.smac,
      'eth.dst': raw ? '' : f.dmac,
      'vlan.id': f.vlan < 0 ? '' : String(f.vlan & 0xfff),
      'vlan.priority': f.vlan < 0 ? '' : String(f.vlan >> 13),
      'ip.src': v4 ? f.src : '',
      'ip.dst': v4 ? f.dst : '',
      'ip.id': v4 ? `0x${f.ipId.toString(16).padStart(4, '0')}` : '',
      'ip.len': v4 ? String(f.ipTotalLen) : '',
      'ip.ttl': v4 ? String(f.ttl) : '',
      'ip.checksum.status': v4 ? STATUS[f.ipCsum] : '',
      'ipv6.src': v4 ? '' : f.src,
      'ipv6.dst': v4 ? '' : f.dst,
      'ipv6.plen': v4 ? '' : String(f.ipTotalLen - 40),
      'ipv6.hlim': v4 ? '' : String(f.ttl),
      'ipv6.flow': v4 ? '' : `0x${f.flowLabel.toString(16).padStart(6, '0')}`,
      'eth.padding': f.padding === 0 ? '' : '00'.repeat(f.padding),
    };
    if (f.proto === 6) {
      Object.assign(said, {
        'tcp.srcport': String(f.sport),
        'tcp.dstport': String(f.dport),
        'tcp.seq_raw': String(f.seq),
        'tcp.ack_raw': String(f.ack),
        'tcp.flags': `0x${f.tcpFlags.toString(16).padStart(4, '0')}`,
        'tcp.window_size_value': String(f.win),
        'tcp.len': String(f.payloadLen),
        'tcp.checksum.status': STATUS[f.l4Csum],
      });
    } else {
      Object.assign(said, {
        'udp.srcport': String(f.sport),
        'udp.dstport': String(f.dport),
        'udp.length': String(f.udpLen),
        'udp.checksum.status': STATUS[f.l4Csum],
      });
    }
    const theirs = Object.fromEntries(Object.keys(said).map((key) => [key, row[key as keyof Row]]));
    expect({ frame: i + 1, ...theirs }).toEqual({ frame: i + 1, ...said });
    expect(Number(row['frame.time_epoch'].replace('.', ''))).toBe(firstNs + p.tsNs);
    expect(row['frame.comment']).toMatch(/^packet \d+( \(with [\d, ]+\))?(, piece \d+ of \d+)?(: \w+)?$/);
    // SACK blocks and timestamps as our line prints them
    const line = packetLine(f, LINE, { known: new Map() });
    const list = (text: string): string[] => (text === '' ? [] : text.split(','));
    const left = list(row['tcp.options.sack_le']);
    const right = list(row['tcp.options.sack_re']);
    const blocks = left.map((edge, k) => `{${edge}:${right[k]}}`).join('');
    expect(/sack \d ((?:\{\d+:\d+\})+)/.exec(line)?.[1] ?? '').toBe(blocks);
    const stamps = row['tcp.options.timestamp.tsval'];
    expect(/TS val (\d+) ecr (\d+)/.exec(line)?.slice(1) ?? []).toEqual(
      stamps === '' ? [] : [stamps, row['tcp.options.timestamp.tsecr']],
    );
  });
}

const count = (rows: Row[], wanted: (row: Row) => boolean): number => rows.filter(wanted).length;
const seen = (row: Row, point: string): boolean => row['frame.interface_description'].startsWith(`${point} `);

describe.each(TAP_FILES)('%s', (name) => {
  it('agrees with the table beside it', () => {
    agree(fixture(`${name}.pcapng`), rowsOf(fixture(`${name}.pcapng.tsv`).toString()));
  });
});

describe('what tshark made of the files', () => {
  const rows = (name: string): Row[] => rowsOf(fixture(`${name}.pcapng.tsv`).toString());

  it('sent with offloads: wrong checksums and giant frames before the driver, none on the wire', () => {
    const router = rows('router');
    const bad = (row: Row): boolean => row['tcp.checksum.status'] === '0';
    const giant = (row: Row): boolean => Number(row['frame.len']) > 1514;
    expect(count(router, (r) => seen(r, 'driver-out') && giant(r))).toBe(2);
    expect(count(router, (r) => seen(r, 'driver-out') && giant(r) && bad(r))).toBe(2);
    expect(count(router, (r) => seen(r, 'wire-out') && (giant(r) || bad(r)))).toBe(0);
    expect(count(router, (r) => seen(r, 'stack-in') && giant(r) && bad(r))).toBe(2);
    expect(count(router, (r) => seen(r, 'wire-in') && giant(r))).toBe(0);
    const udp = rows('udp-sends');
    expect(count(udp, (r) => seen(r, 'driver-out') && r['udp.checksum.status'] === '0')).toBe(5);
    expect(count(udp, (r) => seen(r, 'wire-out') && r['udp.checksum.status'] === '1')).toBe(5);
  });

  it('has SACK blocks in ACKs at both points alike', () => {
    const sack = rows('sack').filter((r) => r['tcp.options.sack_le'] !== '');
    const at = (point: string): string[] =>
      sack
        .filter((r) => seen(r, point))
        .map((r) => `${r['tcp.options.sack_le']} ${r['tcp.options.sack_re']}`);
    expect(at('driver-out').length).toBeGreaterThan(3);
    expect(at('wire-out')).toEqual(at('driver-out'));
  });
});

describe.runIf(hasTshark)('with tshark here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taps-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(TAP_FILES)('%s: reads what is written now', (name) => {
    const file = tapFile(name);
    const path = join(folder, `${name}.pcapng`);
    writeFileSync(path, file);
    const { stdout, status } = spawnSync('tshark', tsharkArgs(path), { encoding: 'utf8' });
    expect(status).toBe(0);
    agree(file, rowsOf(stdout));
  });
});
