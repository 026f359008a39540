/** What holds for every line, every table and every rule. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World } from '../engine/world.ts';
import { completeCommand } from './complete.ts';
import { parseCpuList, parseCpuMask, printCpuList, printCpuMask } from './cpu-list.ts';
import { COMMANDS } from './help.ts';
import { ruleLine } from './ethtool/ntuple.ts';
import { knobCommands, tableCommand } from './knobs.ts';
import { parseLine, quoteWord } from './parse.ts';
import { runCommand, witnessFor } from './shell.ts';
import { testWorld, type } from './test-world.ts';

const WORDS =
  'tc qdisc change root netem delay 10ms loss 1% gemodel limit corrupt duplicate reorder gap 5 tcpdump -ni any -e -v -q -S -tttt -r host port src dst tcp udp icmp arp and or not ( ) net less portrange vlan ss -tinm -uanpem -ltn state listening sport = :5201 mpstat -P ALL -I SUM --dec=1 0.0001 uname -r date +%s hostname nproc lscpu ip addr route neigh get add del replace via default 10.0.0.0/8 fd00::/48 -br -o -6 -4 table local grep -c -m -E head -n tail sort uniq wc awk {print /proc/net/* /sys/class/net/*/mtu [ bridge fdb br br0 br9 brport master nomaster type bridge_slave state permanent dynamic ethtool sysctl cat echo ip link set show dev taskset help -G -g -C -c -L -l -X -x -N -n -K -k -S -i -w -a -s -cp -p eth0 eth1 rx combined equal weight start default hkey hfunc xfrm toeplitz flow-type tcp4 udp6 src-ip dst-ip 10.0.0.1 ::1 src-port dst-port action loc delete rule rx-flow-hash sd sdfn gro rxhash ntuple rx-gro-list on off rx-usecs rx-frames cqe-mode-rx adaptive-rx mtu gro_max_size net.core.dev_weight net.core.netdev_budget=300 net.ipv4.tcp_rmem /proc/net/softnet_stat /proc/interrupts /proc/irq/32/smp_affinity /proc/irq/33/smp_affinity_list /sys/class/net/eth0/threaded > >> | ; & " \' # 0 1 2 3 -1 64 0x10 4096 99999999999 1-3 ff 13 server constructor __proto__ toString'.split(
    ' ',
  );

/** A command, then words that mostly mean something to one of them. */
const commandLine = fc
  .tuple(fc.constantFrom(...COMMANDS), fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }))
  .map(([command, words]) => [command, ...words].join(' '));

const anyLine = fc.oneof(
  commandLine,
  commandLine,
  fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(' ')),
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
);

const n = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 100_000 })).map(String);
const onOff = fc.constantFrom('on', 'off');
const fill = (text: string) =>
  fc
    .tuple(n, n, n, onOff)
    .map(([a, b, c, flag]) => text.replace('A', a).replace('B', b).replace('C', c).replace('ON', flag));
/** Lines that are mostly right. */
const goodLine = fc
  .constantFrom(
    'ethtool -G eth0 rx A',
    'ethtool -C eth0 rx-usecs A rx-frames B cqe-mode-rx ON',
    'ethtool -L eth0 combined A',
    'ethtool -X eth0 equal A start B',
    'ethtool -X eth0 weight A B C',
    'ethtool -X eth0 default',
    'ethtool -N eth0 flow-type tcp4 dst-port A action B loc C',
    'ethtool -N eth0 flow-type udp4 src-port A action B',
    'ethtool -N eth0 delete A',
    'ethtool -K eth0 ntuple ON',
    'ethtool -K eth0 gro ON',
    'ethtool -N eth0 rx-flow-hash udp4 sd',
    'echo A-B > /proc/irq/32/smp_affinity_list',
    'echo A > /proc/irq/33/smp_affinity',
    'echo ON > /sys/class/net/eth0/threaded',
    'echo A > /sys/class/net/eth0/threaded',
    'echo A > /sys/class/net/eth0/gro_flush_timeout',
    'ip link set eth0 mtu A',
    'ip link set eth0 gro_max_size A gro_ipv4_max_size B',
    'ip link set eth0 master br0 mtu A',
    'ip link set eth0 nomaster',
    'bridge -s fdb show br br0',
    'sysctl -w net.core.netdev_budget=A net.core.dev_weight=B',
    'sysctl -w net.ipv4.tcp_rmem="A B C"',
    'taskset -cp A server',
    'ip addr add 10.A.0.1/24 dev eth0',
    'ip addr del 10.A.0.1/24 dev eth0',
    'ip route add 10.B.0.0/16 dev eth0',
    'ip route replace 10.0.0.0/8 via 10.A.0.9',
    'ip route del 10.B.0.0/16',
    'ip route get 10.A.0.7',
    'tc qdisc replace dev eth0 root netem delay Ams loss B limit C',
    'tc qdisc add dev eth0 root netem loss gemodel 1 10 corrupt 2 reorder 5 gap B delay 1ms 100us',
    'tc qdisc change dev eth0 root netem duplicate 3',
    'tc qdisc del dev eth0 root',
    'tc -s qdisc show',
  )
  .chain(fill);

