/**
 * Cost profiles: what each piece of work costs a CPU, in cycles of that profile's clock.
 * Source: published measurements (XDP paper data 2018, CPUMAP 2019, NAPI_HOWTO 2002, Click 2000, terabit stack
 * profiling 2021); running totals are published, the split inside a total is fitted. What no source gives is listed in
 * `assumed`, and the page says so wherever such a cost shows.
 * Left out: caches, TLB, DDIO and SMT; but for memory of another NUMA node (cpu/node) costs don't depend on what ran before.
 */
export interface CostProfile {
  readonly id: string;
  readonly clockMhz: number;
  /** Hard interrupt: entry, handler with napi_schedule, exit. */
  readonly hardirq: number;
  /** Softirq entry up to the first poll of a pass. */
  readonly softirqEnter: number;
  /** One more pass of handle_softirqs, or its end. */
  readonly softirqExit: number;
  /** Calling a driver's poll. */
  readonly pollEnter: number;
  /** napi_complete_done and unmasking the vector. */
  readonly napiComplete: number;
  /** Descriptor, refill, page recycling: each frame. */
  readonly rxDesc: number;
  /** First touch of the packet's data. */
  readonly touch: number;
  readonly skbAlloc: number;
  /** dev_gro_receive on one frame. */
  readonly gro: number;
  /** netif_receive_skb, packet type, RCU: each skb. */
  readonly coreRx: number;
  /** get_rps_cpu and queueing for another CPU: each skb where RPS or RFS is on. */
  readonly rps: number;
  /** A CPU is interrupted by another one (backlog to work off): sending, and taking it. */
  readonly ipiSend: number;
  readonly ipi: number;
  readonly ipRcv: number;
  /** FIB lookup where early demux found no socket (included in udpRcv and tcpRcv totals when 0). */
  readonly fib: number;
  /** Forwarding: route lookup, ip_forward with neighbour, qdisc, driver, and cleaning up afterwards (with the page). */
  readonly fwdFib: number;
  readonly fwd: number;
  readonly qdisc: number;
  readonly txDrv: number;
  readonly txDone: number;
  readonly page: number;
  /** Firewall: one rule of the raw table; the filter table with the route to it. */
  readonly nfRaw: number;
  readonly nfFilter: number;
  /** Handing a packet to a program: message, netlink, wake-up, beside the copy; taking its verdict (sendmsg, finding the packet). */
  readonly nfQueue: number;
  readonly nfVerdict: number;
  /** Before NAPI: one frame in the interrupt handler; one frame in the softirq, up to the wire. */
  readonly legacyIrq: number;
  readonly legacySoft: number;
  /** Of the latter: what comes behind the firewall's FORWARD rules. */
  readonly legacyOut: number;
  readonly udpRcv: number;
  readonly tcpRcv: number;
  /** Making an ACK, up to the queueing discipline: skb, options, headers. */
  readonly tcpAck: number;
  readonly skbFree: number;
  /** recvmsg of one datagram or one call: system call, dequeue, small copy, free. */
  readonly recvmsg: number;
  /** Each further skb inside one TCP recvmsg. */
  readonly recvSkb: number;
  /** sendmsg of one datagram up to the queueing discipline: system call, route, skb; the copy comes on top. */
  readonly sendmsg: number;
  /** Copy to user space, cycles a byte. */
  readonly copyPerByte: number;
  /** Checksum over payload in software, cycles a byte. */
  readonly csumPerByte: number;
  /** skb_segment: each frame cut off an skb, with an skb and headers of its own; where a list of whole skbs is taken apart. */
  readonly gsoSegment: number;
  readonly gsoList: number;
  /** TLS: AES-128-GCM with the CPU's own instructions, cycles a byte; the rest of a record (header, nonce, list of pages). */
  readonly cryptPerByte: number;
  readonly tlsRecord: number;
  /** A card's cipher state is set anew (two descriptors and a fence), and each read of what lies before the packet. */
  readonly tlsResync: number;
  readonly tlsDump: number;
  /** A tunnel puts an outer IP header on (with the route to the other end), and takes one off. */
  readonly tunnelXmit: number;
  readonly tunnelRcv: number;
  readonly contextSwitch: number;
  /**
   * Waking a reader that sleeps on another CPU (try_to_wake_up): its run queue lies in that one's cache. 0: not counted. An idle CPU that
   * watches its flag (mwait) needs no interrupt besides.
   */
  readonly wakeOther: number;
  /** Taking and freeing a spinlock that nobody else wants; more where another CPU's cache has its line. */
  readonly lock: number;
  readonly lockTransfer: number;
  /** Work on memory of another NUMA node costs so many times as much. */
  readonly remoteNode: number;
  /** An idle CPU has to wake first, ns. */
  readonly idleWakeNs: number;
  /** DMA of a frame: latency in ns and ns a byte. */
  readonly dmaNs: number;
  readonly dmaNsPerByte: number;
  readonly assumed: readonly string[];
}

