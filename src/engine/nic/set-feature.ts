/** netdev_update_features: what is wanted of a card, and what follows from it. Source: net/core/dev.c, v6.12. */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { FEATURES, type FeatureName } from '../change.ts';
import { emit } from '../emit.ts';
import { NO_CPU } from '../records.ts';
import type { Nic, World } from '../world.ts';
import { clearArfs } from './arfs.ts';
import { dropped, netdevFixFeatures } from './features.ts';
import { recomputeSteering } from './steering.ts';

/** Each feature that follows is told of. @param seq record that caused it */
export function setFeature(w: World, nic: Nic, name: FeatureName, on: boolean, seq: number): void {
  const before = nic.features;
  nic.wanted = { ...nic.wanted, [name]: on };
  nic.features = netdevFixFeatures(nic.wanted, w.fixed.rules);
  for (const other of FEATURES) {
    const now = nic.features[other];
    if (other === name ? now === on : now === before[other]) continue;
    const why = dropped.get(other) ?? Reason.featureBack;
    const at = FEATURES.indexOf(other);
    emit(w, Kind.featureChange, nic.macPlace, why, NO_CPU, 0, 0, seq, at, now ? 1 : 0);
  }
  if (before['ntuple-filters'] === nic.features['ntuple-filters']) return;
  if (!nic.features['ntuple-filters']) {
    // switching the filters off takes the rules out
    nic.ntuple = [];
    clearArfs(w, nic);
  }
  recomputeSteering(w, nic);
}

/**
 * dev_disable_lro: who sends on what comes in must not join what can't be taken apart again. It can be turned on again, wrongly.
 * @param why reason that the record gives
 */
export function disableLro(w: World, nic: Nic, why: number, seq: number): void {
  const name = 'large-receive-offload';
  if (nic.wanted[name] !== true) return;
  const told = emit(w, Kind.featureChange, nic.macPlace, why, NO_CPU, 0, 0, seq, FEATURES.indexOf(name), 0);
  setFeature(w, nic, name, false, told);
}
