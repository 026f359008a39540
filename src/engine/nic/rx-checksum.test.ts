/** Who finds a wrong checksum, and what checking costs: values from the cost table by hand. */
import { describe, expect, it } from 'vitest';
import type { DriverName } from '../../catalog/drivers.ts';
import { appSpec, MAC, udpRate, worldSpec } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import type { Change } from '../change.ts';
import { costProfiles } from '../cost.ts';
import { type FrameFields, makeFrame } from '../packet/frame.ts';

const off: Change = { type: 'feature', nic: 0, name: 'rx-checksumming', on: false };
const noGro: Change = { type: 'feature', nic: 0, name: 'generic-receive-offload', on: false };

/** One datagram (or segment) of 1000 bytes; from arrival in the ring to the socket, ns. */
function run(driver: DriverName, fields: Partial<FrameFields> = {}, ...setup: Change[]) {
  const template = makeFrame({
    dmac: MAC,
    proto: 17,
    src: '10.9.0.1',
    dst: '10.9.0.2',
    sport: 40000,
    dport: 7000,
    payloadLen: 1000,
    ...fields,
  });
  const spec = worldSpec({
    nic: { driver, rxUsecs: 0 },
    apps: [appSpec({ sockets: [] })],
    traffic: [udpRate({ template, count: 1 })],
    setup: setup.map((change) => ({ host: 0, change })),
  });
  const { world, records } = runTraced(spec, 5_000_000);
  const at = (kind: string) => records.find((r) => r.kind === kind)?.timeNs ?? Number.NaN;
  return {
    world,
    why: records.filter((r) => r.kind === 'rxChecksum').map((r) => r.reason),
    drops: records.filter((r) => r.kind === 'drop').map((r) => r.reason),
    ns: at('l4Rcv') - at('pollStart'),
    snmp: world.hosts[0].snmp,
    errors: world.nics[0].counters.csum_errors,
  };
}

const sum = (1000 * costProfiles.server3g.csumPerByte) / 3;

describe('a right checksum', () => {
  it('the card vouches for it, or its sum comes out: nothing to do', () => {
    for (const driver of ['igb', 'mlx5_core'] as const)
      expect(run(driver)).toMatchObject({ why: [], drops: [], errors: 0 });
  });

  it('rxCsumOff: software sums all bytes, in GRO or in layer 4, once', () => {
    const base = run('igb').ns;
    const inGro = run('igb', {}, off);
    expect(inGro.why).toEqual(['rxCsumOff']);
    expect(Math.abs(inGro.ns - base - sum)).toBeLessThanOrEqual(2);
    const plain = run('igb', {}, noGro).ns;
    expect(Math.abs(run('igb', {}, noGro, off).ns - plain - sum)).toBeLessThanOrEqual(2);
  });

  it('rxCsumNoCard: a card that checks nothing', () => {
    expect(run('tulip').why).toEqual(['rxCsumNoCard']);
  });

  it('without a checksum there is nothing to sum', () => {
    expect(run('igb', { l4Csum: 'none' }, off)).toMatchObject({ why: [], drops: [] });
    expect(run('igb', { proto: 1 }, off).why).toEqual([]);
  });
});

describe('a wrong checksum', () => {
  it('rxCsumBad: the card counts it and passes it up; UDP and TCP count and drop it', () => {
    const udp = run('igb', { l4Csum: 'bad' });
    expect(udp).toMatchObject({ why: ['rxCsumBad'], drops: ['udpChecksum'], errors: 1 });
    expect(udp.snmp).toMatchObject({ UdpInCsumErrors: 1, UdpInErrors: 1 });
    const tcp = run('ixgbe', { proto: 6, dport: 5001, l4Csum: 'bad' });
    expect(tcp).toMatchObject({ why: ['rxCsumBad'], errors: 1 });
    expect(tcp.snmp).toMatchObject({ TcpInCsumErrors: 1, TcpInErrs: 1 });
  });

  it('summed by GRO, and by layer 4 once more', () => {
    const base = run('igb').ns;
    expect(Math.abs(run('igb', { l4Csum: 'bad' }).ns - base - 2 * sum)).toBeLessThanOrEqual(3);
  });

  it('a card that gives the whole sum says nothing: the stack compares, sums again and knows', () => {
    const base = run('mlx5_core').ns;
    const bad = run('mlx5_core', { l4Csum: 'bad' });
    expect(bad).toMatchObject({ why: ['rxCsumAgain'], drops: ['udpChecksum'], errors: 0 });
    expect(Math.abs(bad.ns - base - sum)).toBeLessThanOrEqual(2);
  });
});
