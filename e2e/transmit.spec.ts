/** The way out on the stage: transmit queues can be seen, reached by keys, asked why. And NUMA nodes, which the stage names. */
import { expect, test } from './lab.ts';

test('a packet leaves: sendmsg, ring, wire, clean-up; and the transmit queue tells why others wait', async ({
  lab,
}) => {
  await lab.open();
  await lab.choose('Where packets wait');
  const tx = lab.stage.getByRole('button', { name: /^tx-0 of eth0: / });
  await expect(tx).toHaveAccessibleName(
    /0 of 1\s000 packets wait in pfifo_fast.*Byte limit 0, 0 bytes in flight/,
  );
  // the lesson's first step: the call's packet has left and is not cleaned yet
  await lab.page.getByRole('button', { name: 'Begin', exact: true }).click();
  await expect(tx).toHaveAccessibleName(/0 on the wire, 1 sent and not cleaned. CPU 0 cleans./);
  await expect(lab.inspector).toContainText('eth0 tx-0');
  await expect(lab.inspector).toContainText('byte limit of the ring (BQL)');
  // the second: the limit is reached, so a packet waits in front of a ring that is almost empty
  await lab.page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(tx).toHaveAccessibleName(
    /1 of 1\s000 packets wait in pfifo_fast, for the byte limit is reached/,
  );
  await expect(lab.inspector).toContainText('The ring holds as many bytes as its limit allows');
});

test('transmit queues are one tab stop, arrows go on within it, Enter opens the inspector', async ({
  lab,
}) => {
  await lab.open();
  await lab.choose('XPS: with and without');
  const queues = lab.stage.locator('[data-group="tx"]');
  await expect(queues).toHaveCount(4);
  await expect(lab.stage.locator('[data-group="tx"][tabindex="0"]')).toHaveCount(1);
  await queues.first().focus();
  await lab.page.keyboard.press('ArrowRight');
  await expect(queues.nth(1)).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await expect(queues.nth(1)).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.inspector).toContainText('eth0 tx-1');
  await expect(lab.inspector).toContainText('root lock of the qdisc');
  // a link keeps the selection
  expect((await lab.state()).selection).toEqual({ kind: 'tx', queue: 1 });
});

test('a host that sends nothing has no way out on its stage', async ({ lab }) => {
  await lab.open();
  await lab.choose('A frame arrives');
  await expect(lab.stage.locator('[data-group="rings"]').first()).toBeVisible();
  await expect(lab.stage.locator('[data-group="tx"]')).toHaveCount(0);
});

test('NUMA: the stage names the nodes, and the inspector what the distance costs', async ({ lab }) => {
  await lab.open();
  await lab.choose('RPS across nodes', 'across');
  await expect(lab.stage.getByText('NIC eth0 · node 0', { exact: false })).toBeVisible();
  const near = lab.stage.locator('[data-group="strips"][aria-label^="CPU 0 on NUMA node 0"]');
  const far = lab.stage.locator('[data-group="strips"][aria-label^="CPU 4 on NUMA node 1"]');
  await expect(near).toHaveCount(1);
  await expect(far).toHaveCount(1);
  await lab.scrub.press('End');
  await far.click();
  await expect(lab.inspector).toContainText('each touch costs');
  await near.click();
  await expect(lab.inspector).toContainText('on node 0, as this CPU');
});

test('counters of a host with two cards name the card', async ({ lab }) => {
  await lab.open();
  await lab.choose('Two interfaces, one flooded');
  await expect(lab.page.getByText('eth0 rx_queue_0_packets')).toHaveCount(1);
  await expect(lab.page.getByText('eth1 rx_queue_0_packets')).toHaveCount(1);
});
