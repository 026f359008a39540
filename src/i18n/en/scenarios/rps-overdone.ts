/** Texts of the built-in scenario rps-overdone. */
export const rpsOverdone: Readonly<Record<string, string>> = {
  'scenario.rps-overdone.title': 'RPS, overdone',
  'scenario.rps-overdone.summary':
    'The card spreads packets over four CPUs already, and somebody switches RPS on for all of them as well. What each hand-off costs, and when it pays.',
  'scenario.rps-overdone.variant.all-cpus': 'Light load, RPS everywhere',
  'scenario.rps-overdone.variant.heavy': 'Heavy load, no RPS',
  'scenario.rps-overdone.variant.heavy-all-cpus': 'Heavy load, RPS everywhere',
  'scenario.rps-overdone.variant.cheap': 'One queue, cheap packets',
  'scenario.rps-overdone.variant.cheap-rps': 'Cheap packets, RPS',
  'scenario.rps-overdone.step-1.title': 'The card has spread them',
  'scenario.rps-overdone.step-1.text':
    'Four queues, four CPUs. Each frame comes on its own here. The card chose this one’s queue by hash; that queue’s CPU took it off the ring and now takes it through IP and UDP. Nothing is handed on.',
  'scenario.rps-overdone.step-2.title': 'RPS on top',
  'scenario.rps-overdone.step-2.text':
    '`echo f > …/rps_cpus` for every queue. The low bits of the hash chose the queue, now the high bits choose a CPU. The two choices know nothing of each other: three of four times it is another CPU.',
  'scenario.rps-overdone.step-3.title': 'An interrupt for one packet',
  'scenario.rps-overdone.step-3.text':
    'The other CPU’s backlog was empty, so it has to be interrupted. Then it starts a softirq of its own, for this one packet. The first CPU has paid for choosing and queueing (120 cycles in this model, an assumed figure) and saved itself IP and UDP.',
  'scenario.rps-overdone.step-4.title': 'Even to itself',
  'scenario.rps-overdone.step-4.text':
    'The hash chose the CPU that already has the packet. It goes through the backlog all the same, at the same cost. Only the interrupt is spared.',
  'scenario.rps-overdone.step-5.title': 'The bill',
  'scenario.rps-overdone.step-5.text':
    'A common belief: “more CPUs on it, so it is faster”. Each frame costs over a third more softirq time than without RPS, and the median frame reaches its reader later. The card had already spread the load.',
  'scenario.rps-overdone.step-6.title': 'Heavy load',
  'scenario.rps-overdone.step-6.text':
    '36 times the load. Now one interrupt brings many packets: more than 30 for each. But the bill stays: more CPU time than without RPS, and a longer wait. All four CPUs had their share of the load anyway: there was nobody to relieve.',
  'scenario.rps-overdone.step-7.title': 'One queue, cheap packets',
  'scenario.rps-overdone.step-7.text':
    'Now one queue, and a firewall that drops every packet in its raw table. Most of the work is taking frames off the ring; CPU 0 can’t keep up, and the ring loses more than half.',
  'scenario.rps-overdone.step-8.title': 'Three helpers, half as much again',
  'scenario.rps-overdone.step-8.text':
    'RPS to CPUs 1 to 3. CPU 0 still takes every frame off the ring and pays for each hand-off. Four CPUs get through about one and a half times what one did, and the helpers are idle two thirds of the time.',
  'scenario.rps-overdone.step-9.title': 'When it is worth it',
  'scenario.rps-overdone.step-9.text':
    'RPS helps where there are fewer queues than CPUs and packets cost much after the hand-off: see “One queue and RPS”. Name only CPUs close to the one that takes the interrupt. This machine has one NUMA node; what a CPU on another one costs is in “RPS across nodes”.',
};