/**
 * One way between two machines of the busy polling measurement: both cards' hardware, PCIe and the cable, ns. Not published; fitted
 * to its cell with rx-usecs 0 (56,000 transactions a second).
 */
export const RR_WAY_NS = 3200;

/**
 * Fixed interrupt moderation where DIM was compared with it, us. Not published; fitted to 23,700 interrupts a second, taken as those
 * of one of 31 queues (of all of them together they would be 1.3 ms apart, beyond what the timers of DIM reach).
 */
export const FIXED_RX_USECS = 40;

/** Clock of the machine that sends UDP in bulk, MHz. Not published; fitted to what it sent a datagram a call (876 MB/s). */
export const UDP_SOURCE_MHZ = 1554;

const SERVER_ASSUMED = [
  'hardirq',
  'softirqEnter',
  'softirqExit',
  'pollEnter',
  'napiComplete',
  'contextSwitch',
  'wakeOther',
  'idleWakeNs',
  'recvSkb',
  'sendmsg',
  'tcpAck',
  'dmaNs',
  'dmaNsPerByte',
  'rps',
  'ipiSend',
  'ipi',
  'legacyIrq',
  'legacySoft',
  'legacyOut',
  'nfQueue',
  'nfVerdict',
  'lockTransfer',
  'remoteNode',
  'csumPerByte',
  'gsoSegment',
  'gsoList',
  'cryptPerByte',
  'tlsRecord',
  'tlsResync',
  'tlsDump',
  'tunnelXmit',
  'tunnelRcv',
] as const;

/** The 4500-cycle interrupt cycle (estimate) is split 1500 + 900 + 300 + 300 + 1500. */
const server3g: CostProfile = {
  id: 'server3g',
  clockMhz: 3000,
  hardirq: 1500,
  softirqEnter: 900,
  softirqExit: 300,
  pollEnter: 300,
  napiComplete: 1500,
  rxDesc: 148,
  touch: 8,
  skbAlloc: 101,
  gro: 94,
  coreRx: 40,
  rps: 120,
  ipiSend: 300,
  ipi: 1200,
  ipRcv: 80,
  fib: 0,
  fwdFib: 155,
  fwd: 330,
  qdisc: 330,
  txDrv: 380,
  txDone: 190,
  page: 213,
  nfRaw: 166,
  nfFilter: 537,
  nfQueue: 900,
  nfVerdict: 1100,
  legacyIrq: 2400,
  legacySoft: 2069,
  legacyOut: 900,
  udpRcv: 535,
  tcpRcv: 950,
  tcpAck: 600,
  skbFree: 76,
  recvmsg: 1557,
  recvSkb: 300,
  sendmsg: 1250,
  copyPerByte: 0.36,
  csumPerByte: 0.3,
  gsoSegment: 600,
  gsoList: 40,
  cryptPerByte: 0.8,
  tlsRecord: 500,
  tlsResync: 600,
  tlsDump: 100,
  tunnelXmit: 300,
  tunnelRcv: 200,
  contextSwitch: 3000,
  wakeOther: 0,
  lock: 37,
  lockTransfer: 200,
  remoteNode: 1.5,
  idleWakeNs: 1000,
  dmaNs: 600,
  dmaNsPerByte: 0.125,
  assumed: SERVER_ASSUMED,
};

/** nsAt(mhz): a cost given in ns as cycles of that clock. */
const cycles = (ns: number, mhz: number): number => Math.round((ns * mhz) / 1000);

