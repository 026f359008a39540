/** Texts of the built-in scenario write-of-64k. */
export const writeOf64k: Readonly<Record<string, string>> = {
  'scenario.write-of-64k.title': 'One write of 64 KiB',
  'scenario.write-of-64k.summary':
    'An application writes 65,536 bytes at once. Their frames on the wire are the same with every offload of the card and with none; what differs is how often each layer has to run for them.',
  'scenario.write-of-64k.variant.gso': 'GSO: the card cuts nothing (tso off)',
  'scenario.write-of-64k.variant.sg': 'Scatter-gather and checksums only (tso off gso off)',
  'scenario.write-of-64k.variant.checksum': 'Checksums only (sg off)',
  'scenario.write-of-64k.variant.nothing': 'Nothing (tx off sg off tso off gso off)',
  'scenario.write-of-64k.variant.one': 'Every packet one segment (gso_max_segs 1)',
  'scenario.write-of-64k.step-1.title': 'One call',
  'scenario.write-of-64k.step-1.text':
    'The connection stands, and the application writes 65,536 bytes in one call. A frame carries at most 1,448 of them, so 46 will be needed. Guess: how often will IP run for them, and how often the driver?',
  'scenario.write-of-64k.step-2.title': 'Five segments, one packet',
  'scenario.write-of-64k.step-2.text':
    'TCP makes packets as large as its congestion window allows: of the 10 segments that it may send at first, half at a time. This one holds 5, with one header. It is given to the driver whole, and the card will cut it: that is TSO.',
  'scenario.write-of-64k.step-3.title': 'What ran how often',
  'scenario.write-of-64k.step-3.text':
    'The wire has carried 48 frames: 46 with data, a SYN and an ACK. IP, queueing discipline and driver have run 9 times each. No byte was summed or copied on its way down. The Transfer panel (key X) has a table of it under “Layers”: keep it open.',
  'scenario.write-of-64k.step-4.title': 'The card cuts no more',
  'scenario.write-of-64k.step-4.text':
    '`ethtool -K eth0 tso off`. TCP does not care: it has made the same packet of 5 segments. IP and queueing discipline took it whole. Only now, at the last moment before the driver, does software cut it. That is GSO.',
  'scenario.write-of-64k.step-5.title': 'The same frames',
  'scenario.write-of-64k.step-5.text':
    'Software has cut 7 packets. The driver has run 48 times, IP still only 9 times. The wire has seen the same frames and the same bytes, but the CPU of h1 has worked more than 1.4 times as long. The table shows in brackets what it was before.',
  'scenario.write-of-64k.step-6.title': 'gso off',
  'scenario.write-of-64k.step-6.text':
    '`gso off` as well. Nothing has changed, not even by a nanosecond: since Linux 4.17 TCP always makes large packets, whatever the device says. This switch is for others.',
  'scenario.write-of-64k.step-7.title': 'From one place only',
  'scenario.write-of-64k.step-7.text':
    '`sg off`: the card wants a frame in one piece of memory, and TSO cannot be without it. So each piece that is cut is also copied, data behind its header: all 65,536 bytes a second time. Finishing the checksum is what the card still does.',
  'scenario.write-of-64k.step-8.title': 'Nothing left',
  'scenario.write-of-64k.step-8.text':
    '`tx off` too: the CPU sums all 65,536 bytes besides copying them. It works more than 1.8 times as long as with everything on. And still IP runs only 9 times.',
  'scenario.write-of-64k.step-9.title': 'A packet a segment',
  'scenario.write-of-64k.step-9.text':
    '`ip link set dev eth0 gso_max_segs 1` makes TCP do what is often thought of as plain sending. IP, queueing discipline and driver each run 48 times. The card still sums and gathers, and nothing is cut in software. Yet this takes more than 1.2 times as long as GSO: part of the gain needs no card at all, only that a packet stays one packet for as long as it can.',
};
