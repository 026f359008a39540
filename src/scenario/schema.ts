/**
 * The scenario format, version 1: one valibot schema gives the types, the checks and the published JSON Schema
 * (public/scenario.schema.json). Collections are objects by id, so that a variant is an RFC 7396 merge patch. Units are in
 * field names. Every bound here protects the page from a scenario that came from a link or a file.
 */
import * as v from 'valibot';
import { QDISC_KINDS } from '../engine/net/sched/spec.ts';

export const FORMAT = 1;

export const LIMITS = {
  bytes: 1_000_000,
  durationNs: 10_000_000_000,
  cpus: 64,
  nodes: 8,
  packets: 5_000_000,
  flows: 65_536,
  users: 4096,
  frames: 10_000,
  commands: 500,
  steps: 100,
  /** Values of one sweep; runs in all (values times variants); packets of all its runs together. */
  sweepPoints: 64,
  sweepRuns: 200,
  sweepPackets: 20_000_000,
} as const;

const about = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));
const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const number = (least: number, most: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(most));
const line = (most: number) => v.pipe(v.string(), v.maxLength(most));
const id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'an id is a letter, then up to 39 letters, digits, - or _'),
);
const byId = <T extends v.GenericSchema>(schema: T, most: number) =>
  v.pipe(v.record(id, schema), v.maxEntries(most, `at most ${most} entries`));

export const TextSchema = v.union([
  v.strictObject({ key: about(line(200), 'Message key (built-in scenarios).') }),
  v.strictObject({
    text: about(line(4000), 'The words themselves.'),
    lang: about(v.optional(line(20)), 'Their language, as in HTML (en, de, zh-Hans).'),
  }),
]);

const Mac = v.pipe(
  v.string(),
  v.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'a MAC address like 02:00:00:00:00:0b'),
);
const TimeNs = whole(0, LIMITS.durationNs);
const hex = (most: number) => v.pipe(line(most), v.regex(/^([0-9a-fA-F]{2})*$/, 'bytes in hex'));

const ToeSchema = v.strictObject({
  clockMhz: about(v.optional(whole(10, 10_000), 133), "Clock of the card's processor, MHz."),
  segmentCycles: about(
    v.optional(whole(1, 1_000_000), 600),
    'Cycles that one segment costs it, received or sent (assumed: no figure is published).',
  ),
  ackCycles: about(
    v.optional(whole(1, 1_000_000), 250),
    'Cycles that a segment without data costs it to send (assumed).',
  ),
  connections: about(v.optional(whole(1, 65_536), 64), 'Connections that its table has room for.'),
  memoryKiB: about(v.optional(whole(2, 1_048_576), 256), 'Memory for segments that have come in, KiB.'),
  firewall: about(
    v.optional(v.picklist(['bypassed', 'respected']), 'bypassed'),
    'A firewall rule of the host (raw-drop, filter-drop): bypassed, it sees nothing of what the card takes; respected, the card takes nothing.',
  ),
});

const NicSchema = v.strictObject({
  driver: about(
    v.optional(v.picklist(['igb', 'ixgbe', 'mlx5_core', 'tulip', 'virtio_net']), 'ixgbe'),
    'Driver and card imitated: limits, defaults, moderation, counter names.',
  ),
  mac: about(v.optional(Mac, '02:00:00:00:00:0b'), 'Its MAC address.'),
  addresses: about(
    v.optional(v.pipe(v.array(line(64)), v.maxLength(16)), ['10.0.0.2']),
    'Local IP addresses.',
  ),
  promiscuous: about(v.optional(v.boolean(), false), 'Every destination address is ours.'),
  linkBps: about(v.optional(whole(1_000_000, 400_000_000_000), 10_000_000_000), 'Link rate, bit/s.'),
  mtu: about(
    v.optional(whole(68, 9978), 1500),
    'Longest IP packet, bytes; longer frames are lost at the MAC.',
  ),
  queues: about(v.optional(whole(1, 64), 1), 'Receive queues in use (ethtool -L combined).'),
  ringSize: about(
    v.optional(whole(64, 8192)),
    "Descriptors of each receive ring; absent: the driver's default.",
  ),
  qdisc: about(
    v.optional(v.picklist(QDISC_KINDS)),
    'Queueing discipline of each transmit queue, with its default options: pfifo_fast (the default; since 4.16 without a root lock), pfifo, fq, fq_codel or prio. The host’s net.core.default_qdisc is that of its first card. Options: a line of tc in setup.',
  ),
  affinity: about(
    v.optional(v.pipe(v.array(whole(0, LIMITS.cpus - 1)), v.maxLength(64)), []),
    "CPU of each queue's vector, repeating; empty: queue i on CPU i.",
  ),
  numaNode: about(
    v.optional(whole(-1, LIMITS.nodes - 1)),
    'NUMA node that it stands on, where its rings and buffers lie; -1: none of its own. Absent: 0.',
  ),
  rxUsecs: about(v.optional(whole(0, 65_535)), "Interrupt moderation, us; absent: the driver's default."),
  rxFrames: about(
    v.optional(whole(0, 65_535)),
    "Interrupt moderation, frames; absent: the driver's default.",
  ),
  rssKey: about(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^([0-9a-fA-F]{2}[: ]?){40}$|^([0-9a-fA-F]{2}[: ]?){52}$/, '40 or 52 bytes in hex'),
      ),
    ),
    'RSS key; absent: random from the seed.',
  ),
  toe: about(
    v.optional(ToeSchema),
    'A TCP offload engine: a processor on the card that runs the TCP connections (sockets with acks) which begin by it. Linux knows no such card; absent: none.',
  ),
});

