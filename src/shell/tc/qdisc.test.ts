/** tc with fq, fq_codel, prio, pfifo and mq: what iproute2 6.1 answered to the same lines on Linux 6.18, and its formats by its source. */
import { describe, expect, it } from 'vitest';
import type { World } from '../../engine/world.ts';
import { testWorld, toolLines, type } from '../test-world.ts';
import { rateOf, rateText, sizeOf, sizeText, timeText, unsignedOf } from './units.ts';

const one = (): World => testWorld({ nics: [{ queues: 1 }], cpus: 1 });
const said = (w: World, line: string): [string, number] => {
  const { output, status } = type(w, line);
  return [toolLines(output)[0] ?? '', status];
};
const shown = (w: World, line = 'tc qdisc show dev eth0'): string => type(w, line).output;

const PRIOMAP = 'bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1';

describe('answers of tc', () => {
  it.each([
    ['root fq limit x', 'Illegal "limit"', 1],
    ['root fq limit', 'Command line is not complete. Try option "help"', 255],
    ['root fq maxrate 10foo', 'Illegal "maxrate"', 1],
    ['root fq foo', 'What is "foo"?', 1],
    ['root fq quantum 3000b', 'Illegal "quantum"', 1],
    ['root fq horizon xx', 'Illegal "horizon"', 1],
    ['root fq quantum 2000000', 'Error: sch_fq: invalid quantum.', 2],
    ['root fq_codel target x', 'Illegal "target"', 1],
    ['root fq_codel foo', 'What is "foo"?', 1],
    ['root fq_codel flows 70000', 'RTNETLINK answers: Invalid argument', 2],
    ['root prio foo', 'What is "foo"?', 1],
    ['root prio bands x', 'Illegal "bands"', 1],
    ['root prio bands 2 priomap 1 2 3', '"priomap" element is out of bands', 1],
    ['root prio bands 1', 'RTNETLINK answers: Invalid argument', 2],
    ['root prio priomap 1 x', 'Illegal "priomap" element', 1],
    ['root prio priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '"priomap" index > TC_PRIO_MAX=15', 1],
    ['root pfifo limit x', 'pfifo: Illegal value for "limit": "x"', 1],
    ['root pfifo foo', 'pfifo: unknown parameter "foo"', 1],
    ['root pfifo_fast foo', "qdisc 'pfifo_fast' does not support option parsing", 255],
    ['root mq', 'RTNETLINK answers: Operation not supported', 2],
    ['root mq foo', 'Unknown qdisc "mq", hence option "foo" is unparsable', 1],
    ['root blah', 'Error: Specified qdisc kind is unknown.', 2],
    ['foo root pfifo', 'Unknown qdisc "foo", hence option "root" is unparsable', 1],
    ['root', 'Error: Specified qdisc kind is unknown.', 2],
    ['handle 1: pfifo', 'Error: Specified qdisc not found.', 2],
    ['parent 1:1 pfifo', 'Error: Failed to find specified qdisc.', 2],
    ['parent x pfifo', 'Error: argument "x" is wrong: invalid parent ID', 255],
    ['root handle x pfifo', 'Error: argument "x" is wrong: invalid qdisc ID', 255],
    ['root parent 1:1 pfifo', 'Error: duplicate "parent": "1:1" is the second value.', 255],
  ])('tc qdisc add dev eth0 %s', (rest, answer, status) => {
    expect(said(one(), `tc qdisc add dev eth0 ${rest}`)).toEqual([answer, status]);
  });

  it('add, change, replace and del at the root of a card with one queue', () => {
    const w = one();
    expect(type(w, 'tc qdisc add dev eth0 root pfifo limit 50').status).toBe(0);
    expect(said(w, 'tc qdisc add dev eth0 root pfifo limit 60')).toEqual([
      'Error: Exclusivity flag on, cannot modify.',
      2,
    ]);
    type(w, 'tc qdisc change dev eth0 root pfifo limit 70');
    expect(shown(w)).toBe('qdisc pfifo 8001: root refcnt 2 limit 70p\n');
    // another kind takes its place, even by change
    type(w, 'tc qdisc change dev eth0 root pfifo_fast');
    expect(shown(w)).toBe(`qdisc pfifo_fast 8002: root refcnt 2 ${PRIOMAP}\n`);
    expect(said(w, 'tc qdisc add dev eth0 handle 1: root pfifo')[1]).toBe(2);
    type(w, 'tc qdisc replace dev eth0 root handle 1: pfifo limit 5');
    expect(shown(w)).toBe('qdisc pfifo 1: root refcnt 2 limit 5p\n');
    expect(said(w, 'tc qdisc replace dev eth0 root handle 1: pfifo_fast')).toEqual([
      'Error: Invalid qdisc name: must match existing qdisc.',
      2,
    ]);
    expect(type(w, 'tc qdisc del dev eth0 root pfifo').status).toBe(0);
    expect(said(w, 'tc qdisc del dev eth0 root')).toEqual([
      'Error: Cannot delete qdisc with handle of zero.',
      2,
    ]);
    expect(said(w, 'tc qdisc change dev eth0 root pfifo')).toEqual([
      'Error: Qdisc not found. To create specify NLM_F_CREATE flag.',
      2,
    ]);
    expect(shown(w)).toBe(`qdisc pfifo_fast 0: root refcnt 2 ${PRIOMAP}\n`);
  });

  it('what is not said again stays as it is: options are changed one by one', () => {
    const w = one();
    type(w, 'tc qdisc replace dev eth0 root fq limit 500 flow_limit 50');
    type(w, 'tc qdisc replace dev eth0 root fq maxrate 40mbit nopacing horizon 2s horizon_cap');
    expect(shown(w)).toBe(
      'qdisc fq 8001: root refcnt 2 limit 500p flow_limit 50p buckets 1024 orphan_mask 1023 nopacing quantum 3028b initial_quantum 15140b maxrate 40Mbit low_rate_threshold 550Kbit refill_delay 40ms timer_slack 10us horizon 2s horizon_cap \n',
    );
  });

  it('mq: one a transmit queue, those the kernel made first', () => {
    const w = testWorld({ cpus: 4, nics: [{ queues: 4 }] });
    expect(said(w, 'tc qdisc add dev eth0 parent 1:2 pfifo limit 20')[0]).toBe(
      'Error: Failed to find specified qdisc.',
    );
    type(w, 'tc qdisc add dev eth0 root handle 1: mq');
    type(w, 'tc qdisc add dev eth0 parent 1:2 pfifo limit 20');
    expect(shown(w)).toBe(
      `qdisc mq 1: root \n${[4, 3, 1].map((n) => `qdisc pfifo_fast 0: parent 1:${n} ${PRIOMAP}\n`).join('')}qdisc pfifo 8001: parent 1:2 limit 20p\n`,
    );
    expect(said(w, 'tc qdisc add dev eth0 parent 1:2 pfifo limit 30')[0]).toBe(
      'Error: Exclusivity flag on, cannot modify.',
    );
    type(w, 'tc qdisc replace dev eth0 parent 1:2 handle 20: pfifo limit 30');
    type(w, 'tc qdisc change dev eth0 parent 1:2 pfifo limit 40');
    expect(shown(w)).toContain('qdisc pfifo 20: parent 1:2 limit 40p\n');
    expect(said(w, 'tc qdisc add dev eth0 parent 1:5 pfifo')[0]).toBe('Error: Specified class not found.');
    expect(type(w, 'tc qdisc del dev eth0 parent 1:2').status).toBe(0);
    expect(said(w, 'tc qdisc del dev eth0 parent 1:2')[0]).toBe(
      'Error: Cannot delete qdisc with handle of zero.',
    );
    expect(said(w, 'tc qdisc add dev eth0 root mq')[0]).toBe('Error: Exclusivity flag on, cannot modify.');
    // one for all queues together is ours to refuse
    const { output, status } = type(w, 'tc qdisc replace dev eth0 root fq');
    expect([output.startsWith('# one fq in front of all 4'), status]).toEqual([true, 1]);
  });

  it('net.core.default_qdisc names what a queue gets where nobody asks', () => {
    const w = testWorld({ cpus: 2, nics: [{ queues: 2 }] });
    expect(shown(w, 'sysctl net.core.default_qdisc')).toBe('net.core.default_qdisc = pfifo_fast\n');
    expect(said(w, 'sysctl -w net.core.default_qdisc=foo')).toEqual([
      'sysctl: setting key "net.core.default_qdisc": No such file or directory',
      1,
    ]);
    type(w, 'sysctl -w net.core.default_qdisc=fq_codel');
    // what stands stays
    expect(shown(w)).toContain('pfifo_fast 0:');
    type(w, 'tc qdisc replace dev eth0 root handle 1: mq');
    expect(shown(w).split('\n')[1]).toBe(
      'qdisc fq_codel 0: parent 1:2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 ',
    );
  });

  it('statistics of fq and fq_codel, column by column', () => {
    const w = one();
    const sent = ' Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n';
    type(w, 'tc qdisc replace dev eth0 root fq');
    expect(shown(w, 'tc -s qdisc show dev eth0').split('\n').slice(1).join('\n')).toBe(
      `${sent}  flows 0 (inactive 0 throttled 0)\n  gc 0 highprio 0 throttled 0\n`,
    );
    type(w, 'tc qdisc replace dev eth0 root fq_codel');
    expect(shown(w, 'tc -s qdisc show dev eth0').split('\n').slice(1).join('\n')).toBe(
      `${sent}  maxpacket 0 drop_overlimit 0 new_flow_count 0 ecn_mark 0\n  new_flows_len 0 old_flows_len 0\n`,
    );
    type(w, 'tc qdisc replace dev eth0 root prio');
    expect(shown(w)).toBe(`qdisc prio 8003: root refcnt 2 ${PRIOMAP}\n`);
  });

  it('kinds come with their kernels', () => {
    const old = testWorld({ kernel: '3.4', cpus: 1, nics: [{ queues: 1 }] });
    for (const kind of ['fq', 'fq_codel'])
      expect(said(old, `tc qdisc add dev eth0 root ${kind}`)[0]).toBe(
        'Error: Specified qdisc kind is unknown.',
      );
    expect(type(old, 'tc qdisc add dev eth0 root prio').status).toBe(0);
    expect(type(old, 'sysctl net.core.default_qdisc').status).toBe(1);
  });
});

describe('numbers of tc', () => {
  it('reads and prints rates, sizes and times as tc does', () => {
    expect([rateOf('40mbit'), rateOf('1gbit'), rateOf('100'), rateOf('10kbps'), rateOf('1mibit')]).toEqual([
      5_000_000, 125_000_000, 12, 10_000, 131_072,
    ]);
    expect([rateOf('40gbit'), rateOf('x')]).toEqual([null, null]);
    expect([68_750, 5_000_000, 12_500_000_00].map(rateText)).toEqual(['550Kbit', '40Mbit', '10Gbit']);
    expect([sizeOf('50'), sizeOf('32Mb'), sizeOf('2k'), sizeOf('1mbit')]).toEqual([
      50, 33_554_432, 2048, 131_072,
    ]);
    expect([3028, 15_140, 33_554_432, 2048].map(sizeText)).toEqual(['3028b', '15140b', '32Mb', '2Kb']);
    expect([5000, 100_000, 40_000, 10_000_000, 999].map(timeText)).toEqual([
      '5ms',
      '100ms',
      '40ms',
      '10s',
      '999us',
    ]);
    expect([unsignedOf('0x10'), unsignedOf('010'), unsignedOf('-1'), unsignedOf('4294967296')]).toEqual([
      16,
      8,
      null,
      null,
    ]);
  });
});
