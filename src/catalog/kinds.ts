/**
 * Record kinds: what can happen. Each row says what the fields of a record of this kind hold, so that the
 * fold (protocol/fold), the inspector, the sentences and the CLI all read a record the same way.
 *
 * `packet` is a packet id (a train is named by its first frame), `other` a second packet id unless said otherwise.
 * Kinds with `context: true` change what the CPU is doing: their `b` is `context | task << 8` (task 0 = none).
 * `fn` is the kernel function (or hardware step) a reader finds in the source.
 */
export interface KindInfo {
  readonly code: number;
  /** Stage of the packet's way, for steps of grain "stage". */
  readonly stage:
    | 'wire'
    | 'nic'
    | 'irq'
    | 'softirq'
    | 'gro'
    | 'protocol'
    | 'socket'
    | 'app'
    | 'cpu'
    | 'input';
  readonly fn: string;
  readonly a: string;
  readonly b: string;
  readonly context?: true;
}

export const kinds = {
  frameArrived: {
    code: 1,
    stage: 'wire',
    fn: 'MAC receive',
    a: 'frame length without FCS, bytes',
    b: 'flow id',
  },
  queueSelected: {
    code: 2,
    stage: 'nic',
    fn: 'RSS / flow director',
    a: 'rx queue index in its NIC',
    b: 'hash as int32',
  },
  dmaStart: {
    code: 3,
    stage: 'nic',
    fn: 'DMA write',
    a: 'descriptor index',
    b: 'free descriptors left',
  },
  dmaDone: {
    code: 4,
    stage: 'nic',
    fn: 'descriptor write-back',
    a: 'descriptor index',
    b: 'frames waiting to be cleaned',
  },
  drop: {
    code: 5,
    stage: 'nic',
    fn: '',
    a: 'packets lost (frames of a train count one skb)',
    b: 'bytes',
  },
  moderationStart: {
    code: 6,
    stage: 'irq',
    fn: 'interrupt moderation',
    a: 'delay until the interrupt, ns',
    b: 'frames waiting',
  },
  irqRaised: {
    code: 7,
    stage: 'irq',
    fn: 'MSI-X message',
    a: 'target CPU (world index)',
    b: 'frames waiting',
  },
  hardirqEnter: {
    code: 8,
    stage: 'irq',
    fn: 'irq handler',
    a: 'context interrupted',
    b: 'context and task',
    context: true,
  },
  napiSchedule: {
    code: 9,
    stage: 'irq',
    fn: 'napi_schedule',
    a: 'NAPIs on this CPU poll_list after it',
    b: '0',
  },
  hardirqExit: {
    code: 10,
    stage: 'irq',
    fn: 'irq_exit',
    a: 'softirq pending: 1 or 0',
    b: 'context and task',
    context: true,
  },
  softirqEnter: {
    code: 11,
    stage: 'softirq',
    fn: 'handle_softirqs',
    a: 'pass number, from 1',
    b: 'context and task',
    context: true,
  },
  netRxAction: {
    code: 12,
    stage: 'softirq',
    fn: 'net_rx_action',
    a: 'budget, packets',
    b: 'NAPIs on poll_list',
  },
  pollStart: {
    code: 13,
    stage: 'softirq',
    fn: '__napi_poll',
    a: 'weight',
    b: 'budget left',
  },
  pollFrame: {
    code: 14,
    stage: 'softirq',
    fn: 'driver poll',
    a: 'frames taken in this poll, with this one',
    b: 'descriptor index',
  },
  gro: {
    code: 15,
    stage: 'gro',
    fn: 'dev_gro_receive',
    a: 'result: 0 merged, 1 held, 2 normal',
    b: 'bucket',
  },
  groComplete: {
    code: 16,
    stage: 'gro',
    fn: 'napi_gro_complete',
    a: 'segments',
    b: 'payload bytes',
  },
  listDeliver: {
    code: 17,
    stage: 'gro',
    fn: 'gro_normal_list',
    a: 'skbs',
    b: 'segments',
  },
  netifReceive: {
    code: 18,
    stage: 'protocol',
    fn: '__netif_receive_skb_core',
    a: 'segments',
    b: 'bytes',
  },
  ipRcv: {
    code: 19,
    stage: 'protocol',
    fn: 'ip_rcv',
    a: 'segments',
    b: 'socket id or 0',
  },
  l4Rcv: {
    code: 20,
    stage: 'protocol',
    fn: 'tcp_v4_rcv / udp_rcv',
    a: 'segments',
    b: 'socket id or 0',
  },
  socketQueue: {
    code: 21,
    stage: 'socket',
    fn: 'tcp_data_queue / __udp_enqueue_schedule_skb',
    a: 'truesize, bytes',
    b: 'sk_rmem_alloc after it',
  },
  wakeUp: {
    code: 22,
    stage: 'app',
    fn: 'sock_def_readable',
    a: 'CPU of the woken task',
    b: 'task id',
  },
  refill: {
    code: 23,
    stage: 'nic',
    fn: 'alloc_rx_buffers',
    a: 'descriptors handed back',
    b: 'tail (next_to_use)',
  },
  pollEnd: {
    code: 24,
    stage: 'softirq',
    fn: '__napi_poll',
    a: 'work done, packets',
    b: 'budget left',
  },
  napiComplete: {
    code: 25,
    stage: 'softirq',
    fn: 'napi_complete_done',
    a: 'work done, packets',
    b: 'timer armed for, ns (0 = none)',
  },
  netRxDone: {
    code: 26,
    stage: 'softirq',
    fn: 'net_rx_action',
    a: 'budget left',
    b: 'NAPIs left on poll_list',
  },
  softirqExit: {
    code: 27,
    stage: 'softirq',
    fn: 'handle_softirqs',
    a: 'passes made',
    b: 'context and task',
    context: true,
  },
  ksoftirqdWake: {
    code: 28,
    stage: 'softirq',
    fn: 'wakeup_softirqd',
    a: 'passes made',
    b: 'task id',
  },
  schedSwitch: {
    code: 29,
    stage: 'cpu',
    fn: '__schedule',
    a: 'previous task id',
    b: 'context and task',
    context: true,
  },
  syscallEnter: {
    code: 30,
    stage: 'app',
    fn: 'recvmsg',
    a: 'socket id',
    b: 'context and task',
    context: true,
  },
  recv: {
    code: 31,
    stage: 'app',
    fn: 'tcp_recvmsg / udp_recvmsg',
    a: 'bytes copied',
    b: 'sk_rmem_alloc after it',
  },
  syscallExit: {
    code: 32,
    stage: 'app',
    fn: 'recvmsg',
    a: 'bytes returned',
    b: 'context and task',
    context: true,
  },
  appSleep: {
    code: 33,
    stage: 'app',
    fn: 'schedule_timeout',
    a: 'socket id',
    b: 'task id',
  },
  timerFire: {
    code: 34,
    stage: 'irq',
    fn: 'napi_watchdog',
    a: 'CPU of the timer',
    b: '0',
  },
  command: {
    code: 35,
    stage: 'input',
    fn: 'a knob was turned',
    a: 'input number',
    b: '0 done, 1 refused',
  },
  threadWake: {
    code: 36,
    stage: 'softirq',
    fn: 'wake_up_process(napi->thread)',
    a: 'CPU of the woken task',
    b: 'task id',
  },
  socketBacklog: {
    code: 37,
    stage: 'socket',
    fn: 'sk_add_backlog',
    a: 'truesize, bytes',
    b: 'backlog length, bytes',
  },
  ringReset: {
    code: 38,
    stage: 'nic',
    fn: 'driver ring set-up',
    a: 'descriptors',
    b: 'frames lost',
  },
  irqPending: {
    code: 39,
    stage: 'irq',
    fn: 'interrupt controller',
    a: 'CPU (world index)',
    b: 'vectors waiting',
  },
  consumed: {
    code: 40,
    stage: 'protocol',
    fn: 'consume_skb',
    a: 'segments',
    b: 'bytes',
  },
  rpsSelect: {
    code: 41,
    stage: 'protocol',
    fn: 'get_rps_cpu',
    a: 'CPU (world index), -1: this one, without a backlog',
    b: 'hash as int32',
  },
  backlogQueue: {
    code: 42,
    stage: 'protocol',
    fn: 'enqueue_to_backlog',
    a: 'packets in input_pkt_queue after it',
    b: 'CPU (world index)',
  },
  backlogTake: {
    code: 43,
    stage: 'protocol',
    fn: 'process_backlog',
    a: 'work in this poll',
    b: 'packets left in process_queue',
  },
  ipiSent: {
    code: 44,
    stage: 'irq',
    fn: 'net_rps_action_and_irq_enable',
    a: 'CPU (world index)',
    b: 'packets in its backlog',
  },
  arfsRule: {
    code: 45,
    stage: 'nic',
    fn: 'ndo_rx_flow_steer',
    a: 'rx queue index in its NIC',
    b: 'flow id',
  },
  ipForward: {
    code: 46,
    stage: 'protocol',
    fn: 'ip_forward',
    a: 'TTL it came with',
    b: 'outgoing NIC (world index)',
  },
  txQueue: {
    code: 47,
    stage: 'nic',
    fn: '__dev_queue_xmit',
    a: 'packets in the ring or the qdisc after it',
    b: 'segments',
  },
  txSent: { code: 48, stage: 'wire', fn: 'DMA read, wire', a: 'segments', b: 'NIC (world index)' },
  txClean: {
    code: 49,
    stage: 'softirq',
    fn: 'clean_tx_irq',
    a: 'packets freed',
    b: 'descriptors still in use',
  },
  txDrop: { code: 50, stage: 'nic', fn: 'pfifo_fast_enqueue', a: 'segments', b: '0' },
  irqDone: { code: 52, stage: 'irq', fn: 'irq handler', a: 'frames it took', b: '0' },
  dimSample: { code: 51, stage: 'irq', fn: 'net_dim', a: 'profile, 0 to 4', b: 'packets a millisecond' },
  sendEnter: {
    code: 80,
    stage: 'app',
    fn: 'sendmsg',
    a: 'payload bytes',
    b: 'context and task',
    context: true,
  },
  tcpAck: {
    code: 110,
    stage: 'socket',
    fn: 'tcp_send_ack',
    a: 'frame length without FCS, bytes (each SACK block is 8); other: flow id',
    b: 'acknowledgement number, as a signed 32-bit number',
  },
  tcpDecision: {
    code: 111,
    stage: 'socket',
    fn: '__tcp_ack_snd_check',
    a: 'what the reason is about (ACKs held, ticks to wait, left edge of a block, new threshold or buffer)',
    b: 'the same, second value (delay in ns, ato in ticks, right edge, limit)',
  },
  send: {
    code: 81,
    stage: 'socket',
    fn: 'udp_sendmsg',
    a: 'frame length without FCS, bytes; other: flow id',
    b: 'sk_wmem_alloc after it',
  },
  sendExit: {
    code: 82,
    stage: 'app',
    fn: 'sendmsg',
    a: 'bytes returned, or -errno',
    b: 'context and task',
    context: true,
  },
  transaction: {
    code: 83,
    stage: 'wire',
    fn: 'client behind the cable',
    a: 'round trip, ns; 0: too late',
    b: 'source (index)',
  },
  bhMark: {
    code: 74,
    stage: 'softirq',
    fn: 'mark_bh',
    a: 'packets in the backlog',
    b: 'CPU that runs the bottom half (world index), -1 none',
  },
  lockWait: {
    code: 70,
    stage: 'cpu',
    fn: 'spin_lock',
    a: 'CPU that holds it (world index)',
    b: 'place in line, from 1',
  },
  lockAcquired: {
    code: 71,
    stage: 'cpu',
    fn: 'spin_lock',
    a: 'ns waited',
    b: 'CPU that had it before (world index), -1 none',
  },
  lockRelease: {
    code: 72,
    stage: 'cpu',
    fn: 'spin_unlock',
    a: 'ns held',
    b: 'CPU that has it next (world index), -1 none',
  },
  lockPassed: {
    code: 73,
    stage: 'cpu',
    fn: 'spin_unlock_wait',
    a: 'ns waited',
    b: 'CPU that had it (world index)',
  },
} as const satisfies Record<string, KindInfo>;

