/** Texts of the built-in scenario a-screening-router. */
export const aScreeningRouter: Readonly<Record<string, string>> = {
  'scenario.a-screening-router.title': 'A firewall in user space',
  'scenario.a-screening-router.summary':
    'A small router asks a program about every packet. Under too much load the program never runs again. NAPI does not help it; a fair share of the CPU does.',
  'scenario.a-screening-router.variant.falling': '4000 packets a second',
  'scenario.a-screening-router.variant.dead': '7000 packets a second',
  'scenario.a-screening-router.variant.no-program': '7000 a second, NAPI, no program asked',
  'scenario.a-screening-router.variant.napi': '7000 a second, NAPI (2.4.20)',
  'scenario.a-screening-router.variant.threaded': '7000 a second, polled by threads (6.12)',
  'scenario.a-screening-router.variant.second-cpu': '7000 a second, NAPI, a second CPU',
  'scenario.a-screening-router.sweep.offered-forwarded': 'Offered against forwarded',
  'scenario.a-screening-router.sweep.offered-forwarded.base': 'an interrupt a frame (2.4.18)',
  'scenario.a-screening-router.sweep.offered-forwarded.napi': 'NAPI (2.4.20)',
  'scenario.a-screening-router.sweep.offered-forwarded.threaded': 'polled by threads (6.12)',
  'scenario.a-screening-router.sweep.offered-forwarded.second-cpu': 'NAPI, the program on a CPU of its own',
  'scenario.a-screening-router.step-1.title': 'The kernel asks',
  'scenario.a-screening-router.step-1.text':
    'A firewall rule (iptables -A FORWARD -j QUEUE) stops every packet that is to be forwarded. The packet waits in the kernel. A message with a copy of it lies in a program’s socket.',
  'scenario.a-screening-router.step-2.title': 'The program looks',
  'scenario.a-screening-router.step-2.text':
    'screend has read the copy and thinks about it. The packet itself still waits for the verdict.',
  'scenario.a-screening-router.step-3.title': 'The program sends it on',
  'scenario.a-screening-router.step-3.text':
    'The verdict is “accept”. The rest of the way to the wire happens inside the program’s system call, so the program pays for it. At 1000 packets a second all pass, and the CPU is idle more than two fifths of the time.',
  'scenario.a-screening-router.step-4.title': 'More comes in, less goes out',
  'scenario.a-screening-router.step-4.text':
    'Interrupts come first, then the softirq, then programs. At 4000 a second the handler takes a quarter of the CPU and the softirq more than two fifths. The program has what is left: fewer packets go out than when only 1000 came.',
  'scenario.a-screening-router.step-5.title': 'Paid for, then thrown away',
  'scenario.a-screening-router.step-5.text':
    'At 7000 a second the program reads one message in the whole run, never comes to its verdict, and nothing leaves. Its socket has overflowed and refuses messages until it has been read empty. Most packets die there, after all the kernel’s work for them is done. The curve: just below 2000 at best, hardly anything at 6000, nothing at 8000.',
  'scenario.a-screening-router.step-6.title': 'NAPI is not enough',
  'scenario.a-screening-router.step-6.text':
    'A common belief: “NAPI has cured livelock”. There are few interrupts now: fewer than 50 in place of 3500. But the softirq polls all the time in their place, and of a hundred packets not one passes. Without the program the same kernel forwards more than 5400 a second: NAPI protects what the kernel does itself, not what a program does.',
  'scenario.a-screening-router.step-7.title': 'A fair share',
  'scenario.a-screening-router.step-7.text':
    'Since 5.12 a thread can poll the card (echo 1 > /sys/class/net/eth0/threaded). The scheduler treats it like the program, and each gets its share: more than 1300 a second pass, however many come. More than half of what is lost is lost in the ring, where it costs nothing.',
  'scenario.a-screening-router.step-8.title': 'Or a CPU of its own',
  'scenario.a-screening-router.step-8.text':
    'A second CPU, with NAPI of 2.4.20: one CPU polls and asks, the other has the program to itself. More than 3000 a second pass, and the curve stays flat.',
};
