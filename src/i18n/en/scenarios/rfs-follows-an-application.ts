/** Texts of the built-in scenario rfs-follows-an-application. */
export const rfsFollowsAnApplication: Readonly<Record<string, string>> = {
  'scenario.rfs-follows-an-application.title': 'RFS follows an application',
  'scenario.rfs-follows-an-application.summary':
    'An application that reads four connections moves to another CPU. RFS sends its packets after it, but not before the old CPU has dealt with what it has.',
  'scenario.rfs-follows-an-application.variant.off': 'Without RFS',
  'scenario.rfs-follows-an-application.step-1.title': 'Nobody has read yet',
  'scenario.rfs-follows-an-application.step-1.text':
    'RFS learns where an application runs when it reads. The first packets of a flow stay on CPU 0, which took them off the ring.',
  'scenario.rfs-follows-an-application.step-2.title': 'It has been seen',
  'scenario.rfs-follows-an-application.step-2.text':
    'The server has read on CPU 1, and that is noted under the flow’s hash. From now on its packets go to CPU 1’s backlog: TCP runs where the data will be read.',
  'scenario.rfs-follows-an-application.step-3.title': 'It moves',
  'scenario.rfs-follows-an-application.step-3.text':
    '`taskset` moves the server to CPU 3. Nothing changes for the packets until it has read there.',
  'scenario.rfs-follows-an-application.step-4.title': 'They follow',
  'scenario.rfs-follows-an-application.step-4.text':
    'It has read on CPU 3. All packets of the flow that were queued on CPU 1 have been processed, so the flow may move: none can be overtaken.',
  'scenario.rfs-follows-an-application.step-5.title': 'Without RFS',
  'scenario.rfs-follows-an-application.step-5.text': 'TCP runs on CPU 0 for good, wherever the data is read.',
};
