/** Texts of the built-in scenario a-flipped-bit. */
export const aFlippedBit: Readonly<Record<string, string>> = {
  'scenario.a-flipped-bit.title': 'A flipped bit',
  'scenario.a-flipped-bit.summary':
    'Each frame has a check sequence, so why does TCP have a checksum as well? Because a bit can turn where no cable is: inside a switch, which then makes a new, right check sequence over wrong bytes.',
  'scenario.a-flipped-bit.variant.on-the-cable': 'Turned on the cable',
  'scenario.a-flipped-bit.variant.rx-off': 'The card does not check (rx off)',
  'scenario.a-flipped-bit.variant.complete': 'A card that tells the sum (CHECKSUM_COMPLETE)',
  'scenario.a-flipped-bit.step-1.title': 'Four segments',
  'scenario.a-flipped-bit.step-1.text':
    'h1 writes 5,000 bytes: four segments. The second will meet a switch with bad memory. It turns a bit and then sends the frame on with a fresh check sequence. Guess: who will notice, and in which counter?',
  'scenario.a-flipped-bit.step-2.title': 'The card has a doubt',
  'scenario.a-flipped-bit.step-2.text':
    'The check sequence is right, so the MAC of h2 takes the frame. But the card has summed it too, and the TCP checksum does not fit. It does not drop it. It only does not vouch for it (CHECKSUM_NONE), and counts one error. Now software looks for itself: 1,448 bytes are summed, and GRO leaves the frame alone.',
  'scenario.a-flipped-bit.step-3.title': 'TCP drops it',
  'scenario.a-flipped-bit.step-3.text':
    'TCP is the one that says no: TcpInCsumErrors is 1. For the sender nothing distinguishes this from a frame that was lost on the way. On h2 `ethtool -S eth0` (rx_csum_offload_errors) and `nstat` do.',
  'scenario.a-flipped-bit.step-4.title': 'Once more',
  'scenario.a-flipped-bit.step-4.text':
    'Later segments have come, so h2 has told of the hole (SACK). h1 sends one segment again, and the application gets all 5,000 bytes. The damage has cost time, nothing else.',
  'scenario.a-flipped-bit.step-5.title': 'On the cable it is another matter',
  'scenario.a-flipped-bit.step-5.text':
    'Here the bit turns on the cable itself. The frame’s check sequence no longer fits, and the MAC drops it before any memory or CPU is touched: rx_crc_errors is 1, TcpInCsumErrors is 0, no byte is summed in software. Look at rx_crc_errors for bad cables, at TcpInCsumErrors for bad machines.',
  'scenario.a-flipped-bit.step-6.title': 'rx off',
  'scenario.a-flipped-bit.step-6.text':
    '`ethtool -K eth0 rx off` on h2: the card says nothing of any frame, so software sums every byte of every segment, 6,448 with the one that came twice. The bad one is found all the same, by TcpInCsumErrors. The card’s counter stays at 0: it was not asked.',
  'scenario.a-flipped-bit.step-7.title': 'A card that tells the sum',
  'scenario.a-flipped-bit.step-7.text':
    'This card (mlx5_core) does not judge. It hands over the sum of all bytes, for any protocol (CHECKSUM_COMPLETE), and the kernel compares. The sum does not fit, so the kernel adds the 1,448 bytes itself to see who is wrong, and drops the packet. The good frames cost it no summing.',
};
