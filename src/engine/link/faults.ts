/**
 * What becomes of a frame on its way: lost, held back, doubled, its bits turned. A script's word comes first, then chance: loss
 * (each frame on its own, or in bursts), bit errors, damage, reordering.
 * Bits turned on the cable are found by the Ethernet FCS at the far card. A frame with a right FCS and a wrong sum inside was
 * damaged within a machine (a switch, a host), which made the FCS anew over what it had.
 * Source: net/sched/sch_netem.c loss_gilb_ell (the two-state model), v6.12; Stone and Partridge, "When the CRC and TCP checksum
 * disagree", SIGCOMM 2000 (where such damage comes from).
 */
import { Reason } from '../../catalog/reasons.ts';
import { chance } from '../rng.ts';
import { gilbertElliott } from './netem.ts';
import type { LinkScriptLine } from '../spec.ts';
import type { LinkWay } from './state.ts';

/** A frame's fate; one object, filled by `decideFate`. */
export const fate = {
  /** Why it is lost; 0: it is not. */
  lost: 0,
  /** Held back by, ns. */
  heldNs: 0,
  twice: false,
  fcsBad: false,
  /** Wrong inside a right frame: 0 nothing, 4 the protocol's sum, 3 the IP header's. */
  damaged: 0,
};

/** @param payload bytes above TCP or UDP: whether it counts as a data frame */
export function decideFate(way: LinkWay, payload: number): void {
  const { faults, rng } = way;
  fate.lost = 0;
  fate.heldNs = 0;
  fate.twice = false;
  fate.fcsBad = false;
  fate.damaged = 0;
  if (payload > 0) way.data += 1;
  else way.empty += 1;
  for (const line of faults.script) if (isMeant(line, way, payload)) follow(line.act, faults.reorderNs);
  const burst = byBurst(way);
  if (fate.lost !== 0) return;
  if (chance(rng, faults.loss)) fate.lost = Reason.linkLossRandom;
  else if (burst) fate.lost = Reason.linkLossBurst;
  if (fate.lost !== 0) return;
  if (chance(rng, faults.bitError)) fate.fcsBad = true;
  if (chance(rng, faults.damage)) fate.damaged = 4;
  if (chance(rng, faults.duplicate)) fate.twice = true;
  if (chance(rng, faults.reorder)) fate.heldNs = faults.reorderNs;
}

function isMeant(line: LinkScriptLine, way: LinkWay, payload: number): boolean {
  if (line.of === 'any') return line.nth === way.data + way.empty;
  if (line.of === 'data') return payload > 0 && line.nth === way.data;
  return payload === 0 && line.nth === way.empty;
}

function follow(act: LinkScriptLine['act'], reorderNs: number): void {
  switch (act) {
    case 'lose':
      fate.lost = Reason.linkLossScripted;
      break;
    case 'delay':
      fate.heldNs = reorderNs;
      break;
    case 'duplicate':
      fate.twice = true;
      break;
    case 'bit-error':
      fate.fcsBad = true;
      break;
    case 'damage-l4':
      fate.damaged = 4;
      break;
    case 'damage-ip':
      fate.damaged = 3;
      break;
  }
}

function byBurst(way: LinkWay): boolean {
  const { burst } = way.faults;
  return burst !== null && gilbertElliott(way, burst, way.rng);
}
