/** The commands that reasons propose are commands the shell takes, or says it cannot take yet. */
import { expect, it } from 'vitest';
import { reasons } from '../catalog/reasons.ts';
import { runCommand } from './shell.ts';
import { testWorld, type } from './test-world.ts';

const knobs = [...new Set(Object.values(reasons).flatMap(({ knob }) => (knob === null ? [] : [knob])))];

/** Proposed, but the engine has no such change yet. */
const NOT_YET = ['ip link set {nic} promisc on'];

it.each([...NOT_YET, 'ip link set {nic} type bridge_slave hairpin on', 'ip link set {nic} xdp obj drop.o'])(
  'not modelled yet: %s',
  (knob) => {
    const result = runCommand(testWorld(), 0, knob.replace('{nic}', 'eth0'));
    expect(result).toMatchObject({ status: 1, changes: [] });
    expect(result.output).toContain('not modelled yet');
  },
);

it.each(knobs.filter((knob) => !NOT_YET.includes(knob)))('%s', (knob) => {
  // congestion levels are told of in 2.4 only, and the packet queue's length was a sysctl
  const old = /_cong=|ip_queue/.test(knob);
  // UFO went in 4.14
  const ufo = knob.includes(' ufo ');
  // of a queueing discipline that is there
  const qdisc = / root (fq|fq_codel|prio) /.exec(knob)?.[1] ?? null;
  const world = testWorld({
    nics: [{ driver: ufo ? 'virtio_net' : 'mlx5_core', ...(qdisc === null ? {} : { queues: 1 }) }],
    linked: knob.includes('netem'),
    kernel: old ? '2.4.18' : ufo ? '4.13' : '6.12',
    ...(old ? { firewall: 'forward-queue' as const } : {}),
  });
  if (qdisc !== null) type(world, `tc qdisc replace dev eth0 root ${qdisc}`);
  type(world, 'ethtool -K eth0 ntuple on');
  type(world, 'ethtool -N eth0 flow-type tcp4 action 1 loc 0');
  const task = world.tasks.find((t) => t.kind === 'app');
  const line = knob.replace('{nic}', 'eth0').replace('{irq}', '32').replace('{task}', String(task?.id));
  expect({ line, ...runCommand(world, 0, line) }).toMatchObject({ line, status: 0 });
});
