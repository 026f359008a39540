/**
 * The scenario format, version 1: one valibot schema gives the types, the checks and the published JSON Schema
 * (public/scenario.schema.json). Collections are objects by id, so that a variant is an RFC 7396 merge patch. Units are in
 * field names. Every bound here protects the page from a scenario that came from a link or a file.
 */
import * as v from 'valibot';

export const FORMAT = 1;

export const LIMITS = {
  bytes: 1_000_000,
  durationNs: 10_000_000_000,
  cpus: 64,
  packets: 5_000_000,
  flows: 65_536,
  frames: 10_000,
  commands: 500,
  steps: 100,
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
  v.pipe(
    v.record(id, schema),
    v.check((r) => Object.keys(r).length <= most, `at most ${most} entries`),
  );

export const TextSchema = v.union([
  v.strictObject({ key: about(line(200), 'Message key (built-in scenarios).') }),
  v.strictObject({ text: about(line(4000), 'The words themselves.'), lang: v.optional(line(20)) }),
]);

const Mac = v.pipe(
  v.string(),
  v.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'a MAC address like 02:00:00:00:00:0b'),
);
const TimeNs = whole(0, LIMITS.durationNs);

const NicSchema = v.strictObject({
  driver: about(
    v.optional(v.picklist(['igb', 'ixgbe', 'mlx5_core']), 'ixgbe'),
    'Driver and card imitated: limits, defaults, moderation, counter names.',
  ),
  mac: v.optional(Mac, '02:00:00:00:00:0b'),
  addresses: about(
    v.optional(v.pipe(v.array(line(64)), v.maxLength(16)), ['10.0.0.2']),
    'Local IP addresses.',
  ),
  promiscuous: about(v.optional(v.boolean(), false), 'Every destination address is ours.'),
  linkBps: about(v.optional(whole(1_000_000, 400_000_000_000), 10_000_000_000), 'Link rate, bit/s.'),
  mtu: v.optional(whole(68, 9978), 1500),
  queues: about(v.optional(whole(1, 64), 1), 'Receive queues in use (ethtool -L combined).'),
  ringSize: about(
    v.optional(whole(64, 8192)),
    "Descriptors of each receive ring; absent: the driver's default.",
  ),
  affinity: about(
    v.optional(v.pipe(v.array(whole(0, LIMITS.cpus - 1)), v.maxLength(64)), []),
    "CPU of each queue's vector, repeating; empty: queue i on CPU i.",
  ),
  rxUsecs: v.optional(whole(0, 65_535)),
  rxFrames: v.optional(whole(0, 65_535)),
  rssKey: about(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^([0-9a-f]{2}[: ]?){40}$|^([0-9a-f]{2}[: ]?){52}$/i, '40 or 52 bytes in hex'),
      ),
    ),
    'RSS key; absent: random from the seed.',
  ),
});

const SocketSchema = v.strictObject({
  proto: v.picklist(['tcp', 'udp']),
  address: v.optional(line(64), '*'),
  port: about(whole(0, 65_535), 'Local port; 0 takes every port without a socket of its own.'),
  rcvbufBytes: about(v.optional(whole(2304, 1_073_741_824)), "sk_rcvbuf; absent: the kernel's default."),
  udpGro: v.optional(v.boolean(), false),
});

const AppSchema = v.strictObject({
  cpu: whole(0, LIMITS.cpus - 1),
  sockets: about(v.optional(v.pipe(v.array(id), v.maxLength(64)), []), 'Sockets it reads, in turn.'),
  readBytes: about(v.optional(whole(1, 16_777_216), 65_536), 'Most bytes of one recvmsg (TCP).'),
  workNs: about(v.optional(whole(0, 1_000_000_000), 0), 'Computing after each read.'),
  workNsPerByte: v.optional(number(0, 10_000), 0),
  pauseNs: about(v.optional(whole(0, 1_000_000_000), 0), 'Sleep after each read.'),
  spin: about(v.optional(v.boolean(), false), 'Computes all the time.'),
  startNs: v.optional(TimeNs, 0),
});

const HostSchema = v.strictObject({
  cpus: v.optional(whole(1, LIMITS.cpus), 4),
  profile: about(
    v.optional(v.picklist(['server3g', 'p3-700', 'qoriq-e500', 'veth-lab']), 'server3g'),
    'Cost profile.',
  ),
  clockMhz: v.optional(whole(10, 10_000)),
  nics: byId(NicSchema, 8),
  sockets: v.optional(byId(SocketSchema, 256), {}),
  apps: v.optional(byId(AppSchema, 128), {}),
});