export type KindName = keyof typeof kinds;

/** Codes by name, for the engine: a plain literal, which engines read fastest; the type holds it to the table. */
export const Kind = {
  frameArrived: 1,
  queueSelected: 2,
  dmaStart: 3,
  dmaDone: 4,
  drop: 5,
  moderationStart: 6,
  irqRaised: 7,
  hardirqEnter: 8,
  napiSchedule: 9,
  hardirqExit: 10,
  softirqEnter: 11,
  netRxAction: 12,
  pollStart: 13,
  pollFrame: 14,
  gro: 15,
  groComplete: 16,
  listDeliver: 17,
  netifReceive: 18,
  ipRcv: 19,
  l4Rcv: 20,
  socketQueue: 21,
  wakeUp: 22,
  refill: 23,
  pollEnd: 24,
  napiComplete: 25,
  netRxDone: 26,
  softirqExit: 27,
  ksoftirqdWake: 28,
  schedSwitch: 29,
  syscallEnter: 30,
  recv: 31,
  syscallExit: 32,
  appSleep: 33,
  timerFire: 34,
  command: 35,
  threadWake: 36,
  socketBacklog: 37,
  ringReset: 38,
  irqPending: 39,
  consumed: 40,
  rpsSelect: 41,
  backlogQueue: 42,
  backlogTake: 43,
  ipiSent: 44,
  arfsRule: 45,
  ipForward: 46,
  txQueue: 47,
  txSent: 48,
  txClean: 49,
  txDrop: 50,
  dimSample: 51,
  irqDone: 52,
  sendEnter: 80,
  send: 81,
  tcpAck: 110,
  tcpDecision: 111,
  sendExit: 82,
  transaction: 83,
  lockWait: 70,
  lockAcquired: 71,
  lockRelease: 72,
  lockPassed: 73,
  bhMark: 74,
} as const satisfies { readonly [K in KindName]: (typeof kinds)[K]['code'] };

const byCode: (KindName | undefined)[] = [];
for (const [name, info] of Object.entries(kinds)) byCode[info.code] = name as KindName;

/** Name of a kind code, or undefined for a code this version doesn't know. */
export function kindName(code: number): KindName | undefined {
  return byCode[code];
}

/** Kind codes whose `b` tells the CPU's new context. */
export const CONTEXT_KINDS: ReadonlySet<number> = new Set(
  Object.values(kinds)
    .filter((info: KindInfo) => info.context === true)
    .map((info) => info.code),
);
