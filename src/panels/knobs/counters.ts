/** Which counter stands where, under the kernel's own name, and which records raise it: made from a scene. Pure. */
import { drivers, type DriverInfo } from '../../catalog/drivers.ts';
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import type { RecordFilter } from '../../protocol/messages.ts';
import type { Scene, SceneMap } from '../../protocol/scene.ts';

export interface Counter {
  /** As the tool prints it, behind the card's name where the host has several. */
  name: string;
  value: number;
  /** Counts something lost. */
  loss: boolean;
  /** The records that raise it. */
  filter: RecordFilter;
  /** Where a reader finds it on a real machine. */
  tool: string;
}

const EACH_QUEUE_UP_TO = 4;

function driverOf(name: string): DriverInfo | undefined {
  return (drivers as Readonly<Record<string, DriverInfo>>)[name];
}

/** What a socket's lost packets are counted as. */
const SOCKET_DROPS = { udp: 'RcvbufErrors', tcp: 'TCPRcvQDrop', netlink: 'queue_user_dropped' } as const;
const PACKET_QUEUE = 'cat /proc/net/netfilter/nfnetlink_queue, before 2.6.14 /proc/net/ip_queue';

export function countersOf(map: SceneMap, scene: Scene, host: number): Counter[] {
  const counters: Counter[] = [];
  const placesWhere = (test: (place: SceneMap['places'][number]) => boolean) =>
    map.places.flatMap((place, i) => (test(place) ? [i] : []));
  const hostId = map.hosts[host]?.id;
  const several = (map.hosts[host]?.nics.length ?? 0) > 1;
  for (const nicIndex of map.hosts[host]?.nics ?? []) {
    const nic = map.nics[nicIndex];
    const stats = driverOf(nic.driver)?.stats;
    const queues = nic.queues.filter((q) => scene.queues[q]?.active);
    const ofNic = (queue?: number) =>
      placesWhere(
        (p) => p.host === hostId && p.nic === nic.name && (queue === undefined || p.queue === queue),
      );
    // drivers name a counter alike on every card
    const of = several ? `${nic.name} ` : '';
    const tool = `ethtool -S ${nic.name}`;
    if (queues.length <= EACH_QUEUE_UP_TO) {
      for (const q of queues) {
        const number = map.queues[q].number;
        counters.push({
          name: of + (stats?.queuePackets ?? 'rx_queue_{q}_packets').replace('{q}', String(number)),
          value: scene.queues[q].packets,
          loss: false,
          filter: { kinds: [Kind.pollFrame], places: ofNic(number) },
          tool,
        });
      }
    }
    counters.push({
      name: of + (stats?.missed ?? 'rx_missed_errors'),
      value: queues.reduce((sum, q) => sum + scene.queues[q].missed, 0),
      loss: true,
      filter: { kinds: [Kind.drop], reasons: [Reason.noDescriptor], places: ofNic() },
      tool,
    });
    counters.push({
      name: `${nic.name} interrupts`,
      value: queues.reduce((sum, q) => sum + scene.queues[q].irqs, 0),
      loss: false,
      filter: {
        kinds: [Kind.hardirqEnter],
        places: placesWhere((p) => p.host === hostId && p.nic === nic.name && p.type === 'vector'),
      },
      tool: '/proc/interrupts',
    });
  }
  for (const socket of map.sockets.filter((s) => s.host === host)) {
    const state = scene.sockets[socket.id - 1];
    if (state === undefined) continue;
    const places = placesWhere((p) => p.socket === socket.id);
    if (map.sockets.length <= EACH_QUEUE_UP_TO) {
      counters.push({
        name: `${socket.name} Recv-Q`,
        value: state.rmem,
        loss: false,
        filter: { kinds: [Kind.socketQueue, Kind.recv, Kind.tlsFree, Kind.nfQueue, Kind.nfRead], places },
        tool: 'ss -m',
      });
    }
    if (state.drops > 0 || map.sockets.length <= EACH_QUEUE_UP_TO) {
      counters.push({
        name: `${socket.name} ${SOCKET_DROPS[socket.proto]}`,
        value: state.drops,
        loss: true,
        filter: { kinds: [Kind.drop], places },
        tool: socket.proto === 'netlink' ? PACKET_QUEUE : 'nstat -az',
      });
    }
  }
  return counters;
}
