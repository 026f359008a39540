/** Texts of the built-in scenario delayed-acks. */
export const delayedAcks: Readonly<Record<string, string>> = {
  'scenario.delayed-acks.title': 'When an ACK waits',
  'scenario.delayed-acks.summary':
    'A receiver acknowledges each segment, then every second one, then lets its answers do it. And a sender that waits for ACKs before it sends something small.',
  'scenario.delayed-acks.variant.answers': 'Requests and answers',
  'scenario.delayed-acks.variant.small-writes': 'Small writes',
  'scenario.delayed-acks.variant.small-writes-nodelay': 'Small writes, TCP_NODELAY',
  'scenario.delayed-acks.step-1.title': 'At first one ACK each',
  'scenario.delayed-acks.step-1.text':
    'A common belief: “TCP acknowledges every second segment”. Not at the beginning: the sender’s window grows with the ACKs that it gets, so the receiver helps it with quick ACKs. It grants itself 16 of them.',
  'scenario.delayed-acks.step-2.title': 'And for longer than 16',
  'scenario.delayed-acks.step-2.text':
    'This is the 46th. As long as the receive window still grows, each segment brings a new quick ACK for the one spent. Only when that ends are the 16 used up.',
  'scenario.delayed-acks.step-3.title': 'Now every second one',
  'scenario.delayed-acks.step-3.text':
    'The segment before was left waiting with a timer. With this one more than a full segment is unacknowledged, so an ACK leaves at once. Of 200 segments in all, 127 ACKs: some the reader sent itself, as it had emptied the queue behind a segment with PSH.',
  'scenario.delayed-acks.step-4.title': 'ACKs ride on answers',
  'scenario.delayed-acks.step-4.text':
    'Here the server answers each request. The ACK of the request may wait, and the answer comes long before its timer. Every segment with data carries an ACK number anyway: 20 requests, 20 answers, and only one ACK of the server that carries no data.',
  'scenario.delayed-acks.step-5.title': 'The timer',
  'scenario.delayed-acks.step-5.text':
    'The client read the last answer at 43.2 ms. No request follows that its ACK could ride on. So it waits for the timer of 40 ms, rounded up to a tick of the clock, and leaves alone. This is the only one that a timer had to send.',
  'scenario.delayed-acks.step-6.title': 'Small writes wait for ACKs',
  'scenario.delayed-acks.step-6.text':
    'The program writes 100 bytes every half millisecond. Nagle’s rule: while something small is unacknowledged, nothing else small leaves. So writes gather for a round trip, and 40 of them travel in 10 segments.',
  'scenario.delayed-acks.step-7.title': 'TCP_NODELAY',
  'scenario.delayed-acks.step-7.text':
    'With `TCP_NODELAY` each write leaves as soon as it is written; only three of the first, written one right after the other as soon as the connection stood, still share one (autocorking). 38 segments and 38 ACKs for the same 4000 bytes. Good for what can’t wait, dear for everything else.',
};
