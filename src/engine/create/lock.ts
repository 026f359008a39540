/** Locks of a host: the big kernel lock, that of the bottom half, those of transmit queues. */
import { createLock } from '../cpu/lock.ts';
import type { HostSpec } from '../spec.ts';
import type { Lock } from '../world.ts';
import type { Maker } from './maker.ts';

/** Adds one to the world's. @returns its world index */
export function addLock(maker: Maker, locks: Lock[], host: HostSpec, h: number, name: string): number {
  const place = maker.place({ type: 'lock', host: host.id, lock: name });
  locks.push(createLock(locks.length, h, name, place));
  return locks.length - 1;
}
