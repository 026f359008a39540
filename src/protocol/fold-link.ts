/** Records of links between hosts: frames that wait for a narrow place or the air, that are under way, that are lost. */
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { collisionHalf, fixedNs } from '../catalog/wlan.ts';
import { type RecordView, sameFlow, type SceneMap, type SceneSkb, type SceneWay } from './scene.ts';

/** @returns the frame that is lost, where the record says so */
export function linkRecord(way: SceneWay, r: RecordView, map: SceneMap, index: number): SceneSkb | null {
  switch (r.kind) {
    case Kind.linkEnter: {
      const skb = { id: r.packet, flow: sameFlow(map, r.b), bytes: r.a, segs: [r.packet] };
      way.put += 1;
      if (map.ways[index].wlan > 0 || r.reason === Reason.linkQueued) way.waiting.push(skb);
      else way.passing = r.reason === Reason.linkFree ? skb : way.passing;
      // all others go on, or are lost, at once
      way.entering = way.waiting.includes(skb) || way.passing === skb ? null : skb;
      return null;
    }
    case Kind.linkStart: {
      const copied = r.reason === Reason.linkDuplicated;
      const of = copied ? way.flight.find((f) => f.skb.id === r.other)?.skb : take(way, r.packet);
      if (copied) way.put += 1;
      fly(
        way,
        { id: r.packet, flow: sameFlow(map, r.b), bytes: of?.bytes ?? 0, segs: [r.packet] },
        r.timeNs,
        r.timeNs + r.a,
      );
      return null;
    }
    case Kind.linkDrop:
      way.lost += 1;
      return take(way, r.packet);
    case Kind.airBegin:
      way.txop = {
        fromNs: r.timeNs,
        untilNs: r.timeNs + r.b,
        waitedNs: r.other,
        frames: r.a,
        collides: r.reason === Reason.airCollision,
      };
      return null;
    case Kind.airEnd:
      airEnd(way, r, index & 1);
      return null;
    default:
      return null;
  }
}

function airEnd(way: SceneWay, r: RecordView, direction: number): void {
  const { txop, air } = way;
  if (txop === null) return;
  const all = txop.waitedNs + txop.untilNs - txop.fromNs;
  if (txop.collides) air.collision += collisionHalf(all, direction);
  else {
    const overhead = txop.waitedNs + fixedNs(txop.frames);
    air.overhead += overhead;
    air.data += r.other;
    air.ack += all - overhead - r.other;
  }
  way.txop = null;
}

/** Takes a frame from where it was; after one that has passed the narrow place the next one passes. */
function take(way: SceneWay, id: number): SceneSkb | null {
  if (way.entering?.id === id) {
    const skb = way.entering;
    way.entering = null;
    return skb;
  }
  if (way.passing?.id === id) {
    const skb = way.passing;
    way.passing = way.waiting.shift() ?? null;
    return skb;
  }
  const at = way.waiting.findIndex((skb) => skb.id === id);
  return at < 0 ? null : way.waiting.splice(at, 1)[0];
}

/** In among those under way, behind all that arrive no later. */
function fly(way: SceneWay, skb: SceneSkb, fromNs: number, dueNs: number): void {
  let at = way.flight.length;
  while (at > 0 && way.flight[at - 1].dueNs > dueNs) at -= 1;
  way.flight.splice(at, 0, { skb, fromNs, dueNs });
}

/** A frame that came by a link has reached the card. */
export function linkArrival(ways: readonly SceneWay[], map: SceneMap, nic: number, packet: number): void {
  for (const { index, to } of map.ways) {
    if (to !== nic) continue;
    const way = ways[index];
    if (way.flight[0]?.skb.id !== packet) continue;
    way.flight.shift();
    way.arrived += 1;
  }
}

export function copyWay(way: SceneWay): SceneWay {
  const skb = (s: SceneSkb): SceneSkb => ({ ...s, segs: s.segs.slice() });
  return {
    ...way,
    waiting: way.waiting.map(skb),
    passing: way.passing === null ? null : skb(way.passing),
    entering: way.entering === null ? null : skb(way.entering),
    flight: way.flight.map((f) => ({ ...f, skb: skb(f.skb) })),
    txop: way.txop === null ? null : { ...way.txop },
    air: { ...way.air },
  };
}
