/** Texts of the built-in scenario ufo-and-a-lost-fragment. */
export const ufoAndALostFragment: Readonly<Record<string, string>> = {
  'scenario.ufo-and-a-lost-fragment.title': 'UFO and a lost fragment',
  'scenario.ufo-and-a-lost-fragment.summary':
    'Datagrams of 8 KiB over a link that carries 1500 bytes. Who cuts them, what it costs, and what one lost frame of 24 takes with it.',
  'scenario.ufo-and-a-lost-fragment.variant.waiting': 'The first 10 ms',
  'scenario.ufo-and-a-lost-fragment.variant.ufo-off': 'UFO off: the kernel cuts',
  'scenario.ufo-and-a-lost-fragment.variant.tx-off': 'Checksums off, and UFO with them',
  'scenario.ufo-and-a-lost-fragment.variant.kernel-4-14': 'Linux 4.14: no UFO any more',
  'scenario.ufo-and-a-lost-fragment.variant.uso': 'Many datagrams in place of one (USO)',
  'scenario.ufo-and-a-lost-fragment.variant.uso-in-software': 'The same, cut in software',
  'scenario.ufo-and-a-lost-fragment.step-1.title': 'One packet down to the card',
  'scenario.ufo-and-a-lost-fragment.step-1.text':
    'A program sends four datagrams of 8192 bytes from a virtual machine; Linux is 4.13, and its virtio-net card has UFO (UDP fragmentation offload). (Behind such a card it is the host that cuts.) Each datagram goes through the stack as one packet: four passes of the queueing discipline, four calls of the driver. Its `gso_size` tells the card where to cut. How many frames will the cable see?',
  'scenario.ufo-and-a-lost-fragment.step-2.title': 'Six frames, one UDP header',
  'scenario.ufo-and-a-lost-fragment.step-2.text':
    'An IP packet of 1500 bytes has room for 1480 behind its header. The 8200 bytes of UDP header and data are five times that and 800: six IP fragments, 24 frames in all. They share one identification and tell by offset where they belong. Only the first has ports, so RSS can hash addresses alone, for all six. The card also sums the whole datagram; `nstat` on the sender shows no `IpFragCreates`, for the kernel has cut nothing.',
  'scenario.ufo-and-a-lost-fragment.step-3.title': 'Put together again',
  'scenario.ufo-and-a-lost-fragment.step-3.text':
    'Fragments wait in the receiver’s IP layer until all are there (`ip_defrag`); UDP and the program see nothing before that. The card has seen only parts, so it can’t vouch for the UDP checksum: the CPU sums all 8192 bytes of each datagram.',
  'scenario.ufo-and-a-lost-fragment.step-4.title': 'One frame is lost',
  'scenario.ufo-and-a-lost-fragment.step-4.text':
    'The cable loses the eighth frame: the second fragment of the second datagram. 23 of 24 frames arrive, 96 %. What part of the data will the program get?',
  'scenario.ufo-and-a-lost-fragment.step-5.title': 'Five that wait in vain',
  'scenario.ufo-and-a-lost-fragment.step-5.text':
    'Three of four datagrams: 24,576 of 32,768 bytes. UDP sends nothing again, so the missing fragment never comes. The other five still hold 11,520 bytes of memory (`cat /proc/net/sockstat` on h2, line FRAG). No counter of drops has moved yet: not the card’s, not UDP’s.',
  'scenario.ufo-and-a-lost-fragment.step-6.title': 'Given up',
  'scenario.ufo-and-a-lost-fragment.step-6.text':
    'After `net.ipv4.ipfrag_time` the five are dropped: `IpReasmTimeout` 1, `IpReasmFails` 1, and `UdpInErrors` 0 for good. The kernel waits 30 s; here it is set to 1 s so that we need not. Where many are lost, what waits can reach `ipfrag_high_thresh` (4 MiB), and then newer datagrams are refused though all their fragments come.',
  'scenario.ufo-and-a-lost-fragment.step-7.title': 'ethtool -K eth0 ufo off',
  'scenario.ufo-and-a-lost-fragment.step-7.text':
    'Now the kernel makes the fragments before they reach the queueing discipline: 24 passes and 24 calls of the driver in place of four, and it sums the 32,768 bytes itself. The system calls take 18.6 µs in place of 6.5 µs. The cable carries the very same frames, and the loss costs the same datagram. `nstat`: `IpFragOKs` 4, `IpFragCreates` 24.',
  'scenario.ufo-and-a-lost-fragment.step-8.title': 'ethtool -K eth0 tx off',
  'scenario.ufo-and-a-lost-fragment.step-8.text':
    'A card that may not finish checksums can’t cut datagrams either, since the sum in the first fragment is over all of them. `netdev_fix_features` takes UFO along (and TSO): “Dropping NETIF_F_UFO since no checksum offload features”. The result is the same as before: 24 packets.',
  'scenario.ufo-and-a-lost-fragment.step-9.title': 'Gone since 4.14',
  'scenario.ufo-and-a-lost-fragment.step-9.text':
    'UFO was removed in Linux 4.14: hardly any card had it, and that a datagram could change from one way through the stack to the other had been a security hole (CVE-2017-1000112). From then on the kernel always cuts, and `ethtool -k` no longer lists it. Who wants few packets and no fragments needs another way.',
  'scenario.ufo-and-a-lost-fragment.step-10.title': 'Datagrams that do not need each other',
  'scenario.ufo-and-a-lost-fragment.step-10.text':
    'With `UDP_SEGMENT` (4.18) one call sends 8192 bytes as six datagrams of up to 1472, each with a UDP header and a checksum of its own. The stack is passed four times, as with UFO, and the same eighth frame is lost. Now it takes 1472 bytes with it and nothing else: 23 datagrams arrive. A fragment is part of a datagram; a datagram is on its own. A card without USO changes only who cuts (`uso-in-software`).',
};
