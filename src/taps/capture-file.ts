/**
 * A recording as a file. pcapng: an interface for each point, named host.nic, the point in its description; each packet with its id and the
 * reason in a comment; ns. pcap (ns): packets alone, of one link type.
 */
import { CAPTURE_POINTS, type CapturePointId } from '../catalog/capture-points.ts';
import { reasonName, type ReasonName } from '../catalog/reasons.ts';
import { type PacketToWrite, writePcap, writePcapng } from '../capture/writer.ts';
import type { World } from '../engine/world.ts';
import { linkTypeAt, type RecordedPacket, type Recording, type TapPlace } from './recorder.ts';

export type CaptureFormat = 'pcapng' | 'pcap';

/** What is written in words. */
export interface CaptureWords {
  point(id: CapturePointId): string;
  reason(name: ReasonName): string;
}

export interface MixedLinkTypes {
  error: 'mixed-link-types';
}

/** `h1.eth0`. */
export function interfaceName(w: World, { nic }: TapPlace): string {
  const { host, name } = w.nics[nic];
  return `${w.fixed.hosts[host].id}.${name}`;
}

/** @returns the file; an error where a pcap would need packets with and without Ethernet headers */
export function captureFile(
  w: World,
  recording: Recording,
  format: CaptureFormat,
  words: CaptureWords,
): Uint8Array | MixedLinkTypes {
  const { places, packets } = recording;
  if (format === 'pcap') {
    const [linkType = 1, ...others] = new Set(places.map(({ point }) => linkTypeAt(point)));
    if (others.length > 0) return { error: 'mixed-link-types' };
    return writePcap(
      packets.map(({ timeNs, bytes }) => ({ tsNs: timeNs, bytes })),
      { linkType },
    );
  }
  return writePcapng(
    packets.map((packet): PacketToWrite => {
      const { point } = places[packet.place];
      return {
        tsNs: packet.timeNs,
        bytes: packet.bytes,
        interfaceId: packet.place,
        direction: CAPTURE_POINTS[point].way,
        comment: packetComment(packet, words),
      };
    }),
    {
      application: 'softnet-lab',
      interfaces: places.map((place) => {
        const { id, fn } = CAPTURE_POINTS[place.point];
        return {
          name: interfaceName(w, place),
          description: `${id} (${fn}): ${words.point(id)}`,
          linkType: linkTypeAt(place.point),
        };
      }),
    },
  );
}

/** `packet 7 (with 8, 9): ...`. */
export function packetComment(packet: RecordedPacket, words: CaptureWords): string {
  const { parts, piece, pieces } = packet;
  const others = parts.length > 1 ? ` (with ${parts.slice(1).join(', ')})` : '';
  const part = pieces > 1 ? `, piece ${piece + 1} of ${pieces}` : '';
  const name = packet.reason === 0 ? undefined : reasonName(packet.reason);
  return `packet ${packet.packet}${others}${part}${name === undefined ? '' : `: ${words.reason(name)}`}`;
}
