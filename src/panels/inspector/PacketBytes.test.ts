import { describe, expect, it } from 'vitest';
import type { PacketView } from '../../protocol/messages.ts';
import { groupBytes, viewAt } from './PacketBytes.tsx';

describe('bytes by field', () => {
  it('gives each byte to the narrowest field it is in; bits are no field of bytes', () => {
    const fields = [
      { name: 'ip', from: 0, to: 4, bits: '' },
      { name: 'ip.len', from: 2, to: 4, bits: '' },
      { name: 'ip.version', from: 0, to: 1, bits: '0-3' },
    ];
    const groups = groupBytes('4500 05dc', fields);
    expect(groups.map((g) => [fields[g.field]?.name, g.text.join('')])).toEqual([
      ['ip', '4500'],
      ['ip.len', '05dc'],
    ]);
  });

  it('shows bytes of no field as well, and long fields eight at a time', () => {
    const groups = groupBytes('aabbcc', [{ from: 1, to: 2, bits: '' }]);
    expect(groups.map((g) => [g.field, g.from])).toEqual([
      [-1, 0],
      [0, 1],
      [-1, 2],
    ]);
    expect(groupBytes('00'.repeat(16), [{ from: 0, to: 16, bits: '' }])).toHaveLength(1);
    const long = groupBytes('00'.repeat(20), [{ from: 0, to: 20, bits: '' }]);
    expect(long.map((g) => [g.from, g.text.length, g.field])).toEqual([
      [0, 8, 0],
      [8, 8, 0],
      [16, 4, 0],
    ]);
  });
});

describe('the view of the moment', () => {
  it('is the last point that was passed, the first one before all', () => {
    const views = [10, 20, 30].map((seq) => ({ seq }) as PacketView);
    expect([0, 10, 25, 99].map((seq) => viewAt(views, seq))).toEqual([0, 0, 1, 2]);
  });
});
