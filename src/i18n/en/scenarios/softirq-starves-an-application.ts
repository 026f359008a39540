/** Texts of the built-in scenario softirq-starves-an-application. */
export const softirqStarvesAnApplication: Readonly<Record<string, string>> = {
  'scenario.softirq-starves-an-application.title': 'A flood starves a program',
  'scenario.softirq-starves-an-application.summary':
    'A program reads 100,000 queries a second and needs a third of its CPU. A flood that it never sees takes the rest, and more. Which kernel it is decides how much.',
  'scenario.softirq-starves-an-application.variant.linux-5-10': 'Linux 5.10: left to ksoftirqd',
  'scenario.softirq-starves-an-application.variant.linux-4-4': 'Linux 4.4',
  'scenario.softirq-starves-an-application.variant.accounting': 'CONFIG_IRQ_TIME_ACCOUNTING',
  'scenario.softirq-starves-an-application.variant.taskset': 'The program moved after 10 ms',
  'scenario.softirq-starves-an-application.variant.irq-elsewhere': 'The flooded card on CPU 1',
  'scenario.softirq-starves-an-application.step-1.title': 'A program with room',
  'scenario.softirq-starves-an-application.step-1.text':
    'eth1 brings 100,000 queries a second. CPU 0 takes the interrupt, runs the softirq, and lets the program `dns` read. More than half of CPU 0 is idle.',
  'scenario.softirq-starves-an-application.step-2.title': 'A flood for nobody',
  'scenario.softirq-starves-an-application.step-2.text':
    'After 1 ms, eth0 brings 3 million frames a second to a port without a socket. The program never sees one of them. But eth0’s vector is bound to CPU 0 too, and each frame costs CPU 0 its way up to UDP.',
  'scenario.softirq-starves-an-application.step-3.title': 'ksoftirqd takes over',
  'scenario.softirq-starves-an-application.step-3.text':
    'eth0’s ring never runs empty. `handle_softirqs` makes ten passes at most, fewer where a task was woken, and wakes ksoftirqd. ksoftirqd is a task like `dns`: the scheduler gives each its share, and the program’s share would be enough.',
  'scenario.softirq-starves-an-application.step-4.title': 'And still its socket overflows',
  'scenario.softirq-starves-an-application.step-4.text':
    'A common belief: “the packets were lost in the network”. eth1 has lost none. They lie in the socket, and the program comes too seldom to read them.',
  'scenario.softirq-starves-an-application.step-5.title': 'Who pays',
  'scenario.softirq-starves-an-application.step-5.text':
    'Since 6.5 an interrupt that comes while ksoftirqd waits runs the softirqs again itself: in the time of the task that runs just then. An interrupt of eth1 comes in the program’s time, and the flood’s packets are worked off along with it. The program has read fewer than a quarter of its queries. Select it: it was charged more than three times the CPU time that it computed for. CPU 1 has been idle all the time.',
  'scenario.softirq-starves-an-application.step-6.title': '4.9 to 6.4: left to ksoftirqd',
  'scenario.softirq-starves-an-application.step-6.text':
    'The same load on 5.10. Once ksoftirqd is to run, interrupts leave the softirqs to it. Hardly any softirq runs in the program’s time now, and it reads more than three times as much. The rule was taken back in 6.5: with it, a single packet sometimes waited for ksoftirqd’s turn. Compare Linux 4.4, from before the rule: it reads about as few as 6.12.',
  'scenario.softirq-starves-an-application.step-7.title': 'If nobody pays',
  'scenario.softirq-starves-an-application.step-7.text':
    'With `CONFIG_IRQ_TIME_ACCOUNTING` (Fedora, RHEL) softirqs are charged to no task. That is more just, and here it does not help: the program seems to use little, so the scheduler gives it the CPU, and while it has the CPU the flood runs in its time. It reads about as few as before.',
  'scenario.softirq-starves-an-application.step-8.title': 'Move the program',
  'scenario.softirq-starves-an-application.step-8.text':
    '`taskset -cp 1 dns`: from here on it runs on CPU 1, where no interrupt comes. In the end it has read more than nine tenths of all that came.',
  'scenario.softirq-starves-an-application.step-9.title': 'Or move the card',
  'scenario.softirq-starves-an-application.step-9.text':
    'eth0’s vector bound to CPU 1 from the start: the flood fills CPU 1, and no query is lost. Where packets are received and where programs run is one decision.',
};
