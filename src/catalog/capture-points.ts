/**
 * Where on its way a packet can be captured. A real tcpdump stands at two of them (`driver-out`, `stack-in`); the wire needs a tap or a
 * mirror port, the others a tracer. The index is what taps carry; the id is what commands and files use.
 * Source: net/core/dev.c dev_queue_xmit_nit, __netif_receive_skb_core; drivers' napi_gro_receive calls, v6.12.
 */
export const CAPTURE_POINTS = [
  {
    id: 'app-out',
    way: 'out',
    /** What a packet has there: the application's bytes only, behind headers made up from the socket's addresses. */
    headers: false,
    fn: 'sendmsg',
  },
  { id: 'driver-out', way: 'out', headers: true, fn: 'dev_queue_xmit_nit' },
  { id: 'wire-out', way: 'out', headers: true, fn: 'NIC' },
  { id: 'wire-in', way: 'in', headers: true, fn: 'MAC' },
  { id: 'driver-in', way: 'in', headers: true, fn: 'napi_gro_receive' },
  { id: 'stack-in', way: 'in', headers: true, fn: '__netif_receive_skb_core' },
  { id: 'app-in', way: 'in', headers: false, fn: 'recvmsg' },
] as const;

export type CapturePointId = (typeof CAPTURE_POINTS)[number]['id'];

/** Index in CAPTURE_POINTS. */
export const Point = {
  appOut: 0,
  driverOut: 1,
  wireOut: 2,
  wireIn: 3,
  driverIn: 4,
  stackIn: 5,
  appIn: 6,
} as const;

export function isCapturePoint(id: string): id is CapturePointId {
  return CAPTURE_POINTS.some((point) => point.id === id);
}

export function pointIndex(id: CapturePointId): number {
  return CAPTURE_POINTS.findIndex((point) => point.id === id);
}
