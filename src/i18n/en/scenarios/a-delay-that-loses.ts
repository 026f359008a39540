/** Texts of the built-in scenario a-delay-that-loses. */
export const aDelayThatLoses: Readonly<Record<string, string>> = {
  'scenario.a-delay-that-loses.title': 'A delay that loses',
  'scenario.a-delay-that-loses.summary':
    'Somebody gives a test link a delay of 20 ms, nothing else, and half of the packets are gone. What netem holds back it has to keep somewhere.',
  'scenario.a-delay-that-loses.variant.limit-3000': 'limit 3000',
  'scenario.a-delay-that-loses.variant.slower': '40,000 datagrams a second',
  'scenario.a-delay-that-loses.variant.none': 'Without netem',
  'scenario.a-delay-that-loses.step-1.title': 'A short link',
  'scenario.a-delay-that-loses.step-1.text':
    'h1 sends 100,000 datagrams a second to h2. The link takes 20 µs: only two frames at a time are under way.',
  'scenario.a-delay-that-loses.step-2.title': 'tc qdisc add ... netem delay 20ms',
  'scenario.a-delay-that-loses.step-2.text':
    'To test over a long way, somebody types `tc qdisc add dev eth0 root netem delay 20ms` on h1. From now on netem holds every frame back for 20 ms.',
  'scenario.a-delay-that-loses.step-3.title': 'It fills',
  'scenario.a-delay-that-loses.step-3.text':
    '5 ms later netem holds 500 frames, and none has left it. Rate times delay is what has to find room: 100 a millisecond for 20 ms are 2000. Guess: how many does it keep?',
  'scenario.a-delay-that-loses.step-4.title': 'It is full',
  'scenario.a-delay-that-loses.step-4.text':
    'A common belief: “I have asked for delay, not for loss”. `tc qdisc show dev eth0` prints what was asked for as well, unsaid: `limit 1000`. The 1001st frame finds no room and is lost.',
  'scenario.a-delay-that-loses.step-5.title': 'Then in blocks',
  'scenario.a-delay-that-loses.step-5.text':
    'For 10 ms every frame was lost. Now the first ones leave netem, and each makes room for one. So a block of 1000 passes, a block of 1000 is lost, and so on.',
  'scenario.a-delay-that-loses.step-6.title': 'Who tells of it',
  'scenario.a-delay-that-loses.step-6.text':
    '4100 sent, 2000 lost, 1000 held, 1100 arrived. sendmsg has reported no error, the card and h2 count no drop. Only `tc -s qdisc show dev eth0` does: `dropped`.',
  'scenario.a-delay-that-loses.step-7.title': 'Room enough',
  'scenario.a-delay-that-loses.step-7.text':
    '`limit 3000` is more than rate times delay. netem and the link hold 2002 frames, and none is lost. Reckon the limit before you test with a delay.',
  'scenario.a-delay-that-loses.step-8.title': 'Or fewer packets',
  'scenario.a-delay-that-loses.step-8.text':
    'With 40,000 a second 800 have to be held: below 1000, and none is lost. The same command does no harm on a slow link and halves a fast one.',
};
