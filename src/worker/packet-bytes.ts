/**
 * A packet opened to its bytes at every capture point of its way: its life is run once more, from before it is made until it has left, with
 * a tap that waits for it.
 */
import { CAPTURE_POINTS } from '../catalog/capture-points.ts';
import { copyWorld } from '../engine/copy.ts';
import type { PacketView } from '../protocol/messages.ts';
import { dissect } from '../taps/dissect.ts';
import { Recorder } from '../taps/recorder.ts';
import { slices } from './branches.ts';
import { slotOf } from './inspect-slot.ts';
import type { Run } from './run.ts';

/** Events between two looks at the clock, and at most for one packet. */
const EVENTS = 4000;
const MOST_SLICES = 500;
/** Pieces shown of a packet that is cut. */
const MOST_PIECES = 8;

export function* packetBytes(run: Run, packet: number): Generator<void, PacketView[]> {
  const w = copyWorld(run.keyframes[run.keyframeBeforePacket(packet)]);
  const recorder = new Recorder({
    places: w.nics.flatMap((nic) => CAPTURE_POINTS.map((_, point) => ({ point, nic: nic.index }))),
    fromNs: 0,
    toNs: run.spec.durationNs,
    mostPackets: CAPTURE_POINTS.length * 64,
    mostBytes: 16_000_000,
    packet,
  });
  recorder.attach(w);
  let n = 0;
  for (const _ of slices(w, run.spec.durationNs, Number.POSITIVE_INFINITY, EVENTS)) {
    n += 1;
    if (n > MOST_SLICES || (w.lastPacket >= packet && slotOf(w, packet) === 0)) break;
    yield;
  }
  const { packets, places } = recorder.finish();
  return packets
    .filter(({ piece, pieces, packet: id }) => id === packet || pieces === 1 || piece < MOST_PIECES)
    .map((seen) => ({
      point: places[seen.place].point,
      nic: places[seen.place].nic,
      timeNs: seen.timeNs,
      seq: seen.seq,
      piece: seen.piece,
      pieces: seen.pieces,
      parts: seen.parts.length,
      frame: dissect(seen),
    }));
}