const TunnelSchema = v.strictObject({
  local: about(line(64), 'Outer source address (IPv4): one of a card of this host.'),
  remote: about(
    line(64),
    'Outer destination (IPv4): the other end, whose tunnel has both the other way round.',
  ),
  addresses: about(
    v.optional(v.pipe(v.array(line(64)), v.maxLength(16)), []),
    'Addresses of the host in the tunnel.',
  ),
  mtu: about(
    v.optional(whole(68, 65_508)),
    'Longest inner packet, bytes; absent: 20 less than the MTU of the card that has `local`.',
  ),
  ttl: about(v.optional(whole(0, 255), 0), 'TTL of the outer header; 0: the inner packet’s (inherit).'),
  pmtudisc: about(
    v.optional(v.boolean(), true),
    'The outer header has DF, and what is too long for the way is refused at the tunnel. false needs ttl 0.',
  ),
});

const BridgeSchema = v.strictObject({
  ports: about(
    v.optional(v.pipe(v.array(id), v.maxLength(8)), []),
    'Cards that are its ports from the start; others join by `ip link set DEV master BRIDGE`.',
  ),
});

const SocketSchema = v.strictObject({
  proto: about(
    v.picklist(['tcp', 'udp', 'netlink']),
    "tcp: one socket stands for all connections to its port. netlink: takes what the firewall's packet queue (forward-queue) hands to a program; one a host.",
  ),
  address: about(v.optional(line(64), '*'), 'Local address; * is any.'),
  port: about(
    whole(0, 65_535),
    'Local port; 0 takes every port without a socket of its own. netlink: number of the packet queue.',
  ),
  queueMaxlen: about(
    v.optional(whole(1, 1_000_000)),
    'netlink: packets that may wait for a verdict; absent: 1024. Before 2.6.14 sysctl net.ipv4.ip_queue_maxlen rules.',
  ),
  failOpen: about(
    v.optional(v.boolean()),
    'netlink: where there is no room packets pass unseen (since 3.6).',
  ),
  rcvbufBytes: about(v.optional(whole(2304, 1_073_741_824)), "sk_rcvbuf; absent: the kernel's default."),
  sndbufBytes: about(v.optional(whole(4608, 1_073_741_824)), "sk_sndbuf; absent: the kernel's default."),
  tos: about(
    v.optional(whole(0, 255)),
    'IP_TOS: TOS of what it sends (IPv4). 16 (low delay) goes into the first band of pfifo_fast, 8 (throughput) into the last.',
  ),
  acks: about(
    v.optional(v.boolean(), false),
    'TCP: each flow is a connection of its own and acknowledges what it gets; else nothing is sent back.',
  ),
  tls: about(
    v.optional(
      v.strictObject({
        version: about(v.optional(v.picklist(['1.2', '1.3']), '1.2'), 'Of the protocol; AES-128-GCM.'),
        tx: about(
          v.optional(v.picklist(['user', 'kernel']), 'kernel'),
          'Who encrypts what is sent. user: a library in the application. kernel (kTLS, since 4.13; 1.3 since 5.1): the CPU in sendmsg, or the card where it can and may (tls-hw-tx-offload).',
        ),
        rx: about(
          v.optional(v.picklist(['user', 'kernel']), 'kernel'),
          'Who decrypts what is received: the same (kTLS since 4.17; tls-hw-rx-offload).',
        ),
      }),
    ),
    'TCP with acks: its connections carry TLS records. The socket at the other end needs it too, of the same version. Absent: plain TCP.',
  ),
  connected: about(
    v.optional(v.boolean(), false),
    'UDP: connect() was called, so that RFS learns where the reader runs.',
  ),
  busyPollUs: about(v.optional(whole(0, 1_000_000)), 'SO_BUSY_POLL, µs; absent: net.core.busy_read.'),
  busyPollBudget: about(v.optional(whole(1, 64)), 'SO_BUSY_POLL_BUDGET, frames; absent: 8.'),
  udpGro: about(v.optional(v.boolean(), false), 'UDP_GRO is set: takes trains of datagrams.'),
});

