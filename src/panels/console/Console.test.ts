import { describe, expect, it } from 'vitest';
import { commonPrefix, completeLine, runsOf } from './Console.tsx';

describe('Tab in the console', () => {
  it('completes a certain word and adds a space', () => {
    expect(completeLine('eth', ['ethtool'])).toBe('ethtool ');
    expect(completeLine('ethtool -g e', ['eth0'])).toBe('ethtool -g eth0 ');
  });

  it('goes as far as all candidates agree', () => {
    expect(
      completeLine('sysctl net.core.netdev_b', ['net.core.netdev_budget', 'net.core.netdev_budget_usecs']),
    ).toBe('sysctl net.core.netdev_budget');
    expect(commonPrefix(['rx-usecs', 'rx-frames'])).toBe('rx-');
  });

  it('adds no space inside a path or before a value', () => {
    expect(completeLine('cat /pr', ['/proc/'])).toBe('cat /proc/');
    expect(completeLine('sysctl -w net.core.x', ['net.core.x='])).toBe('sysctl -w net.core.x=');
  });

  it('leaves the line alone where nothing fits', () => {
    expect(completeLine('foo', [])).toBe('foo');
  });
});

describe('watch -d', () => {
  it('marks the characters that differ from the showing before', () => {
    expect(runsOf('rx: 120', 'rx: 119')).toEqual([
      { at: 0, part: 'rx: 1', differs: false },
      { at: 5, part: '20', differs: true },
    ]);
    expect(runsOf('', 'abc')).toEqual([]);
  });
});
