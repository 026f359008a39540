/** Texts of the built-in scenario tso-through-a-tunnel. */
export const tsoThroughATunnel: Readonly<Record<string, string>> = {
  'scenario.tso-through-a-tunnel.title': 'TSO through a tunnel',
  'scenario.tso-through-a-tunnel.summary':
    'A tunnel puts a second IP header on each packet. Until Linux 3.13 that cost far more than a header: TCP had to cut its data before the tunnel, and every segment went the whole way by itself.',
  'scenario.tso-through-a-tunnel.variant.since-3-13': 'Linux 3.13: the tunnel takes packets whole',
  'scenario.tso-through-a-tunnel.variant.card-looks-inside': 'Linux 6.12: GRO looks inside',
  'scenario.tso-through-a-tunnel.variant.no-tunnel': 'Linux 3.12, without the tunnel',
  'scenario.tso-through-a-tunnel.step-1.title': 'A route into a tunnel',
  'scenario.tso-through-a-tunnel.step-1.text':
    'h1 writes 64,260 bytes to 192.168.7.2. The route leads to ipip1 (`ip route`, `ip -d link show ipip1`): a device without a cable. Whatever enters it gets a second IP header, from 10.0.0.1 to 10.0.0.2, and leaves by eth0. The card could cut for TCP (TSO). Guess: will it get the chance?',
  'scenario.tso-through-a-tunnel.step-2.title': 'Cut before the tunnel',
  'scenario.tso-through-a-tunnel.step-2.text':
    'No. In Linux 3.12 the tunnel offers nothing: no scatter-gather, no checksums, no segmentation (`ethtool -k ipip1`). So TCP makes single segments, and the CPU sums all 64,260 bytes. 47 packets enter the tunnel; each passes IP twice (94 times in all) and the queueing discipline of eth0 once (47).',
  'scenario.tso-through-a-tunnel.step-3.title': 'Since 3.13: whole',
  'scenario.tso-through-a-tunnel.step-3.text':
    'Linux 3.13 taught the tunnel to take an skb of many segments as it is. It gets one outer header, and the cut is left to whoever comes later. Only 8 packets enter the tunnel and only 8 reach the queueing discipline, for the same bytes.',
  'scenario.tso-through-a-tunnel.step-4.title': 'The card does not cut either',
  'scenario.tso-through-a-tunnel.step-4.text':
    'The card’s TSO does not know the second header (the driver’s hw_enc_features say so). So software cuts after all, but at the last moment: 6 packets are cut right before the driver, and 64,260 bytes are summed there. The wire carries 47 frames, as before. What has been saved is the way of each segment through TCP, IP, tunnel and queue.',
  'scenario.tso-through-a-tunnel.step-5.title': 'Out of the tunnel',
  'scenario.tso-through-a-tunnel.step-5.text':
    'On h2 each of the 47 frames goes up through IP alone, for GRO of the card cannot look behind the outer header. Behind the tunnel waits a gro_cell: a NAPI whose GRO joins the inner segments. 56 packets go up the stack, outer and inner ones together.',
  'scenario.tso-through-a-tunnel.step-6.title': 'GRO looks inside',
  'scenario.tso-through-a-tunnel.step-6.text':
    'Since 3.18 GRO joins frames behind an outer header while the card is polled. In Linux 6.12 only 8 packets come out of the tunnel, and 16 go up the stack. The sender’s card now finishes the checksums (0 bytes summed on h1), though software still cuts 6 packets. The receiver’s card vouches for no inner checksum: its CPU sums 64,260 bytes.',
  'scenario.tso-through-a-tunnel.step-7.title': 'Without the tunnel',
  'scenario.tso-through-a-tunnel.step-7.text':
    'The same bytes straight to 10.0.0.2, again with Linux 3.12. The driver gets 9 packets, the card makes 47 frames of them, software cuts and sums nothing (0), and the receiver’s card checks for its CPU (0 bytes summed). That is what a tunnel hides from a card.',
};