/** Datagrams that an application sends by itself. */
const SendSchema = v.strictObject({
  socket: about(id, 'UDP socket it sends on; its port is the source port.'),
  nic: about(
    v.optional(id),
    'Card or tunnel it leaves by where no route says otherwise; absent: the first card.',
  ),
  dst: about(
    v.optional(line(64)),
    "Address it sends to; absent: the far card's where the card has a link, else 10.0.0.1 or fd00::1.",
  ),
  dport: about(v.optional(whole(1, 65_535), 7000), 'Port it sends to; flow i goes to dport + i.'),
  dmac: about(
    v.optional(Mac),
    "MAC address of the next hop; absent: the far card's where the card has a link, else 02:00:00:00:00:0a.",
  ),
  bytes: about(v.optional(whole(0, 65_000), 18), 'Payload of a datagram.'),
  flows: about(v.optional(whole(1, 4096), 1), 'Destinations, in turn.'),
  ratePps: about(
    v.optional(v.nullable(number(1, 200_000_000)), null),
    'Datagrams a second; absent or null: as fast as sendmsg returns.',
  ),
  startNs: about(v.optional(TimeNs, 0), 'When it begins.'),
  stopNs: about(v.optional(TimeNs), 'It sends nothing then or later; absent: durationNs.'),
  count: about(v.optional(whole(1, LIMITS.packets)), 'Datagrams in all.'),
  dontFragment: about(
    v.optional(v.boolean()),
    'IP_PMTUDISC_DO: a datagram beyond the MTU is an error (EMSGSIZE). Absent: it leaves in IP fragments (IPv4).',
  ),
  segmentBytes: about(
    v.optional(whole(1, 65_000)),
    'UDP_SEGMENT (since 4.18): bytes of one sendmsg leave as datagrams of this payload. Absent: as one datagram.',
  ),
});

/** TCP connections that an application opens and writes to. */
const StreamSchema = v.strictObject({
  socket: about(id, 'TCP socket that stands for its connections.'),
  nic: about(
    v.optional(id),
    'Card or tunnel they leave by; absent: the first card. It must have a link, or another end.',
  ),
  dport: about(v.optional(whole(1, 65_535), 5001), 'Port they go to, at the other end of the link.'),
  sport: about(v.optional(whole(1024, 65_535), 40_000), 'Source port of the first; the next has the next.'),
  v: about(v.optional(v.picklist([4, 6]), 4), 'IP version: both cards need an address of it.'),
  dst: about(
    v.optional(line(64)),
    'Address it goes to; absent: that of the card at the other end of the link.',
  ),
  flows: about(v.optional(whole(1, LIMITS.users), 1), 'Connections.'),
  writeBytes: about(v.optional(whole(1, 16_777_216), 65_536), 'Bytes of one write.'),
  count: about(
    v.optional(whole(1, LIMITS.packets)),
    'Writes on each connection; absent: as many as there is time for.',
  ),
  ratePps: about(
    v.optional(v.nullable(number(0.1, 10_000_000)), null),
    'Writes a second on each connection; absent or null: one after the other.',
  ),
  answerBytes: about(
    v.optional(whole(0, 16_777_216), 0),
    'After each write it waits until it has read so many bytes (the socket must be among those it reads); 0: it does not wait.',
  ),
  close: about(v.optional(v.boolean(), false), 'The connection is closed after its last write.'),
  nodelay: about(v.optional(v.boolean(), false), 'TCP_NODELAY.'),
  cork: about(v.optional(v.boolean(), false), 'TCP_CORK.'),
  maxSegBytes: about(v.optional(whole(0, 9000), 0), 'TCP_MAXSEG; 0: not set.'),
  maxPacingBytesPs: about(
    v.optional(whole(1000, 4_294_967_294)),
    'SO_MAX_PACING_RATE, bytes a second: fq keeps to it, without fq (since 4.13) TCP’s own timer. Absent: not set.',
  ),
  startNs: about(v.optional(TimeNs, 0), 'When the first connection is opened.'),
  stopNs: about(v.optional(TimeNs), 'It writes nothing then or later; absent: durationNs.'),
});

const AppSchema = v.strictObject({
  cpu: about(whole(0, LIMITS.cpus - 1), 'CPU it runs on, counted in its host.'),
  sockets: about(v.optional(v.pipe(v.array(id), v.maxLength(64)), []), 'Sockets it reads, in turn.'),
  readBytes: about(v.optional(whole(1, 16_777_216), 65_536), 'Most bytes of one recvmsg (TCP).'),
  syscallNs: about(
    v.optional(whole(0, 1_000_000_000), 0),
    'Other system calls after each read (open, stat, read of a file); before 2.4 under the kernel lock.',
  ),
  workNs: about(v.optional(whole(0, 1_000_000_000), 0), 'Computing after each read.'),
  workNsPerByte: about(v.optional(number(0, 10_000), 0), 'Computing for each byte read.'),
  pauseNs: about(v.optional(whole(0, 1_000_000_000), 0), 'Sleep after each read.'),
  spin: about(v.optional(v.boolean(), false), 'Computes all the time.'),
  startNs: about(v.optional(TimeNs, 0), 'When it starts.'),
  replyBytes: about(
    v.optional(whole(0, 65_000)),
    'Answers each UDP datagram, or each read of a TCP connection (`acks`), after its computing: bytes of the answer. Absent: no answers.',
  ),
  rejectPorts: about(
    v.optional(v.pipe(v.array(whole(0, 65_535)), v.maxLength(64))),
    'Reader of a netlink socket: it rejects packets to these ports and accepts all others; workNs is its work on each.',
  ),
  send: about(v.optional(SendSchema), 'Datagrams that it sends by itself.'),
  stream: about(v.optional(StreamSchema), 'TCP connections that it opens and writes to.'),
  nonblocking: about(
    v.optional(v.boolean()),
    'A full send buffer is an error (EAGAIN, the datagram is given up), not a sleep.',
  ),
});

