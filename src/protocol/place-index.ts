/** What the places of a map stand for, by place index: world-wide indexes; -1 where a place has none. */
import type { SceneMap } from './scene.ts';

export interface PlaceIndex {
  nic: Int32Array;
  queue: Int32Array;
  cpu: Int32Array;
  /** CPU whose backlog it is. */
  backlog: Int32Array;
  /** Index into scene.sockets and scene.tasks (id - 1). */
  socket: Int32Array;
  task: Int32Array;
  /** Lock, world index. */
  lock: Int32Array;
  /** Direction of a link, world index. */
  way: Int32Array;
  /** 1: TCP in the card. */
  toe: Uint8Array;
}

const known = new WeakMap<SceneMap, PlaceIndex>();

export function placeIndex(map: SceneMap): PlaceIndex {
  let index = known.get(map);
  if (index === undefined) {
    index = build(map);
    known.set(map, index);
  }
  return index;
}

function build(map: SceneMap): PlaceIndex {
  const column = (): Int32Array => new Int32Array(map.places.length).fill(-1);
  const index: PlaceIndex = {
    nic: column(),
    queue: column(),
    cpu: column(),
    backlog: column(),
    socket: column(),
    task: column(),
    lock: column(),
    way: column(),
    toe: new Uint8Array(map.places.length),
  };
  map.places.forEach((place, p) => {
    const host = map.hosts.findIndex((h) => h.id === place.host);
    if (place.nic !== undefined) {
      const nic = map.nics.find((n) => n.host === host && n.name === place.nic);
      if (nic !== undefined) {
        index.nic[p] = nic.index;
        if (place.queue !== undefined) index.queue[p] = nic.queues[place.queue];
      }
    }
    if (place.cpu !== undefined) {
      index.cpu[p] = map.hosts[host].cpus[place.cpu];
      if (place.type === 'backlog') index.backlog[p] = index.cpu[p];
    }
    if (place.socket !== undefined) index.socket[p] = place.socket - 1;
    if (place.lock !== undefined)
      index.lock[p] = map.locks.find((l) => l.host === host && l.name === place.lock)?.index ?? -1;
    if (place.link !== undefined)
      index.way[p] = map.ways.find((way) => way.from === index.nic[p])?.index ?? -1;
    if (place.type === 'toe') index.toe[p] = 1;
    if (place.task !== undefined) index.task[p] = place.task - 1;
  });
  return index;
}
