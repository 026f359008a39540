/** Texts of the built-in scenario lro-breaks-a-router. */
export const lroBreaksARouter: Readonly<Record<string, string>> = {
  'scenario.lro-breaks-a-router.title': 'LRO breaks a router',
  'scenario.lro-breaks-a-router.summary':
    'GRO and LRO both join segments, so either should do. On a router or a bridge only one may: what it joins it must be able to take apart as it came.',
  'scenario.lro-breaks-a-router.variant.no-tso': 'GRO, and eth1 cuts nothing (tso off)',
  'scenario.lro-breaks-a-router.variant.lro': 'LRO in place of GRO',
  'scenario.lro-breaks-a-router.variant.bridge': 'A bridge in place of a router, with GRO',
  'scenario.lro-breaks-a-router.variant.bridge-lro': 'A bridge, with LRO in place of GRO',
  'scenario.lro-breaks-a-router.step-1.title': 'Eight segments pass through',
  'scenario.lro-breaks-a-router.step-1.text':
    'Eight segments of one connection come in by eth0. They are for others: this host is a router and sends them on by eth1. Guess: how many packets will IP see, and how many frames will leave?',
  'scenario.lro-breaks-a-router.step-2.title': 'GRO joins seven',
  'scenario.lro-breaks-a-router.step-2.text':
    'The first had an interrupt for itself. The other seven were in one poll, and GRO makes one packet of them. It has looked at every header, and it notes the size of the segments and their number: that is how to cut.',
  'scenario.lro-breaks-a-router.step-3.title': 'Cut as it came',
  'scenario.lro-breaks-a-router.step-3.text':
    'IP has handled 2 packets for 8 frames. The one of seven goes to eth1 whole, and that card cuts it (TSO) by what GRO has noted. Eight frames leave, with the boundaries of those that came.',
  'scenario.lro-breaks-a-router.step-4.title': 'Or in software',
  'scenario.lro-breaks-a-router.step-4.text':
    '`ethtool -K eth1 tso off`: software cuts the packet just before the driver (GSO). Eight frames leave as before.',
  'scenario.lro-breaks-a-router.step-5.title': 'LRO joins seven, too',
  'scenario.lro-breaks-a-router.step-5.text':
    'Linux turned LRO off when it was told to forward. Here somebody has turned it on again: `ethtool -K eth0 gro off lro on`. The card joins the same seven, but loosely: it does not compare TTL, options or sizes, and notes nothing that would tell how to cut.',
  'scenario.lro-breaks-a-router.step-6.title': 'And nobody can undo it',
  'scenario.lro-breaks-a-router.step-6.text':
    'The joined packet is far beyond the MTU of eth1, and what it was made of is lost. The kernel drops it and warns. One frame of eight has left. A connection through such a router crawls, while ping is fine.',
  'scenario.lro-breaks-a-router.step-7.title': 'The same as a bridge',
  'scenario.lro-breaks-a-router.step-7.text':
    'Now the two cards are to be ports of a bridge: frames go through as they are, by link address, and IP sees none of them. LRO was on at eth0. `ip link set eth0 master br0` makes the card a port, and the kernel turns LRO off by itself.',
  'scenario.lro-breaks-a-router.step-8.title': 'A bridge behind GRO',
  'scenario.lro-breaks-a-router.step-8.text':
    'GRO has joined the same seven, for it comes before the bridge: the bridge looks up 2 packets for 8 frames. It has not heard of the receiver’s link address yet, so it sends them out of all its other ports. Here that is eth1 alone.',
  'scenario.lro-breaks-a-router.step-9.title': 'Again as it came',
  'scenario.lro-breaks-a-router.step-9.text':
    'eth1 cuts the packet of seven by what GRO has noted. All eight frames leave, each byte as it came: not even the TTL or a link address is another one.',
  'scenario.lro-breaks-a-router.step-10.title': 'LRO breaks a bridge, too',
  'scenario.lro-breaks-a-router.step-10.text':
    'Somebody has turned LRO on again: `ethtool -K eth0 gro off lro on`. The bridge gets one packet of seven segments that nobody can cut, and drops it. One frame of eight has left. Neither end can see why: a bridge lowers no TTL, and it tells nobody what it drops.',
};
