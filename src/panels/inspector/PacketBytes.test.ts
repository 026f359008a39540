import { describe, expect, it } from 'vitest';
import { groupBytes } from './PacketBytes.tsx';

describe('bytes by field', () => {
  it('gives each byte to the narrowest field it is in', () => {
    const groups = groupBytes('4500 05dc', [
      { name: 'ip', from: 0, to: 4, value: '' },
      { name: 'ip.len', from: 2, to: 4, value: '1500' },
    ]);
    expect(groups.map((g) => [g.field?.name, g.text.join('')])).toEqual([
      ['ip', '4500'],
      ['ip.len', '05dc'],
    ]);
  });

  it('shows bytes of no field as well', () => {
    const groups = groupBytes('aabbcc', [{ name: 'x', from: 1, to: 2, value: '' }]);
    expect(groups.map((g) => g.field?.name ?? null)).toEqual([null, 'x', null]);
  });
});
