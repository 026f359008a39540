/** Texts of the built-in scenario toe-against-a-faster-cpu. */
export const toeAgainstAFasterCpu: Readonly<Record<string, string>> = {
  'scenario.toe-against-a-faster-cpu.title': 'TOE against a faster CPU',
  'scenario.toe-against-a-faster-cpu.summary':
    'A card that does all of TCP by itself frees an old CPU. What does the kernel see of it, and what is the same card worth once the CPU is new?',
  'scenario.toe-against-a-faster-cpu.variant.toe': 'Old CPU, TCP in the card',
  'scenario.toe-against-a-faster-cpu.variant.gro': 'Old CPU, GRO',
  'scenario.toe-against-a-faster-cpu.variant.fast': 'New CPU, GRO, 10 Gbit/s',
  'scenario.toe-against-a-faster-cpu.variant.fast-toe': 'New CPU, TCP in the card',
  'scenario.toe-against-a-faster-cpu.variant.rule': 'Old CPU, a rule that drops all',
  'scenario.toe-against-a-faster-cpu.variant.toe-rule': 'TCP in the card, the same rule',
  'scenario.toe-against-a-faster-cpu.variant.toe-respects': 'A card that respects the rule',
  'scenario.toe-against-a-faster-cpu.step-1.title': 'An old CPU',
  'scenario.toe-against-a-faster-cpu.step-1.text':
    'A CPU of 700 MHz, a card of 1 Gbit/s, no GRO: a server of about 2002. A peer writes to it as fast as TCP allows. Guess: does the CPU keep up, and what is left of it?',
  'scenario.toe-against-a-faster-cpu.step-2.title': '87 % of it are gone',
  'scenario.toe-against-a-faster-cpu.step-2.text':
    'The payload comes at 930 Mbit/s, and that takes 87 % of the CPU. Each of the 805 frames went through driver, IP and TCP by itself.',
  'scenario.toe-against-a-faster-cpu.step-3.title': 'TCP in the card',
  'scenario.toe-against-a-faster-cpu.step-3.text':
    'A TCP offload engine (TOE) is a processor on the card, here of 133 MHz, whose firmware runs TCP. A SYN comes, there is room in the card’s table, and the card answers it: the connection is the card’s. A segment costs its processor 4.5 µs (an assumption: nobody publishes such figures).',
  'scenario.toe-against-a-faster-cpu.step-4.title': 'What is left for the host',
  'scenario.toe-against-a-faster-cpu.step-4.text':
    'The card checks the order, puts the payload into the host’s memory and sends the ACKs. The CPU gets an interrupt every 50 µs, puts what has come into the socket’s queue, wakes the reader, and that copies.',
  'scenario.toe-against-a-faster-cpu.step-5.title': 'Half the work',
  'scenario.toe-against-a-faster-cpu.step-5.text':
    'The same 930 Mbit/s take 42 % of the CPU in place of 87 %, with 198 interrupts and no softirq at all. The card’s processor is at work 45 % of the time. So why does Linux have no such thing?',
  'scenario.toe-against-a-faster-cpu.step-6.title': 'Who has seen it?',
  'scenario.toe-against-a-faster-cpu.step-6.text':
    'Ask the host: `nstat` prints no IpInReceives, no TcpInSegs, no TcpOutSegs. tcpdump shows nothing, `sysctl net.ipv4.tcp_...` changes nothing. Only `ethtool -S eth0` tells of 808 segments and 473 ACKs, in words of the card’s maker. A mistake in that firmware is for its maker to mend, not for you.',
  'scenario.toe-against-a-faster-cpu.step-7.title': 'A firewall rule',
  'scenario.toe-against-a-faster-cpu.step-7.text':
    'Without TOE: a rule of the filter table drops all. The SYN comes to it and is dropped; nothing is ever read. Guess: what does the same rule do once the card runs TCP?',
  'scenario.toe-against-a-faster-cpu.step-8.title': 'It drops nothing',
  'scenario.toe-against-a-faster-cpu.step-8.text':
    'The card takes the connection as before, and 930 Mbit/s go past the rule: IpInReceives stays 0, no packet ever came to it. The rule stands in the list, and protects nothing. A driver may respect the rule instead (a variant here): then every connection stays with the kernel, and of a host with a firewall the card takes nothing.',
  'scenario.toe-against-a-faster-cpu.step-9.title': 'Help without secrets',
  'scenario.toe-against-a-faster-cpu.step-9.text':
    'The old CPU again, no TOE, but GRO: TCP sees 238 packets in place of 805, and the CPU is busy 64.5 % of the time. That took no special card, and every packet passes IP, netfilter and tcpdump.',
  'scenario.toe-against-a-faster-cpu.step-10.title': 'Then comes a new CPU',
  'scenario.toe-against-a-faster-cpu.step-10.text':
    'One CPU of 3 GHz, a card of 10 Gbit/s, checksums and segments by the card, GRO: 9 Gbit/s, and 33 % of the CPU. Guess: put the TOE’s processor onto this card. What now?',
  'scenario.toe-against-a-faster-cpu.step-11.title': 'The card does not keep up',
  'scenario.toe-against-a-faster-cpu.step-11.text':
    'A full frame now comes every 1.2 µs, and the card’s processor still needs 4.5 µs for each. Up to 128 segments wait in its memory. Only the window of TCP holds the peer back before the 256 KiB are full; beyond, segments would be lost, and no counter of the kernel would move.',
  'scenario.toe-against-a-faster-cpu.step-12.title': 'A quarter, with an idle CPU',
  'scenario.toe-against-a-faster-cpu.step-12.text':
    '2.3 Gbit/s: a quarter of what the CPU did alone. The card’s processor is never idle, the CPU for 90 % of the time. CPUs become faster each year, a chip on a card stays what it was when it was sold. So Linux offloads what needs no memory of a connection (checksums, TSO, GRO) and keeps TCP.',
};
