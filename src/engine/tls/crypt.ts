/** Work of the cipher: what it costs a CPU, and how much of it has been done where. */
import type { Cpu, World } from '../world.ts';

/** Cycles of encrypting or decrypting so many bytes (and checking or making their tag). */
export function cryptCycles(w: World, host: number, bytes: number): number {
  return w.fixed.hosts[host].profile.cryptPerByte * bytes;
}

/** Counts them as the host's, where they are part of an item of work that begins. */
export function countCrypt(w: World, cpu: Cpu, bytes: number, encrypts: boolean): void {
  const { software } = w.hosts[cpu.host];
  if (encrypts) software.encryptedBytes += bytes;
  else software.decryptedBytes += bytes;
  software.cryptNs += Math.round((cryptCycles(w, cpu.host, bytes) * 1000) / cpu.mhz);
}
