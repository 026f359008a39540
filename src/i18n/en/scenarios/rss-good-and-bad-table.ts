/** Texts of the built-in scenario rss-good-and-bad-table. */
export const rssGoodAndBadTable: Readonly<Record<string, string>> = {
  'scenario.rss-good-and-bad-table.title': 'RSS: a good table and a bad one',
  'scenario.rss-good-and-bad-table.summary':
    'The card looks a queue up in a table of 128 entries. What makes a table good, what no table can mend, and what happens to packets on their way when it is changed.',
  'scenario.rss-good-and-bad-table.variant.many': '64 times as many flows',
  'scenario.rss-good-and-bad-table.variant.two-of-four': 'Many flows, table: two queues',
  'scenario.rss-good-and-bad-table.variant.addresses-only': 'Many flows, addresses hashed',
  'scenario.rss-good-and-bad-table.variant.elephant': 'Many flows, one elephant',
  'scenario.rss-good-and-bad-table.variant.live': 'Five TCP flows, repaired live',
  'scenario.rss-good-and-bad-table.variant.undisturbed': 'The same, not repaired',
  'scenario.rss-good-and-bad-table.step-1.title': 'A hash, an entry, a queue',
  'scenario.rss-good-and-bad-table.step-1.text':
    'Five flows whose hashes are published, so you can check them. The first one’s is `51ccc178`; its low seven bits are 120. Entry 120 of the indirection table says queue 0: a fresh table of 128 entries names queues 0, 1, 2, 3, 0, 1, … in turn.',
  'scenario.rss-good-and-bad-table.step-2.title': 'Five flows, four queues',
  'scenario.rss-good-and-bad-table.step-2.text':
    'Here is the last of the five. Entries 106, 74 and 34 all belong to queue 2, entry 127 to queue 3. Queue 1 got nothing. Nobody made a mistake: five flows are too few for chance to even out.',
  'scenario.rss-good-and-bad-table.step-3.title': 'One full, one empty',
  'scenario.rss-good-and-bad-table.step-3.text':
    'Three of five flows are too much for CPU 2: its ring overflows. CPU 1 has no packet to take, and not one is lost on another queue.',
  'scenario.rss-good-and-bad-table.step-4.title': 'Many flows',
  'scenario.rss-good-and-bad-table.step-4.text':
    'The same load in 320 flows. Now each of the four queues gets about a quarter of the frames, and nothing is lost. RSS spreads flows, not packets: it needs many.',
  'scenario.rss-good-and-bad-table.step-5.title': 'A table from another time',
  'scenario.rss-good-and-bad-table.step-5.text':
    '`ethtool -X eth0 equal 2`, perhaps set when there were two CPUs. The hashes are as good as before, but no entry names queues 2 and 3. CPUs 0 and 1 lose packets, CPUs 2 and 3 take none. `ethtool -x eth0` shows it.',
  'scenario.rss-good-and-bad-table.step-6.title': 'Too few fields',
  'scenario.rss-good-and-bad-table.step-6.text':
    'A good table, but `udp4 sd`: only addresses are hashed. 320 flows between five pairs of hosts are five hashes, and four of those lead to queue 2. It takes four fifths of the frames. `ethtool -N eth0 rx-flow-hash udp4 sdfn` adds the ports.',
  'scenario.rss-good-and-bad-table.step-7.title': 'An elephant',
  'scenario.rss-good-and-bad-table.step-7.text':
    'A common belief: “with the right table every load can be spread”. One flow makes up three fifths of this load. It has one hash, one entry, one queue, whatever the table says. Queue 2’s ring overflows, no other ring does.',
  'scenario.rss-good-and-bad-table.step-8.title': 'The repair, under load',
  'scenario.rss-good-and-bad-table.step-8.text':
    'The five flows as TCP, all on queue 0 by a bad table. `ethtool -X eth0 equal 4` acts on the very next frame. But earlier frames of the same flows still wait in queue 0’s ring.',
  'scenario.rss-good-and-bad-table.step-9.title': 'Overtaken',
  'scenario.rss-good-and-bad-table.step-9.text':
    'Queue 2 was idle, so its interrupt comes at once, and a new segment reaches TCP before older ones that wait on queue 0. TCP puts it into its out-of-order queue; a real sender would be told by duplicate ACKs. A table has no guard against this, as RFS has. Left alone, the same flows are never out of order.',
};