const HostSchema = v.strictObject({
  cpus: about(v.optional(whole(1, LIMITS.cpus), 4), 'CPUs of the host.'),
  profile: about(
    v.optional(v.picklist(['server3g', 'p3-700', 'qoriq-e500', 'alpha-150', 'veth-lab']), 'server3g'),
    'Cost profile.',
  ),
  clockMhz: about(v.optional(whole(10, 10_000)), "CPU clock, MHz; absent: the profile's."),
  numa: about(
    v.optional(
      v.strictObject({
        cpuNodes: about(
          v.pipe(v.array(whole(0, LIMITS.nodes - 1)), v.minLength(1), v.maxLength(LIMITS.cpus)),
          'Node of each CPU, repeating: [0, 0, 1, 1], or [0, 1] for even and odd.',
        ),
      }),
    ),
    "NUMA nodes: work on another node's memory costs more. Absent: one node.",
  ),
  nics: about(byId(NicSchema, 8), 'Network cards by name.'),
  tunnels: about(
    v.optional(byId(TunnelSchema, 8)),
    'IPIP tunnels by name: devices whose packets leave behind an outer IP header (since 2.6.29).',
  ),
  bridges: about(
    v.optional(byId(BridgeSchema, 8)),
    'Ethernet bridges by name: what one port receives leaves by another one as it came (since 2.4.20).',
  ),
  sockets: about(v.optional(byId(SocketSchema, 256), {}), 'Sockets by name.'),
  routes: about(
    v.optional(
      v.pipe(
        v.array(
          v.strictObject({
            prefix: about(
              v.pipe(line(64), v.regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, 'a network, like 10.1.0.0/16')),
              'Network it leads to.',
            ),
            nic: about(id, 'Network card or tunnel it goes out of.'),
          }),
        ),
        v.maxLength(256),
      ),
      [],
    ),
    'Routes of a host that forwards (sysctl net.ipv4.ip_forward); the longest prefix wins.',
  ),
  firewall: about(
    v.optional(v.picklist(['raw-drop', 'filter-drop', 'forward-queue'])),
    'A firewall rule for every packet: it is dropped in the raw table, or in the filter table; or what is to be forwarded is handed to a program (iptables -A FORWARD -j QUEUE, since 2.6.14 -j NFQUEUE).',
  ),
  apps: about(v.optional(byId(AppSchema, 128), {}), 'Applications by name; a socket has one reader.'),
});

const share = number(0, 1);

/** What a link is like: for both directions, or for one. */
const wayEntries = {
  delayNs: about(
    v.optional(whole(0, 1_000_000_000)),
    'From one card to the other, ns, one way; absent: 1000 (200 m of cable).',
  ),
  jitterNs: about(
    v.optional(whole(0, 1_000_000_000)),
    "Each frame's delay is up to so much more or less, evenly: frames may overtake each other. Absent: 0.",
  ),
  rateBps: about(
    v.optional(v.nullable(whole(1000, 400_000_000_000))),
    'A narrow place on the way, bit/s (preamble, FCS and gap counted); absent: none.',
  ),
  queueFrames: about(
    v.optional(whole(0, 100_000)),
    'Frames that may wait in front of the narrow place; one more is lost. Absent: 100.',
  ),
  loss: about(v.optional(share), 'Share of frames lost, each on its own. Absent: 0.'),
  burst: about(
    v.optional(
      v.nullable(
        v.strictObject({
          toBad: about(share, 'Chance for each frame that the good state turns bad.'),
          toGood: about(share, 'Chance for each frame that the bad state turns good.'),
          lossGood: about(v.optional(share, 0), 'Share lost in the good state.'),
          lossBad: about(v.optional(share, 1), 'Share lost in the bad state.'),
        }),
      ),
    ),
    'Losses in bursts (Gilbert-Elliott). Absent: none.',
  ),
  reorder: about(v.optional(share), 'Share of frames held back, so that others overtake them. Absent: 0.'),
  reorderNs: about(
    v.optional(whole(0, 1_000_000_000)),
    'How long they (and those a script delays) are held back, ns; absent: 1000000.',
  ),
  duplicate: about(v.optional(share), 'Share of frames that arrive twice. Absent: 0.'),
  bitError: about(
    v.optional(share),
    'Share of frames with bits turned on the cable: the far card drops them (rx_crc_errors). Absent: 0.',
  ),
  damage: about(
    v.optional(share),
    'Share of frames damaged inside a switch: right FCS, wrong TCP or UDP checksum. Absent: 0.',
  ),
  script: about(
    v.optional(
      v.pipe(
        v.array(
          v.strictObject({
            nth: about(whole(1, LIMITS.packets), 'Which frame of this direction, from 1.'),
            of: about(
              v.optional(v.picklist(['data', 'empty', 'any']), 'data'),
              'Counted among frames with payload, without (ACKs), or all.',
            ),
            act: about(
              v.picklist(['lose', 'delay', 'duplicate', 'bit-error', 'damage-l4', 'damage-ip']),
              'What becomes of it.',
            ),
          }),
        ),
        v.maxLength(1000),
      ),
    ),
    'What becomes of single frames.',
  ),
};

