/** Texts of the built-in scenario sack-compression-on-wlan. */
export const sackCompressionOnWlan: Readonly<Record<string, string>> = {
  'scenario.sack-compression-on-wlan.title': 'SACK compression on a radio channel',
  'scenario.sack-compression-on-wlan.summary':
    'Data and ACKs share one WLAN channel. After a loss every segment would cause an ACK; Linux holds most of them back. What that saves, and what it must not delay.',
  'scenario.sack-compression-on-wlan.variant.off': 'Compression off',
  'scenario.sack-compression-on-wlan.variant.linux-4-17': 'Linux 4.17: none yet',
  'scenario.sack-compression-on-wlan.variant.linux-4-18': 'Linux 4.18: from the first on',
  'scenario.sack-compression-on-wlan.variant.linux-4-20': 'Linux 4.20: three go at once',
  'scenario.sack-compression-on-wlan.variant.linux-6-19': 'Linux 6.19: up to a third of the round trip',
  'scenario.sack-compression-on-wlan.step-1.title': 'One channel for both directions',
  'scenario.sack-compression-on-wlan.step-1.text':
    'A common belief: “ACKs are small, so they cost nothing”. On a radio channel only one station may send at a time, and what a frame costs is mostly waiting, backing off and being confirmed. Here the ACKs hold the channel for more than a third of the time that the data holds it.',
  'scenario.sack-compression-on-wlan.step-2.title': 'A segment is lost',
  'scenario.sack-compression-on-wlan.step-2.text':
    'Now each segment that comes is out of order, and would be answered with an ACK of its own: twice as many as before. The last quick ACK and three duplicate ACKs leave at once, because the sender needs three to believe in the loss.',
  'scenario.sack-compression-on-wlan.step-3.title': 'The next ones are held',
  'scenario.sack-compression-on-wlan.step-3.text':
    'From here on an ACK only says what the next one will say better: its SACK block grows. So the receiver holds it back, for 5 % of the round trip time and never longer than 1 ms. The round trip is over 20 ms, so it is 1 ms.',
  'scenario.sack-compression-on-wlan.step-4.title': 'One for four',
  'scenario.sack-compression-on-wlan.step-4.text':
    'The timer fires after the delay and some slack. One ACK leaves for four segments, with one block that covers all of them. `TCPAckCompressed` counts the three that were never sent.',
  'scenario.sack-compression-on-wlan.step-5.title': 'With compression off',
  'scenario.sack-compression-on-wlan.step-5.text':
    '`sysctl -w net.ipv4.tcp_comp_sack_nr=0`: the same five losses, about as many segments out of order, but 1473 ACKs in place of 1310. The ACKs hold the channel for more than two fifths of the time of the data.',
  'scenario.sack-compression-on-wlan.step-6.title': 'The first try came late',
  'scenario.sack-compression-on-wlan.step-6.text':
    'Linux 4.18 held back ACKs from the first duplicate on. That saves most, but the sender hears of the loss later: it sends again at 229.25 ms. In Linux 4.17, without compression, it is 228.41 ms. Since 4.20 the first three go at once, and recovery starts just when it did before.',
  'scenario.sack-compression-on-wlan.step-7.title': 'What it is good for',
  'scenario.sack-compression-on-wlan.step-7.text':
    'Over a tenth fewer ACKs, over a tenth less air for them, and recovery starts at the same time. This one stream is no faster for it: goodput is equal within 1 %, as its window limits it and not the channel. The air is saved for others. Linux 6.19 may hold ACKs for a third of the round trip, but still for 1 ms at most: no difference here.',
};
