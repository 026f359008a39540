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
    'Six queues, all served by CPU 0: six NAPIs on its poll list. Each may take 64 packets when it is polled.',
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
};
