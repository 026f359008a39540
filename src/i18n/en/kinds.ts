/**
 * What happened, by record kind: `kind.<name>` is a short name (a table cell, a marker), `sentence.<name>` the whole sentence.
 * Parameters of the sentences are made in panels/shared/sentence.ts. A key with a number behind it is the sentence for
 * that value of the record's first argument.
 */
export const kindWords: Readonly<Record<string, string>> = {
  'kind.frameArrived': 'frame arrives',
  'kind.queueSelected': 'queue chosen',
  'kind.dmaStart': 'DMA starts',
  'kind.dmaDone': 'descriptor written back',
  'kind.drop': 'drop',
  'kind.moderationStart': 'moderation timer starts',
  'kind.irqRaised': 'interrupt raised',
  'kind.hardirqEnter': 'hardirq begins',
  'kind.napiSchedule': 'NAPI scheduled',
  'kind.hardirqExit': 'hardirq ends',
  'kind.softirqEnter': 'softirq begins',
  'kind.netRxAction': 'net_rx_action begins',
  'kind.pollStart': 'poll begins',
  'kind.pollFrame': 'frame taken off the ring',
  'kind.gro': 'GRO decides',
  'kind.groComplete': 'GRO lets go',
  'kind.listDeliver': 'batch goes up',
  'kind.netifReceive': 'stack takes it',
  'kind.ipRcv': 'IP receives',
  'kind.l4Rcv': 'TCP or UDP receives',
  'kind.socketQueue': 'queued on the socket',
  'kind.wakeUp': 'wake-up',
  'kind.refill': 'ring refilled',
  'kind.pollEnd': 'poll ends',
  'kind.napiComplete': 'NAPI completes',
  'kind.netRxDone': 'net_rx_action ends',
  'kind.softirqExit': 'softirq ends',
  'kind.ksoftirqdWake': 'ksoftirqd woken',
  'kind.schedSwitch': 'task switch',
  'kind.syscallEnter': 'recvmsg begins',
  'kind.recv': 'data copied to the application',
  'kind.syscallExit': 'recvmsg returns',
  'kind.appSleep': 'application sleeps',
  'kind.timerFire': 'NAPI timer fires',
  'kind.command': 'command',
  'kind.threadWake': 'NAPI thread woken',
  'kind.socketBacklog': 'put on the socket backlog',
  'kind.ringReset': 'ring set up anew',
  'kind.irqPending': 'interrupt waits',
  'kind.consumed': 'consumed by the protocol',

  'sentence.frameArrived': 'Frame {packet} of flow {flow}, {bytes} bytes, has reached {nic}.',
  'sentence.queueSelected': 'Frame {packet} goes to queue rx-{a} of {nic}; its hash is {hash}.',
  'sentence.queueSelected.nohash': 'Frame {packet} goes to queue rx-{a} of {nic}, without a hash.',
  'sentence.dmaStart':
    'The card writes frame {packet} into memory, at descriptor {a} of {queue}; {b} stay free.',
  'sentence.dmaDone':
    'Descriptor {a} of {queue} is written back: frame {packet} is in memory, {b} {b|frame waits|frames wait} for the driver.',
  'sentence.drop': 'Packet {packet} is dropped at {place}.',
  'sentence.moderationStart':
    '{queue} holds its interrupt back for {aTime}; {b} {b|frame waits|frames wait}.',
  'sentence.irqRaised': '{queue} sends its interrupt to CPU {aCpu}; {b} {b|frame waits|frames wait}.',
  'sentence.hardirqEnter': 'CPU {cpu} stops {aContext} and enters the interrupt handler of {queue}.',
  'sentence.napiSchedule':
    'The handler puts {queue} on the poll list of CPU {cpu}: {a} on it now. Its interrupt stays masked.',
  'sentence.hardirqExit': 'CPU {cpu} leaves the interrupt handler.',
  'sentence.hardirqExit.1': 'CPU {cpu} leaves the interrupt handler, with a softirq waiting.',
  'sentence.hardirqExit.0': 'CPU {cpu} leaves the interrupt handler and goes back to {bContext}.',
  'sentence.softirqEnter': 'CPU {cpu} begins softirq work, pass {a}.',
  'sentence.softirqEnter.ksoftirqd': 'ksoftirqd on CPU {cpu} begins softirq work, pass {a}.',
  'sentence.netRxAction':
    'net_rx_action starts on CPU {cpu} with a budget of {a} packets and {b} {b|queue|queues} to poll.',
  'sentence.pollStart': 'CPU {cpu} polls {queue}: at most {a} packets; {b} left in the budget.',
  'sentence.pollFrame':
    'The driver takes frame {packet} off descriptor {b} of {queue}: number {a} in this poll.',
  'sentence.gro': 'GRO looks at packet {packet}.',
  'sentence.gro.0': 'GRO joins packet {packet} onto packet {other}.',
  'sentence.gro.1': 'GRO holds packet {packet} back, in bucket {b}, to see whether more of its flow follows.',
  'sentence.gro.2': 'GRO passes packet {packet} on as it is.',
  'sentence.groComplete': 'GRO lets packet {packet} go: {a} {a|segment|segments}, {b} bytes of payload.',
  'sentence.listDeliver':
    '{a} {a|packet goes|packets go} up to the stack together: {b} {b|segment|segments}.',
  'sentence.netifReceive': 'The stack takes packet {packet}: {a} {a|segment|segments}, {b} bytes.',
  'sentence.ipRcv': 'IP looks at the header of packet {packet} and decides where it goes.',
  'sentence.l4Rcv': 'TCP or UDP takes packet {packet} and looks for its socket.',
  'sentence.l4Rcv.socket': 'TCP or UDP takes packet {packet} for socket {socket}.',
  'sentence.socketQueue':
    'Packet {packet} waits on {socket} now; it costs {a} bytes of the buffer, {b} are in use.',
  'sentence.wakeUp': '{task} is woken, to run on CPU {aCpu}.',
  'sentence.refill': 'The driver hands {a} empty {a|buffer|buffers} of {queue} back to the card.',
  'sentence.pollEnd': 'The poll of {queue} ends after {a} {a|packet|packets}; {b} left in the budget.',
  'sentence.napiComplete': '{queue} is done after {a} {a|packet|packets}: its interrupt is on again.',
  'sentence.napiComplete.timer':
    '{queue} is done after {a} {a|packet|packets}; a timer will poll it again in {bTime}.',
  'sentence.netRxDone':
    'net_rx_action ends on CPU {cpu}: {a} left in the budget, {b} {b|queue|queues} still to poll.',
  'sentence.softirqExit':
    'CPU {cpu} ends its softirq work after {a} {a|pass|passes} and goes on with {bContext}.',
  'sentence.ksoftirqdWake': 'CPU {cpu} leaves the rest to ksoftirqd after {a} {a|pass|passes}.',
  'sentence.schedSwitch': 'CPU {cpu} switches from {aTask} to {bTask}.',
  'sentence.syscallEnter': '{task} calls recvmsg on {aSocket}.',
  'sentence.recv':
    '{a} bytes of packet {packet} are copied to the application; {b} bytes stay in the buffer.',
  'sentence.syscallExit': 'recvmsg returns {a} bytes to {bTask}.',
  'sentence.appSleep': '{task} finds nothing to read and goes to sleep.',
  'sentence.timerFire': 'The timer of {queue} fires on CPU {aCpu}.',
  'sentence.command': 'A command has taken effect (number {a}).',
  'sentence.command.refused': 'A command was refused (number {a}).',
  'sentence.threadWake': 'The NAPI thread of {queue} is woken, to run on CPU {aCpu}.',
  'sentence.socketBacklog':
    'The application holds the socket, so packet {packet} waits on its backlog: {b} bytes.',
  'sentence.ringReset':
    'The driver sets {queue} up anew with {a} descriptors; {b} {b|frame is|frames are} lost.',
  'sentence.irqPending': 'The interrupt of {queue} waits: CPU {aCpu} has interrupts off; {b} waiting.',
  'sentence.consumed': 'The protocol has used up packet {packet}: {a} {a|segment|segments}, {b} bytes.',
  'sentence.unknown': 'Something this version has no words for (kind {kind}).',
};
