/** A source of traffic: which NIC its frames come in at, and how far it is. */
import { createRng } from '../rng.ts';
import type { WorldSpec } from '../spec.ts';
import { createClient } from '../traffic/client.ts';
import type { HostFixed, Source } from '../world.ts';

const SOURCE_STREAM = 100;

/** @param index in the world: its random numbers are its own */
export function makeSource(spec: WorldSpec, hosts: readonly HostFixed[], index: number): Source {
  const traffic = spec.traffic[index];
  const rows = traffic.kind === 'table' ? 0 : traffic.flows;
  const source: Source = {
    index,
    nic: hosts[traffic.host].firstNic + traffic.nic,
    spec: traffic,
    nextNs: 0,
    sent: 0,
    round: 0,
    trainLeft: 0,
    row: 0,
    seq: new Uint32Array(rows),
    ipId: new Uint16Array(rows),
    credit: new Float64Array(rows),
    rng: createRng(spec.seed, SOURCE_STREAM + index),
    client: traffic.kind === 'client' ? createClient(traffic) : null,
  };
  if (traffic.kind !== 'table') {
    source.seq.fill(traffic.template.seq);
    source.ipId.fill(traffic.template.ipId);
  }
  return source;
}
