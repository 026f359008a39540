/** tc: what iproute2 6.1 answered to the same lines on Linux 6.18, and what netem does to a link. */
import { describe, expect, it } from 'vitest';
import { linkedSpec, linkSpec, linkWay } from '../../testing/specs.ts';
import { runTraced } from '../../testing/trace.ts';
import type { World } from '../../engine/world.ts';
import { runCommand } from '../shell.ts';
import { testWorld, toolLines, type } from '../test-world.ts';

const linked = (): World => testWorld({ linked: true, nics: [{ queues: 1 }] });
const said = (w: World, line: string): [string, number] => {
  const { output, status } = type(w, line);
  return [toolLines(output)[0] ?? '', status];
};

describe('answers of tc', () => {
  it.each([
    ['tc qdisc add dev v9 root netem delay 1ms', 'Cannot find device "v9"', 1],
    ['tc qdisc add dev eth0 root netem delay', 'Command line is not complete. Try option "help"', 255],
    ['tc qdisc add dev eth0 root netem delay abc', 'Illegal "latency"', 1],
    ['tc qdisc add dev eth0 root netem loss 101%', 'Illegal "loss percent"', 1],
    ['tc qdisc add dev eth0 root netem loss x', 'Unknown loss parameter: x', 1],
    [
      'tc qdisc add dev eth0 root netem delay 10ms loss',
      'Command line is not complete. Try option "help"',
      255,
    ],
    ['tc qdisc add dev eth0 root netem limit x', 'Illegal "limit"', 1],
    ['tc qdisc add dev eth0 root netem bogus 1', 'What is "bogus"?', 1],
    [
      'tc qdisc add dev eth0 root netem reorder 10%',
      'reordering not possible without specifying some delay',
      1,
    ],
    ['tc qdisc add dev eth0 root netem gap 5', 'gap specified without reorder probability', 1],
    [
      'tc qdisc add dev eth0 root netem reorder 25% gap 5',
      'reordering not possible without specifying some delay',
      1,
    ],
    ['tc qdisc add dev eth0 netem delay 1ms', 'Error: Handle cannot be zero.', 2],
    ['tc qdisc add dev eth0', 'Error: Handle cannot be zero.', 2],
    ['tc qdisc add root netem delay 1ms', 'RTNETLINK answers: No such device', 2],
    [
      'tc qdisc change dev eth0 root netem delay 1ms',
      'Error: Qdisc not found. To create specify NLM_F_CREATE flag.',
      2,
    ],
    ['tc qdisc del dev eth0 root', 'Error: Cannot delete qdisc with handle of zero.', 2],
    ['tc qdisc del dev eth0', 'Error: Failed to find qdisc with specified handle.', 2],
    ['tc qdisc show dev nope', 'Cannot find device "nope"', 1],
    // dev and root stand before the discipline's name, what follows is its own
    ['tc qdisc add root netem delay 1ms dev eth0', 'What is "dev"?', 1],
    ['tc qdisc add dev eth0 netem delay 1ms root', 'What is "root"?', 1],
    ['tc qdisc add dev eth0 dev eth0 root netem', 'Error: duplicate "dev": "eth0" is the second value.', 255],
    ['tc qdisc add dev eth0 root root netem', 'Error: "root" is duplicate parent ID', 255],
    ['tc qdisc show dev eth0 -s', 'What is "-s"? Try "tc qdisc help".', 255],
    ['tc qdisc show eth0', 'What is "eth0"? Try "tc qdisc help".', 255],
    ['tc qdisc show dev', 'Command line is not complete. Try option "help"', 255],
    ['tc -x qdisc', 'Option "-x" is unknown, try "tc -help".', 255],
    ["tc qdisc '' dev eth0", 'Command "" is unknown, try "tc qdisc help".', 255],
    ['tc qdisc del dev eth0 root netem', 'Error: Invalid qdisc name: must match existing qdisc.', 2],
    ['tc qdisc del dev eth0 root pfifo_fast', 'Error: Cannot delete qdisc with handle of zero.', 2],
    ['tc qdisc del', 'RTNETLINK answers: No such device', 2],
    ['tc qdisc r dev eth0 root', 'Error: Specified qdisc kind is unknown.', 2],
    // numbers: a digit makes one, strtod reads it
    ['tc qdisc add dev eth0 root netem loss .5%', 'Unknown loss parameter: .5%', 1],
    ['tc qdisc add dev eth0 root netem loss 1 %', 'What is "%"?', 1],
    ['tc qdisc add dev eth0 root netem delay 1ms .5ms', 'What is ".5ms"?', 1],
    ['tc qdisc add dev eth0 root netem delay -1ms', 'Illegal "latency"', 1],
    ['tc qdisc add dev eth0 root netem limit -1', 'Illegal "limit"', 1],
    ['tc qdisc add dev eth0 root netem limit 4294967296', 'Illegal "limit"', 1],
    ['tc qdisc add dev eth0 root netem corrupt 200', 'Illegal "corrupt"', 1],
    ['tc qdisc add dev eth0 root netem loss gemodel x', 'Illegal "loss gemodel p"', 1],
    ['tc qdisc add dev eth0 root netem loss gemodel 1% 200%', 'Illegal "loss gemodel r"', 1],
    ['tc qdisc add dev eth0 root netem loss 1% loss 2%', 'Illegal "duplicate loss argument', 1],
    ['tc qdisc add dev eth0 root netem delay 1ms gap x', 'Illegal "gap"', 1],
    ['tc foo', 'Object "foo" is unknown, try "tc help".', 255],
    ['tc qdisc foo dev eth0', 'Command "foo" is unknown, try "tc qdisc help".', 255],
  ])('%s', (line, answer, status) => {
    expect(said(linked(), line)).toEqual([answer, status]);
  });

  it('show: the discipline of one queue, of several, and netem in its place', () => {
    const bands = 'bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1';
    expect(type(linked(), 'tc qdisc show dev eth0').output).toBe(
      `qdisc pfifo_fast 0: root refcnt 2 ${bands}\n`,
    );
    const two = testWorld({ nics: [{ queues: 2 }] });
    expect(type(two, 'tc qdisc').output).toBe(
      `qdisc mq 0: dev eth0 root \nqdisc pfifo_fast 0: dev eth0 parent :2 ${bands}\nqdisc pfifo_fast 0: dev eth0 parent :1 ${bands}\n`,
    );
    const w = linked();
    type(
      w,
      'tc qdisc add dev eth0 root netem delay 100ms 10ms loss 0.5% duplicate 1 corrupt 0.1% reorder 25% gap 5',
    );
    expect(type(w, 'tc -s qdisc show dev eth0').output).toBe(
      'qdisc netem 8001: root refcnt 2 limit 1000 delay 100ms  10ms loss 0.5% duplicate 1% reorder 25% corrupt 0.1% gap 5\n' +
        ' Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n',
    );
    expect(said(w, 'tc qdisc add dev eth0 root netem delay 1ms')).toEqual([
      'Error: Exclusivity flag on, cannot modify.',
      2,
    ]);
    // a bare number is microseconds. What is not said again is as if never said, but reordering and corruption: tc does not mention
    // them then (strace), and netem_change keeps what it is not told
    type(w, 'tc qdisc change dev eth0 root netem delay 10');
    expect(said(w, 'tc qdisc show dev eth0')[0]).toBe(
      'qdisc netem 8001: root refcnt 2 limit 1000 delay 10us reorder 25% corrupt 0.1%',
    );
    type(w, 'tc qdisc replace dev eth0 root netem loss gemodel 1% 10% 70% 0.1% reorder 0 corrupt 0');
    expect(said(w, 'tc qdisc show dev eth0')[0]).toBe(
      'qdisc netem 8001: root refcnt 2 limit 1000 loss gemodel p 1% r 10% 1-h 70% 1-k 0.1%',
    );
    type(w, 'tc qdisc del dev eth0 root');
    expect(said(w, 'tc qdisc show dev eth0')[0]).toContain('pfifo_fast');
  });

  it('takes short words as tc does, and numbers as strtod and get_size do', () => {
    const w = linked();
    expect(type(w, 'tc q').output).toBe(type(w, 'tc qdisc show').output);
    for (const [line, options] of [
      ['tc q a dev eth0 root netem del 1e1ms dup 1', 'limit 1000 delay 10ms duplicate 1%'],
      ['tc qd r dev eth0 root netem lat .5ms lo 1e0%', 'limit 1000 delay 500us loss 1%'],
      ['tc qdisc c dev eth0 root netem limit 1k', 'limit 1024'],
      ['tc qdisc change dev eth0 root netem limit 1.5', 'limit 1'],
      // without r it is Bernoulli's model
      ['tc qdisc change dev eth0 root netem loss gemodel 1%', 'loss gemodel p 1% r 99% 1-h 100% 1-k 0%'],
    ]) {
      expect(type(w, line).status, line).toBe(0);
      expect(said(w, 'tc -s -d q sh dev eth0 root')[0], line).toContain(options);
    }
    expect(type(w, 'tc q d dev eth0 root netem').status).toBe(0);
    // of several queues' disciplines only the root
    const two = testWorld({ nics: [{ queues: 2 }] });
    expect(type(two, 'tc qdisc show root').output).toBe('qdisc mq 0: dev eth0 root \n');
    for (const line of ['tc', 'tc help', 'tc qdisc help']) {
      const { output, status } = runCommand(w, 0, line);
      expect([output.split('\n')[0], status]).toEqual([expect.stringMatching(/^# tc \[-s\] qdisc/), 0]);
      expect(output).toMatch(/1%\n$/);
    }
  });

  it('says in our words what is not modelled, and where there is no link', () => {
    const hint = (w: World, line: string): string => runCommand(w, 0, line).output;
    expect(hint(linked(), 'tc qdisc add dev eth0 root netem loss 1% 25%')).toMatch(
      /^# correlations are not modelled/,
    );
    expect(hint(linked(), 'tc qdisc add dev eth0 root netem rate 1mbit')).toMatch(
      /^# rate is not modelled yet/,
    );
    expect(hint(linked(), 'tc qdisc add dev eth0 root sfq limit 5')).toMatch(/^# sfq is not modelled/);
    expect(hint(testWorld(), 'tc qdisc add dev eth0 root netem delay 1ms')).toMatch(
      /^# netem acts on a link/,
    );
    const old = testWorld({ linked: true, kernel: '2.4.20' });
    expect(hint(old, 'tc qdisc add dev eth0 root netem delay 1ms')).toContain('netem came with Linux 2.6.8');
  });
});

describe('netem on a link', () => {
  it('can be changed while time runs', () => {
    const spec = linkedSpec({ send: { count: 30 } });
    const change = runCommand(runTraced(spec, 0).world, 0, 'tc qdisc add dev eth0 root netem loss 100%')
      .changes[0];
    const input = { at: 150_000, after: null, line: '', ...change };
    const { world, records } = runTraced({ ...spec, inputs: [input] }, 5_000_000);
    const lost = records.filter((r) => r.kind === 'linkDrop');
    expect(lost.length).toBeGreaterThan(10);
    expect(lost.every((r) => r.timeNs > 150_000)).toBe(true);
    expect(world.ways[0].counters.arrived + lost.length).toBe(30);
  });

  it('shows as backlog what it holds, not what is on the link', () => {
    const spec = linkedSpec({ link: linkSpec(linkWay({ delayNs: 5_000_000 })), send: { count: 300 } });
    const change = runCommand(runTraced(spec, 0).world, 0, 'tc qdisc add dev eth0 root netem delay 1ms')
      .changes[0];
    // 100 a ms, the last one sent at 3 ms
    const { world } = runTraced({ ...spec, setup: [change] }, 2_500_000);
    const shown = (t: number): string => {
      world.now = t;
      return runCommand(world, 0, 'tc -s qdisc show dev eth0').output;
    };
    const held = Number(/backlog \d+b (\d+)p/.exec(shown(2_500_000))?.[1]);
    expect(held).toBeGreaterThan(90);
    expect(held).toBeLessThan(110);
    expect(shown(2_500_000)).toContain(`backlog ${held * 60}b ${held}p`);
    expect(shown(3_600_000)).toContain('backlog 0b 0p');
  });
});