const worlds: World[] = [
  testWorld(),
  testWorld({ nics: [{ driver: 'mlx5_core' }, { driver: 'igb' }], cpus: 40 }),
  testWorld({ nics: [], apps: [], kernel: '2.4.20' }),
  testWorld({ linked: true }),
  testWorld({ nics: [{}, {}, {}], bridges: [{ name: 'br0', ports: [0, 1] }] }),
];

/** All of a world that a command could have changed. */
const settings = (world: World) =>
  JSON.stringify([world.nics, world.queues, world.tasks, world.hosts, world.ways, world.seq]);

describe('any line', () => {
  it('never throws, never changes the world, prints something bounded; refusals change nothing and say why', () => {
    const before = worlds.map(settings);
    fc.assert(
      fc.property(anyLine, fc.constantFrom(...worlds.keys()), (line, w) => {
        const witness = witnessFor(worlds[w], 0, line);
        const result = runCommand(worlds[w], 0, line, { witness });
        expect(result.output.length).toBeLessThan(300_000);
        if (result.status !== 0) {
          expect(result.changes).toEqual([]);
          // grep that finds nothing says nothing, with -s not even that a file is missing
          if ((result.status !== 1 && !/grep.* -\w*s/.test(line)) || !line.includes('grep'))
            expect(result.output.trim()).not.toBe('');
        }
        expect(result.output === '' || result.output.endsWith('\n')).toBe(true);
        const words = completeCommand(worlds[w], 0, line);
        expect(words.length).toBeLessThan(1000);
      }),
      { numRuns: 3000 },
    );
    expect(worlds.map(settings)).toEqual(before);
  });

  it('applying what it stands for leaves a world whose knobs print themselves', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(goodLine, goodLine, anyLine), { maxLength: 12 }), (lines) => {
        const world = testWorld({
          nics: [{ driver: 'mlx5_core' }],
          bridges: [{ name: 'br0', ports: [] }],
        });
        for (const line of lines) type(world, line);
        for (const knob of knobCommands(world, 0))
          expect(runCommand(world, 0, knob.line)).toMatchObject({ status: 0, changes: [] });
      }),
      { numRuns: 60 },
    );
  });
});

