/**
 * The settings in force, as the commands they stand for: what the page's knob panel shows. Every line is one that runCommand
 * takes, and that changes nothing while the setting is as shown.
 */
import { hasSetting } from '../catalog/kernels.ts';
import { HASH_FLOW_TYPES, type SysctlName } from '../engine/change.ts';
import { DQL_MAX_LIMIT } from '../engine/nic/dql.ts';
import type { Nic, RxQueue, World } from '../engine/world.ts';
import { printCpuList, printCpuMask } from './cpu-list.ts';
import { coalesceLimits, printedUsecs } from './ethtool/coalesce.ts';
import { offeredNames, shortName } from './ethtool/features.ts';
import { fieldChoices, fieldLetters } from './ethtool/flow-hash.ts';
import { ruleLine } from './ethtool/ntuple.ts';
import { ringSize } from './ethtool/ring.ts';
import { defaultTable, equalTable, isDefaultTable, keyText, weightTable } from './ethtool/rxfh.ts';
import { affinityOf, contextOf, nicsOf, queuesInUse, taskCpu, tasksOf } from './host.ts';
import { GRO_MAX_SIZE, GSO_MAX_SEGS } from './ip/link.ts';
import { MAX_FLUSH_TIMEOUT_NS, MIN_MTU } from './proc/sys-class-net.ts';
import { INT_MAX } from './numbers.ts';
import { MAX_FLOW_CNT, rpsCpusOf, xpsCpusOf } from './proc/queue-files.ts';
import { isMask, isWord, sysctlLimits, sysctlNames, sysctlText, sysctlWords } from './sysctl-values.ts';
import type { Ctx, KnobCommand, KnobGroup } from './types.ts';

export function knobCommands(world: World, host: number): KnobCommand[] {
  if (world.fixed.hosts[host] === undefined) return [];
  const ctx = contextOf(world, host);
  const knobs = [
    ...nicsOf(ctx).flatMap((nic) =>
      nic.tunnel !== null
        ? [...featureKnobs(nic), ...linkKnobs(nic)]
        : [
            ...ringKnobs(ctx, nic),
            ...rssKnobs(nic),
            ...featureKnobs(nic),
            ...affinityKnobs(ctx, nic),
            ...rpsKnobs(ctx, nic),
            ...napiKnobs(nic),
            ...linkKnobs(nic),
          ],
    ),
    ...sysctlNames(ctx).map((name) => sysctlKnob(ctx, name)),
    ...taskKnobs(ctx),
  ];
  return knobs.filter(({ id }) => hasSetting(ctx.kernel, settingOfKnob(id)));
}

/** A knob's id as settings.ts has it: without its card, nor its queue's number. */
function settingOfKnob(id: string): string {
  if (id.startsWith('net.') || id.startsWith('task.')) return id;
  return id.slice(id.indexOf('.') + 1).replace(/^(rps|xps)\.\d+\./, '$1.');
}

interface Range {
  min: number;
  max: number;
}

function knob(
  id: string,
  group: KnobGroup,
  target: string,
  label: string,
  template: string,
  value: string | number,
  shape: { kind: KnobCommand['kind'] } & Partial<Range> & { choices?: string[] },
): KnobCommand {
  const text = String(value);
  return {
    id,
    group,
    target,
    label: `knob.${label}`,
    line: template.replace('{value}', () => text),
    value: text,
    template,
    ...shape,
  };
}

const number = (min: number, max: number) => ({ kind: 'number' as const, min, max });
const choice = (choices: string[]) => ({ kind: 'choice' as const, choices });
const toggle = (choices: [string, string] = ['on', 'off']) => ({ kind: 'toggle' as const, choices });
const text = { kind: 'text' as const };

