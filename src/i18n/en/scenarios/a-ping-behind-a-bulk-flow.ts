/** Texts of the built-in scenario a-ping-behind-a-bulk-flow. */
export const aPingBehindABulkFlow: Readonly<Record<string, string>> = {
  'scenario.a-ping-behind-a-bulk-flow.title': 'A ping behind a bulk flow',
  'scenario.a-ping-behind-a-bulk-flow.summary':
    'A router with a long queue loses nothing, and everybody waits. fq_codel drops four packets, and a question is answered as if the line were free.',
  'scenario.a-ping-behind-a-bulk-flow.variant.alone': 'Nobody else sends',
  'scenario.a-ping-behind-a-bulk-flow.variant.short': 'pfifo limit 20',
  'scenario.a-ping-behind-a-bulk-flow.variant.fq-codel': 'fq_codel',
  'scenario.a-ping-behind-a-bulk-flow.step-1.title': 'A free line',
  'scenario.a-ping-behind-a-bulk-flow.step-1.text':
    'h1 asks h2 through a router: 64 bytes there, 64 bytes back, then the next question. The way takes 10 ms in each direction. In two seconds 97 questions are answered: 20.6 ms each.',
  'scenario.a-ping-behind-a-bulk-flow.step-2.title': 'A bulk flow begins',
  'scenario.a-ping-behind-a-bulk-flow.step-2.text':
    'From 200 ms on h1 also sends as much as TCP lets it. It comes to the router at 1 Gbit/s and leaves at 10 Mbit/s. What the card cannot take yet waits in the queueing discipline: `pfifo limit 1000`.',
  'scenario.a-ping-behind-a-bulk-flow.step-3.title': 'Behind all others',
  'scenario.a-ping-behind-a-bulk-flow.step-3.text':
    'TCP sends more until something is lost. Nothing is lost, so the queue grows. A question of 64 bytes stands behind all that came before it: each full frame takes 1.2 ms.',
  'scenario.a-ping-behind-a-bulk-flow.step-4.title': 'Nothing lost, everything late',
  'scenario.a-ping-behind-a-bulk-flow.step-4.text':
    'Two seconds: 36 answers where there were 97. Not one packet was lost, and 79 wait now. A common belief: “a larger buffer is better, it loses less”. This has a name, bufferbloat.',
  'scenario.a-ping-behind-a-bulk-flow.step-5.title': 'A short queue?',
  'scenario.a-ping-behind-a-bulk-flow.step-5.text':
    'With `limit 20` packets are lost and TCP slows down: 47 answers. Better, but the right limit depends on the rate of the line, and a loss hits whoever comes when the queue is full.',
  'scenario.a-ping-behind-a-bulk-flow.step-6.title': 'A flow of its own',
  'scenario.a-ping-behind-a-bulk-flow.step-6.text':
    '`tc qdisc replace dev eth1 root fq_codel`. Each packet is hashed onto a flow, and flows take turns. The question’s flow has no packets: it is new, and new flows go first. It waits for what the card has, not for the bulk.',
  'scenario.a-ping-behind-a-bulk-flow.step-7.title': 'How long, not how many',
  'scenario.a-ping-behind-a-bulk-flow.step-7.text':
    'The other half, CoDel, looks at each packet of the bulk as it leaves: has it waited longer than 5 ms (target)? This one has. A burst may do that; if it stays so for 100 ms (interval), it is a queue that never empties.',
  'scenario.a-ping-behind-a-bulk-flow.step-8.title': 'One packet is enough',
  'scenario.a-ping-behind-a-bulk-flow.step-8.text':
    'For a whole interval no packet has waited less than the target. CoDel drops one, from the head, so that its sender learns of it soon. The next would follow after 100 ms, then 100 ms / √2, until the wait is short again.',
  'scenario.a-ping-behind-a-bulk-flow.step-9.title': 'Four packets',
  'scenario.a-ping-behind-a-bulk-flow.step-9.text':
    '80 answers in place of 36. CoDel has dropped 4 packets of the bulk flow, which has brought over 99 percent of what it brought with the long queue. Long queues bring no speed: they bring waiting.',
};