const EndSchema = v.strictObject({
  host: about(id, 'Host at this end.'),
  nic: about(v.optional(id), 'Its card; absent: the first.'),
});

const WlanSchema = v.strictObject({
  rateBps: about(
    v.optional(whole(1_000_000, 10_000_000_000), 130_000_000),
    'Rate of frames on the air, bit/s.',
  ),
  ampduFrames: about(
    v.optional(whole(1, 64), 32),
    'Frames of one aggregate (A-MPDU) at most; 1: each frame goes by itself.',
  ),
  ampduBytes: about(v.optional(whole(1, 1_048_575), 65_535), 'Bytes of one aggregate at most.'),
  ampduNs: about(v.optional(whole(1000, 10_000_000), 4_000_000), 'Air time of one aggregate at most, ns.'),
  retries: about(v.optional(whole(0, 255), 7), 'Times a frame is sent again before it is given up.'),
  errorShare: about(
    v.optional(share, 0),
    'Chance of each frame, each time it is sent, not to be understood.',
  ),
  cwMin: about(v.optional(whole(0, 1023), 15), 'Least contention window, slots.'),
  cwMax: about(v.optional(whole(0, 32_767), 1023), 'Largest contention window, slots.'),
});

const LinkSchema = v.strictObject({
  a: about(EndSchema, 'One end.'),
  b: about(EndSchema, 'The other end.'),
  ...wayEntries,
  wlan: about(
    v.optional(v.nullable(WlanSchema)),
    'A radio channel (IEEE 802.11n) that both directions share, in place of a cable. A card then takes queueFrames (absent: 64) and no more.',
  ),
  ab: about(v.optional(v.strictObject(wayEntries), {}), 'What is different from a to b.'),
  ba: about(v.optional(v.strictObject(wayEntries), {}), 'What is different from b to a.'),
});
export type LinkText = v.InferOutput<typeof LinkSchema>;

/** Fields of one frame; what is absent has the usual value. */
const frameEntries = {
  v: about(v.optional(v.picklist([4, 6])), 'IP version; absent: as the addresses say.'),
  proto: about(v.optional(v.picklist(['tcp', 'udp', 'icmp'])), 'Protocol above IP; absent: tcp.'),
  src: about(v.optional(line(64)), 'Source address; absent: 10.0.0.1 or fd00::1.'),
  dst: about(v.optional(line(64)), "Destination address; absent: the NIC's first."),
  sport: about(v.optional(whole(0, 65_535)), 'Source port; absent: 40000.'),
  dport: about(v.optional(whole(0, 65_535)), 'Destination port; absent: 5001 (TCP), 7000 (UDP).'),
  dmac: about(v.optional(Mac), "Destination MAC address; absent: the NIC's."),
  smac: about(v.optional(Mac), 'Source MAC address; absent: 02:00:00:00:00:0a.'),
  vlan: about(v.optional(whole(0, 65_535)), 'TCI of an 802.1Q tag.'),
  len: about(v.optional(whole(0, 65_000)), 'Payload bytes; absent: 1448 (TCP), 18 (others).'),
  seq: about(v.optional(whole(0, 4_294_967_295)), 'TCP sequence number; absent: 1.'),
  ack: about(v.optional(whole(0, 4_294_967_295)), 'TCP acknowledgement number; absent: 1.'),
  flags: about(
    v.optional(v.pipe(v.string(), v.regex(/^[FSRPAUEC]*$/, 'letters of FSRPAUEC'))),
    'TCP flags as letters of FSRPAUEC; absent: A.',
  ),
  win: about(v.optional(whole(0, 65_535)), 'TCP window field; absent: 501.'),
  ipId: about(v.optional(whole(0, 65_535)), 'IPv4 identification; absent: 0.'),
  df: about(v.optional(v.boolean()), "IPv4 don't fragment; absent: set."),
  mf: about(v.optional(v.boolean()), 'More fragments follow.'),
  fragOffset: about(v.optional(whole(0, 65_528)), 'Fragment offset, bytes.'),
  ttl: about(v.optional(whole(0, 255)), 'TTL or hop limit; absent: 64.'),
  tos: about(v.optional(whole(0, 255)), 'TOS or traffic class, all eight bits.'),
  flowLabel: about(v.optional(whole(0, 1_048_575)), 'IPv6 flow label.'),
  tcpOptions: about(v.optional(hex(80)), 'TCP option bytes, hex.'),
  ipOptions: about(v.optional(hex(80)), 'IPv4 option bytes, hex.'),
  ipCsum: about(v.optional(v.picklist(['ok', 'bad'])), 'IPv4 header checksum; absent: ok.'),
  l4Csum: about(
    v.optional(v.picklist(['ok', 'bad', 'none'])),
    'TCP or UDP checksum; absent: right, and verified by the card.',
  ),
};

