/** Texts of the built-in scenario jumbo-frames. */
export const jumboFrames: Readonly<Record<string, string>> = {
  'scenario.jumbo-frames.title': 'Jumbo frames',
  'scenario.jumbo-frames.summary':
    'The same bytes in frames six times as long: fewer packets, less CPU time. And what a card does that is not prepared for them.',
  'scenario.jumbo-frames.variant.jumbo': 'MTU 9000',
  'scenario.jumbo-frames.variant.gro-off': 'MTU 1500, GRO off',
  'scenario.jumbo-frames.variant.jumbo-gro-off': 'MTU 9000, GRO off',
  'scenario.jumbo-frames.variant.too-long': 'Jumbo frames to a card with MTU 1500',
  'scenario.jumbo-frames.step-1.title': 'MTU 1500',
  'scenario.jumbo-frames.step-1.text':
    'A TCP sender fills the 10 Gbit/s link: 2237 segments of 1448 bytes, 3239176 bytes in all. Headers and options take the rest of the 1500.',
  'scenario.jumbo-frames.step-2.title': 'Each frame costs',
  'scenario.jumbo-frames.step-2.text':
    'A descriptor, an skb, a look by GRO: that is paid for each frame, whatever its length. GRO spares the stack above, but not this.',
  'scenario.jumbo-frames.step-3.title': 'MTU 9000',
  'scenario.jumbo-frames.step-3.text':
    'The same bytes in 362 segments of 8948: less than a sixth of the frames. They arrive more seldom, and each carries more.',
  'scenario.jumbo-frames.step-4.title': 'Fewer frames, less work',
  'scenario.jumbo-frames.step-4.text':
    'The softirq takes less than half its time for the same bytes. The program gains nothing: copying is paid by the byte, and the bytes are the same.',
  'scenario.jumbo-frames.step-5.title': 'Without GRO',
  'scenario.jumbo-frames.step-5.text':
    'With GRO off every frame goes through the whole stack. That takes three times the softirq time, so the length of a frame counts more than ever.',
  'scenario.jumbo-frames.step-6.title': 'Jumbo frames in place of GRO',
  'scenario.jumbo-frames.step-6.text':
    'Long frames without GRO cost even less than short ones with it. But GRO alone already took two thirds off at MTU 1500, and for that nothing on the network had to change.',
  'scenario.jumbo-frames.step-7.title': 'A card that isn’t prepared',
  'scenario.jumbo-frames.step-7.text':
    'A common belief: “a frame too long gets fragmented, or at least cut”. Not here: the card at MTU 1500 throws it away at the MAC. A switch does the same.',
  'scenario.jumbo-frames.step-8.title': 'All of them',
  'scenario.jumbo-frames.step-8.text':
    'All 362 are in `rx_length_errors`, and no CPU has done anything for them. A small packet passes, like this SYN. So a connection opens, and then hangs.',
};
