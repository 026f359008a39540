/** Texts of the built-in scenario livelock-and-its-cure. */
export const livelockAndItsCure: Readonly<Record<string, string>> = {
  'scenario.livelock-and-its-cure.title': 'Livelock and its cure',
  'scenario.livelock-and-its-cure.summary':
    'A router of the year 2001: one 700 MHz CPU, an interrupt for every packet. More load than it can take, and it forwards nothing. Then NAPI.',
  'scenario.livelock-and-its-cure.variant.peak': '27 000 packets a second',
  'scenario.livelock-and-its-cure.variant.falling': '45 000 packets a second',
  'scenario.livelock-and-its-cure.variant.dead': '65 000 packets a second',
  'scenario.livelock-and-its-cure.variant.napi': '65 000 a second, NAPI (2.4.20)',
  'scenario.livelock-and-its-cure.variant.napi-line-rate': 'The link’s full rate, with NAPI',
  'scenario.livelock-and-its-cure.sweep.offered-forwarded': 'Offered against forwarded',
  'scenario.livelock-and-its-cure.sweep.offered-forwarded.base': 'without NAPI (2.4.18)',
  'scenario.livelock-and-its-cure.sweep.offered-forwarded.napi': 'with NAPI (2.4.20)',
  'scenario.livelock-and-its-cure.step-1.title': 'One interrupt, one packet',
  'scenario.livelock-and-its-cure.step-1.text':
    'Each frame raises its own interrupt. The handler takes the frame off the ring and puts it into the backlog: 16.7 µs, with interrupts off.',
  'scenario.livelock-and-its-cure.step-2.title': 'The rest later',
  'scenario.livelock-and-its-cure.step-2.text':
    'When no interrupt is left, the softirq takes the packet from the backlog, finds its route and sends it: 20.4 µs more. At 20 000 packets a second both fit: everything is forwarded.',
  'scenario.livelock-and-its-cure.step-3.title': 'The peak',
  'scenario.livelock-and-its-cure.step-3.text':
    '16.7 and 20.4 µs make 37.1 µs for a packet. So 27 000 a second is all this CPU can do. Here it has no time left.',
  'scenario.livelock-and-its-cure.step-4.title': 'More comes in, less goes out',
  'scenario.livelock-and-its-cure.step-4.text':
    'A common belief: “an overloaded router forwards as much as it can”. Interrupts come first, always. At 45 000 a second they take three quarters of the CPU, and only a quarter is left to send anything.',
  'scenario.livelock-and-its-cure.step-5.title': 'Paid for, then thrown away',
  'scenario.livelock-and-its-cure.step-5.text':
    'The backlog takes 300 packets. What comes after that is dropped, when the interrupt has already been paid for. And once it was full, this kernel takes nothing until it is empty.',
  'scenario.livelock-and-its-cure.step-6.title': 'Livelock',
  'scenario.livelock-and-its-cure.step-6.text':
    'At 65 000 a second the CPU is in the interrupt handler all the time. It works as hard as it can, and nothing leaves. Nearly all packets die in the backlog, each after its interrupt was paid for. The curve shows the way there: up to 27 000 all of it goes out, then less and less, at 63 000 nothing.',
  'scenario.livelock-and-its-cure.step-7.title': 'NAPI',
  'scenario.livelock-and-its-cure.step-7.text':
    'The same machine and load, two kernel versions later. The first frame interrupts; then the interrupt stays off, and the CPU takes frames when it has time for them, at most 64 at once.',
  'scenario.livelock-and-its-cure.step-8.title': 'All of it',
  'scenario.livelock-and-its-cure.step-8.text':
    'All 65 000 packets a second are forwarded. The work for each packet is smaller too: one interrupt serves many.',
  'scenario.livelock-and-its-cure.step-9.title': 'Full speed',
  'scenario.livelock-and-its-cure.step-9.text':
    'At the link’s full rate of 148 809 packets a second: still everything goes out. The curve with NAPI never falls.',
  'scenario.livelock-and-its-cure.variant.napi-slow': 'Full rate, NAPI, a slower CPU',
  'scenario.livelock-and-its-cure.step-early-drop.title': 'Lost early, lost cheaply',
  'scenario.livelock-and-its-cure.step-early-drop.text':
    'The same on a CPU of 233 MHz. That is too slow, and a fifth of the packets is lost: all of them in the ring, before any CPU sees them. The rest is forwarded, over 100 000 a second: more than four times what 700 MHz could do with an interrupt for each.',
};
