/** Texts of the built-in scenario rss-spreads-flows. */
export const rssSpreadsFlows: Readonly<Record<string, string>> = {
  'scenario.rss-spreads-flows.title': 'RSS spreads flows',
  'scenario.rss-spreads-flows.summary':
    'Four queues, four CPUs, 64 flows. What RSS can spread, what it can’t, and two settings that spoil it.',
  'scenario.rss-spreads-flows.variant.elephant': 'One elephant flow',
  'scenario.rss-spreads-flows.variant.bad-table': 'Indirection table: queue 0 only',
  'scenario.rss-spreads-flows.variant.addresses-only': 'UDP hashed over addresses only',
  'scenario.rss-spreads-flows.variant.repaired': 'Addresses only, repaired after 2 ms',
  'scenario.rss-spreads-flows.step-1.title': 'A hash for each flow',
  'scenario.rss-spreads-flows.step-1.text':
    'The card computes the Toeplitz hash over addresses and ports. It is the same for every frame of a flow. Its low bits choose an entry of the indirection table, and the entry names the queue.',
  'scenario.rss-spreads-flows.step-2.title': 'Four queues, four CPUs',
  'scenario.rss-spreads-flows.step-2.text':
    'Each queue has its own ring, its own interrupt and its own NAPI. The vectors are bound to different CPUs, so the softirqs run side by side.',
  'scenario.rss-spreads-flows.step-3.title': 'Spread, not evenly',
  'scenario.rss-spreads-flows.step-3.text':
    '64 flows, each of the same rate: rx-0 to rx-3 got 12, 11, 19 and 22 of them. A hash knows nothing of load; it only spreads. Here that is enough: nothing is lost.',
  'scenario.rss-spreads-flows.step-4.title': 'One elephant',
  'scenario.rss-spreads-flows.step-4.text':
    'The same load, but one flow makes up nine tenths of it. All its frames have one hash, so all go to one queue.',
  'scenario.rss-spreads-flows.step-5.title': 'It can’t be spread',
  'scenario.rss-spreads-flows.step-5.text':
    'A common belief: “more queues make everything faster”. One flow stays on one CPU, so that its packets stay in order. CPU 0 has the softirq and the program that reads, and shares its time between ksoftirqd and the program. Neither gets enough: the ring overflows, and the socket too. The other three CPUs are mostly idle.',
  'scenario.rss-spreads-flows.step-6.title': 'A table that names one queue',
  'scenario.rss-spreads-flows.step-6.text':
    '`ethtool -X eth0 weight 1 0 0 0`: every entry of the table says queue 0. The hashes are as good as before, but CPU 0 gets every frame. `ethtool -X eth0 equal 4` would repair it.',
  'scenario.rss-spreads-flows.step-7.title': 'UDP: addresses only',
  'scenario.rss-spreads-flows.step-7.text':
    'This driver (like `igb`) hashes UDP over the addresses alone unless told otherwise: with fragments there are no ports to read. Two hosts, one pair of addresses: 64 flows, one hash, one queue.',
  'scenario.rss-spreads-flows.step-8.title': 'What it looks like',
  'scenario.rss-spreads-flows.step-8.text':
    'One CPU works at full load, the rings of the others are empty. In `ethtool -S eth0` one queue counts packets and three stand at zero. More queues would not help.',
  'scenario.rss-spreads-flows.step-9.title': 'The repair',
  'scenario.rss-spreads-flows.step-9.text':
    '`ethtool -N eth0 rx-flow-hash udp4 sdfn`: addresses and ports (`f`, `n`). It acts on the next frame. From here on the flows are spread.',
  'scenario.rss-spreads-flows.step-10.title': 'All four work',
  'scenario.rss-spreads-flows.step-10.text':
    'All four queues take packets now. Fewer packets were lost than without the repair.',
};
