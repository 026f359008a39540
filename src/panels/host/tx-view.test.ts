import { describe, expect, it } from 'vitest';
import { sendingScene } from '../../testing/mock-scenes.ts';
import { kiloText, txView } from './tx-view.ts';

describe('the words of a transmit queue', () => {
  it('say what waits, why, what the ring holds and who cleans', () => {
    const { map, scene } = sendingScene();
    const view = txView(map, scene, 0, false);
    expect(view).toMatchObject({
      name: 'tx-0',
      count: '2/1\u202f000',
      // 6 frames of 1514 bytes in flight
      bql: 'BQL 9.1k/7.6k',
      stopped: true,
      line0: '2 ready for the wire',
      line1: '1 on the wire',
      line2: '3 sent, CPU 1 cleans',
    });
    expect(view.aria).toBe(
      'tx-0 of eth0: 2 of 1\u202f000 packets wait in pfifo_fast, for the byte limit is reached. Byte limit 7\u202f570, 9\u202f084 bytes in flight. Ring of 8: 2 ready for the wire, 1 on the wire, 3 sent and not cleaned. CPU 1 cleans. CPU 0 put in the last one.',
    );
    expect(txView(map, scene, 1, true).name).toBe('eth0 tx-1');
  });

  it('tell a full ring from a reached limit, and name who holds the root lock', () => {
    const { map, scene } = sendingScene();
    const { tx } = scene.queues[0];
    tx.limit = null;
    tx.size = 7;
    map.locks.push({ index: 0, host: 0, name: 'eth0-tx-0' });
    map.queues[0].txLock = 0;
    scene.locks.push({ holder: 1, queue: [0], watchers: [] });
    tx.dropped = 3;
    const view = txView(map, scene, 0, false);
    expect(view).toMatchObject({ bql: '', state: 'ring full', lock: 'lock: CPU 1, 1 wait', dropped: '✕ 3' });
    expect(view.aria).toContain('3 dropped, the queueing discipline was full');
  });

  it('say that drivers before NAPI free what was sent when they are called next', () => {
    const { map, scene } = sendingScene();
    expect(txView({ ...map, kernel: '2.4.18' }, scene, 0, false).line2).toBe('freed when it next sends');
  });

  it('write byte limits short', () => {
    expect([0, 999, 1000, 36_240, 1_200_000].map(kiloText)).toEqual(['0', '999', '1.0k', '36.2k', '1200k']);
  });
});
