/** Texts of the built-in scenario napi-light-and-heavy-load. */
export const napiLightAndHeavyLoad: Readonly<Record<string, string>> = {
  'scenario.napi-light-and-heavy-load.title': 'NAPI under light and heavy load',
  'scenario.napi-light-and-heavy-load.summary':
    'One interrupt a packet while there is time for it; under heavy load the kernel polls, and the interrupts stop by themselves.',
  'scenario.napi-light-and-heavy-load.variant.medium': 'Medium: 2.4 million frames/s',
  'scenario.napi-light-and-heavy-load.variant.heavy': 'Heavy: 4 million frames/s',
  'scenario.napi-light-and-heavy-load.variant.moderated': 'Light, with rx-usecs 50',
  'scenario.napi-light-and-heavy-load.step-1.title': 'Light load',
  'scenario.napi-light-and-heavy-load.step-1.text':
    '400 000 frames a second, and `rx-usecs 0`: the card interrupts as soon as a frame is in memory. Each frame brings an interrupt of its own.',
  'scenario.napi-light-and-heavy-load.step-2.title': 'The vector is masked',
  'scenario.napi-light-and-heavy-load.step-2.text':
    'The handler schedules NAPI, and the vector stays masked from here on. Frames that come now go into the ring without a word.',
  'scenario.napi-light-and-heavy-load.step-3.title': 'Ring empty: interrupts on',
  'scenario.napi-light-and-heavy-load.step-3.text':
    'The poll finds one frame and then an empty ring. `napi_complete_done` ends it and unmasks the vector; CPU 0 is idle again before the next frame comes.',
  'scenario.napi-light-and-heavy-load.step-4.title': 'Six times the load',
  'scenario.napi-light-and-heavy-load.step-4.text':
    'While CPU 0 polls, more frames arrive, and the same poll takes them too, several each time. Six times the frames come with fewer interrupts than before.',
  'scenario.napi-light-and-heavy-load.step-5.title': 'Heavy load: the first interrupt',
  'scenario.napi-light-and-heavy-load.step-5.text':
    'Ten times the load, more than CPU 0 can take. This is the first interrupt. Only a handful follow in the whole run.',
  'scenario.napi-light-and-heavy-load.step-6.title': 'The ring never empties',
  'scenario.napi-light-and-heavy-load.step-6.text':
    'The poll stops at its weight, 64 frames, and the ring isn’t empty. So NAPI stays scheduled and the vector stays masked: `net_rx_action` comes back to it.',
  'scenario.napi-light-and-heavy-load.step-7.title': 'Over to ksoftirqd',
  'scenario.napi-light-and-heavy-load.step-7.text':
    'The softirq has gone round as often as it may. The rest of the work goes to the task `ksoftirqd/0`, which does nearly all of it from here on.',
  'scenario.napi-light-and-heavy-load.step-8.title': 'More load, fewer interrupts',
  'scenario.napi-light-and-heavy-load.step-8.text':
    'A common belief: “more packets, more interrupts”. That ends at the turning point: medium load brought fewer interrupts than light load, heavy load nearly none. What is too much is lost at the ring and costs no CPU time.',
  'scenario.napi-light-and-heavy-load.step-9.title': 'Moderation, for light load',
  'scenario.napi-light-and-heavy-load.step-9.text':
    '`rx-usecs 50` allows an interrupt every 50 µs: a twentieth of them, and far less work on CPU 0. The price is waiting: the median frame takes over four times as long.',
  'scenario.napi-light-and-heavy-load.variant.turning': 'Turning point: 800 000 frames/s',
  'scenario.napi-light-and-heavy-load.step-turning.title': 'The turning point',
  'scenario.napi-light-and-heavy-load.step-turning.text':
    'Twice the load. Up to here more frames brought more interrupts: a third more than at first. But CPU 0 has hardly any idle time left. From here on a frame often comes before the vector is open again, and the same poll takes it: three frames to two interrupts.',
};
