import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reproduced } from '../catalog/reproduced.ts';
import { costProfiles, SCREEND_NS } from '../engine/cost.ts';
import { reproducedModule } from '../testing/evidence.ts';
import { holds } from './cell.ts';
import { cells } from './cells.ts';
import { distance } from './distance.ts';
import { reproduce } from './run.ts';

describe('published results', () => {
  it('are what the page shows: npx tsx scripts/evidence.ts makes it anew', () => {
    const file = readFileSync(new URL('../catalog/reproduced.ts', import.meta.url), 'utf8');
    expect(file).toBe(reproducedModule(reproduce()));
  }, 900_000);

  it('are counted right in README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const modelled = reproduced.filter((row) => row.model !== null);
    const held = modelled.filter((row) => row.pass).length;
    expect(readme).toContain(`${held} of ${modelled.length} cells hold`);
  });

  it('stand once each, and what is not modelled never passes', () => {
    const names = cells.map((cell) => `${cell.id}/${cell.cell}`);
    expect(new Set(names).size).toBe(names.length);
    const [row] = cells.filter((cell) => cell.model === undefined);
    expect(row.id).toBe('B1');
  });

  it('say why something is not modelled, from the rows about connections and offloads on', () => {
    const explained = /^B(1[0-36-8]|2[26]|3[124])$/;
    const missing = reproduced.filter((row) => explained.test(row.id) && row.model === null);
    expect(missing.length).toBeGreaterThan(2);
    for (const row of missing) expect(row.why).toMatch(/\.$/);
    expect(reproduced.filter((row) => row.model !== null && row.why !== undefined)).toEqual([]);
  });

  it('have their sums where the Alpha was fitted: 1 s / 4700, 1 s / 6000, 1 s / 1950', () => {
    const p = costProfiles['alpha-150'];
    const us = (cycles: number): number => cycles / p.clockMhz;
    const softirq = p.softirqEnter + p.pollEnter + p.softirqExit;
    const whole = p.legacyIrq + p.legacySoft;
    // at the peak a softirq takes several packets: its own costs count between not at all and once
    expect(1e6 / us(whole)).toBeGreaterThan(4700);
    expect(1e6 / us(whole + softirq)).toBeLessThan(4700);
    const copy = p.copyPerByte * 46;
    const toQueue = whole - p.legacyOut + p.nfQueue + copy;
    expect(1e6 / us(toQueue)).toBeCloseTo(6000, -3);
    const program = p.recvmsg + copy + (SCREEND_NS * p.clockMhz) / 1000 + p.nfVerdict + p.legacyOut;
    expect(Math.abs(1e6 / us(toQueue + program) / 1950 - 1)).toBeLessThan(0.03);
  });

  it('have their sums where a server of 2010 was fitted: 1 s / 104,000 in one CPU, 30 % of eight in all', () => {
    const p = costProfiles['server-2010'];
    const us = (cycles: number): number => cycles / p.clockMhz;
    // a poll takes 64 packets, cleans what other CPUs have sent, and wakes a reader elsewhere for each
    const poll = (p.pollEnter + p.softirqEnter + p.softirqExit) / 64;
    const packet = p.rxDesc + p.touch + p.skbAlloc + p.gro + p.coreRx + p.ipRcv + p.tcpRcv;
    const network = us(poll + packet + p.wakeOther + p.txDone + p.lockTransfer);
    expect(Math.abs(network / (1e6 / 104_000) - 1)).toBeLessThan(0.03);
    // 1.4 CPUs' work on seven: of five readers one finds its CPU awake
    const others = 0.3 * 8 - 1;
    const idle = 1 - others / 7;
    const calls = p.recvmsg + p.sendmsg + p.tcpAck + p.qdisc + p.txDrv;
    const program = us(p.contextSwitch + calls) + (idle * p.idleWakeNs) / 1000;
    expect(Math.abs(program / (others * (1e6 / 104_000)) - 1)).toBeLessThan(0.03);
  });

  it('say on which stated cells costs were fitted', () => {
    const names = reproduced.filter((row) => row.fitted).map((row) => `${row.id}/${row.cell}`);
    expect(names).toEqual([
      'B26/one byte, without',
      'B32/one byte, without',
      'B32/one byte, without: CPU',
      'B32/RPC, without: CPU',
    ]);
    expect(reproduced.filter((row) => row.fitted).every((row) => row.kind === 'stated')).toBe(true);
  });

  it('hold within their tolerance, and not beyond', () => {
    const cell = { ...cells[0], published: 100 };
    const at = (tolerance: (typeof cells)[0]['tolerance'], model: number) =>
      holds({ ...cell, tolerance }, model);
    expect([at({ type: 'rel', value: 0.05 }, 105), at({ type: 'rel', value: 0.05 }, 105.1)]).toEqual([
      true,
      false,
    ]);
    expect([at({ type: 'abs', value: 3 }, 97), at({ type: 'abs', value: 3 }, 96.9)]).toEqual([true, false]);
    expect([at({ type: 'range', value: 120 }, 120), at({ type: 'range', value: 120 }, 99)]).toEqual([
      true,
      false,
    ]);
    const within = { type: 'range', from: 93, value: 98 } as const;
    expect([at(within, 93), at(within, 92.9), at(within, 98.1)]).toEqual([true, false, false]);
    expect([at({ type: 'order', value: 100 }, 2), at({ type: 'order', value: 100 }, 100)]).toEqual([
      true,
      false,
    ]);
  });

  it('say by how much they miss', () => {
    const row = { ...cells[0], model: 110, published: 100, pass: false };
    expect(distance(row)).toBe('+10.0 %');
    expect(distance({ ...row, model: null })).toBe('not modelled');
  });
});
