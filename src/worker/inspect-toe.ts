/** TCP in a card at a moment: its processor, its memory, what it keeps and what the kernel has not seen. */
import { type Toe, toeBusyNs } from '../engine/nic/toe/state.ts';
import type { World } from '../engine/world.ts';
import type { Inspection } from '../protocol/messages.ts';

export function toeRows(w: World, toe: Toe): Inspection['state'] {
  const row = (key: string, value: string | number) => ({ key, value: String(value) });
  const { spec, counters, snmp } = toe;
  const busy = w.now === 0 ? 0 : (toeBusyNs(w, toe) / w.now) * 100;
  return [
    row('toeClock', `${spec.clockMhz} MHz`),
    row(
      'toeCost',
      `${Math.round((spec.segmentCycles * 1000) / spec.clockMhz)} ns, ACK ${Math.round((spec.ackCycles * 1000) / spec.clockMhz)} ns`,
    ),
    row('toeBusy', `${busy.toFixed(1)} %`),
    row('toeConnections', `${toe.connections} / ${spec.connections}`),
    row('toeWaiting', toe.waiting.length),
    row('toeWaitingMost', counters.toe_waiting_most),
    row('toeMemory', `${toe.memory} / ${spec.memoryBytes}`),
    row('toeOfo', toe.ofo.length),
    row('toeDone', toe.done.length),
    row('toeRx', counters.toe_rx_segs),
    row('toeAcks', counters.toe_tx_acks),
    row('toeTx', counters.toe_tx_segs),
    row('toeResent', snmp.TcpRetransSegs),
    row('toeDrops', counters.toe_drops),
    row('toeRefused', counters.toe_refused),
    row('toeInterrupts', counters.toe_interrupts),
  ];
}
