/** The commands that reasons propose are commands the shell takes. */
import { expect, it } from 'vitest';
import { reasons } from '../catalog/reasons.ts';
import { runCommand } from './shell.ts';
import { testWorld, type } from './test-world.ts';

const knobs = [...new Set(Object.values(reasons).flatMap(({ knob }) => (knob === null ? [] : [knob])))];

it.each(knobs)('%s', (knob) => {
  const world = testWorld({ nics: [{ driver: 'mlx5_core' }] });
  type(world, 'ethtool -K eth0 ntuple on');
  type(world, 'ethtool -N eth0 flow-type tcp4 action 1 loc 0');
  const task = world.tasks.find((t) => t.kind === 'app');
  const line = knob.replace('{nic}', 'eth0').replace('{irq}', '32').replace('{task}', String(task?.id));
  expect({ line, ...runCommand(world, 0, line) }).toMatchObject({ line, status: 0 });
});
