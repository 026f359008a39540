/** Texts of the built-in scenario xps-with-and-without. */
export const xpsWithAndWithout: Readonly<Record<string, string>> = {
  'scenario.xps-with-and-without.title': 'XPS: with and without',
  'scenario.xps-with-and-without.summary':
    'Four applications send, each on a CPU of its own, and the card has four transmit queues. That alone does not keep the CPUs apart.',
  'scenario.xps-with-and-without.variant.xps': 'XPS: a queue for each CPU',
  'scenario.xps-with-and-without.variant.one-queue': 'One queue for all',
  'scenario.xps-with-and-without.step-1.title': 'A datagram is made',
  'scenario.xps-with-and-without.step-1.text':
    'app0 runs on CPU 0 and calls sendmsg. The kernel makes a packet and charges it to the socket’s send buffer. Guess: by which of the four transmit queues will it leave?',
  'scenario.xps-with-and-without.step-2.title': 'The hash decides',
  'scenario.xps-with-and-without.step-2.text':
    'No map names a queue, so the hash of addresses and ports does. It knows nothing of CPUs: another flow of the same application may take another queue.',
  'scenario.xps-with-and-without.step-3.title': 'Freed far away',
  'scenario.xps-with-and-without.step-3.text':
    'Queue and CPU have nothing to do with each other, so the interrupt that says “sent” reaches whichever CPU the queue belongs to. In this run more than three of four packets are freed on another CPU than had sent them, and their cache lines travel.',
  'scenario.xps-with-and-without.step-4.title': 'Two CPUs, one queue',
  'scenario.xps-with-and-without.step-4.text':
    'Two CPUs have chosen the same queue at the same time. Its queueing discipline, fq_codel, has a lock: one of them spins. In four milliseconds that happens more than a thousand times.',
  'scenario.xps-with-and-without.step-5.title': 'One queue for all',
  'scenario.xps-with-and-without.step-5.text':
    'With a single queue one CPU sends at a time. The others leave their packet in the queueing discipline and go, and the one that sends does their work too.',
  'scenario.xps-with-and-without.step-6.title': 'What it costs',
  'scenario.xps-with-and-without.step-6.text':
    'More than 60 of 100 packets were put into the ring by another CPU than made them. CPUs waited for the lock for more than 1.5 milliseconds in all, nine times as often as with four queues, and less than three quarters as much was sent.',
  'scenario.xps-with-and-without.step-7.title': 'A queue for each CPU',
  'scenario.xps-with-and-without.step-7.text':
    '`echo 1 > /sys/class/net/eth0/queues/tx-0/xps_cpus`, and likewise for the others: now the CPU that sends decides, and queue 0 has its interrupt on CPU 0.',
  'scenario.xps-with-and-without.step-8.title': 'Nobody meets anybody',
  'scenario.xps-with-and-without.step-8.text':
    'No CPU has waited, and every packet was freed where it was sent. More than 12 of 100 more were sent than by hash over the same four queues, and more than 1.6 times as much as with one. No setting of the card was changed, only who uses what.',
};