function ringKnobs(ctx: Ctx, nic: Nic): KnobCommand[] {
  const { name, driver } = nic;
  const limits = coalesceLimits(driver);
  const knobs = [
    knob(
      `${name}.ring.rx`,
      'ring',
      name,
      'ring.rx',
      `ethtool -G ${name} rx {value}`,
      ringSize(ctx, nic),
      number(driver.ringMin, driver.ringMax),
    ),
    knob(
      `${name}.channels.combined`,
      'queues',
      name,
      'channels.combined',
      `ethtool -L ${name} combined {value}`,
      nic.activeQueues,
      number(1, nic.queues),
    ),
    knob(
      `${name}.coalesce.rx-usecs`,
      'moderation',
      name,
      'coalesce.rx-usecs',
      `ethtool -C ${name} rx-usecs {value}`,
      printedUsecs(nic),
      number(0, limits.mostUsecs),
    ),
  ];
  if (limits.mostFrames > 0) {
    knobs.push(
      knob(
        `${name}.coalesce.rx-frames`,
        'moderation',
        name,
        'coalesce.rx-frames',
        `ethtool -C ${name} rx-frames {value}`,
        nic.rxFrames,
        number(0, limits.mostFrames),
      ),
    );
  }
  if (limits.adaptive) {
    knobs.push(
      knob(
        `${name}.coalesce.adaptive-rx`,
        'moderation',
        name,
        'coalesce.adaptive-rx',
        `ethtool -C ${name} adaptive-rx {value}`,
        nic.adaptiveRx ? 'on' : 'off',
        toggle(),
      ),
    );
  }
  if (limits.cqeMode) {
    knobs.push(
      knob(
        `${name}.coalesce.cqe-mode-rx`,
        'moderation',
        name,
        'coalesce.cqe-mode-rx',
        `ethtool -C ${name} cqe-mode-rx {value}`,
        nic.cqeMode ? 'on' : 'off',
        toggle(),
      ),
    );
  }
  return knobs;
}

/**
 * What `ethtool -X IF ...` would have to be to make the table: default, equal N [start S], else weights; null where no such
 * command makes it (only another program's table could be so).
 */
export function tableCommand(nic: Nic): string | null {
  const table = Array.from(nic.indirection);
  const same = (other: readonly number[]) => other.every((queue, i) => queue === table[i]);
  if (isDefaultTable(nic) && same(defaultTable(nic))) return 'default';
  const start = Math.min(...table);
  const span = Math.max(...table) - start + 1;
  const from = start === 0 ? '' : ` start ${start}`;
  if (same(equalTable(table.length, span, start))) return `equal ${span}${from}`;
  const weights = new Array<number>(span).fill(0);
  for (const queue of table) weights[queue - start] += 1;
  return same(weightTable(table.length, weights, start)) ? `weight ${weights.join(' ')}${from}` : null;
}

function rssKnobs(nic: Nic): KnobCommand[] {
  const { name } = nic;
  const table = tableCommand(nic);
  const knobs: KnobCommand[] = [];
  if (table !== null)
    knobs.push(
      knob(`${name}.rss.table`, 'rss', name, 'rss.table', `ethtool -X ${name} {value}`, table, text),
    );
  knobs.push(
    knob(
      `${name}.rss.hkey`,
      'rss',
      name,
      'rss.hkey',
      `ethtool -X ${name} hkey {value}`,
      keyText(nic.rssKey),
      text,
    ),
  );
  for (const type of HASH_FLOW_TYPES) {
    const fields = fieldLetters(nic.hashFields[type]);
    const choices = fieldChoices(nic, type);
    if (choices.length < 2 && choices[0] === fields) continue;
    const offered = choices.includes(fields) ? choices : [...choices, fields];
    knobs.push(
      knob(
        `${name}.rx-flow-hash.${type}`,
        'rss',
        `${name} ${type}`,
        'rss.fields',
        `ethtool -N ${name} rx-flow-hash ${type} {value}`,
        fields,
        choice(offered),
      ),
    );
  }
  for (const rule of nic.ntuple) {
    const line = ruleLine(name, rule);
    const template = line.replace(/ action -?\d+ /, ' action {value} ');
    knobs.push(
      knob(
        `${name}.ntuple.${rule.loc}`,
        'rss',
        `${name} rule ${rule.loc}`,
        'ntuple.action',
        template,
        rule.action,
        number(-1, nic.activeQueues - 1),
      ),
    );
  }
  return knobs;
}

