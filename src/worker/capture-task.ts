/** A capture of a stretch of a branch, in slices: the stretch runs once more with taps; then what they saw, as lines. */
import { copyWorld } from '../engine/copy.ts';
import type { CsumVerdict } from '../engine/packet/frame.ts';
import { parseFrame } from '../engine/packet/parse.ts';
import type { World } from '../engine/world.ts';
import type { CaptureAsk, CaptureRow, CaptureView, ChecksumVerdict } from '../protocol/messages.ts';
import { type Conversations, packetLine } from '../shell/tcpdump/line.ts';
import { linkTypeAt, type RecordedPacket, Recorder, type Recording } from '../taps/recorder.ts';
import { behindEthernet } from '../taps/raw-frame.ts';
import { LINKTYPE_RAW } from '../taps/skb-bytes.ts';
import { slices } from './branches.ts';
import { ALL_OF_TIME, type Run } from './run.ts';

/** Events between two looks at the clock. */
const EVENTS = 20_000;
const ROWS_AT_ONCE = 2000;

/** A capture that was made: with a world of its branch, for names. */
export interface KeptCapture {
  world: World;
  recording: Recording;
}

export interface CaptureProgress {
  doneNs: number;
  ofNs: number;
  packets: number;
}

/** Tells how far it is at each step; returns what was captured. */
export function* capture(
  run: Run,
  branch: number,
  ask: CaptureAsk,
): Generator<CaptureProgress, { kept: KeptCapture; view: CaptureView }> {
  const keyframe = run.keyframes[run.keyframeBefore({ t: ask.fromNs - 1, seq: ALL_OF_TIME })];
  const world = copyWorld(keyframe);
  const startNs = world.now;
  const recorder = new Recorder(ask);
  recorder.attach(world);
  const endNs = Math.min(run.spec.durationNs, recorder.untilNs(world));
  const progress = (): CaptureProgress => ({
    doneNs: world.now - startNs,
    ofNs: endNs - startNs,
    packets: recorder.count,
  });
  yield progress();
  for (const _ of slices(world, endNs, Number.POSITIVE_INFINITY, EVENTS)) {
    if (recorder.full) break;
    yield progress();
  }
  const recording = recorder.finish();
  world.tap = null;
  world.writer = null;
  const talks: Conversations = { known: new Map() };
  const rows: CaptureRow[] = [];
  for (const packet of recording.packets) {
    rows.push(rowOf(packet, recording, talks));
    if (rows.length % ROWS_AT_ONCE === 0) yield progress();
  }
  const { bytes, cutAtNs, unbuilt } = recording;
  return { kept: { world, recording }, view: { branch, ask, rows, bytes, cutAtNs, unbuilt } };
}

const LINE = { link: false, verbose: 0, quiet: false, absoluteSeq: false, numeric: true };
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPv6',
};
const VERDICTS: Readonly<Record<CsumVerdict, ChecksumVerdict>> = {
  ok: 'right',
  bad: 'wrong',
  partial: 'unfinished',
  none: 'none',
  unknown: 'unknown',
};

function rowOf(packet: RecordedPacket, recording: Recording, talks: Conversations): CaptureRow {
  const raw = linkTypeAt(recording.places[packet.place].point) === LINKTYPE_RAW;
  const f = parseFrame(raw ? behindEthernet(packet.bytes) : packet.bytes);
  const line = packetLine(f, LINE, talks);
  return {
    timeNs: packet.timeNs,
    seq: packet.seq,
    packet: packet.packet,
    parts: packet.parts.length,
    piece: packet.piece,
    pieces: packet.pieces,
    place: packet.place,
    src: f.ipVersion === 0 ? f.smac : f.src,
    dst: f.ipVersion === 0 ? f.dmac : f.dst,
    protocol:
      f.ipVersion === 0
        ? f.etherType === 0x806
          ? 'ARP'
          : 'Ethernet'
        : (PROTOCOLS[f.proto] ?? `IP ${f.proto}`),
    length: packet.bytes.length,
    info: line.replace(/^IP6? \S+ > \S+: /, ''),
    ipChecksum: VERDICTS[f.ipCsum],
    checksum: VERDICTS[f.l4Csum],
    segments: packet.gsoSize > 0 ? Math.max(1, Math.ceil(f.payloadLen / packet.gsoSize)) : 1,
    reason: packet.reason,
  };
}