/** Fields of one frame; what is absent has the usual value. */
const frameEntries = {
  v: about(v.optional(v.picklist([4, 6])), 'IP version.'),
  proto: about(v.optional(v.picklist(['tcp', 'udp', 'icmp'])), 'Protocol above IP.'),
  src: v.optional(line(64)),
  dst: v.optional(line(64)),
  sport: v.optional(whole(0, 65_535)),
  dport: v.optional(whole(0, 65_535)),
  dmac: v.optional(Mac),
  smac: v.optional(Mac),
  vlan: about(v.optional(whole(0, 65_535)), 'TCI of an 802.1Q tag.'),
  len: about(v.optional(whole(0, 65_000)), 'Payload bytes.'),
  seq: v.optional(whole(0, 4_294_967_295)),
  ack: v.optional(whole(0, 4_294_967_295)),
  flags: about(v.optional(v.pipe(v.string(), v.regex(/^[FSRPAUEC]*$/, 'letters of FSRPAUEC'))), 'TCP flags.'),
  win: v.optional(whole(0, 65_535)),
  ipId: v.optional(whole(0, 65_535)),
  df: v.optional(v.boolean()),
  mf: v.optional(v.boolean()),
  fragOffset: v.optional(whole(0, 65_528)),
  ttl: v.optional(whole(0, 255)),
  tos: v.optional(whole(0, 255)),
  flowLabel: v.optional(whole(0, 1_048_575)),
  tcpOptions: about(
    v.optional(v.pipe(line(80), v.regex(/^([0-9a-f]{2})*$/i, 'hex'))),
    'TCP option bytes, hex.',
  ),
  ipOptions: about(
    v.optional(v.pipe(line(80), v.regex(/^([0-9a-f]{2})*$/i, 'hex'))),
    'IPv4 option bytes, hex.',
  ),
  ipCsum: v.optional(v.picklist(['ok', 'bad'])),
  l4Csum: v.optional(v.picklist(['ok', 'bad', 'none'])),
};

const FrameSchema = v.strictObject(frameEntries);
export type FrameText = v.InferOutput<typeof FrameSchema>;

const target = {
  host: about(v.optional(id), 'Receiving host; absent: the first.'),
  nic: about(v.optional(id), 'Its NIC; absent: the first.'),
};

export const RateTrafficSchema = v.strictObject({
  kind: v.literal('rate'),
  ...target,
  frame: about(
    v.optional(FrameSchema, {}),
    'The frame every flow starts from; flow i has source port sport + i.',
  ),
  flows: v.optional(whole(1, LIMITS.flows), 1),
  weights: about(
    v.optional(v.pipe(v.array(number(0, 1e6)), v.minLength(1), v.maxLength(4096))),
    'Share of each flow, repeating.',
  ),
  ratePps: about(
    v.optional(number(1, 200_000_000)),
    "Frames a second over all flows; absent: the link's rate.",
  ),
  trainFrames: about(v.optional(whole(1, 1024), 1), 'Frames of one flow back to back.'),
  pshLast: v.optional(v.boolean(), false),
  pattern: v.optional(v.picklist(['constant', 'poisson']), 'constant'),
  startNs: v.optional(TimeNs, 0),
  stopNs: v.optional(TimeNs),
  count: about(v.optional(whole(1, LIMITS.packets)), 'Frames in all.'),
});

export const FramesTrafficSchema = v.strictObject({
  kind: v.literal('frames'),
  ...target,
  frame: about(v.optional(FrameSchema, {}), 'What every frame of the list starts from.'),
  frames: v.pipe(
    v.array(v.strictObject({ atNs: TimeNs, ...frameEntries })),
    v.minLength(1),
    v.maxLength(LIMITS.frames),
  ),
  startNs: v.optional(TimeNs, 0),
  repeat: v.optional(whole(1, 100_000), 1),
});

