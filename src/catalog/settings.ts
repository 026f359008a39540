/**
 * Every setting of the model: the command that turns it, its default and what the kernel does with it. The page's "Model and
 * kernel" lists it; a test holds it against the knobs the shell has.
 * Source: Documentation/admin-guide/sysctl/net.rst, Documentation/networking/scaling.rst, ethtool(8); Linux 6.12.
 */
export interface SettingInfo {
  /** Start of the ids of the knobs it stands for (shell/knobs), the device's name left out. */
  readonly id: string;
  readonly command: string;
  readonly default: string;
  readonly meaning: string;
  /** Kernel function or hardware that reads it. */
  readonly fn: string;
}

export const settings: readonly SettingInfo[] = [
  {
    id: 'ring.rx',
    command: 'ethtool -G eth0 rx N',
    default: 'by driver: 256 to 1024',
    meaning:
      'Descriptors of each receive ring: how many frames can wait for the CPU. Setting it empties the ring.',
    fn: 'rx ring',
  },
  {
    id: 'channels.combined',
    command: 'ethtool -L eth0 combined N',
    default: 'one a CPU, at most what the card has',
    meaning: 'Receive queues in use, each with its own ring, interrupt and NAPI.',
    fn: 'ethtool set_channels',
  },
  {
    id: 'coalesce.rx-usecs',
    command: 'ethtool -C eth0 rx-usecs N',
    default: 'by driver: 50 (igb, ixgbe), 16 (mlx5)',
    meaning:
      'Longest time a frame waits for its interrupt; on Intel cards the least gap between two interrupts.',
    fn: 'interrupt moderation',
  },
  {
    id: 'coalesce.rx-frames',
    command: 'ethtool -C eth0 rx-frames N',
    default: 'by driver: 32 (mlx5)',
    meaning: 'So many waiting frames raise the interrupt at once.',
    fn: 'interrupt moderation',
  },
  {
    id: 'coalesce.adaptive-rx',
    command: 'ethtool -C eth0 adaptive-rx on',
    default: 'off here; on for mlx5 cards',
    meaning: 'DIM chooses rx-usecs and rx-frames by itself, from a table of five, after every 64 interrupts.',
    fn: 'net_dim',
  },
  {
    id: 'coalesce.cqe-mode-rx',
    command: 'ethtool -C eth0 cqe-mode-rx on',
    default: 'off',
    meaning: 'Every frame starts the moderation timer anew, not only the first.',
    fn: 'interrupt moderation',
  },
  {
    id: 'rss.table',
    command: 'ethtool -X eth0 equal N',
    default: 'entry i names queue i mod N',
    meaning: 'Indirection table: which queue each value of the hash’s low bits leads to.',
    fn: 'RSS',
  },
  {
    id: 'rss.hkey',
    command: 'ethtool -X eth0 hkey KEY',
    default: 'random, from the scenario’s seed',
    meaning: 'Key of the Toeplitz hash.',
    fn: 'RSS',
  },
  {
    id: 'rx-flow-hash',
    command: 'ethtool -N eth0 rx-flow-hash udp4 sdfn',
    default: 'addresses and ports; UDP on Intel cards: addresses',
    meaning: 'Which fields of a protocol’s headers are hashed.',
    fn: 'RSS',
  },
  {
    id: 'ntuple',
    command: 'ethtool -N eth0 flow-type tcp4 dst-port 80 action 2',
    default: 'none',
    meaning: 'Filters that name a queue, or -1 to drop, before RSS is asked.',
    fn: 'flow director',
  },
  {
    id: 'feature.rx-checksumming',
    command: 'ethtool -K eth0 rx on',
    default: 'on',
    meaning: 'The card checks checksums, so that the CPU need not.',
    fn: 'skb->ip_summed',
  },
  {
    id: 'feature.generic-receive-offload',
    command: 'ethtool -K eth0 gro on',
    default: 'on',
    meaning: 'Consecutive segments of a flow are joined before they go through the stack.',
    fn: 'dev_gro_receive',
  },
  {
    id: 'feature.receive-hashing',
    command: 'ethtool -K eth0 rxhash on',
    default: 'on',
    meaning: 'The card gives each packet its hash; without it RSS uses queue 0 only.',
    fn: 'RSS',
  },
  {
    id: 'feature.ntuple-filters',
    command: 'ethtool -K eth0 ntuple on',
    default: 'off',
    meaning: 'Filters can be set, by ethtool -N and by accelerated RFS. Off removes them.',
    fn: 'flow director',
  },
  {
    id: 'feature.rx-gro-list',
    command: 'ethtool -K eth0 rx-gro-list on',
    default: 'off',
    meaning:
      'GRO chains whole packets for those that no socket here takes, to be split exactly when they leave.',
    fn: 'skb_gro_receive_list',
  },
  {
    id: 'feature.rx-udp-gro-forwarding',
    command: 'ethtool -K eth0 rx-udp-gro-forwarding on',
    default: 'off',
    meaning: 'GRO joins UDP datagrams that no socket here takes.',
    fn: 'udp_gro_receive',
  },
  {
    id: 'affinity',
    command: 'echo 2 > /proc/irq/32/smp_affinity_list',
    default: 'spread over the CPUs',
    meaning: 'CPU that the queue’s interrupt goes to; a poll under way stays where it is.',
    fn: 'irq_set_affinity',
  },
  {
    id: 'rps.cpus',
    command: 'echo f > /sys/class/net/eth0/queues/rx-0/rps_cpus',
    default: '0 (off)',
    meaning: 'RPS: CPUs over which the packets of this queue are spread by hash, after GRO.',
    fn: 'get_rps_cpu',
  },
  {
    id: 'rps.flow_cnt',
    command: 'echo 2048 > /sys/class/net/eth0/queues/rx-0/rps_flow_cnt',
    default: '0',
    meaning: 'RFS: entries of this queue’s table of flows and their present CPU.',
    fn: 'set_rps_cpu',
  },
  {
    id: 'xps.cpus',
    command: 'echo 4 > /sys/class/net/eth0/queues/tx-2/xps_cpus',
    default: '0: the number of the queue a packet came in on',
    meaning: 'XPS: CPUs that send on this queue.',
    fn: 'netdev_pick_tx',
  },
  {
    id: 'napi.gro_flush_timeout',
    command: 'echo 20000 > /sys/class/net/eth0/gro_flush_timeout',
    default: '0 ns',
    meaning:
      'How long GRO may hold packets over the end of a poll; also the time between polls without interrupts.',
    fn: 'napi_complete_done',
  },
  {
    id: 'napi.napi_defer_hard_irqs',
    command: 'echo 2 > /sys/class/net/eth0/napi_defer_hard_irqs',
    default: '0',
    meaning: 'So many empty polls by timer before the interrupt is switched on again.',
    fn: 'napi_complete_done',
  },
  {
    id: 'napi.threaded',
    command: 'echo 1 > /sys/class/net/eth0/threaded',
    default: '0',
    meaning: 'Each NAPI is polled by a thread of its own, which the scheduler treats like any task.',
    fn: 'napi_threaded_poll',
  },
  {
    id: 'link.mtu',
    command: 'ip link set eth0 mtu 9000',
    default: '1500 bytes',
    meaning: 'Longest IP packet; the card throws longer frames away.',
    fn: 'MAC length check',
  },
  {
    id: 'link.gro_max_size',
    command: 'ip link set eth0 gro_max_size N',
    default: '65536 bytes',
    meaning: 'Largest IPv6 packet that GRO builds.',
    fn: 'skb_gro_receive',
  },
  {
    id: 'link.gro_ipv4_max_size',
    command: 'ip link set eth0 gro_ipv4_max_size N',
    default: '65536 bytes',
    meaning: 'Largest IPv4 packet that GRO builds.',
    fn: 'skb_gro_receive',
  },
  {
    id: 'task',
    command: 'taskset -cp CPU PID',
    default: 'as the scenario says',
    meaning: 'CPU that an application or a NAPI thread runs on.',
    fn: 'sched_setaffinity',
  },
  {
    id: 'net.core.netdev_budget',
    command: 'sysctl -w net.core.netdev_budget=N',
    default: '300 packets',
    meaning:
      'Packets that one net_rx_action may take over all its queues; bites with five or more busy ones.',
    fn: 'net_rx_action',
  },
  {
    id: 'net.core.netdev_budget_usecs',
    command: 'sysctl -w net.core.netdev_budget_usecs=N',
    default: 'two jiffies; also the least',
    meaning: 'Time that one net_rx_action may take.',
    fn: 'net_rx_action',
  },
  {
    id: 'net.core.dev_weight',
    command: 'sysctl -w net.core.dev_weight=N',
    default: '64 packets',
    meaning: 'Packets that one poll of a CPU’s backlog takes (cards always take 64).',
    fn: 'process_backlog',
  },
  {
    id: 'net.core.dev_weight_rx_bias',
    command: 'sysctl -w net.core.dev_weight_rx_bias=N',
    default: '1',
    meaning: 'Multiplies dev_weight for the backlog.',
    fn: 'process_backlog',
  },
  {
    id: 'net.core.netdev_max_backlog',
    command: 'sysctl -w net.core.netdev_max_backlog=N',
    default: '1000 packets',
    meaning: 'Packets that may wait on a CPU’s backlog; one more than that fits.',
    fn: 'enqueue_to_backlog',
  },
  {
    id: 'net.core.rps_sock_flow_entries',
    command: 'sysctl -w net.core.rps_sock_flow_entries=32768',
    default: '0 (RFS off)',
    meaning: 'RFS: entries of the table that says on which CPU each flow’s application last read.',
    fn: 'rps_record_sock_flow',
  },
  {
    id: 'net.core.flow_limit_cpu_bitmap',
    command: 'sysctl -w net.core.flow_limit_cpu_bitmap=f',
    default: '0 (off)',
    meaning: 'CPUs on which a flow may not take more than half of a backlog that is half full.',
    fn: 'skb_flow_limit',
  },
  {
    id: 'net.core.flow_limit_table_len',
    command: 'sysctl -w net.core.flow_limit_table_len=N',
    default: '4096 buckets',
    meaning: 'Size of the table that counts flows; used when a CPU’s flow limit is switched on.',
    fn: 'skb_flow_limit',
  },
  {
    id: 'net.core.busy_read',
    command: 'sysctl -w net.core.busy_read=N',
    default: '0 µs',
    meaning:
      'How long a reader of an empty socket polls the card itself before it sleeps. A new socket takes it over.',
    fn: 'sk_busy_loop',
  },
  {
    id: 'net.core.busy_poll',
    command: 'sysctl -w net.core.busy_poll=N',
    default: '0 µs',
    meaning: 'The same for a program that waits on several sockets (poll, select, epoll).',
    fn: 'ep_busy_loop',
  },
  {
    id: 'net.core.gro_normal_batch',
    command: 'sysctl -w net.core.gro_normal_batch=N',
    default: '8 segments',
    meaning: 'Packets gather until so many segments go up to the stack together.',
    fn: 'gro_normal_one',
  },
  {
    id: 'net.core.rmem_default',
    command: 'sysctl -w net.core.rmem_default=N',
    default: '212992 bytes',
    meaning: 'Receive buffer of a new UDP socket.',
    fn: 'sock_init_data',
  },
  {
    id: 'net.core.rmem_max',
    command: 'sysctl -w net.core.rmem_max=N',
    default: '212992 bytes; 4 MiB since 6.18',
    meaning: 'Largest receive buffer an application may ask for.',
    fn: 'sock_setsockopt',
  },
  {
    id: 'net.core.wmem_default',
    command: 'sysctl -w net.core.wmem_default=N',
    default: '212992 bytes',
    meaning: 'Send buffer of a new socket: how much of what it sends may be on its way in the host.',
    fn: 'sock_init_data',
  },
  {
    id: 'net.core.wmem_max',
    command: 'sysctl -w net.core.wmem_max=N',
    default: '212992 bytes; 4 MiB since 6.18',
    meaning: 'Largest send buffer an application may ask for.',
    fn: 'sock_setsockopt',
  },
  {
    id: 'net.ipv4.tcp_rmem',
    command: 'sysctl -w net.ipv4.tcp_rmem="MIN DEFAULT MAX"',
    default: '4096 131072 6291456; 32 MiB since 6.16',
    meaning: 'Receive buffer of a TCP socket: least, at the beginning, most.',
    fn: 'tcp_init_sock',
  },
  {
    id: 'net.ipv4.ip_forward',
    command: 'sysctl -w net.ipv4.ip_forward=1',
    default: '0',
    meaning: 'Packets for others are sent on where a route leads; else they are dropped.',
    fn: 'ip_forward',
  },
  {
    id: 'net.ipv4.ip_early_demux',
    command: 'sysctl -w net.ipv4.ip_early_demux=0',
    default: '1',
    meaning: 'Look for the socket before the route, so that the route need not be looked up.',
    fn: 'ip_rcv_finish_core',
  },
  {
    id: 'net.ipv4.tcp_early_demux',
    command: 'sysctl -w net.ipv4.tcp_early_demux=0',
    default: '1',
    meaning: 'The same, for TCP alone.',
    fn: 'ip_rcv_finish_core',
  },
  {
    id: 'net.ipv4.udp_early_demux',
    command: 'sysctl -w net.ipv4.udp_early_demux=0',
    default: '1',
    meaning: 'The same, for UDP alone.',
    fn: 'ip_rcv_finish_core',
  },
];
