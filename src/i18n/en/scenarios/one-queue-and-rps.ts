/** Texts of the built-in scenario one-queue-and-rps. */
export const oneQueueAndRps: Readonly<Record<string, string>> = {
  'scenario.one-queue-and-rps.title': 'One queue and RPS',
  'scenario.one-queue-and-rps.summary':
    'A card with a single queue: one CPU does all the softirq work. RPS lets other CPUs take the protocol’s share of it; it can also be overdone.',
  'scenario.one-queue-and-rps.variant.rps': 'RPS over CPUs 1 to 3',
  'scenario.one-queue-and-rps.variant.light': 'A tenth of the load, no moderation',
  'scenario.one-queue-and-rps.variant.overdone': 'The same with RPS',
  'scenario.one-queue-and-rps.step-1.title': 'One queue, one CPU',
  'scenario.one-queue-and-rps.step-1.text':
    '3.3 million small packets a second come in on one ring. Its interrupt goes to CPU 0, so CPU 0 does everything: driver, GRO, IP, UDP.',
  'scenario.one-queue-and-rps.step-2.title': 'Too much for one',
  'scenario.one-queue-and-rps.step-2.text':
    'CPU 0 can’t keep up. The ring is full, and the card loses what doesn’t fit; the other CPUs have time left.',
  'scenario.one-queue-and-rps.step-3.title': 'RPS',
  'scenario.one-queue-and-rps.step-3.text':
    '`echo e > /sys/class/net/eth0/queues/rx-0/rps_cpus`: CPUs 1, 2 and 3. After GRO the high bits of the flow’s hash choose one of them; the packet goes to that CPU’s backlog.',
  'scenario.one-queue-and-rps.step-4.title': 'A knock on the door',
  'scenario.one-queue-and-rps.step-4.text':
    'If that backlog was empty, its CPU must be told: CPU 0 sends it an interrupt. One is enough for all that follows until the backlog is empty again.',
  'scenario.one-queue-and-rps.step-5.title': 'Work shared',
  'scenario.one-queue-and-rps.step-5.text':
    'CPU 0 takes packets off the ring and hands them on; IP and UDP run on the others. No packet is lost in the ring any more.',
  'scenario.one-queue-and-rps.step-6.title': 'Little load',
  'scenario.one-queue-and-rps.step-6.text':
    'A tenth of the load, and every frame interrupts at once: one CPU can do this easily.',
  'scenario.one-queue-and-rps.step-7.title': 'Overdone',
  'scenario.one-queue-and-rps.step-7.text':
    'The same with RPS: nearly every packet finds an empty backlog, so nearly every packet costs an interrupt on another CPU. All CPUs together work more, and the packets reach their readers later.',
};
