/** Texts of the built-in scenario a-ring-overflows. */
export const aRingOverflows: Readonly<Record<string, string>> = {
  'scenario.a-ring-overflows.title': 'A ring overflows',
  'scenario.a-ring-overflows.summary':
    'Nobody looks at the rx ring for half a millisecond, and frames keep coming: what a ring can hold, and what a larger one can’t do.',
  'scenario.a-ring-overflows.variant.ring-64': 'Ring of 64',
  'scenario.a-ring-overflows.variant.ring-4096': 'Ring of 4096',
  'scenario.a-ring-overflows.variant.overload': 'Steady overload, ring of 512',
  'scenario.a-ring-overflows.variant.overload-4096': 'Steady overload, ring of 4096',
  'scenario.a-ring-overflows.step-1.title': 'The first frames pass',
  'scenario.a-ring-overflows.step-1.text':
    'A burst of 600 short frames comes at 1 Gbit/s. The first one interrupts CPU 0 at once; the poll takes 2 of them and goes back to sleep.',
  'scenario.a-ring-overflows.step-2.title': 'Now nobody looks',
  'scenario.a-ring-overflows.step-2.text':
    '`rx-usecs 500` holds the next interrupt back for half a millisecond. It stands for any stall: a CPU kept busy by something else looks the same to the ring.',
  'scenario.a-ring-overflows.step-3.title': 'The ring fills',
  'scenario.a-ring-overflows.step-3.text':
    'Each frame takes one descriptor, and none is given back. A ring of 512 has room for 511: the tail never catches the head.',
  'scenario.a-ring-overflows.step-4.title': 'Full',
  'scenario.a-ring-overflows.step-4.text':
    'The time to overflow is (N - 1) / rate: 511 frames, one every 672 ns, are 343 µs. From now on the card drops, before any CPU sees the frame.',
  'scenario.a-ring-overflows.step-5.title': 'What the counters say',
  'scenario.a-ring-overflows.step-5.text':
    'The card counts 87 in `rx_missed_errors`. A common belief: “the kernel dropped it, so a kernel counter shows it”. `softnet_stat` has none, the sockets have none: there was never an skb.',
  'scenario.a-ring-overflows.step-6.title': 'A smaller ring',
  'scenario.a-ring-overflows.step-6.text':
    '`ethtool -G eth0 rx 64`: room for 63. It is full after an eighth of the time, and 535 of the 600 frames are lost.',
  'scenario.a-ring-overflows.step-7.title': 'A larger ring',
  'scenario.a-ring-overflows.step-7.text':
    '`ethtool -G eth0 rx 4096`: the whole burst fits, and nothing is lost. The frames wait in it until somebody looks. That is what a ring is for: stalls and bursts.',
  'scenario.a-ring-overflows.step-8.title': 'Steady overload',
  'scenario.a-ring-overflows.step-8.text':
    'Now 10 Gbit/s, without end, and no stall: more than CPU 0 can take. With 512 descriptors four of five frames are lost.',
  'scenario.a-ring-overflows.step-9.title': 'What a larger ring can’t do',
  'scenario.a-ring-overflows.step-9.text':
    'With 4096 descriptors still three of four are lost: a ring is no faster CPU. But what gets through has waited in the ring for over a millisecond, seven times as long: bufferbloat, in the card. (On a real machine so large a ring also falls out of the CPU’s cache; this model has no caches.)',
};
