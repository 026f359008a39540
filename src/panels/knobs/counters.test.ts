import { describe, expect, it } from 'vitest';
import { mockMap, mockScene } from '../../testing/mock-scenes.ts';
import { countersOf } from './counters.ts';

/** A host with two cards of one queue each. */
function twoCards() {
  const one = mockMap({ queues: 1, cpus: 1, sockets: 1, size: 64 });
  const [nic] = one.nics;
  const map = {
    ...one,
    hosts: [{ ...one.hosts[0], nics: [0, 1] }],
    nics: [nic, { ...nic, index: 1, name: 'eth1', queues: [1] }],
    queues: [...one.queues, { ...one.queues[0], index: 1, nic: 1, irq: 36 }],
    places: [
      ...one.places,
      ...one.places.filter((p) => p.nic !== undefined).map((p) => ({ ...p, nic: 'eth1' })),
    ],
  };
  return { map, scene: mockScene(map, 64) };
}

describe('counters', () => {
  it('name the card where a host has several, since drivers name them alike', () => {
    const { map, scene } = twoCards();
    const names = countersOf(map, scene, 0).map((counter) => counter.name);
    expect(names).toContain('eth0 rx_queue_0_packets');
    expect(names).toContain('eth1 rx_queue_0_packets');
    expect(new Set(names).size).toBe(names.length);
  });

  it('lead to the records of their own card', () => {
    const { map, scene } = twoCards();
    const irqs = countersOf(map, scene, 0).filter((counter) => counter.name.endsWith('interrupts'));
    const cards = irqs.map(({ filter }) => (filter.places ?? []).map((p) => map.places[p].nic));
    expect(cards).toEqual([['eth0'], ['eth1']]);
  });

  it('are named as the tool prints them on a host with one card', () => {
    const map = mockMap({ queues: 1, cpus: 1, sockets: 1, size: 64 });
    expect(countersOf(map, mockScene(map, 64), 0)[0].name).toBe('rx_queue_0_packets');
  });
});
