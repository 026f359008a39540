/** Texts of the built-in scenario accelerated-rfs. */
export const acceleratedRfs: Readonly<Record<string, string>> = {
  'scenario.accelerated-rfs.title': 'Accelerated RFS',
  'scenario.accelerated-rfs.summary':
    'RFS sends packets after the application at the price of an interrupt between CPUs. Accelerated RFS teaches the card to do it: with a delay, limited room, and filters that grow old.',
  'scenario.accelerated-rfs.variant.rss-only': 'RSS alone',
  'scenario.accelerated-rfs.variant.arfs': 'Accelerated RFS',
  'scenario.accelerated-rfs.variant.many': 'aRFS, 1600 connections',
  'scenario.accelerated-rfs.step-1.title': 'RFS pays for each step aside',
  'scenario.accelerated-rfs.step-1.text':
    'The server reads on CPU 3. RSS put this flow on queue 0, so CPU 0 takes the packet, and RFS hands it on: CPU 3 must be interrupted. More than 500 times in this run. (What RFS gains, data in the reader’s cache, is not in this model: it has no caches.)',
  'scenario.accelerated-rfs.step-2.title': 'Tell the card',
  'scenario.accelerated-rfs.step-2.text':
    'The same with `ethtool -K eth0 ntuple on`. When RFS decides for CPU 3, it also asks the driver for a filter: this flow to the queue whose interrupt goes to CPU 3.',
  'scenario.accelerated-rfs.step-3.title': 'Not at once',
  'scenario.accelerated-rfs.step-3.text':
    'A work item puts the filter into the card, 50 µs later in this model (assumed; real cards take tens of microseconds to milliseconds). Until then the flow’s frames come on its old queue, and RFS forwards them as before.',
  'scenario.accelerated-rfs.step-4.title': 'In the card',
  'scenario.accelerated-rfs.step-4.text':
    'Now the filter is there, and `rx3_arfs_add` counts it. The flow’s next frame goes to queue 3 without a look into the indirection table. CPU 3 takes it off the ring, does TCP, and the server there reads it.',
  'scenario.accelerated-rfs.step-5.title': 'The last interrupt',
  'scenario.accelerated-rfs.step-5.text':
    'All four filters are in. This is the thirteenth interrupt from one CPU to another, and the last for as long as the server stays here. On the way one segment overtook others that still waited on the old queue: a card has no guard against that. TCP put it in order.',
  'scenario.accelerated-rfs.step-6.title': 'The server moves',
  'scenario.accelerated-rfs.step-6.text':
    '`taskset` moves it to CPU 1. The filters know nothing of that: frames keep coming on queue 3.',
  'scenario.accelerated-rfs.step-7.title': 'The filters follow',
  'scenario.accelerated-rfs.step-7.text':
    'It has read on CPU 1, so RFS asks for this flow’s filter to move: `rx1_arfs_request_in` and `rx3_arfs_request_out` count three such wishes. Again RFS forwards for 50 µs; six more interrupts in all.',
  'scenario.accelerated-rfs.step-8.title': 'What is quiet goes',
  'scenario.accelerated-rfs.step-8.text':
    'The fourth connection has been silent for over a millisecond. When the driver is busy with filters it also looks for old ones: more than 150 packets have passed CPU 3’s backlog since that flow’s last one (ten times the 15 of its small table), so the filter is taken out: `rx3_arfs_expired`.',
  'scenario.accelerated-rfs.step-9.title': 'Room for so many',
  'scenario.accelerated-rfs.step-9.text':
    '1600 connections. A common belief: “with aRFS every flow finds its CPU”. This card has 1024 places. 1024 flows got a filter, 176 got `rx3_arfs_err` and are forwarded by RFS with interrupts; the others were on queue 3 already.',
};
