/** A knob's setting: its id without the device and the number, `eth0.rps.0.cpus` -> `rps.cpus`. */
export function settingOf(id: string): string {
  if (id.startsWith('net.')) return id;
  if (id.startsWith('task.')) return 'task';
  const parts = id
    .split('.')
    .slice(1)
    .filter((part) => !/^\d+$/.test(part));
  return ['rx-flow-hash', 'ntuple'].includes(parts[0]) ? parts[0] : parts.join('.');
}
