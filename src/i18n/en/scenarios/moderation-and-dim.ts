/** Texts of the built-in scenario moderation-and-dim. */
export const moderationAndDim: Readonly<Record<string, string>> = {
  'scenario.moderation-and-dim.title': 'Moderation, and who chooses it',
  'scenario.moderation-and-dim.summary':
    '200,000 frames a second, and CPUs that have time. A fixed rx-usecs of 0, 50 and 250, then DIM: adaptive moderation, one sample after the other.',
  'scenario.moderation-and-dim.variant.us-50': 'rx-usecs 50',
  'scenario.moderation-and-dim.variant.us-250': 'rx-usecs 250',
  'scenario.moderation-and-dim.variant.dim': 'adaptive-rx on (DIM)',
  'scenario.moderation-and-dim.variant.sparse': 'DIM, 2,000 frames a second',
  'scenario.moderation-and-dim.step-1.title': 'Each frame interrupts',
  'scenario.moderation-and-dim.step-1.text':
    '`rx-usecs 0`: no moderation. A frame comes every 5 µs, and each raises an interrupt of its own.',
  'scenario.moderation-and-dim.step-2.title': 'What that costs',
  'scenario.moderation-and-dim.step-2.text':
    'More than a third of CPU 0 goes into interrupts and softirqs of one frame each. The program on CPU 1 has its data 5 µs after the wire.',
  'scenario.moderation-and-dim.step-3.title': '50 µs',
  'scenario.moderation-and-dim.step-3.text':
    'The first frame starts a timer, the others wait for it: eleven frames an interrupt. CPU 0 is idle for more than nine tenths of the time. A frame is read 34 µs after the wire (median).',
  'scenario.moderation-and-dim.step-4.title': '250 µs',
  'scenario.moderation-and-dim.step-4.text':
    'A common belief: “twice the moderation, half the work”. An interrupt brings more than fifty frames now, and CPU 0 has hardly anything more to gain. Latency is three and a half times that of 50 µs and more.',
  'scenario.moderation-and-dim.step-5.title': 'Let the driver choose',
  'scenario.moderation-and-dim.step-5.text':
    '`adaptive-rx on`: DIM begins with profile 1, 8 µs. After 64 interrupts it has a sample: bytes, packets and interrupts a millisecond. Select the queue: the inspector shows tune_state, steps and samples. The first sample is always “better” (than nothing), so it takes a step: to the left, profile 0.',
  'scenario.moderation-and-dim.step-6.title': 'Fewer interrupts are better',
  'scenario.moderation-and-dim.step-6.text':
    'Profile 0 had more interrupts for the same bytes: worse, so it turned. Now each step to the right carries the same bytes and packets with fewer interrupts, and DIM calls that better. Latency is not among the things that it compares.',
  'scenario.moderation-and-dim.step-7.title': 'As far as it goes',
  'scenario.moderation-and-dim.step-7.text':
    'Profile 4, 256 µs: the strongest. There DIM parks. A common belief: “adaptive moderation finds the balance”. One frame in a hundred is read 250 µs after the wire or later, on CPUs that are idle nearly all the time. DIM goes on until throughput suffers, and here it never does.',
  'scenario.moderation-and-dim.step-8.title': 'Where there is nothing to choose',
  'scenario.moderation-and-dim.step-8.text':
    '2,000 frames a second: they come 500 µs apart, so every profile has one frame an interrupt, and nothing is saved. But DIM rounds its rates up to whole numbers a millisecond: 2 or 3 packets, and more than 10 % apart counts as a difference. Rounding alone sends it to and fro.',
  'scenario.moderation-and-dim.step-9.title': 'Tired',
  'scenario.moderation-and-dim.step-9.text':
    'After ten steps DIM is tired and rests (PARKING_TIRED), and after a while tries again. A sample takes 64 interrupts: where they are rare, 32 ms each. Where latency counts, choose yourself: `ethtool -C eth0 adaptive-rx off rx-usecs 8`.',
};
