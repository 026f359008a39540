import { describe, expect, it } from 'vitest';
import { makeFrame } from './frame.ts';
import { createTrafficBuilder, fieldsOf } from './traffic-table.ts';

describe('createTrafficBuilder', () => {
  it('keeps rows in order through growth, each flow and option string once', () => {
    const builder = createTrafficBuilder(1);
    for (let i = 0; i < 1000; i += 1) {
      const tcpOptions = i % 2 === 0 ? '' : '0101080a0000000100000002';
      expect(
        builder.add(
          i * 10,
          makeFrame({
            seq: i,
            sport: 1000 + (i % 4),
            tcpOptions,
            payloadLen: 1448,
          }),
        ),
      ).toBe(i);
    }
    const table = builder.finish();
    expect(table.count).toBe(1000);
    expect(table.flows.map((flow) => [flow.id, flow.sport])).toEqual([
      [0, 1000],
      [1, 1001],
      [2, 1002],
      [3, 1003],
    ]);
    expect(table.options).toEqual(['', '0101080a0000000100000002']);
    expect(table.exts).toEqual(['']);
    expect(table.timeNs).toHaveLength(1000);
    expect(table.timeNs[999]).toBe(9990);
    expect(fieldsOf(table, 999)).toEqual(
      makeFrame({
        seq: 999,
        sport: 1003,
        tcpOptions: table.options[1],
        payloadLen: 1448,
      }),
    );
  });

  it('is unchanged by what is added after it was taken', () => {
    const builder = createTrafficBuilder();
    builder.add(0, makeFrame());
    const before = builder.finish();
    builder.add(1, makeFrame({ sport: 1, payloadLen: 9 }));
    expect(before.count).toBe(1);
    expect(before.flows).toHaveLength(1);
    expect(builder.finish().count).toBe(2);
  });

  it('makes flows of one tuple differ by MAC address and tag', () => {
    const builder = createTrafficBuilder();
    for (const other of [{}, { vlan: 5 }, { smac: '02:00:00:00:00:0c' }, {}])
      builder.add(0, makeFrame(other));
    expect([...builder.finish().flow]).toEqual([0, 1, 2, 0]);
  });

  it('gives equal ext indices to equal extension headers and flow labels only', () => {
    const builder = createTrafficBuilder();
    const v6 = { ipVersion: 6 as const, extHeaders: 'dstopts:00010400000000' };
    for (const other of [{}, { flowLabel: 7 }, {}, { extHeaders: '' }])
      builder.add(0, makeFrame({ ...v6, ...other }));
    const { ext } = builder.finish();
    expect([ext[0] === ext[2], ext[0] === ext[1], ext[3]]).toEqual([true, false, 0]);
  });

  it('refuses times that are none, and rows that are not there', () => {
    const builder = createTrafficBuilder();
    for (const time of [-1, Number.NaN, Infinity])
      expect(() => builder.add(time, makeFrame())).toThrow(RangeError);
    expect(() => fieldsOf(builder.finish(), 0)).toThrow(RangeError);
  });
});
