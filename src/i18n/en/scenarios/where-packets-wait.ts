/** Texts of the built-in scenario where-packets-wait. */
export const wherePacketsWait: Readonly<Record<string, string>> = {
  'scenario.where-packets-wait.title': 'Where packets wait',
  'scenario.where-packets-wait.summary':
    'A backup fills the link, and a telephone call has to get through. Marking the call as urgent is not enough: it depends on where packets wait.',
  'scenario.where-packets-wait.variant.no-limit': 'Urgent, but no byte limit',
  'scenario.where-packets-wait.variant.no-tos': 'Byte limit, but not urgent',
  'scenario.where-packets-wait.variant.short-ring': 'No byte limit, a ring of 64',
  'scenario.where-packets-wait.variant.alone': 'No backup',
  'scenario.where-packets-wait.step-1.title': 'A free link',
  'scenario.where-packets-wait.step-1.text':
    'Every millisecond the call sends 160 bytes. Nothing else is on its way: descriptor, wire, gone, in less than 3 µs. Guess what will become of that when a backup sends as fast as it can.',
  'scenario.where-packets-wait.step-2.title': 'The ring is full, though it is empty',
  'scenario.where-packets-wait.step-2.text':
    'The ring has 512 descriptors, and hardly one is in use. Still the queue is stopped: byte queue limits (BQL) have learnt from the call alone that very little is enough. One of the backup’s packets is more than that, so the next one waits in the queueing discipline.',
  'scenario.where-packets-wait.step-3.title': 'The limit learns',
  'scenario.where-packets-wait.step-3.text':
    'The card has sent all it had before more came. So the limit was too small, and grows. In the end it stands below five of the backup’s packets: just so much that the card never runs dry.',
  'scenario.where-packets-wait.step-4.title': 'The call overtakes',
  'scenario.where-packets-wait.step-4.text':
    'Hundreds of the backup’s packets wait. The call’s socket has IP_TOS 16, low delay. That is the first of pfifo_fast’s three bands, so its packet goes before all of them. It waits for the few in the ring only: less than 0.1 ms.',
  'scenario.where-packets-wait.step-5.title': 'The same mark, without the limit',
  'scenario.where-packets-wait.step-5.text':
    '`echo max > …/byte_queue_limits/limit_min` takes the limit away. Now the backup fills all descriptors. The call still overtakes whoever waits in the queueing discipline, but in the ring the card sends in order. It waits more than 6 ms, over a hundred times as long.',
  'scenario.where-packets-wait.step-6.title': 'The limit, without the mark',
  'scenario.where-packets-wait.step-6.text':
    'The ring is short again, but nobody told the kernel that the call is urgent. It waits in the band of all others, even longer than before. A byte limit makes nothing faster by itself: it moves the queue to where it can be put in order.',
  'scenario.where-packets-wait.step-7.title': 'A shorter ring by hand?',
  'scenario.where-packets-wait.step-7.text':
    'With 64 descriptors the call waits less than 1 ms, but over ten times as long as with BQL. And 64 is a guess: too many for small links and large packets, too few for fast links and small ones. BQL counts bytes and learns.',
  'scenario.where-packets-wait.step-8.title': 'What does it cost?',
  'scenario.where-packets-wait.step-8.text':
    'Nothing. With the limit the card sent as much as without, within one in a hundred, and nothing was lost. Real hosts often use fq_codel, which keeps flows apart without any mark. It too can only order what waits in front of the ring.',
};
