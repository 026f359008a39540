/** Texts of the built-in scenario why-the-capture-looks-broken. */
export const whyTheCaptureLooksBroken: Readonly<Record<string, string>> = {
  'scenario.why-the-capture-looks-broken.title': 'Why the capture looks broken',
  'scenario.why-the-capture-looks-broken.summary':
    'A capture on the sender shows frames far beyond the MTU, and every checksum wrong. Nothing is wrong: it was taken before the card had done its part.',
  'scenario.why-the-capture-looks-broken.variant.tso-off': 'tso off on h1',
  'scenario.why-the-capture-looks-broken.variant.tx-off': 'tx off on h1',
  'scenario.why-the-capture-looks-broken.variant.gro-off': 'gro off on h2',
  'scenario.why-the-capture-looks-broken.step-1.title': '5,000 bytes, MTU 1500',
  'scenario.why-the-capture-looks-broken.step-1.text':
    'The application on h1 writes 5,000 bytes on a connection that stands. Four frames will carry them. Guess: what will tcpdump on h1 show?',
  'scenario.why-the-capture-looks-broken.step-2.title': 'One giant, unfinished',
  'scenario.why-the-capture-looks-broken.step-2.text':
    'tcpdump stands before the driver, and there it is still one packet of 5,066 bytes. Open Captures (key C), choose “before the driver” and “wire out” of h1, and capture all: at the first point the checksum is unfinished. It covers the addresses only; the card is to add the rest. Wireshark, told to check, calls it wrong.',
  'scenario.why-the-capture-looks-broken.step-3.title': 'On the wire',
  'scenario.why-the-capture-looks-broken.step-3.text':
    'The card cuts and sums while it sends. Behind it there are three frames of 1,514 bytes and one of 722, each with a right checksum. To see them one needs a tap or a mirror port: no program on h1 can.',
  'scenario.why-the-capture-looks-broken.step-4.title': 'A giant again',
  'scenario.why-the-capture-looks-broken.step-4.text':
    'On h2 GRO has joined the four before tcpdump sees them (“after GRO”). Again one packet of 5,066 bytes that no wire has carried, with a checksum field that fits none. The kernel does not look at it: the card has found all four right.',
  'scenario.why-the-capture-looks-broken.step-5.title': 'The receiver without GRO',
  'scenario.why-the-capture-looks-broken.step-5.text':
    '`ethtool -K eth0 gro off` on h2. Its capture now shows what came: the four frames one by one, with right checksums. In every variant of this run h2 has found no wrong checksum, in the card or in software.',
  'scenario.why-the-capture-looks-broken.step-6.title': 'tso off: half the truth',
  'scenario.why-the-capture-looks-broken.step-6.text':
    '`ethtool -K eth0 tso off` on h1. Software cuts before tcpdump looks, so the giant is gone. The checksums are still unfinished: summing is the card’s part as before.',
  'scenario.why-the-capture-looks-broken.step-7.title': 'tx off: as on the wire',
  'scenario.why-the-capture-looks-broken.step-7.text':
    '`ethtool -K eth0 tx off` on h1. A card that does not sum cannot cut either, so TSO is off as well: the kernel does both, and the capture shows what the wire has, byte for byte. The price: the CPU has summed 5,000 bytes. The frames on the wire are the same in all four variants.',
};
