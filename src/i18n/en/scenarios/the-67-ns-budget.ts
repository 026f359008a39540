/** Texts of the built-in scenario the-67-ns-budget. */
export const the67NsBudget: Readonly<Record<string, string>> = {
  'scenario.the-67-ns-budget.title': 'The 67 ns budget',
  'scenario.the-67-ns-budget.summary':
    'The same 10 Gbit/s as long frames and as short ones: the short ones leave one CPU 67 ns a frame, and it needs five times that.',
  'scenario.the-67-ns-budget.variant.small': '64-byte frames',
  'scenario.the-67-ns-budget.variant.small-4-queues': '64-byte frames, 4 queues',
  'scenario.the-67-ns-budget.step-1.title': 'Long frames at full speed',
  'scenario.the-67-ns-budget.step-1.text':
    'The link is 10 Gbit/s, and full. A frame of 1500 bytes takes 1538 on the wire: headers, check sum, preamble and the gap count too. So a new one ends every 1230.4 ns.',
  'scenario.the-67-ns-budget.step-2.title': 'One CPU keeps up',
  'scenario.the-67-ns-budget.step-2.text':
    'CPU 0 needs less than a third of that time for each frame. Between two polls it goes idle. Nothing is lost.',
  'scenario.the-67-ns-budget.step-3.title': 'The same link, short frames',
  'scenario.the-67-ns-budget.step-3.text':
    'A 64-byte frame takes 84 bytes on the wire: one every 67.2 ns. The bits a second are the same, the frames a second are eighteen times as many.',
  'scenario.the-67-ns-budget.step-4.title': 'What a frame costs',
  'scenario.the-67-ns-budget.step-4.text':
    'Descriptor, skb, GRO, IP, UDP: about 338 ns on this CPU, five times the budget. A common belief: “the CPU works for bytes”. A long frame costs it hardly more than a short one.',
  'scenario.the-67-ns-budget.step-5.title': 'The ring fills',
  'scenario.the-67-ns-budget.step-5.text':
    'What can’t be taken off stays in the ring. When no descriptor is free, the card has nowhere to put the next frame. (The socket’s buffer is huge in this scenario, so that nothing is lost there.)',
  'scenario.the-67-ns-budget.step-6.title': 'The CPU drowns',
  'scenario.the-67-ns-budget.step-6.text':
    'CPU 0 does nothing but receive, and still three of four frames are lost at the ring. CPU 1, which reads, can’t help: this queue’s work belongs to CPU 0.',
  'scenario.the-67-ns-budget.step-7.title': 'Four queues, four CPUs',
  'scenario.the-67-ns-budget.step-7.text':
    'The card spreads the 64 flows over four queues by their hash, and each queue interrupts its own CPU. All four work on the same load.',
  'scenario.the-67-ns-budget.step-8.title': 'Better, not enough',
  'scenario.the-67-ns-budget.step-8.text':
    'More than three times as many frames get through. Still some are lost: even four times one CPU is less than the wire brings. What helps now is less work for each frame.',
};
