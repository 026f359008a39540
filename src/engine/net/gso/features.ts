/**
 * Which offloads of a device hold together, and what a frame still needs before the driver. Source: net/core/dev.c
 * netdev_fix_features, netif_skb_features, validate_xmit_skb, v6.12.
 */
import { skbGsoSegment } from './segment.ts';
import { type GsoFrame, headersOf, l4ChecksumRight, writeL4Checksum } from './frame.ts';

export interface TxFeatures {
  'tx-checksumming': boolean;
  'scatter-gather': boolean;
  'tcp-segmentation-offload': boolean;
  'generic-segmentation-offload': boolean;
  'tx-udp-segmentation': boolean;
}

/** As asked for by the administrator; returns what is in force. */
export function fixFeatures(asked: TxFeatures): TxFeatures {
  const csum = asked['tx-checksumming'];
  const sg = asked['scatter-gather'] && csum;
  return {
    'tx-checksumming': csum,
    'scatter-gather': sg,
    'tcp-segmentation-offload': asked['tcp-segmentation-offload'] && sg,
    'generic-segmentation-offload': asked['generic-segmentation-offload'] && sg,
    'tx-udp-segmentation': asked['tx-udp-segmentation'] && csum,
  };
}

/** The device's own limits (ip link set gso_max_size, gso_max_segs). */
export interface GsoLimits {
  maxSize: number;
  maxSegs: number;
}

/** validate_xmit_skb: what the driver gets of a frame: itself, or its pieces with checksums as the device can finish them. */
export function validateXmit(frame: GsoFrame, features: TxFeatures, limits: GsoLimits): GsoFrame[] {
  const csum = features['tx-checksumming'];
  if (frame.gsoSize > 0 && !deviceCuts(frame, features, limits))
    return skbGsoSegment(frame, { csum, partial: false });
  if (!frame.csumPartial || csum) return [frame];
  const bytes = frame.bytes.slice();
  writeL4Checksum(bytes, headersOf(bytes), bytes.length);
  return [{ ...frame, bytes, csumPartial: false }];
}

function deviceCuts(frame: GsoFrame, features: TxFeatures, limits: GsoLimits): boolean {
  const can =
    frame.gsoType === 'udp-l4' ? features['tx-udp-segmentation'] : features['tcp-segmentation-offload'];
  const segs = Math.ceil((frame.bytes.length - headersOf(frame.bytes).payload) / frame.gsoSize);
  return can && features['tx-checksumming'] && segs <= limits.maxSegs && frame.bytes.length < limits.maxSize;
}

/** Whether a capture of this frame shows a right checksum: before the device has finished it, it does not. */
export function captureShowsRight(frame: GsoFrame): boolean {
  return !frame.csumPartial && l4ChecksumRight(frame.bytes);
}