function featureKnobs(nic: Nic): KnobCommand[] {
  // what hangs on another feature that is off cannot be turned on
  const free = offeredNames(nic).filter((name) => nic.wanted[name] === nic.features[name]);
  return free.map((feature) => {
    const short = shortName(feature);
    return knob(
      `${nic.name}.feature.${feature}`,
      'features',
      nic.name,
      `feature.${feature}`,
      `ethtool -K ${nic.name} ${short} {value}`,
      nic.wanted[feature] ? 'on' : 'off',
      toggle(),
    );
  });
}

function affinityKnobs(ctx: Ctx, nic: Nic): KnobCommand[] {
  const at = (queue: RxQueue) => `${nic.name} rx-${queue.number}`;
  if (!hasSetting(ctx.kernel, 'affinity')) {
    // the list came later than the mask; before 2.4 there is neither
    if (!hasSetting(ctx.kernel, 'affinity.mask')) return [];
    return queuesInUse(ctx, nic).map((queue) =>
      knob(
        `${nic.name}.affinity.${queue.number}.mask`,
        'affinity',
        at(queue),
        'affinity',
        `echo {value} > /proc/irq/${queue.irq}/smp_affinity`,
        printCpuMask(affinityOf(ctx, queue), ctx.fixed.cpus),
        text,
      ),
    );
  }
  return queuesInUse(ctx, nic).map((queue) =>
    knob(
      `${nic.name}.affinity.${queue.number}`,
      'affinity',
      at(queue),
      'affinity',
      `echo {value} > /proc/irq/${queue.irq}/smp_affinity_list`,
      printCpuList(affinityOf(ctx, queue)),
      text,
    ),
  );
}

function rpsKnobs(ctx: Ctx, nic: Nic): KnobCommand[] {
  return queuesInUse(ctx, nic).flatMap((queue) => {
    const at = `${nic.name} rx-${queue.number}`;
    const file = (name: string) =>
      `echo {value} > /sys/class/net/${nic.name}/queues/rx-${queue.number}/${name}`;
    return [
      knob(
        `${nic.name}.rps.${queue.number}.cpus`,
        'steering',
        at,
        'rps_cpus',
        file('rps_cpus'),
        printCpuMask(rpsCpusOf(ctx, queue), ctx.fixed.cpus),
        text,
      ),
      knob(
        `${nic.name}.rps.${queue.number}.flow_cnt`,
        'steering',
        at,
        'rps_flow_cnt',
        file('rps_flow_cnt'),
        queue.rpsFlows?.entries ?? 0,
        number(0, MAX_FLOW_CNT),
      ),
      knob(
        `${nic.name}.xps.${queue.number}.cpus`,
        'steering',
        `${nic.name} tx-${queue.number}`,
        'xps_cpus',
        `echo {value} > /sys/class/net/${nic.name}/queues/tx-${queue.number}/xps_cpus`,
        printCpuMask(xpsCpusOf(ctx, queue), ctx.fixed.cpus),
        text,
      ),
      ...sendKnobs(ctx, nic, queue),
    ];
  });
}

/** Of a transmit queue: XPS by receive queue, byte limits. */
function sendKnobs(ctx: Ctx, nic: Nic, queue: RxQueue): KnobCommand[] {
  const at = `${nic.name} tx-${queue.number}`;
  const file = (name: string) =>
    `echo {value} > /sys/class/net/${nic.name}/queues/tx-${queue.number}/${name}`;
  const knobs: KnobCommand[] = [];
  if (ctx.world.fixed.rules.xpsRxqs) {
    const rxqs = printCpuMask(queue.tx.xpsRxqs, queuesInUse(ctx, nic).length);
    knobs.push(
      knob(`${nic.name}.xps.${queue.number}.rxqs`, 'steering', at, 'xps_rxqs', file('xps_rxqs'), rxqs, text),
    );
  }
  if (!queue.tx.bql) return knobs;
  const { dql } = queue.tx;
  const limits = { limit_min: dql.limitMin, limit_max: dql.limitMax };
  for (const [name, value] of Object.entries(limits)) {
    const id = `${nic.name}.bql.${queue.number}.${name}`;
    const template = file(`byte_queue_limits/${name}`);
    knobs.push(knob(id, 'link', at, `bql.${name}`, template, value, number(0, DQL_MAX_LIMIT)));
  }
  return knobs;
}

