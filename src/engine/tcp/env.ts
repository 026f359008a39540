/** What a connection needs from around it, and what it hands out. Nothing of this is part of its state. */
import type { RuleValues } from '../../catalog/rules.ts';
import {
  hz,
  TCP_RACK_LOSS_DETECTION,
  TCP_RETRIES2,
  TCP_SYN_RETRIES,
  TCP_SYNACK_RETRIES,
  TCP_TIMEWAIT_S,
} from './constants.ts';
import type { TcpCounters } from './counters.ts';
import type { TcpSock, TcpSkb } from './sock.ts';

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
  tcp_wmem: readonly number[];
  tcp_congestion_control: 'cubic' | 'reno';
  /** TCP_RACK_* bits. */
  tcp_recovery: number;
  /** 3 or 4: tail loss probes. */
  tcp_early_retrans: number;
  tcp_frto: number;
  tcp_reordering: number;
  tcp_max_reordering: number;
  tcp_slow_start_after_idle: number;
  tcp_limit_output_bytes: number;
  tcp_min_tso_segs: number;
  tcp_tso_win_divisor: number;
  /** 31 and more: frames don't grow on short paths. */
  tcp_tso_rtt_log: number;
  tcp_autocorking: number;
  /** Seconds. */
  tcp_min_rtt_wlen: number;
  tcp_syn_retries: number;
  tcp_synack_retries: number;
  tcp_syn_linear_timeouts: number;
  tcp_retries2: number;
  tcp_retrans_collapse: number;
  /** Seconds. */
  tcp_fin_timeout: number;
  tcp_window_scaling: number;
  /** Percent. */
  tcp_pacing_ss_ratio: number;
  tcp_pacing_ca_ratio: number;
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
    tcp_wmem: [4096, 16_384, 4_194_304],
    tcp_congestion_control: rules.tcpCubic ? 'cubic' : 'reno',
    tcp_recovery: rules.tcpRack ? TCP_RACK_LOSS_DETECTION : 0,
    tcp_early_retrans: rules.tcpLossProbe ? 3 : 0,
    tcp_frto: 2,
    tcp_reordering: 3,
    tcp_max_reordering: 300,
    tcp_slow_start_after_idle: 1,
    tcp_limit_output_bytes: rules.tcpLimitOutputBytes,
    tcp_min_tso_segs: 2,
    tcp_tso_win_divisor: 3,
    tcp_tso_rtt_log: rules.tcpTsoRttLog,
    tcp_autocorking: rules.tcpAutocorking ? 1 : 0,
    tcp_min_rtt_wlen: 300,
    tcp_syn_retries: TCP_SYN_RETRIES,
    tcp_synack_retries: TCP_SYNACK_RETRIES,
    tcp_syn_linear_timeouts: rules.tcpSynLinearTimeouts,
    tcp_retries2: TCP_RETRIES2,
    tcp_retrans_collapse: 1,
    tcp_fin_timeout: TCP_TIMEWAIT_S,
    tcp_window_scaling: 1,
    tcp_pacing_ss_ratio: 200,
    tcp_pacing_ca_ratio: 120,
  };
}

/** Options of a SYN or SYN-ACK besides timestamps. */
export interface TcpSynOptions {
  mss: number;
  /** -1: no window scaling. */
  wscale: number;
  sackOk: boolean;
}

/** A segment that leaves: an ACK, data that carry one, a SYN, a RST. */
export interface TcpOut {
  seq: number;
  ack: number;
  /** TCP_* bits. */
  flags: number;
  /** The header's field, and the bytes it stands for. */
  win: number;
  winBytes: number;
  len: number;
  /** gso_segs and gso_size: 1 and 0 for what is not to be cut. */
  segs: number;
  gsoSize: number;
  /** SACK blocks as they stand in the option: left edge, right edge, left edge, ... */
  sacks: number[];
  /** The first block is a DSACK. */
  dsack: boolean;
  /** Timestamp option; -1: none. */
  tsVal: number;
  tsEcr: number;
  /** Of a SYN; null: no SYN. */
  syn: TcpSynOptions | null;
  retransmit: boolean;
  /**
   * Handle and memory of the skb it is a clone of, for tcpWfree when the clone is freed; -1: pure ACK, SYN-ACK, RST, which count for
   * no limit. The owner may set truesize to what the clone takes in its world before transmit returns.
   */
  skb: number;
  truesize: number;
  /** Earliest departure (ns): fq holds it until then. */
  edtNs: number;
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
  /** Hands a segment to IP. It may call tcpWfree at once, but nothing else of the socket. */
  transmit(s: TcpSock, out: TcpOut): void;
  /** An skb is freed without having been read. @param reason code */
  drop(s: TcpSock, skb: TcpSkb, reason: number): void;
  /** A decision that sends and drops nothing. @param a, b what it was about */
  decide(s: TcpSock, reason: number, a: number, b: number): void;
  /** sk_data_ready: there is something to read, or the end. */
  dataReady(s: TcpSock): void;
  /** sk_write_space: a writer that found no room may go on. */
  writeSpace(s: TcpSock): void;
  /** sk_state_change: opened, closed, or dead (s.error says of what). */
  stateChange(s: TcpSock): void;
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

/** TCP_TIMEOUT_INIT, jiffies. */
export function timeoutInit(env: TcpEnv): number {
  return env.rules.tcpTimeoutInitS * hz(env.jiffyNs, 1);
}
