/** Texts of the built-in scenario mindcraft-four-cpus. */
export const mindcraftFourCpus: Readonly<Record<string, string>> = {
  'scenario.mindcraft-four-cpus.title': 'Four CPUs, and one works',
  'scenario.mindcraft-four-cpus.summary':
    'A server of 1999: four CPUs, four cards. Linux 2.2 had one backlog, one bottom half and one lock for the whole machine, so that three CPUs wait while one works. Linux 2.4 put an end to that.',
  'scenario.mindcraft-four-cpus.variant.two-cpus': 'Linux 2.2, two CPUs',
  'scenario.mindcraft-four-cpus.variant.one-cpu': 'Linux 2.2, one CPU',
  'scenario.mindcraft-four-cpus.variant.softnet-one': 'Linux 2.4, one CPU',
  'scenario.mindcraft-four-cpus.variant.softnet-two': 'Linux 2.4, two CPUs',
  'scenario.mindcraft-four-cpus.variant.softnet': 'Linux 2.4, four CPUs',
  'scenario.mindcraft-four-cpus.history.parc.title': 'Xerox PARC',
  'scenario.mindcraft-four-cpus.history.parc.text': 'Ethernet is born in a research laboratory.',
  'scenario.mindcraft-four-cpus.history.dix.title': 'DEC, Intel, Xerox',
  'scenario.mindcraft-four-cpus.history.dix.text':
    'The three firms publish the specification. Speeds, cables and the shape of networks have changed since; the frame has not.',
  'scenario.mindcraft-four-cpus.history.becker.title': 'The first Linux drivers',
  'scenario.mindcraft-four-cpus.history.becker.text':
    'Donald Becker writes the first drivers for network cards.',
  'scenario.mindcraft-four-cpus.history.linux-1.title': 'Linux 1.0',
  'scenario.mindcraft-four-cpus.history.linux-1.text':
    'Its network stack is called NET2Debugged. There are about 20 drivers; 10 Mbit/s is usual. One CPU, one queue, one interrupt for every packet.',
  'scenario.mindcraft-four-cpus.history.mindcraft.title': 'Mindcraft',
  'scenario.mindcraft-four-cpus.history.mindcraft.text':
    'A study compares Linux 2.2 with Windows NT on a machine of four CPUs with four cards of 100 Mbit/s. NT is 2.5 times as fast as a file server and 3.7 times as fast as a web server.',
  'scenario.mindcraft-four-cpus.history.softnet.title': 'Softnet',
  'scenario.mindcraft-four-cpus.history.softnet.text':
    'Every CPU gets a receive queue of its own, and softirqs, which run on all CPUs at once, replace the bottom halves.',
  'scenario.mindcraft-four-cpus.history.napi.title': 'NAPI',
  'scenario.mindcraft-four-cpus.history.napi.text':
    'Under load the kernel polls the cards and leaves their interrupts off. It comes with Linux 2.4.20.',
  'scenario.mindcraft-four-cpus.history.gro.title': 'GRO',
  'scenario.mindcraft-four-cpus.history.gro.text':
    'Segments of one flow are joined before they go through the stack.',
  'scenario.mindcraft-four-cpus.history.rps.title': 'RPS and RFS',
  'scenario.mindcraft-four-cpus.history.rps.text':
    'The packets of one queue are spread over CPUs, and follow the application that reads them.',
  'scenario.mindcraft-four-cpus.history.xdp.title': 'XDP',
  'scenario.mindcraft-four-cpus.history.xdp.text':
    'A program decides about a packet before the stack has even made a buffer for it.',
  'scenario.mindcraft-four-cpus.history.af-xdp.title': 'AF_XDP',
  'scenario.mindcraft-four-cpus.history.af-xdp.text':
    'Applications take packets straight from there, and the kernel keeps control of the card.',
  'scenario.mindcraft-four-cpus.history.today.title': 'The same frame',
  'scenario.mindcraft-four-cpus.history.today.text':
    '1 Gbit/s for everyone, 10 usual in servers, 40 and 100 on sale. The frame’s format is still that of 1980.',
  'scenario.mindcraft-four-cpus.step-1.title': 'How it came to be',
  'scenario.mindcraft-four-cpus.step-1.text':
    'In 1999 Linux loses a comparison, badly, and only on a large machine. Walk along the line; then look at what was wrong inside.',
  'scenario.mindcraft-four-cpus.step-2.title': 'The machine',
  'scenario.mindcraft-four-cpus.step-2.text':
    'Four cards, and each one interrupts a CPU of its own. Four servers, one on each CPU. So far all of it is parallel. (What a request costs is assumed: this is no measurement of 1999.)',
  'scenario.mindcraft-four-cpus.step-3.title': 'One backlog',
  'scenario.mindcraft-four-cpus.step-3.text':
    'The handlers run side by side, but all of them queue into one list: the backlog of the whole machine.',
  'scenario.mindcraft-four-cpus.step-4.title': 'One bottom half',
  'scenario.mindcraft-four-cpus.step-4.text':
    'A common belief: “four CPUs receive four times as much”. Only one CPU in the machine may run the bottom half, which takes packets up to their sockets. This CPU wanted to; another one is at it. It does not wait for that: it leaves the packet and goes.',
  'scenario.mindcraft-four-cpus.step-5.title': 'One lock',
  'scenario.mindcraft-four-cpus.step-5.text':
    'Here they do wait. Every system call takes the kernel lock. One CPU is in a system call; this one spins: it does nothing but look whether the lock is free.',
  'scenario.mindcraft-four-cpus.step-6.title': 'One works, three wait',
  'scenario.mindcraft-four-cpus.step-6.text':
    'The lock is never free: each CPU that gives it back hands it to the next in line. Of all CPU time two thirds go into waiting and one third into work. To `top` all four would look busy.',
  'scenario.mindcraft-four-cpus.step-7.title': 'More CPUs, hardly more requests',
  'scenario.mindcraft-four-cpus.step-7.text':
    'With two CPUs four tenths of the time are waiting. From one CPU to two: less than a third more requests. From two to four: a tenth.',
  'scenario.mindcraft-four-cpus.step-8.title': 'Softnet',
  'scenario.mindcraft-four-cpus.step-8.text':
    'Linux 2.4, the same machine and load. Each CPU has a backlog of its own and takes its packets up itself, several at once. And the network’s system calls no longer take the kernel lock.',
  'scenario.mindcraft-four-cpus.step-9.title': 'Four times',
  'scenario.mindcraft-four-cpus.step-9.text':
    'Nobody waits. Two CPUs answer more than twice as many requests as one, four more than four times as many, which is all of them: three times what Linux 2.2 did. On one CPU, which has to take every interrupt as well, the two kernels are alike.',
};
