/** Why: `reason.<name>` is one sentence for every reason of catalog/reasons.ts, for someone in their first year. */
export const reasonWords: Readonly<Record<string, string>> = {
  'reason.none': 'No decision was made here: this simply follows from what came before.',

  // -- NIC: accept, steer, ring
  'reason.accepted': 'The frame arrived whole and is addressed to this card, so the card takes it in.',
  'reason.frameTooLong': 'The frame is longer than the MTU lets the card accept.',
  'reason.rssFourTuple':
    'The card hashed both addresses and both ports; the low bits of the hash pick a cell of the indirection table, and the cell names this queue.',
  'reason.rssTwoTuple':
    'The card hashed the two addresses only, because ports are not part of its hash for this kind of packet, so all flows between these hosts share this queue.',
  'reason.rssNoHash': 'The card found nothing to hash in this frame (it is not IP), so it uses queue 0.',
  'reason.rssOff': 'Receive hashing is switched off, so every frame goes to queue 0.',
  'reason.singleQueue': 'The card has only one receive queue in use, so there is nothing to choose.',
  'reason.ntupleMatch': 'A filter rule matches this flow, and a rule wins over the hash.',
  'reason.ntupleDrop':
    'A filter rule matches this flow and tells the card to drop it, before any CPU sees it.',
  'reason.noDescriptor':
    'The ring had no free descriptor: the card had nowhere to put the frame, and no CPU ever saw it.',
  'reason.ringReset': 'The ring was taken down and set up anew, and what was in it is lost.',
  'reason.macFilter': 'The frame is addressed to another card’s MAC address.',

  // -- moderation and interrupt
  'reason.irqNow': 'Moderation is set to zero, so the card interrupts for each frame at once.',
  'reason.irqFramesReached': 'As many frames are waiting as rx-frames allows, so the card interrupts now.',
  'reason.irqUsecsPassed': 'The time set by rx-usecs has passed since the timer started.',
  'reason.irqTimerStarted':
    'This is the first frame waiting: the card starts its timer and hopes that more frames will share one interrupt.',
  'reason.irqTimerRunning':
    'A frame before this one has started the timer already; one interrupt will serve both.',
  'reason.irqTimerRestarted': 'In this mode each new frame starts the timer again from zero.',
  'reason.irqMasked':
    'The interrupt of this queue is masked: a CPU knows about the queue already and will poll it, so nobody need be told.',
  'reason.irqGapPassed':
    'The last interrupt of this queue was long enough ago, so the card interrupts at once.',
  'reason.irqGapWait':
    'The last interrupt was too short a while ago: the card waits until the smallest gap is over.',
  'reason.irqCpuBusy': 'The CPU is inside another interrupt handler and takes the next one only afterwards.',

  // -- NAPI and softirq
  'reason.napiScheduled':
    'Nobody was polling this queue yet, so it joins the poll list of the CPU that took the interrupt.',
  'reason.napiMissed':
    'The queue is on a poll list already, so a note is left to look once more when that poll ends.',
  'reason.napiThreadWoken': 'Threaded NAPI is on: a thread of its own polls this queue instead of a softirq.',
  'reason.softirqAtIrqExit':
    'On the way out of an interrupt the CPU looks for waiting softirqs and runs them at once, in the time of whatever was interrupted.',
  'reason.softirqAgain':
    'More work was raised meanwhile, and neither time nor passes are used up, so the loop goes round again.',
  'reason.softirqLeftToKsoftirqd':
    'ksoftirqd is about to run on this CPU, so this kernel leaves the softirq to it.',
  'reason.softirqByKsoftirqd':
    'The scheduler gave ksoftirqd its turn, and it works on like any other thread.',
  'reason.softirqDone': 'Nothing is left to do, so the softirq ends.',
  'reason.softirqRestartsUsed':
    'The loop has gone round ten times, the most it may: ksoftirqd does the rest.',
  'reason.softirqTimeUsed':
    'Softirqs have run for two milliseconds, the longest they may: ksoftirqd does the rest.',
  'reason.softirqNeedResched':
    'Another task needs this CPU, so softirqs stop here and ksoftirqd does the rest.',
  'reason.pollListEmpty': 'No queue is left on the poll list.',
  'reason.onlyRepollLeft':
    'Each queue has had its turn in this run; those with frames left wait for the next pass, even though the budget is not used up.',
  'reason.budgetUsed':
    'netdev_budget is used up: as many packets as one run may take were taken, and time_squeeze counts one.',
  'reason.timeLimitUsed': 'The time one run may take has passed, and time_squeeze counts one.',
  'reason.ringEmptied': 'The driver found no more frames in the ring before its weight was used up.',
  'reason.weightUsed': 'The driver took 64 packets, its weight: it must let the next queue have its turn.',
  'reason.napiIrqOn':
    'The ring is empty, so the queue leaves the poll list and its interrupt is switched on again.',
  'reason.napiDeferred':
    'napi_defer_hard_irqs keeps the interrupt off for now: a timer polls the queue instead.',
  'reason.napiMissedAgain':
    'An interrupt came while the queue was being polled, so it is polled once more before it may rest.',
  'reason.napiTimer': 'gro_flush_timeout has passed: the queue is polled again without any interrupt.',
  'reason.affinityMoved':
    'The interrupt was moved to another CPU, so the driver ends its poll here and the next interrupt lands on the new CPU.',
  'reason.refillBatch': 'The driver hands empty buffers back in batches, which is cheaper than one by one.',
  'reason.refillPollEnd': 'The poll is over, so the driver hands all emptied descriptors back in one go.',

  // -- GRO verdicts
  'reason.groMerged':
    'It follows the held packet exactly, byte for byte and header for header, so the two become one.',
  'reason.groMergedLast':
    'It joins the held packet and closes it: PSH, FIN or a shorter segment says that nothing more belongs to this burst.',
  'reason.groNewFlow':
    'No packet of its flow is held, so this one is held back in case the next one follows on.',
  'reason.groNewFlowFlag':
    'No packet of its flow is held, and a flag such as SYN, RST, URG, PSH or FIN says not to wait.',
  'reason.groEmpty': 'It carries no data (a pure acknowledgement), so there is nothing to join.',
  'reason.groOff': 'GRO is switched off on this card.',
  'reason.groNoHandler': 'GRO does not know this protocol, so it leaves the packet alone.',
  'reason.groIpOptions': 'The IP header carries options, which GRO never joins.',
  'reason.groIpFragment': 'It is a fragment of a larger IP packet, and fragments are never joined here.',
  'reason.groIpChecksum': 'The checksum of the IP header is wrong.',
  'reason.groV6Ext': 'It carries an IPv6 extension header that GRO does not know.',
  'reason.groL4Checksum': 'The TCP or UDP checksum is wrong or could not be confirmed.',
  'reason.groLengthMismatch':
    'The length in the IP header does not match the frame: something was padded or cut.',
  'reason.groSeq':
    'Its sequence number does not follow on from the held packet: something between them is missing or out of order.',
  'reason.groAck':
    'It acknowledges a different byte than the held packet does, so joining them would lose a message to the sender.',
  'reason.groFlags': 'Its TCP flags differ from those of the held packet.',
  'reason.groWindow': 'The receive window it advertises differs from the one in the held packet.',
  'reason.groOptions': 'Its TCP options (the timestamp, for instance) differ from those of the held packet.',
  'reason.groTtl': 'Its TTL differs: it has come another way through the network than the held packet.',
  'reason.groTos': 'Its traffic class (DSCP or ECN bits) differs from that of the held packet.',
  'reason.groDf': 'One of the two packets may be fragmented and the other may not.',
  'reason.groIpId': 'Its IP identification does not go on from the held packet as it should.',
  'reason.groBigger':
    'It is larger than the segments held so far, and all but the last must be equally long.',
  'reason.groTooBig': 'The joined packet would be larger than gro_max_size allows.',
  'reason.groCwr': 'Its CWR flag (the sender has slowed down) differs from that of the held packet.',
  'reason.groOtherGsoSize': 'It was joined before with another segment size than the held packet.',
  'reason.groDodgy': 'It comes from a source that is not trusted to have joined it correctly.',
  'reason.groBucketFull': 'Eight packets were held in this bucket already, so the oldest had to leave.',
  'reason.groOtherMac': 'It comes from, or goes to, another MAC address than the held packet.',
  'reason.groOtherVlan': 'It belongs to another VLAN than the held packet.',
  'reason.groEndOfPoll':
    'The poll is over, and nothing is held longer than that unless gro_flush_timeout says so.',
  'reason.groWeightUsed':
    'The poll used its whole weight; held packets go up so that they do not wait for the next pass.',
  'reason.groOldJiffy':
    'It has been held since an earlier tick of the kernel clock, which is as long as it may wait.',
  'reason.groTimer': 'The gro_flush_timeout timer fired, so what is held goes up.',
  'reason.groFlowEnds': 'A flag in the newer packet says that this burst is over, so what is held goes up.',
  'reason.groUdpNotWanted': 'UDP is joined only if someone asked for it, and nobody did.',
  'reason.groUdpNoChecksum': 'It has no UDP checksum, so GRO cannot be sure that it is intact.',
  'reason.groCountMax': 'As many segments are joined as one packet may have.',
  'reason.groFlowLabel': 'Its IPv6 flow label differs from that of the held packet.',
  'reason.groExtDiffers': 'Its IPv6 extension headers differ from those of the held packet.',
  'reason.groOtherAddress':
    'It has the same hash but different addresses or ports: another flow, which happens to share the bucket.',
  'reason.batchFull':
    'gro_normal_batch segments are waiting (8 by default), so the batch goes up to the stack.',
  'reason.batchPollEnd': 'The poll is over, so the rest of the batch goes up as well.',
  'reason.groShort': 'It is shorter than the segments before it, so it must be the last of its train.',

  // -- protocol
  'reason.earlyDemux':
    'A connected socket is known for this flow, so IP takes its remembered route and saves a look-up.',
  'reason.fibLocal': 'The routing table says that the destination address is one of ours.',
  'reason.noProtocol': 'No protocol on this machine wants this type of frame.',
  'reason.ipHeader': 'The IP header is not well formed.',
  'reason.ipChecksum': 'The checksum of the IP header is wrong: it was damaged on its way.',
  'reason.tcpChecksum': 'The TCP checksum is wrong: header or data were damaged on their way.',
  'reason.udpChecksum': 'The UDP checksum is wrong: header or data were damaged on their way.',
  'reason.noSocket': 'No application listens on this address and port.',
  'reason.socketFull':
    'The socket’s receive buffer is full: the application does not read as fast as packets come in.',
  'reason.tcpMemory':
    'The socket’s receive memory is used up, and nothing in it could be squeezed or thrown away.',
  'reason.socketBacklogFull': 'The application holds the socket, and its backlog is full as well.',
  'reason.inOrder': 'It carries exactly the bytes that TCP waits for next, so it goes to the receive queue.',
  'reason.coalesced':
    'It fits onto the end of the last packet in the receive queue, so the two share one buffer.',
  'reason.outOfOrder': 'Bytes before it are missing, so it waits in the out-of-order queue until they come.',
  'reason.ofoFilled': 'The missing bytes have come, so what waited out of order moves to the receive queue.',
  'reason.oldData': 'TCP has had these bytes already: it is a copy.',
  'reason.ofoPruned':
    'Memory ran short, and data that waits out of order is given up first: the sender will send it again.',
  'reason.pureAck': 'It only acknowledges; there is no data for the application.',
  'reason.datagram': 'UDP found the socket and there is room, so the datagram is queued.',
  'reason.socketOwned':
    'The application is inside a call on this socket and holds its lock, so the packet waits on the backlog.',
  'reason.controlSegment': 'It opens or closes the connection; there is no data for the application.',
  'reason.icmpEcho': 'The kernel answers a ping by itself; no application takes part.',
  'reason.arp': 'The kernel answers ARP by itself; no application takes part.',
  'reason.fragmentNotModelled':
    'It is an IP fragment. A real kernel would put the pieces together; this model does not.',
  'reason.notLocal': 'The destination address is not ours, and this host does not forward.',

  // -- tasks
  'reason.readerAsleep': 'The application sleeps until there is data, and now there is.',
  'reason.socketEmpty': 'There is nothing to read on the socket.',
  'reason.woken': 'It was woken and is now the next to run on this CPU.',
  'reason.sliceUsed': 'Its time slice is over, and another task waits for this CPU.',
  'reason.busyPollStarts': 'Its socket is empty: it polls the card itself for a while before it sleeps.',
  'reason.busyPollTakes': 'Nobody polls this NAPI: the reader takes it (SCHED, IN_BUSY_POLL).',
  'reason.busyPollData': 'There is data: the reader gives the NAPI back and reads.',
  'reason.busyPollTimeout': 'Nothing came in its time: it gives the NAPI back and sleeps.',
  'reason.busyPollNeedResched': 'Another task needs the CPU: it gives the NAPI back first.',
  'reason.preempted': 'A task that was woken took the CPU from it.',
  'reason.preemptVruntime':
    'The woken task has run less, by more than the wake-up granularity: it takes the CPU.',
  'reason.wakeWithinGranularity':
    'The woken task is not far enough behind (wake-up granularity): the running one keeps the CPU.',
  'reason.preemptDeadline':
    'The woken task has had no more than its share, and its deadline is the earliest: it takes the CPU.',
  'reason.wakeNotEligible': 'The woken task has had more than its share so far: it waits.',
  'reason.wakeSliceKept':
    'The running task keeps the CPU until it has had its share or its slice is used up.',
  'reason.wakeDeadlineLater': 'The running task’s deadline is earlier: the woken one waits.',
  'reason.wakeTakesTurns': 'Tasks take turns here: the woken one waits for its own.',
  'reason.tickFarAhead': 'It has run longer than its share, ahead of a task that waits.',
  'reason.slept': 'The task that ran has gone to sleep, so the CPU takes the next one, or rests.',
  'reason.dataRead': 'There was data on the socket, and the application asked for it.',
  'reason.pausing': 'The application pauses by itself before it reads again.',

  // -- steering in software
  'reason.rpsHash':
    'RPS is on for this queue: the high bits of the flow’s hash choose one of the CPUs in rps_cpus.',
  'reason.rpsNoMap': 'No CPU is named for it: neither RPS has a mask nor RFS an entry for this flow.',
  'reason.rpsNoHash': 'The packet has no hash, so RPS cannot spread it.',
  'reason.rfsThere':
    'RFS: the application that reads this flow runs on that CPU, and the flow is there already.',
  'reason.rfsFollows':
    'RFS: the application that reads this flow runs on that CPU, and nothing of the flow is queued elsewhere.',
  'reason.rfsMoves':
    'RFS: the application has moved to that CPU, and all of the flow’s packets on the old CPU have been processed.',
  'reason.rfsWaits':
    'RFS: the application has moved, but packets of this flow still wait on the old CPU. It stays there until they are processed, or they would be overtaken.',
  'reason.backlogOwnCpu': 'The CPU chosen is this one: even so the packet goes through its backlog.',
  'reason.backlogOtherNode':
    'The packet goes to the backlog of the CPU that was chosen. That CPU is on another NUMA node: handing over, and all it does to the packet, costs more.',
  'reason.backlogOtherCpu': 'The packet goes to the backlog of the CPU that was chosen.',
  'reason.backlogFull':
    'More packets than netdev_max_backlog already wait on that CPU’s backlog: it cannot keep up.',
  'reason.flowLimit':
    'The backlog is more than half full, and more than half of the last 128 packets were of this one flow: the others get the room.',
  'reason.backlogEmptied': 'The backlog is empty.',
  'reason.rpsIpi':
    'The backlog was empty, and its CPU does not know yet that there is work: it must be interrupted.',
  'reason.arfsAsked':
    'The flow moves to another CPU, so the driver is asked for a filter that leads it to that CPU’s queue.',
  'reason.arfsFull': 'All of the card’s filters are in use: the flow stays with RFS alone.',
  'reason.arfsInstalled':
    'The filter is in the card now: from here on the flow arrives on the queue of its CPU.',
  'reason.arfsExpired': 'The flow has been quiet for long: its filter is taken out to make room.',
  'reason.arfsMatch':
    'A filter of accelerated RFS names the queue: the one whose interrupt goes to the application’s CPU.',

  // -- forwarding, sending
  'reason.fibForward': 'The packet is for somebody else, a route leads there, and this host forwards.',
  'reason.ttlExceeded': 'Its time to live is used up: a packet that runs in a circle dies here.',
  'reason.tooBigToForward': 'It is longer than the outgoing link allows, and may not be cut.',
  'reason.sndbufFull':
    'The socket’s send buffer is full: what it has sent is still on its way, so the sender waits.',
  'reason.sndbufFreed':
    'Sent packets have been freed, and less than half of the send buffer is in use again.',
  'reason.sndbufAgain':
    'The send buffer is full and the application will not wait: EAGAIN. UdpSndbufErrors counts it.',
  'reason.sendTooLong':
    'The datagram is longer than the MTU allows; here it is refused, a real kernel would cut it into fragments.',
  'reason.sendDone':
    'The datagram has been handed on. If the queue had no room for it, sendmsg does not say so.',
  'reason.sendPaced': 'Its next datagram is not due yet.',
  'reason.sendOver': 'It has nothing more to do.',
  'reason.answered': 'The answer belongs to the request that the client waits for.',
  'reason.answerLate': 'The client’s time was up, and it has sent the request again.',
  'reason.sentFreed':
    'Before NAPI a driver frees what has left when it is called next, without an interrupt of its own.',
  'reason.linkFree': 'Nothing waits in front of the narrow place: it passes at once.',
  'reason.linkQueued': 'Another frame is passing the narrow place: it waits in the queue.',
  'reason.linkQueueFull':
    'The queue in front of the narrow place is full: the frame that comes last is lost (tail drop).',
  'reason.linkLossRandom': 'Chance: each frame is lost with the link’s loss share.',
  'reason.linkLossBurst': 'The link is in a bad spell, in which many frames in a row are lost.',
  'reason.linkLossScripted': 'The scenario says that this very frame is lost.',
  'reason.linkHeldBack': 'It is held back, so that later frames overtake it.',
  'reason.linkDuplicated': 'The link delivers this frame twice.',
  'reason.linkBitError':
    'Bits were turned on the cable: the Ethernet FCS no longer fits, and the far card will find it.',
  'reason.linkDamagedL4':
    'Bits were turned inside a machine on the way, which gave the frame a right FCS: only TCP’s or UDP’s checksum can find it.',
  'reason.linkDamagedIp':
    'Bits of the IP header were turned inside a machine on the way, which gave the frame a right FCS: only IP’s checksum can find it.',
  'reason.linkNotForeseen':
    'The model has not foreseen that packets of this flow leave by this link: a route was changed while time ran.',
  'reason.crcError': 'The frame’s FCS is wrong: the card counts rx_crc_errors and tells nobody else.',
  'reason.airQueued': 'It waits in the sender until the channel is its own.',
  'reason.airAlone': 'The channel was free, and nobody else wanted it.',
  'reason.airWon': 'Both stations wanted the channel: this one’s backoff ran out first.',
  'reason.airCollision':
    'Both stations’ backoffs ran out in the same slot: both sent, and nobody understood anything.',
  'reason.airAcked': 'All frames were understood, and the other station said so.',
  'reason.airPartly': 'The block acknowledgement names those that got through; the others go again.',
  'reason.airNotAcked': 'No acknowledgement came.',
  'reason.airRetryLimit': 'It was sent in vain as often as the retry limit allows: the sender gives it up.',
  'reason.airHole':
    'It came earlier, and waited for an earlier frame: the receiver hands frames on in order.',
  'reason.netemLoss': 'netem’s loss has drawn this frame.',
  'reason.netemLimit':
    'netem holds as many frames as its limit allows (1000 unless told otherwise): one more is lost, and no loss was asked for.',
  'reason.netemDelay': 'netem holds it back by its delay.',
  'reason.netemAtOnce': 'netem’s reordering lets it go at once, past those that are held back.',
  'reason.txOneQueue': 'The card has one transmit queue in use.',
  'reason.txCached':
    'The socket remembers the queue that its first packet took. UDP never asks again, wherever its application runs by now.',
  'reason.xpsByCpu': 'XPS: this queue’s xps_cpus names the CPU that sends.',
  'reason.xpsByRxQueue': 'XPS: this queue’s xps_rxqs names the receive queue that feeds the socket.',
  'reason.txByRxQueue': 'It is forwarded, so it leaves by the queue with the number it came in on.',
  'reason.txByHash':
    'No map names a queue, so the hash of its addresses and ports does, whatever CPU sends it.',
  'reason.txOtherRuns': 'Another CPU is sending from this queue. That one will send this packet too.',
  'reason.txBehind': 'Others wait already, and nobody overtakes.',
  'reason.txOvertakes':
    'Its TOS puts it into an earlier band of pfifo_fast: it waits, but before all packets of later bands.',
  'reason.txBql':
    'The ring holds as many bytes as its limit allows: the rest waits where it can still be put in order.',
  'reason.featureNoTxChecksum':
    'It needs the card to finish checksums, which is off: it goes off too, and comes back by itself.',
  'reason.featureNoSg':
    'It needs the card to gather a packet from several places, which is off: it goes off too, and comes back by itself.',
  'reason.featureBack': 'What it needs is on again, and it was wanted all the time.',
  'reason.rxCsumOff': 'The card’s receive checksum is off (CHECKSUM_NONE).',
  'reason.rxCsumNoCard': 'This card checks no checksums (CHECKSUM_NONE).',
  'reason.rxCsumBad':
    'The card found the checksum wrong. It passes the packet up all the same, and the stack sums it itself.',
  'reason.rxCsumAgain':
    'The sum the card gave (CHECKSUM_COMPLETE) does not come out right: the stack sums again, to see which of them is wrong.',
  'reason.lroMerged':
    'LRO: it is the next of its flow, and the card compares little more. ACK number, window and options are the last segment’s.',
  'reason.featureNoRxChecksum':
    'It needs the card to check checksums, which is off: it goes off too, and comes back by itself.',
  'reason.lroForwarding':
    'The host forwards now. What LRO joins can’t be taken apart as it came, so it is turned off.',
  'reason.forwardLro':
    'LRO has joined it, and nobody knows how to cut it: “received packets cannot be forwarded while LRO is enabled”.',
  'reason.sendTooManySegments': 'UDP_SEGMENT: more datagrams than one call may make (EINVAL).',
  'reason.fragQueued': 'A fragment: it waits for the others of its datagram.',
  'reason.fragReassembled': 'The last missing fragment has come: the datagram goes on whole.',
  'reason.fragMemory': 'Incomplete datagrams take all the memory they may: no further one is begun.',
  'reason.fragLength': 'It contradicts the end of its datagram, so all its fragments are given up.',
  'reason.fragDuplicate': 'These bytes are there already.',
  'reason.fragOverlap':
    'It overlaps another fragment, which no honest sender does: all of them are given up.',
  'reason.fragTimeout': 'The rest of the datagram never came: its fragments are given up.',
  'reason.fragGivenUp':
    'A fragment before it was lost on the way to the card, so the datagram can’t be put together any more.',
  'reason.txUfo': 'The card cuts the datagram into IP fragments (UFO): up to here it is one packet.',
  'reason.txUfoOff':
    'UFO went off while the datagram waited: software cuts it into IP fragments right before the driver, and finishes the checksum.',
  'reason.fragUfoOff':
    'The datagram is longer than the MTU and UFO is off: the kernel makes IP fragments, each with a way of its own to the card.',
  'reason.fragNoUfo':
    'The datagram is longer than the MTU and this card cannot cut it: the kernel makes IP fragments, each with a way of its own to the card.',
  'reason.fragInSoftware':
    'The datagram is longer than the MTU: the kernel makes IP fragments, each with a way of its own to the card. No card does it (UFO was removed in 4.14).',
  'reason.sendNoBuffers':
    'The fragments of the datagram would take more than twice the socket’s send buffer (ENOBUFS).',
  'reason.fragEvicted':
    'Incomplete datagrams take too much memory: this one is thrown out, though its time is not over yet.',
  'reason.rxCsumParts': 'The card saw only parts of the datagram: its checksum is left to the CPU.',
  'reason.tunnelEncap':
    'The route leads into the tunnel: the packet gets an outer IP header (protocol 4, 20 bytes) and is sent anew, by the route to the tunnel’s other end.',
  'reason.tunnelWhole':
    'The tunnel takes a packet of several segments whole (since 3.13) and puts one outer header on it: the cut comes right before the card’s driver.',
  'reason.tunnelTakes':
    'The tunnel’s features say that it takes a packet of several segments as it is (since 3.13): nothing is cut here.',
  'reason.tunnelNoQueue': 'A tunnel has no queue to wait in (noqueue): the packet goes straight to it.',
  'reason.tunnelTooBig':
    'With the outer header the packet is longer than the way is wide, and it may not be cut: lost at the tunnel. The kernel would tell its sender by ICMP (fragmentation needed).',
  'reason.tunnelLoop':
    'The route to the tunnel’s other end leads into the same tunnel: lost, and counted as a collision.',
  'reason.tunnelNested':
    'The route to the tunnel’s other end leads into another tunnel. The kernel would wrap the packet once more; here tunnels within tunnels are not modelled, and it is lost.',
  'reason.tunnelNotIpv4': 'An ipip tunnel carries IPv4 only: the packet is lost.',
  'reason.tunnelCell':
    'The outer header is off. The inner packet waits in this CPU’s gro_cell: a NAPI of the tunnel’s own, so that GRO may join inner packets.',
  'reason.tunnelBacklog':
    'The outer header is off. The inner packet goes to this CPU’s backlog: the tunnel has no GRO (before 3.10, or turned off).',
  'reason.tunnelUnknown':
    'Its outer addresses are those of no tunnel of this host: lost. The kernel answers with ICMP port unreachable.',
  'reason.tunnelCellFull': 'The gro_cell holds more than net.core.netdev_max_backlog packets: lost.',
  'reason.txGsoTunnel':
    'The card cannot cut a packet behind an outer IP header (its hw_enc_features say so): software cuts it right before the driver.',
  'reason.txChecksumTunnel':
    'The card cannot finish a checksum behind an outer IP header: the CPU sums the payload right before the driver.',
  'reason.rxCsumTunnel':
    'The card has not looked behind the outer IP header: the checksum of the inner packet is left to the CPU.',
  'reason.groTrain': 'GRO of the card has joined it already: the tunnel’s GRO lets it pass.',
  'reason.groTrainFollows':
    'A train of its flow passes: what is held goes up first, so that nothing is overtaken.',
  'reason.cellEmptied': 'The gro_cell is empty: its poll is over. There is no interrupt to turn on again.',
  'reason.tunnelNoHandler':
    'The host has no tunnel, so nobody there takes protocol 4 (IP in IP): lost, counted as an unknown protocol. The kernel answers with ICMP protocol unreachable.',
  'reason.bridgeKnown':
    'The bridge has heard the receiver’s link address on another of its ports: the frame goes out of that port only.',
  'reason.bridgeFlood':
    'The bridge has not heard of the receiver’s link address yet: the frame goes out of all its other ports.',
  'reason.bridgeGroup':
    'It is for all (broadcast) or for a group (multicast): out of all other ports, and up to the host as well.',
  'reason.bridgeLocal': 'It is for the link address of one of the bridge’s own ports: up to the host.',
  'reason.bridgeSamePort':
    'The receiver is on the port that the frame came in by, and has it already: a bridge sends nothing back.',
  'reason.bridgeNoPort': 'The bridge has no other port that it could go out of.',
  'reason.bridgeBadSource':
    'The sender’s link address is all zero, or a group’s: no card has such an address, and the bridge drops the frame.',
  'reason.bridgePause': 'A pause frame (01:80:c2:00:00:01) is for the card alone: a bridge drops it.',
  'reason.bridgeLinkLocal':
    'Addresses 01:80:c2:00:00:02 to 0f are for who is on the same link: the bridge sends it nowhere, and the host gets it as from a card that is no port.',
  'reason.bridgeLro':
    'LRO has joined it, and nobody knows how to cut it: the bridge drops it, and the kernel warns (“received packets cannot be forwarded while LRO is enabled”).',
  'reason.bridgeTooLong':
    'It is longer than the MTU of the port it would leave by (with room for a VLAN tag). A bridge does not cut and tells nobody: lost.',
  'reason.bridgeOut':
    'Out of this port as it came: link addresses, TTL and checksums stay, and no IP counter moves.',
  'reason.bridgeCopy': 'A copy for this port: the frame has to go to several.',
  'reason.otherHost':
    'It was sent to another one’s link address. The bridge passed it up, but it is neither the address of the card it came in by nor the bridge’s own.',
  'reason.lroBridge':
    'The card is a port of a bridge now. What LRO joins can’t be taken apart as it came, so it is turned off.',
  'reason.txTso': 'The card cuts it into frames (TSO): up to here it is one packet.',
  'reason.txUso': 'The card cuts it into datagrams (USO): up to here it is one packet.',
  'reason.txTsoOff': 'The card does not cut TCP, so software does, at the last moment (GSO).',
  'reason.txUsoOff': 'The card does not cut datagrams, so software does, at the last moment (GSO).',
  'reason.txGsoMaxSegs': 'It has more segments than the card takes at once, so software cuts it.',
  'reason.txGsoMaxSize': 'It is longer than the card takes at once, so software cuts it.',
  'reason.txGsoNoChecksum': 'The card finishes no checksums, so it cannot cut either: software does both.',
  'reason.txGsoFixedId':
    'All its frames came with one IP identification; the card would count it up, so software cuts.',
  'reason.txGsoEcn': 'It carries CWR, which the card would repeat on every frame, so software cuts.',
  'reason.txCutList': 'Its frames were only strung together: they are taken apart as they came.',
  'reason.txLinearize': 'The card reads a packet from one place only: headers and data are copied together.',
  'reason.txChecksumHelp': 'The device does not finish this checksum, so the CPU sums every byte.',
  'reason.txPiece': 'A piece of a packet goes to the card, right behind the one before.',
  'reason.txRequeued': 'The ring is full before the last piece: the rest goes back to the head of the queue.',
  'reason.bqlGrows': 'The card had sent all it was given before more came: the limit was too small.',
  'reason.bqlShrinks': 'For the hold time the card never needed all that the limit allows.',
  'reason.qdiscTimer': 'The time of a packet that was held back has come.',
  'reason.qdiscReplaced':
    'Another queueing discipline has taken this one’s place, or its limit was lowered: what waited is thrown away, and counted nowhere.',
  'reason.txNoBypass':
    'The ring has room, but this queueing discipline lets nothing pass by: every packet goes in first.',
  'reason.fqFastPath': 'Its time has come and no flow could send now: it goes past the flows.',
  'reason.fqFlowNew':
    'The socket’s flow had no packets: it joins the new flows, which go before the old ones.',
  'reason.fqFlowWaits': 'The socket’s flow has its place in the turn already: the packet waits at its end.',
  'reason.fqFlowThrottled':
    'The socket’s flow is held back until its next packet’s time: this one waits behind.',
  'reason.fqNotYet':
    'TCP has given the packet a time (its bytes before divided by its pacing rate), and that is not yet.',
  'reason.fqRate': 'At the rate allowed to its flow the packet before has not had its time yet.',
  'reason.fqCreditUsed': 'The flow has sent its quantum of bytes: it goes behind the others.',
  'reason.fqLimit': 'fq holds as many packets as its limit allows.',
  'reason.fqFlowLimit': 'This flow alone has as many packets waiting as flow_limit allows.',
  'reason.fqHorizonDrop': 'Its time is further ahead than the horizon: it is lost (horizon_drop).',
  'reason.fqHorizonCap':
    'Its time is further ahead than the horizon, and is brought back to it (horizon_cap).',
  'reason.codelFlowNew': 'Its flow had no packets: it joins the new flows, which go before the old ones.',
  'reason.codelFlowWaits': 'Its flow has packets waiting: it stands behind them.',
  'reason.codelDeficit': 'The flow has sent its quantum of bytes: it goes behind the others.',
  'reason.codelOverlimit':
    'More packets than the limit (or the memory) allows: half of the fattest flow is thrown away, from its head.',
  'reason.codelAbove':
    'It has waited longer than the target. If the wait stays above for a whole interval, packets are dropped.',
  'reason.codelDropping':
    'For a whole interval no packet has waited less than the target: CoDel begins to drop, and the next drop comes after interval / √count.',
  'reason.codelDrop':
    'It has waited longer than the target and a drop is due: it is lost at the head, so that its sender learns of it soon.',
  'reason.codelBelow': 'It has waited less than the target: CoDel stops dropping.',
  'reason.prioBand': 'Its priority chooses the band. A band is served only while all before it are empty.',
  'reason.txRing': 'There is a free descriptor: the card can take it at once.',
  'reason.txQdisc': 'The transmit ring is full, so it waits in the queueing discipline.',
  'reason.txFromQdisc': 'Descriptors have been freed, so what waited goes on.',
  'reason.qdiscFull': 'Ring and queueing discipline are full: the link is slower than what is to be sent.',
  'reason.firewallRaw': 'A rule of the raw table drops it, before any route is looked up.',
  'reason.firewallFilter': 'A rule of the filter table drops it, after the route was found.',
  'reason.backlogThrottled': 'The backlog was full; it takes nothing until it has run empty.',
  'reason.itrLowest': 'Up to 10 bytes a microsecond: latency counts, at most 100,000 interrupts a second.',
  'reason.itrLow': 'More than 10 bytes a microsecond: at most 20,000 interrupts a second.',
  'reason.itrBulk': 'More than 20 bytes a microsecond: bulk, few interrupts.',
  'reason.itrStale':
    'The last look is more than a jiffy ago: what was counted says nothing, the shortest gap is taken.',
  'reason.itrNothing':
    'This ring had nothing to do: the gap grows by 2 µs, so that the driver is called for nothing less often.',
  'reason.itrFew': 'Less than 4 packets and 9,000 bytes: latency counts, the gap follows from their size.',
  'reason.itrLonger': '4 to 47 packets an interrupt: a little few, the gap grows by 2 µs.',
  'reason.itrKept': '48 to 95 packets an interrupt: just right, the gap stays.',
  'reason.itrHalved': '96 to 255 packets an interrupt: too many, half the gap.',
  'reason.itrMany': '256 packets or more an interrupt: the gap is computed anew from their size.',
  'reason.dimChanged': 'The last 64 interrupts compare so with those before that another profile is tried.',
  'reason.dimKept': 'The profile stays as it is.',
  'reason.dimParked': 'DIM rests: this profile seems best, or it has tried for long enough.',

  // -- locks
  'reason.lockFree': 'Nobody holds the lock: this CPU can take it at once.',
  'reason.lockHeld':
    'Another CPU holds the lock, and only one may. This one spins: it does nothing but look whether the lock is free.',
  'reason.lockHandedOver': 'The lock has been given back, and this CPU was first in line.',
  'reason.lockFreed': 'The work that needed the lock is done, and nobody else wants it.',
  'reason.lockPassedOn': 'The work that needed the lock is done; the CPU first in line has it now.',
  'reason.lockWatched':
    'A bottom half runs on another CPU, and a socket may not be touched beside it: this CPU spins until it is over.',
  // -- TCP receiver
  'reason.ackQuick':
    'Quick-ACK mode: at the start, after silence and while the window grows, each segment is acknowledged at once.',
  'reason.ackFullFrames':
    'More than one full segment is unacknowledged, and the reader keeps up: an ACK leaves at once.',
  'reason.ackHoleFilled': 'The last hole is filled: the sender should know at once.',
  'reason.ackNoMemory': 'The buffer has no room: an ACK says so at once.',
  'reason.ackDelayed':
    'The ACK can wait: more data, or an answer to ride on, may come soon. A timer makes sure it leaves.',
  'reason.ackDelayedOn': 'An ACK is waiting already; this segment will be acknowledged with it.',
  'reason.ackTimerNear': 'The timer of the waiting ACK would run soon anyway, so the ACK leaves now.',
  'reason.ackDelayedTimer': 'The delayed-ACK timer has run out.',
  'reason.ackDupack':
    'It is one of the first three duplicate ACKs for this hole: the sender’s fast retransmit waits for them.',
  'reason.ackNoSack': 'The peer knows no SACK, so each segment beyond the hole gives a duplicate ACK.',
  'reason.ackCompSackNr':
    'As many ACKs are held back as tcp_comp_sack_nr allows: this one leaves, for all of them.',
  'reason.ackCompressed':
    'This ACK is held back and a short timer started: one later ACK can tell of several segments.',
  'reason.ackHeld': 'The timer runs already: this ACK is held back with the others.',
  'reason.ackCompSackTimer': 'The timer of SACK compression has run out: one ACK tells of everything since.',
  'reason.ackSackSinks':
    'A SACK block would sink so low that later ACKs may not carry it: what was held back leaves first.',
  'reason.ackByReader':
    'The application has read, and more than one full segment is unacknowledged: its read sends the ACK.',
  'reason.ackPushedRead':
    'The application has read everything, and the sender had nothing more to send: an ACK leaves at once.',
  'reason.ackWindowUpdate': 'Reading has at least doubled the window: the sender is told.',
  'reason.ackOnData': 'The ACK rides on data that leaves now.',
  'reason.ackOutOfWindow': 'The segment lies outside the window: an ACK tells the sender what is expected.',
  'reason.ackDeferred':
    'The application holds the socket: one ACK for all of its backlog leaves when it lets go.',
  'reason.sackNew': 'These bytes touch no known SACK block: they begin a new one, at the front of the list.',
  'reason.sackExtended':
    'These bytes extend a SACK block, and it moves to the front: the newest news is told first.',
  'reason.sackForgotten': 'The list holds four SACK blocks at most: the last is forgotten.',
  'reason.dsackNoted': 'These bytes came twice: the next ACK says so in its first block.',
  'reason.windowGrows':
    'The buffer would allow more than is offered, so the window grows, and an ACK tells it at once.',
  'reason.rcvbufGrows': 'The application reads faster than the buffer allows for: the buffer grows.',
  'reason.tcpCollapsed':
    'The buffer is full: data of skbs with much overhead are copied together to save memory.',
  'reason.tcpZeroWindow': 'The window offered was 0: there is no room for data.',
  'reason.tcpOverWindow': 'It begins beyond the window offered.',
  'reason.ofoMerged': 'All of its bytes wait in the out-of-order queue already.',
  'reason.tcpNewData':
    'There is something to send, and the congestion window, the peer’s window and the limit on what waits below TCP allow it.',
  'reason.tcpEstablished': 'The handshake is over: the connection is open, and its application may write.',
  'reason.cwndSlowStart':
    'Slow start: each segment that is acknowledged lets one more be under way, so the window doubles in a round trip.',
  'reason.cwndAvoidance': 'Congestion avoidance: the window grows slowly.',
  'reason.cwndNotUsed': 'The congestion window was not used to the full, so it does not grow.',
  'reason.cwndIdle':
    'Nothing was sent for longer than a timeout: the path may have changed, so the window shrinks.',
  'reason.cwndPrr': 'Recovery: the window follows what arrives, down to the new threshold.',
  'reason.hystartTrain':
    'ACKs have come without a pause for half a round trip: the path is full, slow start ends (HyStart).',
  'reason.hystartDelay': 'Round trips have become longer: a queue builds up, slow start ends (HyStart).',
  'reason.rackLost': 'A segment sent later has arrived, and its own time is up: it is taken as lost (RACK).',
  'reason.rackWaits': 'A segment sent later has arrived; this one may only be late, so RACK waits a little.',
  'reason.rackWider': 'A retransmission was for nothing: RACK waits longer from now on.',
  'reason.dupthreshLost': 'Enough segments above it have arrived: it is taken as lost.',
  'reason.renoLost':
    'Three duplicate ACKs, or an ACK of only a part: the first segment out is taken as lost.',
  'reason.tcpLostRetransmit': 'It was sent again, and that is lost as well.',
  'reason.tcpEnterRecovery':
    'A segment is lost: the congestion window comes down, and what is lost is sent again.',
  'reason.tcpRecovered': 'Everything that was out when the loss was found is acknowledged: recovery is over.',
  'reason.tcpFastRetrans': 'It is taken as lost: it is sent again at once, without waiting for the timeout.',
  'reason.tcpSlowStartRetrans': 'After a timeout, what counts as lost is sent again as the window grows.',
  'reason.tcpEnterLoss':
    'The timeout: what is out counts as lost, and the window starts again from one segment.',
  'reason.tcpEnterCwr': 'The host’s own queue dropped a frame: the window comes down as for a loss.',
  'reason.tcpProbeNew': 'The end of what was sent is unacknowledged: new data leave as a probe.',
  'reason.tcpProbeRepaired':
    'Nobody says that the probe came twice: it repaired a loss, and the window comes down.',
  'reason.tcpUndoDsack':
    'The peer got everything twice that was sent again: nothing was lost, the window is put back.',
  'reason.tcpUndoFull': 'The ACK answers what was sent first: nothing was lost, the window is put back.',
  'reason.tcpUndoPartial':
    'The hole was filled by what was sent first: it was late, not lost. The window is put back.',
  'reason.tcpUndoLoss': 'The ACK answers what was sent before the timeout: the window is put back.',
  'reason.tcpSpuriousRto':
    'Something that was not sent again has arrived after the timeout: the timeout was too early (F-RTO).',
  'reason.reorderingSeen':
    'A segment arrived after one sent later: segments overtake each other here, and more patience is needed.',
  'reason.dsackReceived': 'The peer says it got these bytes twice.',
  'reason.sackReneged': 'The peer has taken SACKs back: what they told of counts as lost.',
  'reason.cwndOpen':
    'Above the slow start threshold the window grows slowly: CUBIC by the time since the last loss, Reno by one segment a round trip.',
  'reason.cwndDisorder':
    'Something came out of order: the window stays until it is known whether it is lost.',
  'reason.cwndRecovery':
    'A segment is lost: the window shrinks (CUBIC to 70 %), a little with each ACK, while what is lost is sent again.',
  'reason.cwndLoss':
    'The timeout came: nothing is believed to be under way, and the window begins at one segment.',
  'reason.tcpFlags': 'A segment of an open connection must carry ACK, RST or SYN.',
  'reason.tcpPaws':
    'Its timestamp is older than one seen before: it may be from an earlier lap of the sequence numbers.',
  'reason.tcpReset': 'A valid RST ends the connection at once.',
  'reason.tcpRstChallenge':
    'The RST is in the window but not exactly next: an ACK asks the peer whether it means it.',
  'reason.tcpSynChallenge': 'A SYN within an open connection: an ACK asks the peer whether it means it.',
  'reason.tcpRto': 'Nobody has acknowledged it in time: it is sent again.',
  'reason.tcpProbe': 'The end of what was sent is unacknowledged: it is sent again as a probe.',
  // -- TCP sender
  'reason.tcpSyn': 'The application connects: a SYN asks the peer to open the connection.',
  'reason.tcpSynAck':
    'A SYN came for a listening socket: the SYN-ACK answers it and offers this end’s options.',
  'reason.tcpHandshakeAck': 'The SYN-ACK came: this ACK ends the handshake.',
  'reason.tcpGivesUp':
    'It was sent again as often as is allowed, and nobody answered: the connection is given up.',
  'reason.tcpNoSocket': 'No open connection has this address: a reset says so.',
  'reason.tcpAckTooOld': 'It acknowledges bytes from further back than any window reached: it may be forged.',
  'reason.tcpAckUnsent': 'It acknowledges bytes that were never sent.',
  'reason.tcpAbortData': 'Data came for an application that has closed: a reset answers.',
  'reason.tcpAbortClose': 'The application closed before it read everything: the peer is told by a reset.',
  'reason.tcpFinAck': 'The peer has closed as well: its FIN is acknowledged at once.',
  'reason.tcpSndbufFull': 'The send buffer is full: the writer must wait for ACKs.',
  'reason.tcpWriteSpace': 'ACKs have freed a third of the send buffer: the writer may go on.',
  'reason.tcpCwndLimited':
    'As many segments are out as the congestion window allows: the next waits for an ACK.',
  'reason.tcpRwndLimited': 'The peer’s window has no room for another segment.',
  'reason.tcpNagle': 'Nagle: the segment is short and an earlier short one is not acknowledged yet.',
  'reason.tcpCorked': 'The socket is corked: a short segment waits until it is full.',
  'reason.tcpTsoDeferred': 'A little more room would make a larger frame, and an ACK is due soon: it waits.',
  'reason.tcpSmallQueue':
    'Enough of this socket waits in the qdisc and the card (TCP small queues): more follows when some has left.',
  'reason.tcpAutocork':
    'Something of this socket waits below TCP: the short write waits with it, and may grow.',
  'reason.tcpPaced': 'Pacing: the segment sent before has not had its time yet.',
  'reason.tcpHostQueue': 'Its first sending still waits below TCP: sending it again would help nobody.',
  'reason.tcpWindowProbe': 'The peer’s window has been closed for a while: a probe asks for it.',
  'reason.tcpPeerWindowZero': 'The peer’s buffer is full: it takes nothing more for now.',
  'reason.tcpPeerWindowOpen': 'The peer’s window has opened again.',

  // -- bottom halves (2.2)
  'reason.backlogShared':
    'This kernel has one backlog for the whole machine: every CPU’s handler queues there.',
  'reason.backlogDropping':
    'The backlog was full (netdev_dropping): everything is thrown away until it has run empty.',
  'reason.bhMarked': 'There is something to take up: the bottom half is marked, for whichever CPU comes by.',
  'reason.bhRuns': 'The bottom half is marked, and no CPU of the machine runs one: this CPU does.',
  'reason.bhElsewhere':
    'The bottom half is marked, but another CPU is running it, and only one may in the whole machine. This CPU does not wait: it goes back to what it did.',
  'reason.bhAtIrqExit': 'On its way out of an interrupt a CPU looks whether a bottom half is marked.',
  'reason.bhAtSyscallExit': 'On its way out of a system call a CPU looks whether a bottom half is marked.',
  'reason.bhInSchedule': 'Before it chooses the next task, a CPU looks whether a bottom half is marked.',
  'reason.bhLoop':
    'The bottom half takes packets up, one by one, until the backlog is empty or more than a jiffy has passed.',
  'reason.bhTakes': 'Packets of all cards and all CPUs come through here, one after the other.',
  'reason.bhTimeUp': 'More than a jiffy has passed: it marks itself again and lets others have the CPU.',
  'reason.bhLeftMarked':
    'It is marked again already: the next interrupt on any CPU runs it, the timer’s at the latest.',
  'reason.bhEmptied': 'The backlog is empty.',
  'reason.bhDone': 'Nothing is left to do: any CPU may run the next bottom half.',
  'reason.callDone': 'The kernel has done what the application asked.',
  'reason.timerTick': 'The clock has ticked, and a bottom half was left marked.',

  // -- congestion levels (2.4 to 2.6.12)
  'reason.congestionLow':
    'Queued on this CPU’s own backlog; its average is above no_cong, so netif_rx returns NET_RX_CN_LOW.',
  'reason.congestionModerate':
    'Queued on this CPU’s own backlog; its average is above lo_cong, so netif_rx returns NET_RX_CN_MOD.',
  'reason.congestionHigh':
    'Queued on this CPU’s own backlog; its average is above mod_cong, so netif_rx returns NET_RX_CN_HIGH. Hardly any driver looked.',

  // -- packet queue to user space
  'reason.nfQueued':
    'A firewall rule hands it to a program: a message with a copy goes to the program’s netlink socket, the packet itself waits for the verdict.',
  'reason.nfNoListener': 'A firewall rule hands it to a program, and no program listens: it is dropped.',
  'reason.nfQueueFull': 'As many packets wait for a verdict as may: the queue is full.',
  'reason.nfSocketFull':
    'The message does not fit the program’s netlink socket: the packet is dropped, and the socket refuses messages until it has been read empty.',
  'reason.nfCongested':
    'The netlink socket had overflowed and refuses messages until it has been read empty.',
  'reason.nfFailOpen':
    'The queue is full, and its program asked for it (fail-open): the packet goes on without having been seen.',
  'reason.nfOverrun': 'recvmsg tells the program that messages were lost (ENOBUFS).',
  'reason.nfMessageRead': 'The program has read the copy and now owes a verdict.',
  'reason.nfCongestionOver':
    'The program has read the last message: the socket, which had overflowed, takes messages again.',
  'reason.nfAccepted':
    'The program accepts it: it goes on where it was stopped, in the program’s own time, with bottom halves off.',
  'reason.nfRejected': 'The program rejects it.',

  // -- TCP in the card
  'reason.toeTaken':
    'The card’s table has room: its firmware runs TCP for this connection, and the kernel sees nothing of it but the payload.',
  'reason.toeTakenBlind':
    'The card’s firmware takes the connection. The host has a firewall rule that would drop its packets: no packet of it will ever come to that rule.',
  'reason.toeTableFull': 'The card’s table of connections is full: this one stays with the kernel.',
  'reason.toeFirewall':
    'The host has a firewall rule that has to see its packets, and the driver respects it: the connection stays with the kernel.',
  'reason.toeMemoryFull':
    'The card’s processor does not keep up, and its memory is full of segments that wait: this one is lost.',
  'reason.toeChecksum':
    'Its TCP checksum is wrong: the card’s firmware throws it away. The kernel counts nothing.',
  'reason.toeElsewhere':
    'Its connection is run by the firmware of a card, and it came to the kernel, which knows no such connection.',
  'reason.toeWaits': 'It waits in the card: the card’s processor is at work on something before it.',
  'reason.toeIdle': 'The card’s processor has nothing else to do and begins with it.',
  'reason.toeInOrder':
    'The firmware found it in order: its payload goes to the host’s memory, its headers no further.',
  'reason.toeHeld': 'A segment before it is missing: it waits in the card’s memory.',
  'reason.toeHoleFilled': 'The hole before it is filled: its payload goes to the host’s memory.',
  'reason.toeCompletion': 'Its payload is in the host’s memory: one more completion for the driver.',
  'reason.toeJoined':
    'Its payload follows that of a completion which waits for the driver: one completion tells of both.',
  'reason.toeIrqNow':
    'The last interrupt of the card’s firmware is long enough ago: the driver is told at once.',
  'reason.toeIrqGap':
    'rx-usecs have passed since the last interrupt: one tells of all that has come meanwhile.',
  'reason.toeClosed': 'The connection is over: its entry in the card’s table is free again.',
  'reason.toeSocket':
    'The card’s driver puts the payload into the socket’s receive queue: no IP, no netfilter, no TCP of the kernel has had it.',
  'reason.toeHoleFull':
    'A segment before it is missing, and half of the card’s memory holds such segments already: the firmware throws it away, so that the missing one finds room.',
  'reason.toeMade':
    'The card’s firmware has made it: it goes straight to the wire, past queueing discipline and driver, and no tap of the host sees it.',

  // -- TLS
  'reason.tlsUserSpace':
    'TLS runs in the application: a library there has the keys, and the kernel sees bytes that mean nothing to it.',
  'reason.tlsNoCard':
    'The kernel has the keys; the card offers no TLS, so the CPU does the cipher. Nobody is told: kTLS in software works just the same.',
  'reason.tlsTxOff':
    'The kernel has the keys; the card could encrypt, but tls-hw-tx-offload is off, so the CPU does.',
  'reason.tlsRxOff':
    'The kernel has the keys; the card could decrypt, but tls-hw-rx-offload is off (as drivers leave it), so the CPU does.',
  'reason.tlsVersion':
    'The kernel has the keys; cards take TLS 1.2 only, and this is 1.3, so the CPU does the cipher. Nobody is told.',
  'reason.tlsKernelOld':
    'The kernel has the keys; this version cannot hand them to a card, so the CPU does the cipher.',
  'reason.tlsDevice':
    'The driver has taken the keys: from this byte on the card does the cipher, as long as it can follow.',
  'reason.tlsUserEncrypt':
    'The library in the application has copied the data and encrypted it, on the application’s CPU; the call that writes it will copy it once more.',
  'reason.tlsSwEncrypt':
    'kTLS encrypts inside sendmsg, on the caller’s CPU: in one pass from the application’s memory to what TCP will send. If TCP sends it again, these same bytes go.',
  'reason.tlsFramed':
    'kTLS writes only the header and leaves room for the tag: what goes down the stack is plaintext, for the card to encrypt.',
  'reason.tlsCardEncrypts':
    'Its first byte is the one that the card expects: the card goes on where it was, encrypts, and fills in the tag.',
  'reason.tlsTxRebuild':
    'Its first byte is not the one that the card expects (TCP sends it again, or comes back from doing so). The driver sets the cipher’s state anew: the number of the record, and by DMA the part of the record before this packet, which the card reads and throws away.',
  'reason.tlsNoSyncData':
    'Out of order, and its record has been acknowledged meanwhile: there is nothing left to set the card’s state from, so the driver drops it. It is not missed.',
  'reason.tlsFallback':
    'The route leads out of another card than the one with the key: the CPU encrypts the packet, right before the driver.',
  'reason.tlsRxDecrypted': 'It follows on what the card has seen: the card decrypts it, and marks it so.',
  'reason.tlsRxBefore':
    'It begins before what the card expects: sent again, or late. The card has gone on and leaves it as it came.',
  'reason.tlsRxGap':
    'Something before it is missing, but no header of a record is: the card knows where the next one begins. The record at work cannot be checked any more and passes as it came.',
  'reason.tlsRxRest': 'The card has not seen this record whole: it passes as it came, up to the next header.',
  'reason.tlsRxHeaderLost':
    'What is missing held the header of a record: the card does not know any more where records begin, and has lost its place in the stream.',
  'reason.tlsRxSearching':
    'The card has lost its place; it looks for bytes that could be a header, once the longest possible record must be over.',
  'reason.tlsRxAsks':
    'Here is what looks like the header of a record: the card asks the kernel whether it is one.',
  'reason.tlsRxTracking':
    'The card has found a header and counts records from there, but the kernel has not confirmed it yet: nothing is decrypted.',
  'reason.tlsRxChecksum': 'Its TCP checksum is wrong: the card does not touch it.',
  'reason.tlsResyncAsked':
    'The driver sees the card’s question, tells the stack to note the records in this segment, and asks the card for the exact byte.',
  'reason.tlsResyncConfirmed':
    'The stack has found a record at the very byte: the card gets its number, and decrypts again from the next header on.',
  'reason.tlsResyncSkipped':
    'When the card was asked for the exact byte it had lost its place again: the question is dropped.',
  'reason.tlsSwDecrypt':
    'Every segment of the record came encrypted: recvmsg decrypts it, on the reader’s CPU.',
  'reason.tlsCardDecrypted':
    'The card has decrypted every segment of the record and checked its tag: recvmsg only copies.',
  'reason.tlsMixed':
    'The card has decrypted a part of the record only. A tag can be checked over ciphertext alone: the CPU encrypts that part again, then decrypts the whole.',
  'reason.tlsUserDecrypt':
    'The library in the application decrypts what its reads have brought, and copies it to where the application wants it.',
  'reason.tlsConsumed': 'All of its bytes belong to records that have been read.',
  'reason.tlsRecordNotWhole':
    'Only whole records can be checked and read, and bytes of this one are still missing: waking the reader would be for nothing.',
  'reason.groDecrypted':
    'One of the two has been decrypted by the card and the other one not: an skb has one mark for all of it, so they stay apart.',
  'reason.tlsCiphertextRead': 'The application’s library has read bytes of TLS records, still encrypted.',

  // -- input
  'reason.commandDone': 'Someone typed a command, and it was carried out.',
};