const p3: CostProfile = {
  ...server3g,
  id: 'p3-700',
  clockMhz: 700,
  hardirq: cycles(2000, 700),
  softirqEnter: cycles(1200, 700),
  softirqExit: cycles(400, 700),
  pollEnter: cycles(400, 700),
  napiComplete: cycles(2000, 700),
  rxDesc: cycles(528, 700),
  touch: 0,
  skbAlloc: cycles(90, 700),
  gro: 0,
  coreRx: cycles(160, 700),
  ipRcv: cycles(400, 700),
  fwdFib: cycles(200, 700),
  fwd: cycles(860, 700),
  qdisc: 0,
  txDrv: cycles(161, 700),
  txDone: cycles(351, 700),
  page: 0,
  legacyIrq: cycles(16_700, 700),
  legacySoft: cycles(20_400, 700),
  legacyOut: cycles(8_000, 700),
  nfQueue: cycles(3_000, 700),
  nfVerdict: cycles(3_500, 700),
  udpRcv: cycles(1060, 700),
  tcpRcv: cycles(2000, 700),
  tcpAck: cycles(1400, 700),
  skbFree: cycles(161, 700),
  recvmsg: cycles(3000, 700),
  recvSkb: cycles(600, 700),
  sendmsg: cycles(3000, 700),
  copyPerByte: 1.5,
  csumPerByte: 1,
  cryptPerByte: 20,
  tunnelXmit: cycles(600, 700),
  tunnelRcv: cycles(400, 700),
  contextSwitch: cycles(3000, 700),
  lock: cycles(50, 700),
  lockTransfer: cycles(300, 700),
  idleWakeNs: 0,
  dmaNs: 1000,
  dmaNsPerByte: 7.5,
  assumed: [...SERVER_ASSUMED, 'udpRcv', 'tcpRcv', 'recvmsg', 'copyPerByte', 'lock'],
};

const e500: CostProfile = {
  ...server3g,
  id: 'qoriq-e500',
  clockMhz: 1200,
  hardirq: cycles(2500, 1200),
  softirqEnter: cycles(900, 1200),
  softirqExit: cycles(300, 1200),
  pollEnter: cycles(300, 1200),
  napiComplete: cycles(1500, 1200),
  rxDesc: cycles(1300, 1200),
  touch: 0,
  skbAlloc: cycles(600, 1200),
  gro: cycles(200, 1200),
  coreRx: cycles(200, 1200),
  ipRcv: cycles(400, 1200),
  udpRcv: cycles(1000, 1200),
  tcpRcv: cycles(1800, 1200),
  tcpAck: cycles(1400, 1200),
  nfQueue: cycles(2_000, 1200),
  nfVerdict: cycles(2_400, 1200),
  skbFree: cycles(300, 1200),
  recvmsg: cycles(3500, 1200),
  recvSkb: cycles(600, 1200),
  sendmsg: cycles(3000, 1200),
  copyPerByte: 1.2,
  csumPerByte: 0.8,
  cryptPerByte: 25,
  tunnelXmit: cycles(600, 1200),
  tunnelRcv: cycles(400, 1200),
  contextSwitch: cycles(3000, 1200),
  lock: cycles(30, 1200),
  lockTransfer: cycles(150, 1200),
  dmaNs: 1000,
  dmaNsPerByte: 1,
  assumed: Object.keys(server3g),
};

/**
 * A DEC Alpha of 150 MHz (DECstation 3000/300), the router of Mogul and Ramakrishnan. Only three figures are known: without a
 * screening process at most about 4700 packets a second leave, with one a little under 2000, and near 6000 offered none at all.
 * They fix sums, the parts are assumed: legacyIrq + legacySoft, with entering and leaving the softirq, 1 s / 4700; interrupt and
 * softirq up to the packet queue 1 s / 6000, after which the program never runs; both and the program's part (recvmsg, its own
 * SCREEND_NS, verdict, legacyOut) 1 s / 1950. With NAPI a packet costs what it did but for the interrupt of its own.
 */