export const CaptureTrafficSchema = v.strictObject({
  kind: v.literal('capture'),
  ...target,
  sha256: about(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex')), 'Of the capture file.'),
  name: line(200),
  startNs: v.optional(TimeNs, 0),
  timeScale: about(v.optional(number(0.000001, 1_000_000), 1), 'Times of the capture are multiplied by it.'),
  ratePps: about(
    v.optional(v.nullable(number(1, 200_000_000)), null),
    'An even rate in place of its own timing.',
  ),
  repeat: v.optional(whole(1, 100_000), 1),
});

const TrafficSchema = v.variant('kind', [RateTrafficSchema, FramesTrafficSchema, CaptureTrafficSchema]);

const CommandSchema = v.strictObject({ host: v.optional(id), line: line(4096) });

/** A moment of the lesson: a time, or the n-th record that matches, on the run of the step's variant. */
const MomentSchema = v.union([
  v.strictObject({ atNs: TimeNs }),
  v.strictObject({
    kind: about(line(40), 'Record kind, as in the events table.'),
    reason: v.optional(line(60)),
    packet: v.optional(whole(1, LIMITS.packets)),
    n: about(v.optional(whole(1, 1_000_000), 1), 'Which of them.'),
  }),
]);

const FocusSchema = v.union([
  v.strictObject({ packet: whole(1, LIMITS.packets) }),
  v.strictObject({ queue: whole(0, 511) }),
  v.strictObject({ napi: whole(0, 511) }),
  v.strictObject({ cpu: whole(0, 4095) }),
  v.strictObject({ socket: whole(1, 4096) }),
  v.strictObject({ task: whole(1, 8192) }),
]);

const StepSchema = v.strictObject({
  title: TextSchema,
  text: TextSchema,
  at: MomentSchema,
  focus: v.optional(FocusSchema),
  variant: v.optional(id),
});

export const ClaimSchema = v.strictObject({
  id,
  variant: about(v.optional(id, 'base'), 'Variant the metric is of.'),
  metric: about(line(200), 'A name of the metric table.'),
  op: v.picklist(['<', '<=', '>', '>=', '==', '!=', '~']),
  value: v.optional(v.number()),
  other: about(v.optional(line(240)), 'variant.metric to compare with, in place of a value.'),
  factor: about(v.optional(v.number(), 1), 'The other side is multiplied by it.'),
  tolerance: about(
    v.optional(v.strictObject({ abs: v.optional(number(0, 1e15)), rel: v.optional(number(0, 10)) })),
    'For ~ and ==.',
  ),
});

export const ScenarioSchema = v.strictObject({
  $schema: v.optional(line(300)),
  format: v.literal(FORMAT),
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'lower-case letters, digits and -')),
  title: TextSchema,
  summary: v.optional(TextSchema, { text: '' }),
  kernel: about(
    v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/, 'a version like 6.12')), '6.12'),
    'Kernel version: rules and defaults follow it.',
  ),
  hz: about(v.optional(v.picklist([100, 250, 300, 1000]), 250), 'Timer ticks a second (CONFIG_HZ).'),
  config: v.optional(v.strictObject({ vlan8021q: v.optional(v.boolean(), true) }), {}),
  seed: v.optional(whole(0, 9_007_199_254_740_991), 1),
  durationNs: whole(1, LIMITS.durationNs),
  hosts: v.pipe(
    byId(HostSchema, 4),
    v.check((h) => Object.keys(h).length > 0, 'at least one host'),
  ),
  traffic: v.optional(byId(TrafficSchema, 64), {}),
  setup: v.optional(v.pipe(v.array(CommandSchema), v.maxLength(LIMITS.commands)), []),
  run: v.optional(
    v.pipe(
      v.array(v.strictObject({ atNs: TimeNs, host: v.optional(id), line: line(4096) })),
      v.maxLength(LIMITS.commands),
    ),
    [],
  ),
  variants: about(
    v.optional(
      byId(v.strictObject({ title: v.optional(TextSchema), patch: v.record(line(80), v.any()) }), 32),
      {},
    ),
    'Named overlays: RFC 7396 merge patches on this scenario. `base` is the scenario itself.',
  ),
  lesson: v.optional(v.strictObject({ steps: v.pipe(v.array(StepSchema), v.maxLength(LIMITS.steps)) }), {
    steps: [],
  }),
  claims: v.optional(v.pipe(v.array(ClaimSchema), v.maxLength(200)), []),
});

export type Scenario = v.InferOutput<typeof ScenarioSchema>;
export type ScenarioClaim = v.InferOutput<typeof ClaimSchema>;
export type ScenarioText = v.InferOutput<typeof TextSchema>;
export type ScenarioStep = v.InferOutput<typeof StepSchema>;
