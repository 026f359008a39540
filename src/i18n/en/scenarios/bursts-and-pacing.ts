/** Texts of the built-in scenario bursts-and-pacing. */
export const burstsAndPacing: Readonly<Record<string, string>> = {
  'scenario.bursts-and-pacing.title': 'Bursts and pacing',
  'scenario.bursts-and-pacing.summary':
    'A sender uses a twentieth of its path and loses packets all the same. fq sends the same bytes at the same average rate, and loses none.',
  'scenario.bursts-and-pacing.variant.fq': 'fq, with pacing',
  'scenario.bursts-and-pacing.variant.nopacing': 'fq nopacing',
  'scenario.bursts-and-pacing.variant.own-timer': 'SO_MAX_PACING_RATE, without fq',
  'scenario.bursts-and-pacing.step-1.title': 'Little to send',
  'scenario.bursts-and-pacing.step-1.text':
    'Ten times a second h1 writes 64 KiB to h2: 5 Mbit/s. Its card sends 1 Gbit/s. On the way is a place of 100 Mbit/s with room for 20 frames. The window allows ten segments at first; they leave back to back.',
  'scenario.bursts-and-pacing.step-2.title': 'Lost at a twentieth of the rate',
  'scenario.bursts-and-pacing.step-2.text':
    'By the third write the window allows all 64 KiB at once. The card sends 46 frames ten times faster than they can pass: the queue of 20 is full, and a frame is lost. A common belief: “a link loses only when there is too much on average”.',
  'scenario.bursts-and-pacing.step-3.title': 'One second later',
  'scenario.bursts-and-pacing.step-3.text':
    '455 frames were sent, 76 of them lost and sent again. The queue on the way held 20 at most, and the last bytes have still not been read.',
  'scenario.bursts-and-pacing.step-4.title': 'A time for each packet',
  'scenario.bursts-and-pacing.step-4.text':
    '`tc qdisc replace dev eth0 root fq`. Now TCP gives each packet the time when it may leave: the bytes before it, divided by its pacing rate. In slow start that rate is twice a window each round trip (`tcp_pacing_ss_ratio`, 200 percent). fq looks at the time: not yet, and holds the flow back.',
  'scenario.bursts-and-pacing.step-5.title': 'The timer',
  'scenario.bursts-and-pacing.step-5.text':
    'fq has nothing else to send, so it sets a timer. It may be 10 µs late (timer_slack). Now it fires, and the packet leaves.',
  'scenario.bursts-and-pacing.step-6.title': 'On the way',
  'scenario.bursts-and-pacing.step-6.text':
    'The frames of a write come two by two with gaps between them. The narrow place passes each pair on before the next one comes.',
  'scenario.bursts-and-pacing.step-7.title': 'None lost',
  'scenario.bursts-and-pacing.step-7.text':
    '415 frames, none lost, never more than 8 in the queue on the way: only the first ten segments of a connection are not paced. All nine writes are read before 830 ms. Who waits a little at home need not be sent twice. `tc -s qdisc` counts how often: throttled.',
  'scenario.bursts-and-pacing.step-8.title': 'Not fq, but the pacing',
  'scenario.bursts-and-pacing.step-8.text':
    'With `nopacing` fq keeps flows apart and sends at once what it can: 76 lost, as at the beginning.',
  'scenario.bursts-and-pacing.step-9.title': 'Without fq',
  'scenario.bursts-and-pacing.step-9.text':
    'SO_MAX_PACING_RATE (here 5,000,000 bytes a second) makes TCP pace by itself, with a timer for each connection: since Linux 4.13 no fq is needed. None is lost here either, and the queue holds 8 at most.',
};
