import { describe, expect, it } from 'vitest';
import { createFakeApp } from '../testing/fake-app.ts';
import { fileKind, openFiles } from './open-files.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => new TextEncoder().encode(value);

describe('files', () => {
  it('are told by their first bytes, not by their names', () => {
    expect(fileKind(bytes(0xd4, 0xc3, 0xb2, 0xa1))).toBe('capture');
    expect(fileKind(bytes(0x4d, 0x3c, 0xb2, 0xa1))).toBe('capture');
    expect(fileKind(bytes(0x0a, 0x0d, 0x0d, 0x0a))).toBe('capture');
    expect(fileKind(bytes(0x1f, 0x8b, 8, 0))).toBe('gzip');
    expect(fileKind(text('\n  {"format": 1}'))).toBe('scenario');
    expect(fileKind(text('\ufeff{"format": 1}'))).toBe('scenario');
    expect(fileKind(text('hello'))).toBe('unknown');
    expect(fileKind(bytes())).toBe('unknown');
  });

  it('open as a scenario with its captures', async () => {
    const app = createFakeApp();
    await openFiles(
      [new File(['{"format":1}'], 'a.json'), new File([bytes(0xd4, 0xc3, 0xb2, 0xa1)], 'b.pcap')],
      app,
    );
    const load = app.calls.find((c) => c.name === 'load');
    expect(load?.args[0]).toEqual({ text: '{"format":1}', name: 'a.json' });
    expect(load?.args[1]).toMatchObject({ captures: [{ name: 'b.pcap' }] });
  });

  it('say why they cannot be read', async () => {
    const app = createFakeApp();
    await openFiles([new File(['GIF89a'], 'cat.gif'), new File([], 'nothing.pcap')], app);
    expect(app.calls.map((c) => c.args[1])).toEqual(['file-unknown', 'file-empty']);
  });
});