const FrameSchema = v.strictObject(frameEntries);
export type FrameText = v.InferOutput<typeof FrameSchema>;

const target = {
  host: about(v.optional(id), 'Receiving host; absent: the first.'),
  nic: about(v.optional(id), 'Its NIC; absent: the first.'),
};

export const RateTrafficSchema = v.strictObject({
  kind: about(v.literal('rate'), 'Frames made on the way.'),
  ...target,
  frame: about(
    v.optional(FrameSchema, {}),
    'The frame every flow starts from; flow i has source port sport + i.',
  ),
  flows: about(v.optional(whole(1, LIMITS.flows), 1), 'Flows; trains take turns among them.'),
  weights: about(
    v.optional(v.pipe(v.array(number(0, 1e6)), v.minLength(1), v.maxLength(4096))),
    'Share of each flow, repeating.',
  ),
  ratePps: about(
    v.optional(number(1, 200_000_000)),
    "Frames a second over all flows; absent: the link's rate.",
  ),
  trainFrames: about(v.optional(whole(1, 1024), 1), 'Frames of one flow back to back.'),
  pshLast: about(v.optional(v.boolean(), false), "PSH on a train's last frame (TCP)."),
  pattern: about(
    v.optional(v.picklist(['constant', 'poisson']), 'constant'),
    'Even gaps, or random ones of the same mean.',
  ),
  startNs: about(v.optional(TimeNs, 0), 'When the first frame starts on the link.'),
  stopNs: about(v.optional(TimeNs), 'No train starts then or later; absent: durationNs.'),
  count: about(v.optional(whole(1, LIMITS.packets)), 'Frames in all.'),
});

export const FramesTrafficSchema = v.strictObject({
  kind: about(v.literal('frames'), 'Frames spelled out.'),
  ...target,
  frame: about(v.optional(FrameSchema, {}), 'What every frame of the list starts from.'),
  frames: about(
    v.pipe(
      v.array(
        v.strictObject({
          atNs: about(
            TimeNs,
            'When its last bit is there, from startNs; no sooner than the link carries it.',
          ),
          ...frameEntries,
        }),
      ),
      v.minLength(1),
      v.maxLength(LIMITS.frames),
    ),
    'The frames, each with what differs from `frame`.',
  ),
  startNs: about(v.optional(TimeNs, 0), 'Added to every atNs.'),
  repeat: about(v.optional(whole(1, 100_000), 1), 'The list so many times, one after the other.'),
});

