/** A direction of a link at a moment: what it is like, what is on it, what it has lost and why, what its air went on. */
import { BUSY, CONTENDING } from '../engine/link/medium.ts';
import { busyNs, inAir, type LinkWay, lostOn } from '../engine/link/state.ts';
import type { World } from '../engine/world.ts';
import { printNetem } from '../shell/tc/netem.ts';
import type { Inspection } from '../protocol/messages.ts';

type Row = Inspection['state'][number];

export function linkRows(w: World, way: LinkWay): Row[] {
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  const end = (nic: number): string => `${w.fixed.hosts[w.nics[nic].host].id} ${w.nics[nic].name}`;
  const { name, medium } = w.links[way.link];
  const { counters } = way;
  const some = (key: string, n: number): Row[] => (n > 0 ? [row(key, n)] : []);
  return [
    row('linkName', name),
    row('linkEnds', `${end(way.from)} > ${end(way.to)}`),
    row('linkDelay', way.jitterNs > 0 ? `${time(way.delayNs)} ± ${time(way.jitterNs)}` : time(way.delayNs)),
    ...(way.rateBps > 0
      ? [
          row('linkRate', `${way.rateBps / 1e6} Mbit/s`),
          row('linkQueue', `${way.queue.length} / ${way.queueFrames}`),
          row('linkQueueMost', counters.queueMost),
          row('linkBusy', percent(busyNs(w, way), w.now)),
        ]
      : []),
    ...(medium === null ? [] : airRows(w, way)),
    row('linkUnderWay', way.flight.length - way.flightAt),
    row('linkPut', counters.put),
    row('linkArrived', counters.arrived),
    row('linkLost', counters.lost),
    ...lostOn(w, way).map(({ reason, count }) => row('linkLostFor', `${count} ${reason}`)),
    ...some('linkReordered', counters.reordered),
    ...some('linkDuplicated', counters.duplicated),
    ...some('linkDamaged', counters.damaged),
    ...faultRows(way),
    ...(way.netem === null ? [] : [row('netem', printNetem(way.netem.spec))]),
  ];
}

function time(ns: number): string {
  return ns >= 1e6 ? `${ns / 1e6} ms` : ns >= 1000 ? `${ns / 1000} µs` : `${ns} ns`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${Math.round((part / whole) * 1000) / 10} %`;
}

/** What goes wrong on it, where anything does. */
function faultRows(way: LinkWay): Row[] {
  const { loss, burst, reorder, reorderNs, duplicate, bitError, damage, script } = way.faults;
  const shown = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;
  const told = (words: string, share: number): string[] => (share > 0 ? [`${words} ${shown(share)}`] : []);
  const parts = [
    ...told('loss', loss),
    ...(burst === null ? [] : [`bursts ${shown(burst.toBad)} / ${shown(burst.toGood)}`]),
    ...told(`held back by ${time(reorderNs)}`, reorder),
    ...told('duplicates', duplicate),
    ...told('bit errors', bitError),
    ...told('damage', damage),
    ...(script.length > 0 ? [`script of ${script.length}`] : []),
  ];
  return parts.length === 0 ? [] : [{ key: 'linkFaults', value: parts.join(', ') }];
}

function airRows(w: World, way: LinkWay): Row[] {
  const row = (key: string, value: string | number): Row => ({ key, value: String(value) });
  const { medium } = w.links[way.link];
  if (medium === null) return [];
  const station = medium.stations[way.index & 1];
  const { air } = way;
  const state =
    medium.phase === BUSY
      ? medium.sending.includes(way.index & 1)
        ? medium.sending.length > 1
          ? 'collision'
          : 'this station sends'
        : 'the other station sends'
      : medium.phase === CONTENDING
        ? 'stations wait for their backoff'
        : 'free';
  return [
    row('airState', state),
    row('airRate', `${medium.wlan.rateBps / 1e6} Mbit/s`),
    row('airQueue', `${way.queue.length} / ${way.queueFrames}`),
    row('airWindow', inAir(w.links, way)),
    row('airBackoff', `${station.backoff}, CW ${station.cw}`),
    row('airTxops', air.txops),
    row('airCollisions', air.collisions),
    row('airRetries', air.retries),
    row('airData', percent(air.data, w.now)),
    row('airAck', percent(air.ack, w.now)),
    row('airOverhead', percent(air.overhead, w.now)),
    row('airCollision', percent(air.collision, w.now)),
    ...(air.failed > 0 ? [row('airFailed', percent(air.failed, w.now))] : []),
  ];
}
