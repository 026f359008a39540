/** Protocol counters under the kernel's names (/proc/net/snmp, /proc/net/snmp6, /proc/net/netstat). */

import { createTcpCounters } from '../tcp/counters.ts';

/** Every counter the model moves; all are there from the start, so that reading one is never a guess. */
export function createSnmp() {
  return {
    ...createTcpCounters(),
    IpInReceives: 0,
    IpInHdrErrors: 0,
    IpInAddrErrors: 0,
    IpInUnknownProtos: 0,
    IpInDelivers: 0,
    IpForwDatagrams: 0,
    IpOutRequests: 0,
    IpOutDiscards: 0,
    IpFragFails: 0,
    IpReasmReqds: 0,
    IpExtInNoECTPkts: 0,
    IpExtInECT1Pkts: 0,
    IpExtInECT0Pkts: 0,
    IpExtInCEPkts: 0,
    IpExtInCsumErrors: 0,
    Ip6InReceives: 0,
    Ip6InHdrErrors: 0,
    Ip6InAddrErrors: 0,
    Ip6InUnknownProtos: 0,
    Ip6InDelivers: 0,
    Ip6OutForwDatagrams: 0,
    Ip6OutRequests: 0,
    Ip6OutDiscards: 0,
    Ip6InTooBigErrors: 0,
    Ip6ReasmReqds: 0,
    Ip6InNoECTPkts: 0,
    Ip6InECT1Pkts: 0,
    Ip6InECT0Pkts: 0,
    Ip6InCEPkts: 0,
    IcmpInMsgs: 0,
    Icmp6InMsgs: 0,
    TcpInCsumErrors: 0,
    TcpExtTCPBacklogDrop: 0,
    UdpInDatagrams: 0,
    UdpNoPorts: 0,
    UdpInErrors: 0,
    UdpOutDatagrams: 0,
    UdpSndbufErrors: 0,
    UdpRcvbufErrors: 0,
    UdpInCsumErrors: 0,
    Udp6InDatagrams: 0,
    Udp6NoPorts: 0,
    Udp6InErrors: 0,
    Udp6OutDatagrams: 0,
    Udp6SndbufErrors: 0,
    Udp6RcvbufErrors: 0,
    Udp6InCsumErrors: 0,
  };
}

export type SnmpCounters = ReturnType<typeof createSnmp>;