describe('knobs', () => {
  it.each(['igb', 'ixgbe', 'mlx5_core'] as const)(
    '%s: every line is taken and changes nothing; ids are unique; the value fills the template',
    (driver) => {
      const world = testWorld({ nics: [{ driver, queues: 3 }] });
      type(world, 'ethtool -K eth0 ntuple on');
      type(world, 'ethtool -N eth0 flow-type udp4 dst-ip 10.0.0.2 dst-port 53 action 1 loc 4');
      const knobs = knobCommands(world, 0);
      expect(new Set(knobs.map((k) => k.id)).size).toBe(knobs.length);
      for (const knob of knobs) {
        expect(knob.template.replace('{value}', knob.value)).toBe(knob.line);
        expect({ line: knob.line, ...runCommand(world, 0, knob.line) }).toMatchObject({
          line: knob.line,
          status: 0,
          changes: [],
        });
        if (knob.choices !== undefined) expect(knob.choices).toContain(knob.value);
      }
    },
  );

  it('another value from its range or choices: applied, the knob shows it (rings rounded)', () => {
    const world = testWorld({ nics: [{ driver: 'mlx5_core' }] });
    for (const knob of knobCommands(world, 0)) {
      const values = knob.choices ?? (knob.kind === 'number' ? [String(knob.max), String(knob.min)] : []);
      for (const value of values) {
        // the most of another setting may be out of reach meanwhile
        if (knob.id === 'task.cpu' || knob.id.endsWith('combined')) continue;
        const result = type(world, knob.template.replace('{value}', value));
        expect({
          id: knob.id,
          value,
          status: result.status,
          output: result.status === 0 ? '' : result.output,
        }).toEqual({ id: knob.id, value, status: 0, output: '' });
        expect(knobCommands(world, 0).find((k) => k.id === knob.id)?.value).toBe(value);
      }
      // others hang on it
      if (knob.group === 'features') type(world, knob.line);
    }
  });

  it('settings that a driver would not take, but a scenario has: their lines still change nothing', () => {
    const world = testWorld({ nics: [{ driver: 'igb', ringSize: 9000, rxUsecs: 3, mtu: 20_000 }] });
    for (const knob of knobCommands(world, 0)) {
      expect({ line: knob.line, ...runCommand(world, 0, knob.line) }).toMatchObject({
        line: knob.line,
        status: 0,
        changes: [],
      });
    }
  });

  it('a world without NICs and a host that is not there', () => {
    expect(
      knobCommands(worlds[2], 0).every((k) => ['softirq', 'steering', 'protocol'].includes(k.group)),
    ).toBe(true);
    expect(knobCommands(worlds[2], 3)).toEqual([]);
  });
});

describe('round trips', () => {
  it('indirection tables: equal and weight come back as a command that makes the same table', () => {
    const spec = fc.oneof(
      fc
        .integer({ min: 1, max: 4 })
        .chain((n) => fc.integer({ min: 0, max: 4 - n }).map((s) => `equal ${n} start ${s}`)),
      fc
        .array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 })
        .map((w) => `weight ${w.join(' ')}`),
    );
    fc.assert(
      fc.property(spec, (words) => {
        const world = testWorld();
        type(world, `ethtool -X eth0 ${words}`);
        const table = Array.from(world.nics[0].indirection);
        const command = tableCommand(world.nics[0]);
        expect(command).not.toBe(null);
        type(world, 'ethtool -X eth0 equal 1');
        expect(type(world, `ethtool -X eth0 ${command}`).status).toBe(0);
        expect(Array.from(world.nics[0].indirection)).toEqual(table);
      }),
      { numRuns: 300 },
    );
  });

  it('ntuple rules: the printed command makes the same rule', () => {
    const port = fc.option(fc.integer({ min: 0, max: 65535 }), { nil: null });
    const rule = fc
      .record({
        flowType: fc.constantFrom('tcp4' as const, 'udp4' as const, 'tcp6' as const, 'udp6' as const),
        sport: port,
        dport: port,
        action: fc.integer({ min: -1, max: 3 }),
        loc: fc.integer({ min: 0, max: 8191 }),
      })
      .chain((r) => {
        const address = r.flowType.endsWith('4')
          ? fc.ipV4()
          : fc.constantFrom('::1', '2001:db8::1', 'fe80::5');
        return fc
          .record({ src: fc.option(address, { nil: null }), dst: fc.option(address, { nil: null }) })
          .map((a) => ({ ...r, ...a }));
      });
    fc.assert(
      fc.property(rule, (r) => {
        const world = testWorld();
        type(world, 'ethtool -K eth0 ntuple on');
        expect(type(world, ruleLine('eth0', r))).toEqual({ output: '', status: 0 });
        expect(world.nics[0].ntuple).toEqual([r]);
      }),
    );
  });

  it('CPU sets: lists and masks', () => {
    const set = fc
      .uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1 })
      .map((cpus) => cpus.sort((a, b) => a - b));
    fc.assert(
      fc.property(set, (cpus) => {
        expect(parseCpuList(printCpuList(cpus), 100)).toEqual({ ok: true, cpus });
        expect(parseCpuMask(printCpuMask(cpus, 100), 100)).toEqual({ ok: true, cpus });
      }),
    );
  });

  it('words: quoted, they are read back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 0, maxLength: 20 }), { maxLength: 6 }), (words) => {
        const plain = words.filter((word) => !/[\r\n]/.test(word));
        expect(parseLine(plain.map(quoteWord).join('  '))).toEqual({
          ok: true,
          words: plain,
          redirect: null,
          filters: [],
        });
      }),
    );
  });
});
