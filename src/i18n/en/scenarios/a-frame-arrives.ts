/** Texts of the built-in scenario a-frame-arrives. */
export const aFrameArrives: Readonly<Record<string, string>> = {
  'scenario.a-frame-arrives.title': 'A frame arrives',
  'scenario.a-frame-arrives.summary':
    'One UDP question on its way from the wire to the program that waits for it: two CPUs, and just under 5 µs.',
  'scenario.a-frame-arrives.variant.same-cpu': 'Program on the interrupted CPU',
  'scenario.a-frame-arrives.variant.no-socket': 'Nobody listens',
  'scenario.a-frame-arrives.step-1.title': 'On the wire',
  'scenario.a-frame-arrives.step-1.text':
    'The last bit of the frame has reached the MAC of the card. No CPU knows of it yet: CPU 0 is idle, and the program on CPU 1 sleeps in `recvmsg`.',
  'scenario.a-frame-arrives.step-2.title': 'Which queue?',
  'scenario.a-frame-arrives.step-2.text':
    'The card computes a hash over the addresses: the same flow always has the same hash. With several queues the hash would choose one. Here there is one queue, so there is nothing to choose.',
  'scenario.a-frame-arrives.step-3.title': 'Into memory, without a CPU',
  'scenario.a-frame-arrives.step-3.text':
    'The card takes the next free descriptor of its rx ring and writes the frame by DMA to where the descriptor points. Then it marks the descriptor done. The CPUs have not done anything so far.',
  'scenario.a-frame-arrives.step-4.title': 'The interrupt',
  'scenario.a-frame-arrives.step-4.text':
    'The card sends an interrupt to the CPU that the vector is bound to: CPU 0. No interrupt came shortly before, so moderation lets this one go at once. It is the only interrupt of the whole run.',
  'scenario.a-frame-arrives.step-5.title': 'The handler does almost nothing',
  'scenario.a-frame-arrives.step-5.text':
    'A common belief: “the interrupt handler receives the packet”. Look at the ring: the frame still lies there. The handler only puts the queue on a list (`napi_schedule`) and leaves its vector masked.',
  'scenario.a-frame-arrives.step-6.title': 'The softirq begins',
  'scenario.a-frame-arrives.step-6.text':
    'On the way out of the interrupt CPU 0 runs its pending softirqs: `net_rx_action` starts, with a budget and a list of queues to poll. It takes more than twice as long as the handler did.',
  'scenario.a-frame-arrives.step-7.title': 'The poll',
  'scenario.a-frame-arrives.step-7.text':
    'The driver takes the frame off the ring: now it becomes an skb, and the kernel has a packet. The descriptor gets a fresh buffer at the end of the poll.',
  'scenario.a-frame-arrives.step-8.title': 'GRO looks and lets it pass',
  'scenario.a-frame-arrives.step-8.text':
    'GRO joins frames of one flow into a large one. For UDP it does so only where someone asked for it (`UDP_GRO`), and nobody did. The frame goes on as it is.',
  'scenario.a-frame-arrives.step-9.title': 'IP and UDP find the socket',
  'scenario.a-frame-arrives.step-9.text':
    'The address is ours, port 53 has a socket, and its buffer has room: the skb is queued there. All of it still runs in the softirq on CPU 0, whatever program was running there.',
  'scenario.a-frame-arrives.step-10.title': 'The program wakes',
  'scenario.a-frame-arrives.step-10.text':
    'Its sleep ends: CPU 1 leaves idle and switches to it. CPU 1 took no interrupt and ran no softirq. Meanwhile CPU 0 unmasks the vector (`napi_complete_done`) and leaves the softirq.',
  'scenario.a-frame-arrives.step-11.title': 'Read',
  'scenario.a-frame-arrives.step-11.text':
    '`recvmsg` copies 40 bytes to the program and frees the skb. Just under 5 µs have gone by since the last bit arrived. In the variant with the program on CPU 0, CPU 1 sleeps all the time.',
  'scenario.a-frame-arrives.step-12.title': 'And if nobody listens?',
  'scenario.a-frame-arrives.step-12.text':
    'The same frame, but no socket has port 53. The card, the interrupt, the softirq and IP did all their work before UDP could see that. The drop has a name: `UdpNoPorts` counts 1.',
};
