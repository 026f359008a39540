/** What a connection counts, under the kernel's names (/proc/net/snmp, /proc/net/netstat). */

export function createTcpCounters() {
  return {
    TcpInSegs: 0,
    TcpInErrs: 0,
    TcpOutSegs: 0,
    TcpRetransSegs: 0,
    TcpExtPruneCalled: 0,
    TcpExtRcvPruned: 0,
    TcpExtOfoPruned: 0,
    TcpExtDelayedACKs: 0,
    TcpExtDelayedACKLocked: 0,
    TcpExtDelayedACKLost: 0,
    TcpExtTCPPureAcks: 0,
    TcpExtTCPHPHits: 0,
    TcpExtTCPDSACKOldSent: 0,
    TcpExtTCPDSACKOfoSent: 0,
    TcpExtTCPRcvCollapsed: 0,
    TcpExtTCPRcvCoalesce: 0,
    TcpExtTCPOFOQueue: 0,
    TcpExtTCPOFODrop: 0,
    TcpExtTCPOFOMerge: 0,
    TcpExtTCPRcvQDrop: 0,
    TcpExtTCPZeroWindowDrop: 0,
    TcpExtTCPFromZeroWindowAdv: 0,
    TcpExtTCPToZeroWindowAdv: 0,
    TcpExtTCPWantZeroWindowAdv: 0,
    TcpExtTCPAckCompressed: 0,
    TcpExtTCPChallengeACK: 0,
    TcpExtTCPSYNChallenge: 0,
    TcpExtTCPACKSkippedSeq: 0,
    TcpExtTCPACKSkippedPAWS: 0,
    TcpExtTCPACKSkippedChallenge: 0,
    TcpExtPAWSEstab: 0,
    TcpExtPAWSOldAck: 0,
    TcpExtBeyondWindow: 0,
    TcpExtTCPOrigDataSent: 0,
    TcpExtTCPLossProbes: 0,
  };
}

export type TcpCounters = ReturnType<typeof createTcpCounters>;
