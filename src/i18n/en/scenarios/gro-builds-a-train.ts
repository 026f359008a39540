/** Texts of the built-in scenario gro-builds-a-train. */
export const groBuildsATrain: Readonly<Record<string, string>> = {
  'scenario.gro-builds-a-train.title': 'GRO builds a train',
  'scenario.gro-builds-a-train.summary':
    '16 segments go through the stack as one. Then every way in which a train ends, or never begins: one variant each.',
  'scenario.gro-builds-a-train.variant.gro-off': 'GRO off',
  'scenario.gro-builds-a-train.variant.psh': 'PSH on the 2nd of four',
  'scenario.gro-builds-a-train.variant.gap': 'A segment is missing',
  'scenario.gro-builds-a-train.variant.ack': 'ACK number changes',
  'scenario.gro-builds-a-train.variant.window': 'Window changes',
  'scenario.gro-builds-a-train.variant.ttl': 'TTL changes',
  'scenario.gro-builds-a-train.variant.tos': 'ECN mark in the TOS byte of one',
  'scenario.gro-builds-a-train.variant.options': 'TCP timestamp changes',
  'scenario.gro-builds-a-train.variant.ip-id': 'IP ID jumps',
  'scenario.gro-builds-a-train.variant.df': 'DF changes',
  'scenario.gro-builds-a-train.variant.pure-ack': 'A pure ACK in between',
  'scenario.gro-builds-a-train.variant.syn': 'A SYN in between',
  'scenario.gro-builds-a-train.variant.rst': 'An RST in between',
  'scenario.gro-builds-a-train.variant.urg': 'URG on the 3rd of four',
  'scenario.gro-builds-a-train.variant.fin': 'FIN on the 3rd and last',
  'scenario.gro-builds-a-train.variant.fragment': 'An IP fragment',
  'scenario.gro-builds-a-train.variant.ip-options': 'IP options on the 3rd of four',
  'scenario.gro-builds-a-train.variant.checksum': 'Wrong TCP checksum on the 3rd of four',
  'scenario.gro-builds-a-train.variant.bucket-full': 'Nine flows in one bucket',
  'scenario.gro-builds-a-train.variant.other-flow': 'Two flows, interleaved',
  'scenario.gro-builds-a-train.variant.too-big': '46 segments',
  'scenario.gro-builds-a-train.step-1.title': 'Sixteen segments wait',
  'scenario.gro-builds-a-train.step-1.text':
    'A TCP sender has sent 16 full segments of one flow, and the card has held its interrupt back. Now one interrupt stands for all 16; they lie in the ring in order.',
  'scenario.gro-builds-a-train.step-2.title': 'The first is held',
  'scenario.gro-builds-a-train.step-2.text':
    'GRO has nothing to join it to. So it keeps the skb back in one of its buckets, chosen by the hash, to see whether more of this flow comes in the same poll.',
  'scenario.gro-builds-a-train.step-3.title': 'The second joins it',
  'scenario.gro-builds-a-train.step-3.text':
    'Same flow, the next sequence number, nothing else changed. Its payload is hung onto the first skb, and its own headers are gone. So it goes on, 15 times.',
  'scenario.gro-builds-a-train.step-4.title': 'One skb goes up',
  'scenario.gro-builds-a-train.step-4.text':
    'The poll ends, and GRO lets go of what it holds. A common belief: “no packet is longer than the MTU”. Here is one skb with 23168 bytes of payload. `tcpdump` shows it like that, but no wire ever carried it.',
  'scenario.gro-builds-a-train.step-5.title': 'The same with GRO off',
  'scenario.gro-builds-a-train.step-5.text':
    '`ethtool -K eth0 gro off`: the stack runs 16 times in place of once. The softirq needs more than twice the time for the same bytes.',
  'scenario.gro-builds-a-train.step-6.title': 'PSH ends a train',
  'scenario.gro-builds-a-train.step-6.text':
    'PSH is on the 2nd segment: it still joins, but then the train has to leave at once. The next two make a train of their own. FIN does the same.',
  'scenario.gro-builds-a-train.step-7.title': 'The TCP headers must agree',
  'scenario.gro-builds-a-train.step-7.text':
    'From the 3rd segment on the window differs, and that is enough: the train leaves, a new one begins. A changed ACK number, changed options or a gap in the sequence numbers do the same (`ack`, `options`, `gap`).',
  'scenario.gro-builds-a-train.step-8.title': 'The IP headers must agree too',
  'scenario.gro-builds-a-train.step-8.text':
    'Another TTL, another TOS byte, another DF bit, or an IP ID that jumps: these can’t share one header, so they don’t share a train (`tos`, `df`, `ip-id`).',
  'scenario.gro-builds-a-train.step-9.title': 'Some are never held',
  'scenario.gro-builds-a-train.step-9.text':
    'A pure ACK has no payload to join. It pushes the train out before it, so that the order stays, and goes up alone. SYN, RST and URG do the same (`syn`, `rst`, `urg`).',
  'scenario.gro-builds-a-train.step-10.title': 'Some pass by',
  'scenario.gro-builds-a-train.step-10.text':
    'With IP options GRO doesn’t look further: up at once, past the train that is still held. So it overtakes its own flow, and TCP has to put 1 skb in order again. Fragments and wrong checksums pass by as well (`fragment`, `checksum`).',
  'scenario.gro-builds-a-train.step-11.title': 'A bucket is full',
  'scenario.gro-builds-a-train.step-11.text':
    'Nine flows share one bucket, which holds eight. The ninth pushes out the oldest, just before that one’s next segment comes. 27 segments in, 27 skbs out: nothing joins. Two flows do no harm (`other-flow`).',
  'scenario.gro-builds-a-train.step-12.title': 'A train is long enough',
  'scenario.gro-builds-a-train.step-12.text':
    'An IP packet can’t be longer than its length field can say. 45 segments fit, the 46th begins a new train.',
};