const alpha: CostProfile = {
  ...server3g,
  id: 'alpha-150',
  clockMhz: 150,
  hardirq: cycles(15_000, 150),
  softirqEnter: cycles(4_000, 150),
  softirqExit: cycles(1_000, 150),
  pollEnter: cycles(2_000, 150),
  napiComplete: cycles(10_000, 150),
  rxDesc: cycles(25_000, 150),
  touch: 0,
  skbAlloc: cycles(10_000, 150),
  gro: 0,
  coreRx: cycles(20_000, 150),
  rps: cycles(10_000, 150),
  ipRcv: cycles(25_000, 150),
  fwdFib: cycles(15_000, 150),
  fwd: cycles(27_000, 150),
  qdisc: cycles(10_000, 150),
  txDrv: cycles(35_000, 150),
  txDone: cycles(15_000, 150),
  page: 0,
  nfQueue: cycles(22_000, 150),
  nfVerdict: cycles(40_000, 150),
  legacyIrq: cycles(60_000, 150),
  legacySoft: cycles(147_000, 150),
  legacyOut: cycles(66_000, 150),
  udpRcv: cycles(40_000, 150),
  tcpRcv: cycles(70_000, 150),
  tcpAck: cycles(50_000, 150),
  skbFree: cycles(5_000, 150),
  recvmsg: cycles(60_000, 150),
  recvSkb: cycles(15_000, 150),
  sendmsg: cycles(80_000, 150),
  copyPerByte: 3,
  tunnelXmit: cycles(20_000, 150),
  tunnelRcv: cycles(15_000, 150),
  contextSwitch: cycles(30_000, 150),
  lock: cycles(1_000, 150),
  lockTransfer: cycles(3_000, 150),
  idleWakeNs: 0,
  dmaNs: 2000,
  dmaNsPerByte: 20,
  assumed: Object.keys(server3g),
};

/** What the program of that router computes for each packet, ns: assumed, see above. */
export const SCREEND_NS = 170_000;

/**
 * The receiver of one long TCP flow (SIGCOMM 2021 host stack measurements): Xeon Gold 6128. Only its copying is fitted, to the flow with
 * all help (41.21 Gbit/s a core); 0.41 to 0.54 cycles a byte were measured. What a core loses where another one wants the same socket is
 * not in the model, so that the flow without any help (4.78 Gbit/s) cannot be fitted.
 */
const host21: CostProfile = { ...server3g, id: 'host21', clockMhz: 3400, copyPerByte: 0.48 };

type Work = Exclude<keyof CostProfile, 'id' | 'assumed'>;

/** These parts of server3g's, so many times as dear. */
function times<K extends Work>(factor: number, parts: readonly K[]): Record<K, number> {
  return Object.fromEntries(parts.map((part) => [part, Math.round(server3g[part] * factor)])) as Record<
    K,
    number
  >;
}

/** What the network costs a server of 2010, and what programs cost it, in server3g's costs. */
const NETWORK_2010 = 14.25;
const PROGRAM_2010 = 4.25;

/**
 * The servers of 2010 in the commits of RPS and RFS: 500 connections, one byte there and one back, one receive queue. No cost of
 * theirs is published. Two figures of the machine without either were fitted, 104,000 transactions a second and 30 % of 8 CPUs: one
 * CPU is full, 9.6 us a transaction, the others are busy 13.5 us. Two factors on server3g's parts do it: one for interrupts, driver, IP
 * and TCP, one for system calls, sending and switching (waking an idle CPU with it). They stand for 500 sockets that no cache
 * holds, slower memory and kernels of that time; how a sum is split is server3g's. To wake a task of another CPU costs the transfer of
 * one lock.
 */
const server2010: CostProfile = {
  ...server3g,
  id: 'server-2010',
  ...times(NETWORK_2010, ['hardirq', 'softirqEnter', 'softirqExit', 'pollEnter', 'napiComplete']),
  ...times(NETWORK_2010, ['rxDesc', 'touch', 'skbAlloc', 'gro', 'coreRx', 'rps', 'ipiSend', 'ipi', 'ipRcv']),
  ...times(NETWORK_2010, ['udpRcv', 'tcpRcv', 'skbFree', 'txDone', 'lock', 'lockTransfer']),
  ...times(PROGRAM_2010, ['recvmsg', 'recvSkb', 'sendmsg', 'tcpAck', 'qdisc', 'txDrv']),
  ...times(PROGRAM_2010, ['contextSwitch', 'idleWakeNs']),
  wakeOther: Math.round(server3g.lockTransfer * NETWORK_2010),
  assumed: Object.keys(server3g),
};

/** What a request of their RPC test is computed on, ns. Not published; fitted to 48 % of 8 CPUs without RPS. */
export const RPC_WORK_NS = 14_000;

/** The machine of the lab measurements: a virtual machine without a real card; only its rules matter, not its times. */
const lab: CostProfile = {
  ...server3g,
  id: 'veth-lab',
  dmaNs: 0,
  dmaNsPerByte: 0,
  assumed: Object.keys(server3g),
};

export const costProfiles: Readonly<Record<string, CostProfile>> = {
  server3g,
  'p3-700': p3,
  'qoriq-e500': e500,
  'alpha-150': alpha,
  'server-2010': server2010,
  host21,
  'veth-lab': lab,
};
