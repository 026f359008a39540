/**
 * Commands that need more than the present: packets that taps have seen (tcpdump), the host as it was (mpstat with an interval).
 * Whoever has the run from its start goes over it once more with the witness, then gives it to `runCommand`.
 */
import type { PacketTap, World } from '../engine/world.ts';

export interface Witness {
  /** Times to look at the world, ns, ascending, none after the present. */
  readonly moments: readonly number[];
  look(w: World): void;
  /** Sees every skb that the stack gives to packet sockets; null: none are wanted. */
  readonly tap: PacketTap | null;
}
