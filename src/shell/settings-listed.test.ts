import { describe, expect, it } from 'vitest';
import { settings } from '../catalog/settings.ts';
import { SYSCTLS } from '../engine/change.ts';
import { knobCommands } from './knobs.ts';
import { testWorld } from './test-world.ts';

/** A knob's id without its device and its number: eth0.rps.0.cpus -> rps.cpus. */
function settingOf(id: string): string {
  if (id.startsWith('net.')) return id;
  if (id.startsWith('task.')) return 'task';
  const [, ...rest] = id.split('.');
  const parts = rest.filter((part) => !/^\d+$/.test(part));
  return ['rx-flow-hash', 'ntuple'].includes(parts[0]) ? parts[0] : parts.join('.');
}

describe('the list of settings', () => {
  it('has every knob and every sysctl, once', () => {
    const listed = settings.map((s) => s.id);
    expect(new Set(listed).size).toBe(listed.length);
    // cards could sum less before 4.6, and cut datagrams before 4.14
    const knobs = ['4.4', '6.12'].flatMap((kernel) =>
      (['igb', 'ixgbe', 'mlx5_core', 'virtio_net'] as const).flatMap((driver) =>
        knobCommands(testWorld({ nics: [{ driver }], kernel }), 0).map((k) => settingOf(k.id)),
      ),
    );
    // the interrupt's CPUs as a mask, before there was a list
    knobs.push(...knobCommands(testWorld({ kernel: '2.4.18' }), 0).map((k) => settingOf(k.id)));
    const needed = [...new Set([...knobs, ...Object.keys(SYSCTLS)])];
    expect(needed.filter((id) => !listed.includes(id))).toEqual([]);
    expect(listed.filter((id) => !needed.includes(id) && id !== 'ntuple')).toEqual([]);
  });
});
