/** `--capture POINT:HOST[:NIC]=FILE`: what a run shows at a capture point, as a pcapng or pcap file. */
import { writeFileSync } from 'node:fs';
import { CAPTURE_POINTS, isCapturePoint, pointIndex } from '../catalog/capture-points.ts';
import type { World } from '../engine/world.ts';
import { t } from '../i18n/index.ts';
import { captureFile, type CaptureFormat } from '../taps/capture-file.ts';
import { Recorder, type Recording, type TapPlace } from '../taps/recorder.ts';
import { CliError, fileError } from './io.ts';

export interface PointAsk {
  point: number;
  host: string;
  /** null: all of the host's. */
  nic: string | null;
  file: string;
}

export interface CaptureBounds {
  fromNs: number;
  toNs: number | null;
  packets: number;
}

export const DEFAULT_BOUNDS: CaptureBounds = { fromNs: 0, toNs: null, packets: 1_000_000 };
const MOST_BYTES = 1_000_000_000;

/** What was written, as `run --json` prints it. */
export interface CaptureDone {
  file: string;
  packets: number;
  bytes: number;
  /** It ended at a bound, here. */
  cutAtNs: number | null;
}

/** @returns null for a plain file name: a capture that the scenario reads  @throws CliError for a point that is not there */
export function parsePointAsk(text: string): PointAsk | null {
  const match = /^([a-z][a-z-]*):([A-Za-z][\w-]*)(?::([\w.-]+))?=(.+)$/.exec(text);
  if (match === null) return null;
  const [, point, host, nic, file] = match;
  if (!isCapturePoint(point)) {
    const known = CAPTURE_POINTS.map(({ id }) => id).join(', ');
    throw new CliError('usage', `--capture: there is no point ${point}; there are ${known}`);
  }
  return { point: pointIndex(point), host, nic: nic ?? null, file };
}

export interface RunningCapture {
  recorder: Recorder;
  /** Places (indexes of the recorder's) of each file. */
  files: Map<string, number[]>;
}

/** @throws CliError where there is no such host or card */
export function startCapture(
  w: World,
  asks: readonly PointAsk[],
  bounds: CaptureBounds,
  endNs: number,
): RunningCapture {
  const places: TapPlace[] = [];
  const files = new Map<string, number[]>();
  for (const ask of asks) {
    for (const nic of nicsOf(w, ask)) {
      let at = places.findIndex((p) => p.nic === nic && p.point === ask.point);
      if (at < 0) at = places.push({ point: ask.point, nic }) - 1;
      files.set(ask.file, [...new Set([...(files.get(ask.file) ?? []), at])]);
    }
  }
  const recorder = new Recorder({
    places,
    fromNs: bounds.fromNs,
    toNs: bounds.toNs ?? endNs,
    mostPackets: bounds.packets,
    mostBytes: MOST_BYTES,
  });
  return { recorder, files };
}

function nicsOf(w: World, { host, nic }: PointAsk): number[] {
  const found = w.fixed.hosts.findIndex(({ id }) => id === host);
  if (found < 0) {
    const hosts = w.fixed.hosts.map(({ id }) => id).join(', ');
    throw new CliError('usage', `--capture: there is no host ${host}; there are ${hosts}`);
  }
  const cards = w.nics.filter((each) => each.host === found);
  const wanted = cards.filter((each) => nic === null || each.name === nic);
  if (wanted.length === 0) {
    const names = cards.map(({ name }) => name).join(', ');
    throw new CliError('usage', `--capture: ${host} has no card ${nic ?? ''}; it has ${names}`);
  }
  return wanted.map(({ index }) => index);
}

/** Writes the files. @throws CliError where one can't be written, or asks of a pcap what it can't hold */
export function finishCapture(w: World, { recorder, files }: RunningCapture): CaptureDone[] {
  const whole = recorder.finish();
  const done: CaptureDone[] = [];
  for (const [file, places] of files) {
    const part = partOf(whole, places);
    const format: CaptureFormat = file.endsWith('.pcap') ? 'pcap' : 'pcapng';
    const bytes = captureFile(w, part, format, {
      point: (id) => t(`capture.point.${id}`),
      reason: (name) => t(`reason.${name}`),
    });
    if ('error' in bytes)
      throw new CliError(
        'usage',
        'a pcap holds packets of one link type: those of applications have no Ethernet header; write a .pcapng, or several files',
        file,
      );
    try {
      writeFileSync(file, bytes);
    } catch (error) {
      throw fileError(error, file);
    }
    done.push({ file, packets: part.packets.length, bytes: bytes.length, cutAtNs: part.cutAtNs });
  }
  return done;
}

function partOf(whole: Recording, places: readonly number[]): Recording {
  const packets = whole.packets
    .filter(({ place }) => places.includes(place))
    .map((packet) => ({ ...packet, place: places.indexOf(packet.place) }));
  return { ...whole, places: places.map((i) => whole.places[i]), packets };
}
