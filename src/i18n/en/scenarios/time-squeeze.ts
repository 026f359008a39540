/** Texts of the built-in scenario time-squeeze. */
export const timeSqueeze: Readonly<Record<string, string>> = {
  'scenario.time-squeeze.title': 'time_squeeze, and the budget',
  'scenario.time-squeeze.summary':
    'Six busy queues share one CPU. The counter time_squeeze goes up; what raising netdev_budget does about it, and what it doesn’t.',
  'scenario.time-squeeze.variant.budget-600': 'netdev_budget 600',
  'scenario.time-squeeze.variant.four-queues': 'Four queues',
  'scenario.time-squeeze.variant.two-cpus': 'Three queues to each of two CPUs',
  'scenario.time-squeeze.step-1.title': 'Six on one list',
  'scenario.time-squeeze.step-1.text':
    'Six queues, all served by CPU 0: six NAPIs on its poll list. Each may take 64 packets when it is polled: its weight, which the driver sets. (`dev_weight` is about the backlog, not about these.)',
  'scenario.time-squeeze.step-2.title': 'Five times 64',
  'scenario.time-squeeze.step-2.text':
    'net_rx_action has a budget of 300 packets. Five polls of 64 are 320: the budget is used, and the sixth queue has to wait for the next round. That counts as a time_squeeze.',
  'scenario.time-squeeze.step-3.title': 'A larger budget',
  'scenario.time-squeeze.step-3.text':
    'With 600 all six are polled in one round, and time_squeeze stays at nought. A number that goes up has been made to stand still.',
  'scenario.time-squeeze.step-4.title': 'And what was gained?',
  'scenario.time-squeeze.step-4.text':
    'A common belief: “time_squeeze means packets are lost”. As many are lost in the rings as before: the CPU has all the work it can do, in whatever portions it is served.',
  'scenario.time-squeeze.step-5.title': 'Fewer queues',
  'scenario.time-squeeze.step-5.text':
    'Four queues use at most 256 of the budget in a round: no squeeze here either, and no fewer packets lost.',
  'scenario.time-squeeze.step-6.title': 'What helps',
  'scenario.time-squeeze.step-6.text':
    'Half of the interrupts to another CPU. Now two CPUs work, and more arrives.',
  'scenario.time-squeeze.variant.time-limit': 'Budget 6000, slow CPU, HZ 1000',
  'scenario.time-squeeze.variant.time-limit-20-ms': 'The same, limit 20 000 µs',
  'scenario.time-squeeze.variant.burst': 'A burst of 900 frames',
  'scenario.time-squeeze.step-two-limits.title': 'The other limit',
  'scenario.time-squeeze.step-two-limits.text':
    'On a slow CPU 6000 packets are never reached, and still there is a time_squeeze: two ticks of the clock are over. That is `netdev_budget_usecs`, 2000 at HZ 1000. The counter is the same for both limits; raising the one that didn’t end the round changes nothing.',
  'scenario.time-squeeze.step-raised-time.title': 'Raise that one too?',
  'scenario.time-squeeze.step-raised-time.text':
    'With 20 000 µs the squeezes are gone, and again as many packets are lost as before. No limit makes a CPU faster.',
  'scenario.time-squeeze.step-burst.title': 'Squeezed, and nothing lost',
  'scenario.time-squeeze.step-burst.text':
    'A burst of 900 frames on the fast CPU, default settings. The budget is used up twice, the rest is done in the next rounds, and nothing is lost: CPU 0 is idle for more than nine tenths of the run. A few squeezes are no fault.',
};
