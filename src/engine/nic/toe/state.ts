/**
 * A TCP offload engine (TOE): a processor and memory on the card that run TCP for connections whose sockets lie on it. The kernel
 * sees none of their segments: no IP, no netfilter, no tap, no queueing discipline. Linux has no interface for it, so no driver is
 * imitated: what the firmware costs is assumed. Source: Mogul, TCP offload is a dumb idea whose time has come, HotOS 2003; Shivam
 * and Chase, On the elusive benefits of protocol offload, 2003; networking:toe, Linux Foundation wiki.
 */
import { schedule } from '../../clock/agenda.ts';
import { createSnmp, type SnmpCounters } from '../../net/snmp.ts';
import type { ToeSpec } from '../../spec.ts';
import type { Nic, World } from '../../world.ts';

/** What the firmware is at: nothing, the oldest segment that came in, the oldest that is to leave. */
export const TOE_IDLE = 0;
export const TOE_IN = 1;
export const TOE_OUT = 2;

export interface Toe {
  spec: ToeSpec;
  place: number;
  /** Its processor; the DMA of payload; the interrupt that has to wait. */
  actor: number;
  dmaActor: number;
  irqActor: number;
  /** Connections that it keeps now. */
  connections: number;
  /** Segments (slots) that have come in, the one at work first; beyond a hole; their bytes, with those in DMA. */
  waiting: number[];
  ofo: number[];
  memory: number;
  /** Segments to work on, then to send, the one at work or on the wire first. */
  out: number[];
  wire: number[];
  work: number;
  /** What it has worked (while it is at work: less the time when that began), ns; what is left below a ns, in cycles * 1000. */
  busyNs: number;
  cycleRem: number;
  /** Connections (world indexes) whose timer is due, and those that may send more. */
  timers: number[];
  tsq: number[];
  /** Payload on its way to the host's memory: slots; then what waits for the driver. */
  dma: number[];
  done: number[];
  /** Connections whose application may go on, with the reason and the record behind it. */
  calls: { connection: number; reason: number; cause: number }[];
  /** CPU (world index) that its vector interrupts; its handler is to come or at work; items left in it, -1: not begun. */
  cpu: number;
  masked: boolean;
  batch: number;
  timerOn: boolean;
  lastIrqNs: number;
  counters: ToeCounters;
  /** What the firmware's TCP counts, under the kernel's names. */
  snmp: SnmpCounters;
}

/** `ethtool -S`. No driver's names: there is none in Linux. */
export interface ToeCounters {
  toe_offloaded: number;
  toe_refused: number;
  toe_rx_segs: number;
  toe_rx_bytes: number;
  toe_tx_segs: number;
  toe_tx_acks: number;
  toe_drops: number;
  toe_csum_errors: number;
  toe_completions: number;
  toe_interrupts: number;
  toe_waiting_most: number;
}

export function createToe(
  spec: ToeSpec,
  ids: { place: number; actor: number; dmaActor: number; irqActor: number; cpu: number },
): Toe {
  return {
    spec,
    ...ids,
    connections: 0,
    waiting: [],
    ofo: [],
    memory: 0,
    out: [],
    wire: [],
    work: TOE_IDLE,
    busyNs: 0,
    cycleRem: 0,
    timers: [],
    tsq: [],
    dma: [],
    done: [],
    calls: [],
    masked: false,
    batch: -1,
    timerOn: false,
    lastIrqNs: Number.NEGATIVE_INFINITY,
    counters: {
      toe_offloaded: 0,
      toe_refused: 0,
      toe_rx_segs: 0,
      toe_rx_bytes: 0,
      toe_tx_segs: 0,
      toe_tx_acks: 0,
      toe_drops: 0,
      toe_csum_errors: 0,
      toe_completions: 0,
      toe_interrupts: 0,
      toe_waiting_most: 0,
    },
    snmp: createSnmp(),
  };
}

/** The TOE of a card that has one. */
export function toeOf(nic: Nic): Toe {
  return nic.toe as Toe;
}

/** There is something for the processor: it begins as soon as it is free. */
export function wakeToe(w: World, toe: Toe): void {
  if (toe.work === TOE_IDLE) schedule(w.agenda, toe.actor, w.now);
}

/** What it has worked so far, ns. */
export function toeBusyNs(w: World, toe: Toe): number {
  return toe.busyNs + (toe.work === TOE_IDLE ? 0 : w.now);
}

/** Packets that the card holds between its MAC and their socket. */
export function toeInFlight(toe: Toe): number {
  return toe.waiting.length + toe.ofo.length + toe.dma.length + toe.done.length;
}

/** Frames that the firmware has made and that are not on the wire yet. */
export function toeTxInFlight(w: World, toe: Toe): number {
  let frames = 0;
  for (const slot of toe.out) frames += w.pool.segs[slot];
  for (const slot of toe.wire) frames += w.pool.segs[slot];
  return frames;
}
