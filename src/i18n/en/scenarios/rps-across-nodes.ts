/** Texts of the built-in scenario rps-across-nodes. */
export const rpsAcrossNodes: Readonly<Record<string, string>> = {
  'scenario.rps-across-nodes.title': 'RPS across nodes',
  'scenario.rps-across-nodes.summary':
    'A server with two NUMA nodes, and a card on node 0. RPS may name a helper on either node. Both are idle; they are not equally good.',
  'scenario.rps-across-nodes.variant.across': 'Light load, helper on node 1',
  'scenario.rps-across-nodes.variant.heavy': 'Heavy load, helper on node 0',
  'scenario.rps-across-nodes.variant.heavy-across': 'Heavy load, helper on node 1',
  'scenario.rps-across-nodes.variant.heavy-both': 'Heavy load, a helper on each node',
  'scenario.rps-across-nodes.step-1.title': 'A helper close by',
  'scenario.rps-across-nodes.step-1.text':
    'CPUs 0 to 3 are node 0, CPUs 4 to 7 node 1: `lscpu` prints it. The card stands on node 0, and so its ring and its buffers lie there. `echo 2 > …/rps_cpus`: CPU 0 takes the frames off the ring, CPU 1 takes them through IP and UDP. No CPU here touches memory of the other node.',
  'scenario.rps-across-nodes.step-2.title': 'A helper on the other node',
  'scenario.rps-across-nodes.step-2.text':
    '`echo 10 > …/rps_cpus`: now CPU 4. It was just as idle as CPU 1, so one may think that it is just as good. But its backlog is memory of node 1: queueing there, and the interrupt, cost CPU 0 1.5 times as much (an assumed figure, like all distances here).',
  'scenario.rps-across-nodes.step-3.title': 'Every touch comes from afar',
  'scenario.rps-across-nodes.step-3.text':
    'The packet’s bytes still lie on node 0. CPU 4 reads the headers from there, and its way through IP and UDP costs 1.5 times what it cost CPU 1. CPU 4 loses more to the distance than CPU 0 does. At this load nobody notices: nothing is lost, only CPU time.',
  'scenario.rps-across-nodes.step-4.title': 'Heavy load, close by',
  'scenario.rps-across-nodes.step-4.text':
    '36 times the load, and the helper is CPU 1 again. It keeps up, with more than a tenth of its time to spare. Nothing is lost.',
  'scenario.rps-across-nodes.step-5.title': 'Heavy load, from afar',
  'scenario.rps-across-nodes.step-5.text':
    'The same packets, but the helper is CPU 4. It works without a pause and still falls behind; its backlog is full, and more than one packet in twenty is lost. The ring loses nothing: CPU 0 keeps up.',
  'scenario.rps-across-nodes.step-6.title': 'Both at once',
  'scenario.rps-across-nodes.step-6.text':
    'A helper on each node. Nothing is lost, but a frame costs more CPU time than with CPU 1 alone, which was enough. So name CPUs of the card’s own node first: `cat /sys/class/net/eth0/device/numa_node` says which it is. Go further only when they are all busy.',
};