function napiKnobs(nic: Nic): KnobCommand[] {
  const file = (name: string) => `echo {value} > /sys/class/net/${nic.name}/${name}`;
  const at = (name: string) => `${nic.name}.napi.${name}`;
  return [
    knob(
      at('gro_flush_timeout'),
      'napi',
      nic.name,
      'napi.gro_flush_timeout',
      file('gro_flush_timeout'),
      nic.groFlushTimeout,
      number(0, MAX_FLUSH_TIMEOUT_NS),
    ),
    knob(
      at('napi_defer_hard_irqs'),
      'napi',
      nic.name,
      'napi.napi_defer_hard_irqs',
      file('napi_defer_hard_irqs'),
      nic.napiDeferHardIrqs,
      number(0, INT_MAX),
    ),
    knob(
      at('threaded'),
      'napi',
      nic.name,
      'napi.threaded',
      file('threaded'),
      nic.threaded ? 1 : 0,
      toggle(['1', '0']),
    ),
  ];
}

function linkKnobs(nic: Nic): KnobCommand[] {
  const link = (setting: string, value: number, range: ReturnType<typeof number>) =>
    knob(
      `${nic.name}.link.${setting}`,
      'link',
      nic.name,
      `link.${setting}`,
      `ip link set ${nic.name} ${setting} {value}`,
      value,
      range,
    );
  return [
    link('mtu', nic.mtu, number(MIN_MTU, nic.driver.maxMtu)),
    link('gro_max_size', nic.groMaxSize, number(0, GRO_MAX_SIZE)),
    link('gro_ipv4_max_size', nic.groIpv4MaxSize, number(0, GRO_MAX_SIZE)),
    link('gso_max_size', nic.gsoMaxSize, number(0, nic.driver.tsoMaxSize)),
    link('gso_ipv4_max_size', nic.gsoIpv4MaxSize, number(0, nic.driver.tsoMaxSize)),
    link('gso_max_segs', nic.gsoMaxSegs, number(0, GSO_MAX_SEGS)),
    link('txqueuelen', nic.txQueueLen, number(0, INT_MAX)),
  ];
}

/** Which group of the panel a sysctl is in. */
const SOFTIRQ = [
  'net.core.netdev_budget',
  'net.core.netdev_budget_usecs',
  'net.core.dev_weight',
  'net.core.dev_weight_rx_bias',
  'net.core.netdev_max_backlog',
  'net.core.no_cong',
  'net.core.lo_cong',
  'net.core.mod_cong',
  'net.core.gro_normal_batch',
  'net.core.busy_read',
  'net.core.busy_poll',
];

const STEERING = [
  'net.core.rps_sock_flow_entries',
  'net.core.flow_limit_cpu_bitmap',
  'net.core.flow_limit_table_len',
];

function sysctlKnob(ctx: Ctx, name: SysctlName): KnobCommand {
  const { least, most, values } = sysctlLimits(ctx, name);
  const value = isMask(name) || isWord(name) ? sysctlText(ctx, name) : ctx.state.sysctl[name].join(' ');
  const group: KnobGroup = SOFTIRQ.includes(name)
    ? 'softirq'
    : STEERING.includes(name)
      ? 'steering'
      : 'protocol';
  const onOff = least === 0 && most === 1;
  const template = values === 1 ? `sysctl -w ${name}={value}` : `sysctl -w ${name}="{value}"`;
  return knob(
    name,
    group,
    '',
    `sysctl.${name}`,
    template,
    value,
    isWord(name)
      ? choice([...sysctlWords(name)])
      : values > 1 || isMask(name)
        ? text
        : onOff
          ? toggle(['1', '0'])
          : number(least, most),
  );
}

function taskKnobs(ctx: Ctx): KnobCommand[] {
  return tasksOf(ctx)
    .filter((task) => task.kind !== 'ksoftirqd')
    .map((task) =>
      knob(
        `task.${task.id}.cpu`,
        'tasks',
        task.name,
        'task.cpu',
        `taskset -cp {value} ${task.id}`,
        taskCpu(ctx, task),
        number(0, ctx.fixed.cpus - 1),
      ),
    );
}
