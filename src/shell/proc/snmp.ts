/**
 * /proc/net/snmp, netstat (two lines a group: names, values) and snmp6 (a line a counter): the counters that the model keeps,
 * in the kernel's order. Source: net/ipv4/proc.c, net/ipv6/proc.c, v6.12. Left out: all others, rather than zeros that mean nothing.
 */
import type { Ctx } from '../types.ts';

/** Longest prefixes first: TcpExtX is not Tcp's ExtX. */
const PREFIXES = ['TcpExt', 'IpExt', 'Icmp6', 'Ip6', 'Udp6', 'Icmp', 'Ip', 'Tcp', 'Udp'] as const;
type Prefix = (typeof PREFIXES)[number];

const ORDER: Readonly<Record<Prefix, string>> = {
  Ip: 'InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDelivers OutRequests OutDiscards ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates',
  Icmp: 'InMsgs',
  Tcp: 'ActiveOpens PassiveOpens AttemptFails EstabResets InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors',
  Udp: 'InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors',
  TcpExt:
    'PruneCalled RcvPruned OfoPruned TW PAWSActive PAWSEstab PAWSOldAck BeyondWindow DelayedACKs DelayedACKLocked DelayedACKLost TCPHPHits TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPSlowStartRetrans TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed TCPBacklogCoalesce TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose TCPAbortOnTimeout TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs TCPSackShifted TCPSackMerged TCPSackShiftFallback TCPBacklogDrop TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge TCPChallengeACK TCPSYNChallenge TCPSpuriousRtxHostQueues BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv TCPToZeroWindowAdv TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent TCPHystartTrainDetect TCPHystartTrainCwnd TCPHystartDelayDetect TCPHystartDelayCwnd TCPACKSkippedPAWS TCPACKSkippedSeq TCPACKSkippedChallenge TCPWinProbe TCPDelivered TCPAckCompressed TCPZeroWindowDrop TCPRcvQDrop TCPDSACKRecvSegs TCPDSACKIgnoredDubious',
  IpExt: 'InCsumErrors InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts',
  Ip6: 'InReceives InHdrErrors InTooBigErrors InAddrErrors InUnknownProtos InDelivers OutForwDatagrams OutRequests OutDiscards ReasmReqds InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts',
  Icmp6: 'InMsgs',
  Udp6: 'InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors',
};

function prefixOf(key: string): Prefix | undefined {
  return PREFIXES.find((p) => key.startsWith(p) && /^[A-Z]/.test(key.slice(p.length)));
}

function countersOf(ctx: Ctx): Readonly<Record<string, number>> {
  return ctx.state.snmp;
}

/** Names of a group that the model keeps: in the kernel's order, then those this table does not know. */
function namesOf(ctx: Ctx, prefix: Prefix): string[] {
  const kept = Object.keys(ctx.state.snmp)
    .filter((key) => prefixOf(key) === prefix)
    .map((key) => key.slice(prefix.length));
  const known = ORDER[prefix].split(' ');
  return [...known.filter((name) => kept.includes(name)), ...kept.filter((name) => !known.includes(name))];
}

function twoLines(ctx: Ctx, prefixes: readonly Prefix[]): string {
  return prefixes
    .map((prefix) => {
      const names = namesOf(ctx, prefix);
      const values = names.map((name) => countersOf(ctx)[prefix + name]);
      return `${prefix}: ${names.join(' ')}\n${prefix}: ${values.join(' ')}\n`;
    })
    .join('');
}

/** Every counter kept, in the order in which nstat prints them. */
export function snmpNames(ctx: Ctx): string[] {
  const groups: Prefix[] = ['Ip', 'Icmp', 'Tcp', 'Udp', 'Ip6', 'Icmp6', 'Udp6', 'TcpExt', 'IpExt'];
  return groups.flatMap((prefix) => namesOf(ctx, prefix).map((name) => prefix + name));
}

export function snmpText(ctx: Ctx): string {
  return twoLines(ctx, ['Ip', 'Icmp', 'Tcp', 'Udp']);
}

export function netstatText(ctx: Ctx): string {
  return twoLines(ctx, ['TcpExt', 'IpExt']);
}

export function snmp6Text(ctx: Ctx): string {
  const prefixes: Prefix[] = ['Ip6', 'Icmp6', 'Udp6'];
  const keys = prefixes.flatMap((prefix) => namesOf(ctx, prefix).map((name) => prefix + name));
  return keys.map((key) => `${key.padEnd(32)}\t${countersOf(ctx)[key]}\n`).join('');
}
