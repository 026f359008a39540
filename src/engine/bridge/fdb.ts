/**
 * A bridge's forwarding database: learns where a link address is from what is sent by it, forgets after the ageing time.
 * Source: net/bridge/br_fdb.c br_fdb_update, br_fdb_find_rcu, v6.12. An entry that is too old counts as none (the kernel's timer
 * takes it out, at the latest when it is asked for). Left out: its limit (fdb_max_learned, none by default).
 */
import { AGEING_NS, type Bridge, type FdbEntry, isGroupMac } from './state.ts';

/** What learning did, as records tell it. */
export const FDB_REFRESHED = 0;
export const FDB_LEARNT = 1;
export const FDB_MOVED = 2;
/** A port's own address came in from outside: nothing is learnt, the kernel warns. */
export const FDB_OWN = 3;

/** Not learnt by: no host has such a link address. */
export function isValidSource(mac: string): boolean {
  return !isGroupMac(mac) && mac !== '00:00:00:00:00:00';
}

/** br_fdb_update. @param port NIC (world index) that the frame came in by @returns FDB_* */
export function learn(bridge: Bridge, mac: string, port: number, now: number): number {
  const entry = lookup(bridge, mac, now);
  if (entry === null) {
    bridge.fdb[mac] = { port, local: false, updatedNs: now };
    return FDB_LEARNT;
  }
  if (entry.local) return FDB_OWN;
  entry.updatedNs = now;
  if (entry.port === port) return FDB_REFRESHED;
  entry.port = port;
  return FDB_MOVED;
}

/** Where a link address is; null: not known. */
export function lookup(bridge: Bridge, mac: string, now: number): FdbEntry | null {
  const entry = Object.hasOwn(bridge.fdb, mac) ? bridge.fdb[mac] : null;
  if (entry === null || entry.local) return entry;
  return now - entry.updatedNs < AGEING_NS ? entry : null;
}
