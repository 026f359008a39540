/** What a connection needs from around it, and what it hands out. Nothing of this is part of its state. */
import type { RuleValues } from '../../catalog/rules.ts';
import type { TcpCounters } from './counters.ts';
import type { TcpReceiver, TcpSkb } from './receiver.ts';

/** net.ipv4.* of the host (netns), as numbers. */
export interface TcpSysctls {
  tcp_rmem: readonly number[];
  tcp_sack: number;
  tcp_dsack: number;
  tcp_timestamps: number;
  tcp_moderate_rcvbuf: number;
  tcp_app_win: number;
  tcp_comp_sack_nr: number;
  tcp_comp_sack_delay_ns: number;
  tcp_comp_sack_slack_ns: number;
  tcp_comp_sack_rtt_percent: number;
  tcp_backlog_ack_defer: number;
  tcp_pingpong_thresh: number;
  /** net.core.rmem_max: only the window scale looks at it. */
  rmem_max: number;
}

/** Kernel defaults of one version. */
export function defaultTcpSysctls(rules: RuleValues): TcpSysctls {
  return {
    tcp_rmem: [4096, 131_072, rules.tcpRmemMax],
    tcp_sack: 1,
    tcp_dsack: 1,
    tcp_timestamps: 1,
    tcp_moderate_rcvbuf: 1,
    tcp_app_win: 31,
    tcp_comp_sack_nr: rules.tcpCompSack ? 44 : 0,
    tcp_comp_sack_delay_ns: 1_000_000,
    tcp_comp_sack_slack_ns: rules.tcpCompSackSlackNs,
    tcp_comp_sack_rtt_percent: rules.tcpCompSackRttPercent,
    tcp_backlog_ack_defer: rules.tcpBacklogAckDefer ? 1 : 0,
    tcp_pingpong_thresh: rules.tcpPingpongThresh,
    rmem_max: rules.rmemMax,
  };
}

/** A segment that leaves: an ACK, or data that carries one. */
export interface TcpOut {
  seq: number;
  ack: number;
  /** TCP_* bits. */
  flags: number;
  /** The header's field, and the bytes it stands for. */
  win: number;
  winBytes: number;
  len: number;
  /** SACK blocks as they stand in the option: left edge, right edge, left edge, ... */
  sacks: number[];
  /** The first block is a DSACK. */
  dsack: boolean;
  /** Timestamp option; -1: none. */
  tsVal: number;
  tsEcr: number;
  /** Why it leaves: a code of catalog/reasons.ts. */
  reason: number;
}

export interface TcpEnv {
  /** ns */
  now: number;
  readonly jiffyNs: number;
  /** Where in a tick time 0 stands: jiffies = floor((now + tickPhaseNs) / jiffyNs). */
  readonly tickPhaseNs: number;
  /** From the expiry of an hrtimer to its handler: ns. */
  readonly hrtimerLatencyNs: number;
  readonly rules: RuleValues;
  readonly sysctl: TcpSysctls;
  readonly counters: TcpCounters;
  transmit(s: TcpReceiver, out: TcpOut): void;
  /** An skb is freed without having been read. @param reason code */
  drop(s: TcpReceiver, skb: TcpSkb, reason: number): void;
  /** A decision that sends and drops nothing. @param a, b what it was about */
  decide(s: TcpReceiver, reason: number, a: number, b: number): void;
  /** sk_data_ready: there is something to read, or the end. */
  dataReady(s: TcpReceiver): void;
}

export function jiffiesAt(env: TcpEnv): number {
  return Math.floor((env.now + env.tickPhaseNs) / env.jiffyNs);
}

/** usecs_to_jiffies: rounded up. */
export function usToJiffies(env: TcpEnv, us: number): number {
  return Math.ceil((us * 1000) / env.jiffyNs);
}

/** When a wheel timer for a jiffy runs: the first level holds 63 ticks, each further one is eight times coarser. ns. */
export function timerWheelNs(env: TcpEnv, expires: number): number {
  const delta = expires - jiffiesAt(env);
  let grain = 1;
  for (let start = 63; delta >= start && grain < 32768; start *= 8) grain *= 8;
  return (Math.floor(expires / grain) + 1) * grain * env.jiffyNs - env.tickPhaseNs;
}
