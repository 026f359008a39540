/** Texts of the built-in scenario ktls-and-its-card. */
export const ktlsAndItsCard: Readonly<Record<string, string>> = {
  'scenario.ktls-and-its-card.title': 'kTLS in software, on the card, after a loss',
  'scenario.ktls-and-its-card.summary':
    'A server sends 1 MiB over TLS. The cipher may run in the application, in the kernel, or in the card; the wire hardly sees a difference, the CPUs do. Then a single frame gets lost, and it matters very much which.',
  'scenario.ktls-and-its-card.variant.software': 'kTLS by the CPU (tls-hw-tx-offload off)',
  'scenario.ktls-and-its-card.variant.card': 'kTLS in both cards (tls-hw-rx-offload on)',
  'scenario.ktls-and-its-card.variant.lost': 'In both cards, a frame lost inside a record',
  'scenario.ktls-and-its-card.variant.header': 'In both cards, a frame lost that holds a header',
  'scenario.ktls-and-its-card.variant.new': 'kTLS with TLS 1.3',
  'scenario.ktls-and-its-card.variant.plain': 'No TLS at all',
  'scenario.ktls-and-its-card.step-1.title': 'The key is in the application',
  'scenario.ktls-and-its-card.step-1.text':
    'h1 sends 1,048,576 bytes over TLS 1.2. A library in its application has copied 16,384 of them and encrypted them: a record, 29 bytes longer than what it carries (header 5, nonce 8, tag 16). It will take 64 of these. Guess: how much of the work of this CPU is the cipher?',
  'scenario.ktls-and-its-card.step-2.title': '41 of 100',
  'scenario.ktls-and-its-card.step-2.text':
    'The cipher is 41 % of what the CPU of h1 has worked, and 37 % at h2, which undid it: 279,616 ns (at 0.8 cycles a byte, an assumed cost). The library wrote a record a call: 66 calls send, and each has its bytes copied once more. The Transfer panel (key X) has it all under “Layers”: keep it open.',
  'scenario.ktls-and-its-card.step-3.title': 'The key moves down',
  'scenario.ktls-and-its-card.step-3.text':
    'kTLS: the application gives its keys to the kernel (`setsockopt`, `TLS_TX`) and writes as if there were no TLS. sendmsg makes the records, in one pass from the application’s memory to what TCP will send: both copies are gone. The cipher still takes 279,616 ns at each end, but 20 calls are enough, and h1 works less than 0.6 times as long. Of that the cipher is 71 %. `cat /proc/net/tls_stat` says TlsTxSw 1.',
  'scenario.ktls-and-its-card.step-4.title': 'Plaintext on its way down',
  'scenario.ktls-and-its-card.step-4.text':
    'The card of h1 (mlx5) can encrypt, and does unless told not to. sendmsg only writes headers and leaves room for tags. TCP, IP, queueing discipline and driver handle plaintext, and tcpdump on h1 would show it. The driver compares the packet’s sequence number with the one that the card expects: equal, so it goes out encrypted.',
  'scenario.ktls-and-its-card.step-5.title': 'No CPU touches the cipher',
  'scenario.ktls-and-its-card.step-5.text':
    'The card of h2 was told to decrypt before the connection was made: `ethtool -K eth0 tls-hw-rx-offload on`. It marks what it has decrypted, and recvmsg only copies. Cipher: 0 ns at both ends. The wire has carried 1,098,554 bytes, the very same as with kTLS in software (1,096,632 without TLS). h1 works less than 5 % longer than without TLS. `ethtool -S eth0`: tx_tls_encrypted_bytes 1,050,432 at h1, rx_tls_decrypted_packets 727 at h2, tx_tls_ooo 0.',
  'scenario.ktls-and-its-card.step-6.title': 'A hole inside a record',
  'scenario.ktls-and-its-card.step-6.text':
    'One frame in the middle of a record was lost; the card of h2 sees the next one. What is missing holds no header, and the header before said how long the record is: so the card knows where the next one begins. Until then frames pass as they came. 7 in all do so, among them the one that will be sent again; 720 are decrypted.',
  'scenario.ktls-and-its-card.step-7.title': 'Sent again, encrypted again',
  'scenario.ktls-and-its-card.step-7.text':
    'TCP sends the lost bytes again. In software that would be ready ciphertext. Here it is plaintext, and the card of h1 is far beyond it. The driver sets the card back: the record’s number, and by DMA the part of the record before this packet, which the card encrypts and throws away. To come back it takes the same once more: tx_tls_ooo 2, 22,086 bytes read again. No CPU encrypts.',
  'scenario.ktls-and-its-card.step-8.title': 'Half and half',
  'scenario.ktls-and-its-card.step-8.text':
    'A record of which the card of h2 has decrypted a part only. Its tag can be checked over ciphertext alone, so the CPU encrypts that part again and then decrypts the whole. There are two such records: the one with the hole, and the next, whose first bytes shared a frame with it. They cost 65,536 bytes of cipher, twice what they hold.',
  'scenario.ktls-and-its-card.step-9.title': 'A lost header',
  'scenario.ktls-and-its-card.step-9.text':
    'Another run: again one frame is lost, six later. It held the header of the next record. From here on the card of h2 does not know where records begin: it has lost its place in the stream, and decrypts nothing. Guess: what will it take to find it?',
  'scenario.ktls-and-its-card.step-10.title': 'Is this a header? It is',
  'scenario.ktls-and-its-card.step-10.text':
    'When the longest record had to be over, the card looked for bytes that could be a header (23, 3, 3 and a length). They may be data that only look so: so it asked the kernel. That could not answer before the lost frame had been sent again and all before it been read. Now a record does begin at the very byte: the kernel tells the card its number (TlsRxDeviceResync 1), and from the next header on the card decrypts again.',
  'scenario.ktls-and-its-card.step-11.title': 'The price of one frame',
  'scenario.ktls-and-its-card.step-11.text':
    'One frame was lost here as there. But only 420 frames have been decrypted by the card; the CPU of h2 has put 507,904 bytes through the cipher, more than 7 times as much as when the middle of a record was lost, and the cipher is back at 30 % of its work. On a path with many losses a card helps the receiver little.',
  'scenario.ktls-and-its-card.step-12.title': 'And no error anywhere',
  'scenario.ktls-and-its-card.step-12.text':
    'The same switches, and TLS 1.3. The kernel gives only 1.2 to cards: it refuses, and goes on in software. No call fails, no log line is written; TlsTxDevice 0 and TlsTxSw 1 is all that tells. The records are shorter (22 bytes more than they carry, 1,098,106 bytes on the wire), but as 1.3 may pad them, h2 decrypts first and copies then: it works more than 1.2 times as long as with 1.2 in software.',
};
