import { describe, expect, it } from 'vitest';
import { Ctx } from '../../catalog/contexts.ts';
import { busyRss, onePacket, overflow } from '../../testing/mock-scenes.ts';
import { cpuView, cut, cutStart, figure, nicView, ringView, socketView } from './view.ts';

const { map, scene } = busyRss();

describe('names of things on the stage', () => {
  it("say a ring's whole state", () => {
    expect(ringView(map, scene, 2, scene.timeNs).aria).toBe(
      'rx-2 of eth0: 418 of 512 descriptors filled, 2 still being written. Interrupt 37 masked. Polled by CPU 2, 41 of 64 taken. 1904 frames missed for want of a descriptor.',
    );
    expect(ringView(map, scene, 3, scene.timeNs).vector).toBe('waiting');
  });

  it('say what a CPU does, for whom, and who waits', () => {
    const view = cpuView(map, scene, 2, 0.98, [0, 1, 2, 3]);
    expect(view.ariaLane).toBe(
      'CPU 2: softirq NET_RX, polling rx-2, 41 of 64, waiting to run: unbound, ksoftirqd/2, 98 % busy of late',
    );
    expect(view.ariaGro).toBe('GRO held list on CPU 2: 2 packets of 12 segments');
    expect(cpuView(map, scene, 0, null, [0]).pill).toBe('task nginx');
    expect(cpuView(overflow().map, overflow().scene, 2, null, [2]).pill).toBe('ksoftirqd/2');
  });

  it('say how full a socket is and what its application does', () => {
    expect(socketView(map, scene, 1).aria).toBe(
      'postgres, tcp 10.0.0.8:5432: receive buffer 22 % full, 2 packets queued, 2 out of order. asleep',
    );
    expect(socketView(map, scene, 0).level).toBe('high');
    expect(socketView(map, scene, 2).ariaApp).toBe('Application unbound: waits on CPU 2');
  });

  it('say which cell of the table a hash chose', () => {
    const view = nicView(map, scene, 0, 128, 'none');
    expect(view.hash).toBe('0xc626b0ea');
    expect(view.choice).toBe('cell 106 → rx-2');
    const one = onePacket();
    expect(nicView(one.map, one.scene, 0, 128, 'none').ariaTable).toContain('no cell chosen');
  });
});

describe('cutting words', () => {
  it('keeps what fits, and marks what does not', () => {
    expect(cut('nginx', 100, 10)).toBe('nginx');
    expect(cut('a very long name', 40, 10)).toMatch(/…$/);
    expect(cut('name', 2, 10)).toBe('');
    expect(cutStart('10.0.0.7:5432', 60, 10)).toBe('….0.7:5432');
  });

  it('groups thousands', () => {
    expect(figure(48_112)).toBe('48\u202f112');
  });
});

describe('a kernel with one bottom half and one lock', () => {
  const old = busyRss();
  old.map.locks.push(
    { index: 0, host: 0, name: 'kernel_flag' },
    { index: 1, host: 0, name: 'global_bh_count' },
  );
  old.scene.locks.push({ holder: 1, queue: [2], watchers: [] }, { holder: 0, queue: [], watchers: [] });
  const [, , waits] = old.scene.cpus;
  waits.ctx = Ctx.syscall;
  waits.waits.push({ ctx: Ctx.syscall, lock: 0 });

  it('says what a CPU waits for, who holds it, and how its time goes', () => {
    const view = cpuView(old.map, old.scene, 2, 0.98, [], 0.7);
    expect(view.pill).toBe('waits for kernel_flag (CPU 1)');
    expect(view.spins).toBe(true);
    expect(view.workWait).toBe('28 % works · 70 % waits');
    expect(view.ariaLane).toContain('waits for kernel_flag (CPU 1)');
    expect(view.ariaLane).toContain('of late 28 % working, 70 % waiting for locks');
  });

  it('speaks of waiting only where there was any', () => {
    const view = cpuView(old.map, old.scene, 2, 0.98, [], 0);
    expect(view.workWait).toBe('');
    expect(view.workWaitShort).toBe('');
    expect(view.load).toBe('98 %');
  });

  it('counts no packets against a weight: nothing has one before NAPI', () => {
    const working = structuredClone(old.scene);
    working.cpus[0].backlog.polling = true;
    working.cpus[0].backlog.work = 3;
    expect(cpuView(old.map, working, 0, null, []).work).toBe('3/64');
    for (const kernel of ['2.2.16', '2.4.18']) {
      const view = cpuView({ ...old.map, kernel }, working, 0, null, []);
      expect(view.work).toBe('');
      expect(view.ariaPoll).not.toContain('64');
    }
  });

  it('a spinner that was interrupted works', () => {
    waits.ctx = Ctx.hardirq;
    expect(cpuView(old.map, old.scene, 2, 0.98, []).spins).toBe(false);
    waits.ctx = Ctx.syscall;
  });

  it('calls the bottom half by its name', () => {
    old.scene.cpus[0].ctx = Ctx.softirq;
    expect(cpuView(old.map, old.scene, 0, null, []).pill).toBe('bottom half');
    expect(cpuView(old.map, old.scene, 0, null, []).pollName).toBe('net_bh');
  });
});