export const CaptureTrafficSchema = v.strictObject({
  kind: about(v.literal('capture'), 'A capture file.'),
  ...target,
  sha256: about(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex')), 'Of the capture file.'),
  name: about(line(200), 'Name of the file: looked for beside the scenario, and asked for.'),
  startNs: about(v.optional(TimeNs, 0), 'When its first packet arrives.'),
  timeScale: about(v.optional(number(0.000001, 1_000_000), 1), 'Times of the capture are multiplied by it.'),
  ratePps: about(
    v.optional(v.nullable(number(1, 200_000_000)), null),
    'An even rate in place of its own timing.',
  ),
  repeat: about(v.optional(whole(1, 100_000), 1), 'So many times, one after the other.'),
});

export const ClientTrafficSchema = v.strictObject({
  kind: about(
    v.literal('client'),
    'A client that waits: each user sends a request, waits for the answer that an application of the host sends (replyBytes), thinks, and sends the next.',
  ),
  ...target,
  frame: about(v.optional(FrameSchema, {}), 'The request (UDP); flow i has source port sport + i.'),
  flows: about(v.optional(whole(1, 4096), 1), 'Flows of requests.'),
  outstanding: about(v.optional(whole(1, 1024), 1), 'Requests of one flow under way at the same time.'),
  thinkNs: about(
    v.optional(whole(0, 1_000_000_000), 0),
    "Between an answer and the same user's next request.",
  ),
  delayNs: about(
    v.optional(whole(0, 1_000_000_000), 0),
    "One way between client and host: cable, switches, the client's own stack.",
  ),
  timeoutNs: about(
    v.optional(whole(1, LIMITS.durationNs)),
    'An unanswered request is sent again after it; absent: the client waits for ever.',
  ),
  startNs: about(v.optional(TimeNs, 0), 'When the first requests leave the client.'),
  stopNs: about(v.optional(TimeNs), 'No request starts then or later; absent: durationNs.'),
  count: about(v.optional(whole(1, LIMITS.packets)), 'Requests in all.'),
});

const TrafficSchema = v.variant('kind', [
  RateTrafficSchema,
  FramesTrafficSchema,
  CaptureTrafficSchema,
  ClientTrafficSchema,
]);

const commandEntries = {
  host: about(v.optional(id), 'Host it is typed on; absent: the first.'),
  line: about(
    line(4096),
    'The command, as on a real host: ethtool, sysctl, ip, taskset, echo to /proc and /sys.',
  ),
};
const CommandSchema = v.strictObject(commandEntries);

/** A moment of the lesson: a time, or the n-th record that matches, on the run of the step's variant. */
const MomentSchema = v.union([
  v.strictObject({ atNs: about(TimeNs, 'At this time.') }),
  v.strictObject({
    kind: about(line(40), 'Record kind, as in the events table.'),
    reason: about(v.optional(line(60)), 'Its reason.'),
    packet: about(v.optional(whole(1, LIMITS.packets)), 'Its packet.'),
    n: about(v.optional(whole(1, 1_000_000), 1), 'Which of them.'),
  }),
]);

const FocusSchema = v.union([
  v.strictObject({ packet: about(whole(1, LIMITS.packets), 'A packet.') }),
  v.strictObject({ queue: about(whole(0, 511), 'A receive queue, counted over all NICs from 0.') }),
  v.strictObject({ napi: about(whole(0, 511), 'The NAPI of a queue.') }),
  v.strictObject({ tx: about(whole(0, 511), 'A transmit queue: queueing discipline, byte limit, ring.') }),
  v.strictObject({ toe: about(whole(0, 511), 'TCP in a card (toe), counted over all NICs from 0.') }),
  v.strictObject({
    link: about(whole(0, 15), 'A direction of a link: 2 * link, 2 * link + 1 (back), counted from 0.'),
  }),
  v.strictObject({ cpu: about(whole(0, 4095), 'A CPU, counted over all hosts from 0.') }),
  v.strictObject({ socket: about(whole(1, 4096), 'A socket, from 1.') }),
  v.strictObject({ task: about(whole(1, 8192), 'A task, from 1.') }),
]);

const HistorySchema = v.array(
  v.strictObject({
    when: about(line(24), 'When: a year, or a version.'),
    title: about(TextSchema, 'What happened, in a few words.'),
    text: about(TextSchema, 'One or two sentences.'),
    mark: about(v.optional(v.boolean(), false), 'What the lesson is about: it is open first.'),
  }),
);

const StepSchema = v.strictObject({
  title: about(TextSchema, 'A few words.'),
  text: about(TextSchema, 'What is to be seen, and why.'),
  at: about(MomentSchema, 'The moment it shows.'),
  focus: about(v.optional(FocusSchema), 'What is selected.'),
  history: about(
    v.optional(v.pipe(HistorySchema, v.maxLength(40))),
    'A figure of events in their order, under the text: how things came to be so.',
  ),
  variant: about(
    v.optional(id),
    'Variant it is told in, and opens; absent: the scenario as it is, without a variant.',
  ),
  sweep: about(v.optional(id), 'Sweep whose curve is offered there.'),
});

export const VarySchema = v.union([
  v.strictObject({
    path: about(line(200), 'A number of the scenario by its place: traffic.flood.ratePps, hosts.h1.cpus.'),
  }),
  v.strictObject({
    command: about(
      v.pipe(line(4096), v.includes('{value}', 'a command with {value} where the number goes')),
      'A command before time 0, {value} in place of the number: ethtool -C eth0 rx-usecs {value}.',
    ),
    host: about(v.optional(id), 'Host it is typed on; absent: the first.'),
  }),
]);

/** What a sweep is asked for; a scenario's own has a title too. */
export const sweepEntries = {
  vary: about(VarySchema, 'What takes one value after the other.'),
  from: about(number(0, 1e12), 'Least value.'),
  to: about(number(0, 1e12), 'Greatest value.'),
  points: about(
    v.optional(whole(2, LIMITS.sweepPoints), 16),
    'How many values; whole ones, so that close ones may fall together.',
  ),
  scale: about(
    v.optional(v.picklist(['linear', 'log', 'double']), 'linear'),
    'Even steps, even factors, or each value twice the one before (`points` does not count then).',
  ),
  variants: about(
    v.optional(v.pipe(v.array(id), v.minLength(1), v.maxLength(6)), ['base']),
    'Variants side by side.',
  ),
  metrics: about(
    v.optional(v.pipe(v.array(line(200)), v.minLength(1), v.maxLength(12)), [
      'deliveredPps',
      'hardirqShare',
      'softirqShare',
      'appShare',
      'idleShare',
    ]),
    'Names of the metric table, measured at the end of each run.',
  ),
  runNs: about(v.optional(whole(1, LIMITS.durationNs)), 'How long each run is; absent: durationNs.'),
};

export const SweepAskSchema = v.strictObject(sweepEntries);
export type SweepAsk = v.InferOutput<typeof SweepAskSchema>;
export type SweepVary = v.InferOutput<typeof VarySchema>;

const SweepSchema = v.strictObject({
  title: about(TextSchema, 'A few words.'),
  labels: about(
    v.optional(byId(TextSchema, 33), {}),
    'What its curves are called, by variant; absent: the variant\u2019s title.',
  ),
  ...sweepEntries,
});

export const ClaimSchema = v.strictObject({
  id: about(id, 'Its name, once in the scenario.'),
  variant: about(v.optional(id, 'base'), 'Variant the metric is of.'),
  metric: about(line(200), 'A name of the metric table.'),
  op: about(v.picklist(['<', '<=', '>', '>=', '==', '!=', '~']), '~ is equal within the tolerance.'),
  value: about(v.optional(v.number()), 'What the metric is compared with.'),
  other: about(v.optional(line(240)), 'variant.metric to compare with, in place of a value.'),
  factor: about(v.optional(v.number(), 1), 'The other side is multiplied by it.'),
  tolerance: about(
    v.optional(
      v.strictObject({
        abs: about(v.optional(number(0, 1e15)), 'Apart by so much at most.'),
        rel: about(v.optional(number(0, 10)), 'Apart by this share of the other side at most.'),
      }),
    ),
    'For ~, == and !=: the larger of the two counts.',
  ),
  sweep: about(v.optional(id), 'A claim about this curve of the metric, not about one run.'),
  of: about(
    v.optional(v.picklist(['max', 'min', 'maxAt', 'minAt', 'at'])),
    'What of the curve: its largest or least value, the swept value where it has that, or its value `at` one.',
  ),
  x: about(v.optional(v.number()), 'For `at`: the swept value.'),
});

export const ScenarioSchema = v.strictObject({
  $schema: about(v.optional(line(300)), 'Where this schema is, for editors.'),
  format: about(v.literal(FORMAT), 'Version of the format.'),
  id: about(
    v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'lower-case letters, digits and -')),
    "Its name; a built-in one's file is named like it.",
  ),
  title: about(TextSchema, 'A few words.'),
  summary: about(v.optional(TextSchema, { text: '' }), 'A sentence or two.'),
  kernel: about(
    v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/, 'a version like 6.12')), '6.12'),
    'Kernel version: rules and defaults follow it.',
  ),
  hz: about(v.optional(v.picklist([100, 250, 300, 1000]), 250), 'Timer ticks a second (CONFIG_HZ).'),
  config: about(
    v.optional(
      v.strictObject({
        vlan8021q: about(
          v.optional(v.boolean(), true),
          'CONFIG_VLAN_8021Q; without it tagged frames pass GRO alone.',
        ),
        irqTimeAccounting: about(
          v.optional(v.boolean(), false),
          'CONFIG_IRQ_TIME_ACCOUNTING (on in Fedora and RHEL, off in Debian and Ubuntu): time in interrupts and softirqs is charged to no task.',
        ),
      }),
      {},
    ),
    'Kernel configuration.',
  ),
  seed: about(
    v.optional(whole(0, 9_007_199_254_740_991), 1),
    'Seed of all randomness: RSS key, random traffic.',
  ),
  durationNs: about(whole(1, LIMITS.durationNs), 'Simulated time in all.'),
  hosts: about(v.pipe(byId(HostSchema, 4), v.minEntries(1, 'at least one host')), 'Hosts by name.'),
  links: about(
    v.optional(byId(LinkSchema, 8), {}),
    'Links by name: what leaves a card of one host arrives at a card of another.',
  ),
  traffic: about(v.optional(byId(TrafficSchema, 64), {}), 'Sources of frames by name.'),
  setup: about(
    v.optional(v.pipe(v.array(CommandSchema), v.maxLength(LIMITS.commands)), []),
    'Commands before time 0, in order.',
  ),
  run: about(
    v.optional(
      v.pipe(
        v.array(
          v.strictObject({ atNs: about(TimeNs, 'When: before all else of that time.'), ...commandEntries }),
        ),
        v.maxLength(LIMITS.commands),
      ),
      [],
    ),
    'Commands while time runs.',
  ),
  variants: about(
    v.optional(
      byId(
        v.strictObject({
          title: about(v.optional(TextSchema), 'A few words; absent: its name.'),
          of: about(
            v.optional(id),
            'Variant it starts from: that one is applied first. Absent: the scenario.',
          ),
          patch: about(v.record(line(80), v.any()), 'What differs; null takes a member out.'),
        }),
        32,
      ),
      {},
    ),
    'Named overlays: RFC 7396 merge patches on this scenario. `base` is the scenario itself.',
  ),
  sweeps: about(
    v.optional(byId(SweepSchema, 16), {}),
    'Curves: one number takes one value after the other, each a run of its own.',
  ),
  lesson: about(
    v.optional(
      v.strictObject({
        steps: about(v.pipe(v.array(StepSchema), v.maxLength(LIMITS.steps)), 'Steps in order.'),
      }),
      { steps: [] },
    ),
    'What is told along the run.',
  ),
  claims: about(
    v.optional(v.pipe(v.array(ClaimSchema), v.maxLength(200)), []),
    'What the texts state, checked by running it.',
  ),
});

export type Scenario = v.InferOutput<typeof ScenarioSchema>;
export type ScenarioClaim = v.InferOutput<typeof ClaimSchema>;
export type ScenarioText = v.InferOutput<typeof TextSchema>;
export type ScenarioStep = v.InferOutput<typeof StepSchema>;
