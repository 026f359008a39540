/**
 * Where the model is simpler than the kernel or the hardware: what it does, what really happens, where that matters. Shown
 * on the "Model and kernel" page and wherever a figure leans on one of them.
 * Texts are English facts with their sources, not words of the page.
 */
export interface Simplification {
  readonly id: string;
  readonly model: string;
  readonly real: string;
  readonly matters: string;
  readonly source: string;
}

export const simplifications: readonly Simplification[] = [
  {
    id: 'costs',
    model: 'Each piece of work has a fixed cost in cycles, taken from a named cost profile.',
    real: 'Costs move with caches, TLB, DDIO, SMT neighbours and clock frequency.',
    matters: 'Absolute rates and latencies; a gain from warm caches does not appear by itself.',
    source: 'Published measurements, named with each profile; figures marked "assumed" have no source.',
  },
  {
    id: 'numa',
    model:
      'Rings, buffers and skbs lie on the card\u2019s NUMA node. A CPU of another node pays 1.5 times the cost (assumed) where it takes frames off the ring, sends, takes packets out of its backlog and copies; so do hand-overs, IPIs and locks between nodes. Before NAPI there are no nodes.',
    real: 'Drivers take some memory from the node of the CPU that polls, cards write to the near caches (DDIO), sockets lie on their reader\u2019s node, distances differ, and links between nodes fill up.',
    matters: 'How much a remote node costs; that it costs, and where, holds.',
    source:
      'Terabit stack profiling 2021 with and without aRFS (1.5 to 1.9 times over a whole frame); Documentation/networking/scaling.rst, Linux 6.12.',
  },
  {
    id: 'dma',
    model:
      'DMA is a fixed latency and a time per byte; descriptor prefetch and batched write-back are one delay.',
    real: 'Cards fetch descriptors ahead, write back a cache line of them at once, and share PCIe credits.',
    matters: 'The first hundreds of nanoseconds of a frame, and very small frames at the highest rates.',
    source: 'Driver sources (igb, ixgbe, mlx5), Linux 6.12; data sheets.',
  },
  {
    id: 'ixgbe-itr',
    model:
      'ixgbe starts with a fixed rx-usecs of 50; at 1 the driver adapts it as the kernel does, and a new gap holds at once. igb’s own adaptive moderation is not included.',
    real: 'ixgbe starts with rx-usecs 1 (adaptive), igb with 3; the card takes a new gap with its next interrupt, and writes sent packets back up to 8 at a time.',
    matters:
      'Round trips under adaptive moderation: the model’s are up to a third faster than the published ones (Evidence, B13).',
    source: 'ixgbe_main.c ixgbe_set_itr, ixgbe_configure_tx_ring, Linux 6.12.',
  },
  {
    id: 'fifo',
    model:
      'In front of the ring stands no memory or one of a stated size; a frame without a descriptor is lost.',
    real: 'Cards have tens to hundreds of KiB of packet memory and may send PAUSE frames.',
    matters: 'Short bursts that a real card would just survive.',
    source: 'Data sheets; rx_no_buffer_count and rx_missed_errors in the igb driver, Linux 6.12.',
  },
  {
    id: 'jiffies',
    model: 'All CPUs see the clock tick at the same instant.',
    real: 'Ticks may be skewed between CPUs, and an idle CPU may have none.',
    matters: 'Time limits of net_rx_action and GRO, which count in ticks.',
    source: 'kernel/time, net/core/dev.c, Linux 6.12.',
  },
  {
    id: 'scheduler',
    model:
      'CFS and EEVDF without weights, groups and migration: all tasks weigh the same and stay on their CPU. Ticks cost nothing; a task inside the kernel is preempted at its next look. Before 2.6.23 tasks take turns of 60 ms.',
    real: 'Nice values, groups, wake-up placement by caches and idle CPUs, full or lazy preemption; 2.4 chose by counter and goodness.',
    matters: 'Tasks of different weight; many tasks on few CPUs; latency of a woken task to the microsecond.',
    source: 'kernel/sched/fair.c, v5.1, v6.6, v6.12; kernel/sched.c, 2.4.18.',
  },
  {
    id: 'constants',
    model:
      'Waking an idle CPU, timers and work queues take constant times. That it takes longer to wake a task of another CPU is counted in one profile (server-2010), for readers of a socket.',
    real: 'They depend on sleep states, timer slack and load. Whoever wakes a task of another CPU takes that one’s run queue out of its cache, and interrupts it unless it watches for work (mwait).',
    matters:
      'Latency on nearly idle machines; what a CPU of interrupts pays for programs that sleep elsewhere.',
    source: 'Stated per cost profile; marked "assumed".',
  },
  {
    id: 'memory',
    model: 'Memory for buffers is always there.',
    real: 'An skb or page allocation can fail; drivers count rx_alloc_failed and try again.',
    matters: 'Machines short of memory.',
    source: 'Driver sources, Linux 6.12.',
  },
  {
    id: 'seeds',
    model:
      'Keys that are random per boot (RSS, flow hash) come from the scenario’s seed, so that a run repeats.',
    real: 'A new random key at each boot spreads the same flows differently.',
    matters: 'Which queue a flow meets; never how the hash is computed: Toeplitz is exact.',
    source: 'netdev_rss_key_fill, net/core, Linux 6.12; Microsoft verification vectors.',
  },
  {
    id: 'checksum',
    model:
      'Cards are never wrong about a checksum. A datagram’s checksum that the card has not checked is summed when it arrives; wrong ones are dropped there. Summing costs a fixed number of cycles a byte of payload.',
    real: 'Some cards give wrong sums for some frames ("hw csum failure"); UDP sums while it copies to the reader, who then finds out; cards report levels of encapsulation.',
    matters:
      'Tunnels and unusual cards; who pays for a datagram’s checksum, and how long a wrong one lies in the queue.',
    source: 'include/linux/skbuff.h, net/ipv4/udp.c udp_recvmsg, Linux 6.12.',
  },
  {
    id: 'encapsulation',
    model: 'Tunnels but for IPIP, and zero-copy receive, are not modelled.',
    real: 'GRO looks through VXLAN, GRE and others; page_pool recycling has conditions of its own.',
    matters: 'Overlay networks; such packets pass unmerged here.',
    source: 'net/core/gro.c, Linux 6.12.',
  },
  {
    id: 'tunnels',
    model:
      'ipip with both ends fixed, IPv4 in IPv4, no tunnel within another; the outer header has no TOS of its own. A packet too long for the way is lost at the tunnel: no ICMP, no outer fragments. Putting the header on and taking it off cost fixed cycles (assumed). Cards never cut behind an outer header, and from 4.7 on igb, ixgbe and mlx5 finish checksums there. Cells are by CPU, with the inner packet’s hash; RPS, threads and busy polling of the tunnel’s own are not included. A capture of the device carries an Ethernet header that the device does not have; there is no tunl0 beside it. TCP before 4.17 sums what it sends where later kernels do, right before the device.',
    real: 'Tunnels may have no fixed remote end, carry other protocols (GRE, VXLAN, sit) and stand on each other; routers and tunnels send ICMP fragmentation needed, and err_count answers errors from the way. Cards with tx-ipxip4-segmentation or tx-gso-partial cut behind the outer header. Before 4.0 cells go by receive queue; a packet there has no hash, so that all stand in one bucket. Captures of the device begin with the IP header (link type RAW), and loading the module makes tunl0. TCP before 4.17 sums while it copies from the application.',
    matters:
      'Path MTU discovery through a tunnel; what a tunnel costs in cycles; recent cards that cut for tunnels; many inner flows at once.',
    source: 'net/ipv4/ipip.c, net/ipv4/ip_tunnel.c, net/core/gro_cells.c, Linux 6.12; cb32f511a70b (3.13).',
  },
  {
    id: 'fragments',
    model:
      'IPv6 fragments are counted and given up, and none are made; a router cuts nothing. The ICMP message after ipfrag_time is not sent, and ipfrag_max_dist not included. Before 4.17 those are thrown out first that got nothing for longest. A timer of whole nanoseconds ends the wait. Overlaps end a datagram in every kernel.',
    real: 'ip6_frag does the same for IPv6; a router cuts what may be cut; whoever gives up a datagram whose first fragment is there sends ICMP time exceeded. From 3.17 to 4.16 a worker throws out as datagrams are hashed; before 4.19 overlaps were cut off.',
    matters: 'IPv6 with fragments; routers between links of different MTU; a sender that listens for ICMP.',
    source: 'net/ipv4/ip_fragment.c, Linux 6.12.',
  },
  {
    id: 'virtio',
    model:
      'virtio_net is a card like the others: a ring, a wire, interrupts, RSS. It has the offloads that QEMU offers; the host behind it cuts and finishes checksums at no cost.',
    real: 'A queue shared with a host, which takes packets from it, carries out the offloads in its own stack or card and chooses the receive queue. Of real cards only s2io (Xframe II) had UFO, off at first; by 3.8 it could not be turned on, for the driver offered checksums of IPv4 alone, and by 4.9 it was gone.',
    matters: 'What a virtual machine costs its host; UFO on a real card.',
    source: 'drivers/net/virtio_net.c, Linux 4.13; drivers/net/ethernet/neterion/s2io.c, Linux 3.8 and 4.9.',
  },
  {
    id: 'truesize',
    model: 'What an skb costs a socket (truesize) comes from a table by frame size.',
    real: 'It depends on the driver’s buffers, page sharing and later condensing.',
    matters: 'How many packets fit a receive buffer.',
    source: 'net/core/skbuff.c, Linux 6.12.',
  },
  {
    id: 'counters',
    model: 'Each card speaks one driver’s counter names and prints only what that driver has.',
    real: 'Names and meaning differ between drivers and firmware versions.',
    matters: 'Comparing output with a machine that has another card.',
    source: 'ethtool code of igb, ixgbe, mlx5, Linux 6.12.',
  },
  {
    id: 'locks',
    model:
      'The kernel lock of 2.2 and root locks of queueing disciplines are modelled. So is who owns a TCP socket: while a task is in recvmsg or sendmsg, segments go to the socket’s backlog, and the task works through them when it lets go. But softirq and reader never spin for one another, and what they take from each other’s caches costs nothing; nor do other locks.',
    real: 'Spinlocks of sockets and receive queues are fought for when several CPUs meet there. Of the cycles of a receiver of one TCP flow, 0.6 to 8.9 % were counted as locking.',
    matters:
      'One socket fed from many CPUs; a fast TCP flow whose reader has a CPU of its own, which the model receives faster.',
    source: 'net/core/sock.c, Linux 6.12; Cai and others, SIGCOMM 2021.',
  },
  {
    id: 'before-softnet',
    model:
      'Of 2.2 there are the one backlog, the one bottom half, the kernel lock around system calls and the wait for the bottom half (synchronize_bh). Interrupts go to the CPU the scenario names.',
    real: 'skb_queue_lock, cli() across all CPUs, other bottom halves and the TLB’s interrupts held CPUs up as well; the IO-APIC dealt interrupts out to all CPUs.',
    matters: 'A real 2.2 machine of four CPUs did rather worse than this one.',
    source: 'net/core/dev.c, arch/i386/kernel/irq.c, include/asm-i386/softirq.h, Linux 2.2.16.',
  },
  {
    id: 'spinlocks',
    model:
      'CPUs that wait for a lock get it in the order they asked; fetching its cache line from another CPU costs an assumed amount.',
    real: 'Before ticket spinlocks (x86: 2.6.25) whoever saw it free first had it, often the CPU that had just held it; spinners also slow the holder’s memory down.',
    matters: 'How the wait is shared out between CPUs, not how long it is in all.',
    source: 'include/asm-i386/spinlock.h, Linux 2.2.16; kernel/locking/qspinlock.c, Linux 6.12.',
  },
  {
    id: 'software-steering',
    model:
      'Queueing for another CPU and the interrupt it takes cost fixed, assumed amounts; a filter of accelerated RFS is in the card 50 µs after it was asked for, and shares 1024 places with ntuple rules.',
    real: 'An interrupt between CPUs costs more across sockets; a filter takes tens of microseconds to milliseconds, and how many there may be, and whether ntuple rules take from them, differs by card.',
    matters: 'How long RFS forwards before the card does; what RPS costs on large machines.',
    source: 'net/core/dev.c, mlx5 en_arfs.c, Linux 6.12; costs are assumed.',
  },
  {
    id: 'sending',
    model:
      'What is sent waits in its queueing discipline (priority by TOS only), is sent at the link’s rate and freed by the NAPI of its queue. What a full ring left waiting is sent on by the CPU that cleans up. Applications send UDP by any card, TCP over links; an answer leaves by a route, else by the card that its request came in on; a datagram beyond the MTU is refused.',
    real: 'NET_TX softirqs send on what waits; other queueing disciplines shape what is sent, and when; long datagrams are cut into fragments.',
    matters: 'Hosts near their link’s limit.',
    source: 'net/core/dev.c, net/sched/sch_generic.c, Linux 6.12.',
  },
  {
    id: 'qdiscs',
    model:
      'fq, fq_codel, prio and pfifo stand one a transmit queue: at the root of a card with one queue, below mq else. Work in them costs the same whichever it is. fq finds a flow by its socket without a hash and forgets none; its timer runs at the end of its slack and sends from the interrupt. fq_codel has no filters, and nobody sends packets that it could mark (ECN); a band of prio is a pfifo. A segment that the own queueing discipline drops counts as sent, and makes TCP slow down (CWR). One put in place by a command while the host has pfifo_fast has no lock unless the set-up asked for one.',
    real: 'A root other than mq can stand in front of several queues; fq collects idle flows after 3 s and hashes into 1024 trees; a timer may run sooner together with another one, and raises the NET_TX softirq; TCP keeps a segment that was dropped at once at the head of its queue.',
    matters: 'CPU cost of each discipline; delays below 10 µs; several CPUs that send through one lock.',
    source: 'net/sched/sch_fq.c, sch_fq_codel.c, sch_prio.c, sch_api.c, net/ipv4/tcp_output.c, Linux 6.12.',
  },
  {
    id: 'client',
    model:
      'A client that waits for answers stands behind the cable: its own host is a fixed delay each way, and nothing is lost or overtaken between the two.',
    real: 'Its card, interrupts and scheduler take as long as the host’s own, and vary.',
    matters: 'Round trips and transactions a second of request and response.',
    source: 'src/engine/traffic/client.ts.',
  },
  {
    id: 'links',
    model:
      'A link between two hosts is a delay, one narrow place with a drop-tail queue in front of it, and faults: each frame’s fate is drawn (or scripted) on its own, after the queue. It is never down, nobody else sends through it, and PAUSE frames do not exist. Bits turned on the cable always break the FCS; damage behind a right FCS is a fault of its own. A flow may leave by a link that a route turned while time runs leads back to: such packets are lost, and said to be.',
    real: 'Paths have several queues, other traffic, flow control, queue management (RED, CoDel); an FCS misses one broken frame in some billions; losses come from those queues more than by chance.',
    matters:
      'How losses are spread; a second sender through the same switch; what a router without memory to spare does.',
    source: 'net/sched/sch_netem.c, Linux 6.12; Stone and Partridge, SIGCOMM 2000.',
  },
  {
    id: 'netem',
    model:
      'tc’s netem acts on the frames of the link that a card has, behind the card and after the narrow place. Each frame is drawn by itself. Taken away, it lets go what it holds when its time comes.',
    real: 'It is the queueing discipline in front of the ring: packets before segmentation, which its limit counts, and without byte queue limits while it holds them; what it holds when it is taken away is lost; draws may be correlated, and rate, slots and distributions exist.',
    matters: 'Large packets: one draw, and one place of the limit, for all their frames.',
    source: 'net/sched/sch_netem.c, Linux 6.12.',
  },
  {
    id: 'wlan',
    model:
      'A radio link is one channel of 802.11n with two stations and one access category: DIFS, backoff, preamble, frames at one rate, SIFS, ACK or block ACK. A collision loses all of both frames; what is not understood is drawn a frame at a time. A payload takes bits divided by rate, and its receiver hands frames on in order as they come in.',
    real: 'Rates adapt, symbols round up, RTS/CTS protects long frames, other stations and networks share the channel, EDCA has four queues, receivers wait for holes only so long, and hidden stations collide more.',
    matters:
      'Absolute rates of a real network; that small frames cost nearly as much air as large ones holds.',
    source: 'IEEE 802.11-2016, clauses 10.3, 10.13, 10.24; the project’s own model of air time.',
  },
  {
    id: 'before-napi',
    model:
      'Before NAPI a packet costs two sums: one in the interrupt handler, one in the softirq up to the wire. For the 700 MHz machine they are those stated by its source; for others they are assumed.',
    real: 'The split between driver, stack and sending differed by card.',
    matters: 'Where exactly a kernel of 2001 collapses, not that it does.',
    source: 'Salim and others, Beyond Softnet, as quoted; net/core/dev.c, Linux 2.4.18.',
  },
  {
    id: 'packet-queue',
    model:
      'A firewall rule can hand every packet that is to be forwarded to one program, which accepts it or rejects it by its port, one verdict a packet. The costs of message and verdict are assumed; a packet that GRO has joined is handed over whole, and up to 4096 bytes of each are copied. Socket buffers of old kernels are as large as of new ones where a scenario does not say otherwise.',
    real: 'Rules choose packets, several queues share them out, programs change packets and give verdicts in batches. Before 3.10 a joined packet was cut into its segments first. Until 2.6 a socket’s buffer was 65535 bytes.',
    matters: 'How many packets wait before some are lost; programs that screen at high rates.',
    source:
      'net/netfilter/nfnetlink_queue.c, Linux 6.12; net/ipv4/netfilter/ip_queue.c, net/netlink/af_netlink.c, 2.4.17.',
  },
  {
    id: 'tcp-receiver',
    model:
      'A socket with `acks` keeps a connection a flow, by the kernel’s rules for ACKs, SACK, window and buffer. Open-loop traffic opens it by its first segment and does not listen to its ACKs. Timers cost an interrupt, an hrtimer fires at the end of its slack, and an ACK does not wait for the queueing discipline’s lock.',
    real: 'A handshake comes first, the sender follows the ACKs, timers run in a softirq and may share an interrupt, tcp_mem bounds all connections, and skbs joined in the queue free their heads.',
    matters:
      'How fast a real sender would go on; a held ACK near the end of its delay; machines short of memory.',
    source: 'net/ipv4/tcp_input.c, tcp_output.c, tcp_timer.c, Linux 6.12; measured on 6.18.',
  },
  {
    id: 'tcp-sender',
    model:
      'The sender is Linux 6.12’s with its differences by version where a rule names them: CUBIC (as tuned today) or Reno, RACK, tail loss probes, F-RTO, PRR, small queues, autocorking. Older kernels without RACK count SACKs (RFC 6675, no FACK); PRR and minimum-RTT filters are there in all of them. A segment that the host’s own queueing discipline refuses brings the window down, and is sent again as one that was lost.',
    real: 'Before 3.2 the window was halved ACK by ACK, FACK counted holes until 4.15, BIC was the default from 2.6.8 to 2.6.18. A refused segment stays unsent at the head of the write queue: no retransmission counts it. ECN, fast open, SYN cookies, path MTU probing, metrics kept of earlier connections, keepalive and memory pressure of the whole machine exist too.',
    matters:
      'Recoveries under kernels before 4.4; paths that mark instead of dropping; short queueing disciplines at the sender.',
    source: 'net/ipv4/tcp_output.c, tcp_input.c, tcp_recovery.c, tcp_cubic.c, tcp_timer.c, Linux 6.12.',
  },
  {
    id: 'busy-poll',
    model:
      'A look that finds nothing costs what calling a poll costs, and is not recorded. A socket takes net.core.busy_read over when the host has been set up. SO_PREFER_BUSY_POLL and irq suspension are not included.',
    real: 'Each look reads a descriptor; sockets take the value over when they are made; epoll has parameters of its own since 6.9.',
    matters: 'Who turns net.core.busy_read while programs run; busy polling under overload.',
    source: 'net/core/dev.c, net/core/sock.c, fs/eventpoll.c, Linux 6.12.',
  },
  {
    id: 'offloads',
    model:
      'An skb of several segments takes one descriptor. Preparing a packet for the card never fails for want of memory. Cutting, summing and copying cost fixed cycles a frame or a byte; each piece costs a whole call of the driver. Partial segmentation (tx-gso-partial) and VLAN insertion are not included.',
    real: 'Each fragment takes a descriptor, with one more for what is to be done; skb_segment and skb_checksum_help can fail (tx_dropped); drivers ring the doorbell once for all pieces (xmit_more).',
    matters: 'How many packets a transmit ring holds; how much software segmentation and checksums cost.',
    source: 'net/core/dev.c validate_xmit_skb, igb_xmit_frame_ring, Linux 6.12.',
  },
  {
    id: 'toe',
    model:
      'A card with TCP in it (toe) is nobody’s: its processor works off one segment after the other at a fixed cost, sends before it receives, and runs the same TCP as the kernel of the scenario with its default settings. It keeps a connection from the first segment to the last. The driver takes completions in its interrupt handler, one descriptor each, and adds to a receive queue that a task may hold.',
    real: 'Every maker’s firmware, interface and driver are its own; some hand connections over when they are established, place payload into posted buffers without a copy, and have faster paths for data in order. Linux has taken none of them in.',
    matters:
      'How many segments a second such a card takes: its cycles are assumed. That they do not grow with the host’s CPU, and that the kernel sees nothing, holds.',
    source:
      'networking:toe, Linux Foundation wiki; Mogul, TCP offload is a dumb idea whose time has come, HotOS 2003; Shivam and Chase, On the elusive benefits of protocol offload, 2003.',
  },
  {
    id: 'lro',
    model:
      'LRO joins while the driver polls, in the tables of GRO, and lets go at the end of the poll; a joined frame costs its descriptor and no skb. It is off at first.',
    real: 'The card joins into one chain of descriptors, of as many flows as it has contexts for, and lets go at an interrupt or a timer.',
    matters: 'How long LRO’s packets get, and what a joined frame costs.',
    source: '82599 datasheet, ixgbe_main.c ixgbe_configure_rscctl, Linux 6.12.',
  },
  {
    id: 'ktls',
    model:
      'Keys are there when the connection is: no handshake, no alerts, no new keys. AES-128-GCM costs 0.8 cycles a byte on a server (assumed), whoever computes it and however short the record is. Records hold at most 16,384 bytes; a reader takes whole ones. TLS in an application is one copy, the cipher and a write a record; it decrypts what each read has completed.',
    real: 'A handshake of one or two round trips comes first. AES-GCM with AES-NI takes 0.6 to 1 cycle a byte for long records and more for short ones. Where the kernel’s cipher may work asynchronously, sendmsg copies first. Libraries read a header, then the rest, unless told to read ahead. sendfile copies nothing where a card encrypts.',
    matters: 'The first milliseconds of a connection; what short records cost; the exact shares of time.',
    source: 'net/tls/tls_sw.c, tls_strp.c, Linux 6.12; OpenSSL ssl/record.',
  },
  {
    id: 'ktls-card',
    model:
      'The card is a ConnectX-6 Dx whatever the kernel’s version, with room for every connection. Reading a record’s first part again costs the CPU a few descriptors and the card no time. Its search for a header finds real ones only; between question and answer lie 20 microseconds (assumed), and the work queue that asks costs no CPU. A dropped connection’s context is gone at once.',
    real: 'In 4.18 and 4.19 the card was an Innova with an FPGA and counters of other names; ConnectX cards encrypt since 5.3 and decrypt since 5.9. They hold so many connections and no more; a key is added by a command to the firmware, a rule for the flow by a work queue. How the firmware searches is not published. Other drivers leave it to the stack: after 2 records that came encrypted it tells the card where the next one begins, then after 4, 8 and so on, up to every 128.',
    matters:
      'Names of counters before 5.3; how soon a card that has lost its place decrypts again; many connections.',
    source:
      'drivers/net/ethernet/mellanox/mlx5/core/en_accel/ktls_tx.c, ktls_rx.c, Linux 6.12; Documentation/networking/tls-offload.rst.',
  },
  {
    id: 'ktls-captures',
    model:
      'Captures show records as their headers and bytes made up: other ones for plaintext than for ciphertext. The application’s own points show its stream as TCP has it, framing and all.',
    real: 'An application writes and reads plaintext without framing.',
    matters: 'Captures at the application; tools that want to decrypt.',
    source: 'net/tls, Linux 6.12.',
  },
  {
    id: 'not-included',
    model: 'XDP and VLAN devices are not part of this version.',
    real: 'They steer, shorten or by-pass parts of the path shown.',
    matters: 'Machines that use them; the console refuses their commands and says so.',
    source: 'net/core/dev.c, Linux 6.12.',
  },
  {
    id: 'bridges',
    model:
      'A bridge learns, looks up, floods and passes up; every port forwards from the moment it joins. The bridge sends nothing itself and has no IP address: give that to a port. Looking up costs as much as IP forwarding without its route (assumed). Who is a neighbour over a bridge follows from the ports that the scenario gives it.',
    real: 'A bridge is a device of its own, with addresses, and sends. There are spanning tree with ports that block, VLAN filtering, multicast snooping (on by default), netfilter on bridges, offload to switches, and flags of ports (hairpin, isolated, learning, flooding).',
    matters:
      'Bridges in rings, where frames circle here as they do without spanning tree; multicast to groups that somebody has joined; a host that speaks by its bridge; what a bridged frame costs.',
    source: 'net/bridge/br_input.c, br_forward.c, br_fdb.c, br_if.c, Linux 6.12.',
  },
  {
    id: 'taps',
    model:
      'tcpdump prints headers: payload, ids of ICMP echoes and what ARP asks for are not kept; it neither costs CPU time nor loses packets.',
    real: 'A packet socket clones every skb, charges it to its own buffer and drops what does not fit ("dropped by kernel").',
    matters: 'At high rates a real capture slows the machine and misses packets itself.',
    source: 'net/packet/af_packet.c tpacket_rcv, net/core/dev.c __netif_receive_skb_core, Linux 6.12.',
  },
  {
    id: 'captures',
    model:
      'A capture at any point costs nothing and loses nothing. Payload bytes are made up from where they stand in their stream or datagram; VLAN tags stand in their place at every point; a frame on the wire is stamped when its last bit is out.',
    real: 'A capture on the wire needs a tap or a mirror port; tools have tags put back that a card took off; a card or the kernel stamps a frame with its own clock.',
    matters: 'Contents of payloads; times of real captures, which are later or coarser.',
    source:
      'net/packet/af_packet.c, libpcap pcap-linux.c; Documentation/networking/timestamping.rst, Linux 6.12.',
  },
  {
    id: 'neighbours',
    model: 'The link address of every next hop is known: there is no neighbour table, ip neigh is empty.',
    real: 'A next hop is asked for by ARP or neighbour discovery first; packets wait meanwhile in a queue of limited bytes.',
    matters: 'The first packets through a gateway.',
    source: 'net/core/neighbour.c, net/ipv4/arp.c, Linux 6.12.',
  },
];
