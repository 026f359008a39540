/** Texts of the built-in scenario a-frame-arrives. */
export const aFrameArrives: Readonly<Record<string, string>> = {
  'scenario.a-frame-arrives.title': 'A frame arrives',
  'scenario.a-frame-arrives.summary':
    'One UDP question on its way from the wire to the program that waits for it: nine moments, two CPUs, under 5 µs.',
  'scenario.a-frame-arrives.step-1.title': 'On the wire',
  'scenario.a-frame-arrives.step-1.text':
    'The last bit of the frame has reached the card. No CPU knows of it yet: CPU 0 is idle, and the program on CPU 1 sleeps in recvmsg.',
  'scenario.a-frame-arrives.step-2.title': 'Into memory, without a CPU',
  'scenario.a-frame-arrives.step-2.text':
    'The card takes the next free descriptor of its rx ring and writes the frame by DMA to where the descriptor points. Then it marks the descriptor done.',
  'scenario.a-frame-arrives.step-3.title': 'The interrupt',
  'scenario.a-frame-arrives.step-3.text':
    'The card sends an interrupt to the CPU that the vector is bound to: CPU 0. Nothing came in the last 50 µs, so it need not wait.',
  'scenario.a-frame-arrives.step-4.title': 'The handler does almost nothing',
  'scenario.a-frame-arrives.step-4.text':
    'The hard interrupt only puts the queue on a list (napi_schedule) and keeps its vector masked. The work comes right after it, as a softirq.',
  'scenario.a-frame-arrives.step-5.title': 'The poll',
  'scenario.a-frame-arrives.step-5.text':
    'net_rx_action calls the driver, which may take up to 64 frames (its weight). There is one: it becomes an skb, and the descriptor gets a fresh buffer.',
  'scenario.a-frame-arrives.step-6.title': 'GRO looks and lets it pass',
  'scenario.a-frame-arrives.step-6.text':
    'GRO joins segments of one flow into a large one. For UDP nobody here asked for that, so the frame goes on as it is.',
  'scenario.a-frame-arrives.step-7.title': 'IP and UDP find the socket',
  'scenario.a-frame-arrives.step-7.text':
    'The address is ours, port 53 has a socket, and its buffer has room: the skb is queued there. All of it still runs in the softirq on CPU 0.',
  'scenario.a-frame-arrives.step-8.title': 'The program wakes',
  'scenario.a-frame-arrives.step-8.text':
    'Its sleep ends: CPU 1 switches to it. Meanwhile CPU 0 completes the poll (napi_complete_done), unmasks the vector and leaves the softirq.',
  'scenario.a-frame-arrives.step-9.title': 'Read',
  'scenario.a-frame-arrives.step-9.text':
    'recvmsg copies the payload to the program and frees the skb. Less than 5 µs have gone by since the last bit arrived.',
};
