/** What a CPU spins on at a moment: the lock wanted by the level it is at; a level below that was interrupted still waits, but works. */
import type { SceneCpu } from './scene.ts';

/** @returns lock (world index), -1 where the CPU does something else */
export function spinsOn(cpu: SceneCpu): number {
  for (const wait of cpu.waits) if (wait.ctx === cpu.ctx) return wait.lock;
  return -1;
}
