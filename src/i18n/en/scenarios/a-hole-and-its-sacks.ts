/** Texts of the built-in scenario a-hole-and-its-sacks. */
export const aHoleAndItsSacks: Readonly<Record<string, string>> = {
  'scenario.a-hole-and-its-sacks.title': 'A hole and its SACKs',
  'scenario.a-hole-and-its-sacks.summary':
    'Ten segments, one lost on the way. How the receiver tells of the hole, how the sender finds out, and what happens when nobody can tell.',
  'scenario.a-hole-and-its-sacks.variant.nothing-lost': 'Nothing is lost',
  'scenario.a-hole-and-its-sacks.variant.no-sack': 'Without SACK',
  'scenario.a-hole-and-its-sacks.variant.two-holes': 'Two holes',
  'scenario.a-hole-and-its-sacks.variant.two-holes-no-sack': 'Two holes, without SACK',
  'scenario.a-hole-and-its-sacks.variant.four-holes': 'Four holes',
  'scenario.a-hole-and-its-sacks.variant.four-holes-no-timestamps': 'Four holes, without timestamps',
  'scenario.a-hole-and-its-sacks.variant.tail': 'The last two are lost',
  'scenario.a-hole-and-its-sacks.variant.tail-no-probe': 'The last two are lost, no probes',
  'scenario.a-hole-and-its-sacks.step-1.title': 'Ten segments leave at once',
  'scenario.a-hole-and-its-sacks.step-1.text':
    'The program writes 14480 bytes: ten full segments, just as many as a new connection may send before the first ACK. The cable will lose the fourth. Open the transfer panel (`x`) to follow them.',
  'scenario.a-hole-and-its-sacks.step-2.title': 'The fifth comes, the fourth doesn’t',
  'scenario.a-hole-and-its-sacks.step-2.text':
    'A common belief: “one lost segment, and everything after it has to be sent again”. The receiver keeps what comes after the hole. It can’t acknowledge it, for an ACK number means “everything up to here”. So it repeats the old number, and a SACK block names the bytes that it has beyond.',
  'scenario.a-hole-and-its-sacks.step-3.title': 'Three are enough',
  'scenario.a-hole-and-its-sacks.step-3.text':
    'The first two SACKs could mean that the network has changed the order. With the third the sender takes the fourth segment for lost, and sends it again at once: fast retransmit. No timer is needed. The next three SACKs change nothing more.',
  'scenario.a-hole-and-its-sacks.step-4.title': 'One ACK for all',
  'scenario.a-hole-and-its-sacks.step-4.text':
    'The hole is filled. The receiver joins six waiting segments to it, and one ACK covers all seven. Ten segments, ten ACKs, one sent again. The program read four times, the last time all seven segments in one go: what waits behind a hole is of no use to it.',
  'scenario.a-hole-and-its-sacks.step-5.title': 'Two holes without SACK',
  'scenario.a-hole-and-its-sacks.step-5.text':
    '`sysctl -w net.ipv4.tcp_sack=0`: now an ACK can only say where the first hole begins. With one hole that is enough (`no-sack` ends at the same time). With two, the sender learns of the second one only when the first is filled: a round trip more. All is read after 8.3 ms; with SACK after 6.3 ms.',
  'scenario.a-hole-and-its-sacks.step-6.title': 'Four holes, three blocks',
  'scenario.a-hole-and-its-sacks.step-6.text':
    'A fourth range begins. The options of a TCP header have 40 bytes; with timestamps there is room for three SACK blocks. The newest stands first and the oldest is left out: an earlier ACK has told of it already. Without timestamps all four fit (`four-holes-no-timestamps`).',
  'scenario.a-hole-and-its-sacks.step-7.title': 'Nothing behind the hole',
  'scenario.a-hole-and-its-sacks.step-7.text':
    'The last two are lost. Nothing comes after them, so the receiver has nothing to tell. After about two round trips and the rounding of its timer the sender asks by itself, at 24 ms: it sends the last segment again, a tail loss probe. Its SACK shows the hole before it, and the rest is a fast retransmit.',
  'scenario.a-hole-and-its-sacks.step-8.title': 'Without the probe',
  'scenario.a-hole-and-its-sacks.step-8.text':
    '`sysctl -w net.ipv4.tcp_early_retrans=0`, as before Linux 3.10: only the retransmission timeout is left, and it is never shorter than 200 ms. The sender wakes up at 212 ms, with a congestion window of one segment.',
};
