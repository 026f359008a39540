/**
 * An app without a worker, for component tests and for looking at the page: a mock scene, a store like the real one, actions
 * that write down what was asked.
 */
import { createStore } from 'zustand/vanilla';
import type { Inspection, KnobView, Timeline } from '../protocol/messages.ts';
import type { RecordView } from '../protocol/scene.ts';
import { parseHex } from '../engine/packet/hex.ts';
import { dissect } from '../taps/dissect.ts';
import { LINKTYPE_ETHERNET } from '../taps/skb-bytes.ts';
import type { PacketView } from '../protocol/messages.ts';
import { NO_CAPTURE } from '../store/initial.ts';
import type { AppActions } from '../store/actions-api.ts';
import type { App } from '../store/app.ts';
import type { AppState, SceneFrame } from '../store/types.ts';
import { Kind } from '../catalog/kinds.ts';
import { Reason } from '../catalog/reasons.ts';
import { busyRss, type MockFrame } from './mock-scenes.ts';

export interface FakeApp extends App {
  /** Every action called, in order: name and arguments. */
  calls: { name: string; args: unknown[] }[];
}

function record(
  seq: number,
  timeNs: number,
  kind: number,
  reason: number,
  more: Partial<RecordView> = {},
): RecordView {
  return {
    seq,
    timeNs,
    kind,
    reason,
    packet: 42,
    other: 0,
    cause: seq - 1,
    place: 4,
    cpu: 2,
    a: 0,
    b: 0,
    ...more,
  };
}

export const fakeRecords: readonly RecordView[] = [
  record(1, 1_268_000, Kind.frameArrived, Reason.accepted, {
    a: 1514,
    b: 1,
    place: 1,
    cpu: 0xffff,
    cause: 0,
  }),
  record(2, 1_268_000, Kind.queueSelected, Reason.rssFourTuple, { a: 2, b: 0x26b0ea, place: 2, cpu: 0xffff }),
  record(3, 1_268_600, Kind.dmaDone, Reason.none, { a: 411, b: 7, cpu: 0xffff }),
  record(4, 1_284_000, Kind.irqRaised, Reason.irqUsecsPassed, {
    a: 2,
    b: 7,
    place: 5,
    packet: 0,
    cpu: 0xffff,
  }),
  record(5, 1_284_100, Kind.hardirqEnter, Reason.none, { a: 6, b: 0, place: 5, packet: 0 }),
  record(6, 1_284_200, Kind.softirqEnter, Reason.softirqAtIrqExit, { a: 1, b: 1, packet: 0, place: 5 }),
  record(7, 1_284_316, Kind.pollFrame, Reason.none, { a: 41, b: 411 }),
  record(8, 1_284_420, Kind.gro, Reason.groMerged, { a: 0, b: 3, other: 33 }),
  record(9, 1_284_500, Kind.drop, Reason.noDescriptor, { packet: 99, a: 1, b: 64 }),
];

const WHOLE = 4_000_000;

function timeline(fromNs: number, toNs: number, bins: number): Timeline {
  const cpus = 4;
  const contextNs = new Float32Array(cpus * bins * 7);
  const binNs = (toNs - fromNs) / bins;
  const series = () => new Float32Array(bins);
  const out: Timeline = {
    fromNs,
    toNs,
    bins,
    contextNs,
    waitNs: null,
    arrived: series(),
    dropped: series(),
    delivered: series(),
    irqs: series(),
    ringPeak: new Float32Array(4 * bins),
    latencyP99: series(),
    spans: null,
    markers: [
      { timeNs: 800_000, seq: 3, kind: 'wakeup' },
      { timeNs: 1_284_100, seq: 5, kind: 'irq' },
      { timeNs: 1_700_000, seq: 8, kind: 'drop' },
      { timeNs: 1_900_000, seq: 9, kind: 'drop' },
      { timeNs: 2_300_000, seq: 9, kind: 'command' },
    ],
    knownNs: WHOLE,
  };
  for (let bin = 0; bin < bins; bin += 1) {
    const at = fromNs + (bin + 0.5) * binNs;
    const wave = (period: number, phase: number) => (Math.floor(at / period + phase) * 7919) % 10;
    for (let cpu = 0; cpu < cpus; cpu += 1) {
      const base = (cpu * bins + bin) * 7;
      if (cpu === 2) {
        contextNs[base + 1] = binNs * 0.93;
        contextNs[base] = binNs * (wave(180_000, 0.3) > 7 ? 0.07 : 0);
        if (at > 2_600_000) {
          contextNs[base + 1] = 0;
          contextNs[base + 2] = binNs * 0.9;
        }
      } else if (cpu === 0) {
        contextNs[base + 5] = binNs * (wave(60_000, 0) > 4 ? 1 : 0);
        contextNs[base + 4] = binNs * (wave(60_000, 0) === 3 ? 1 : 0);
      } else if (wave(130_000, cpu * 0.4) === 2) {
        contextNs[base + 1] = binNs * 0.8;
        contextNs[base] = binNs * 0.2;
      }
    }
    out.arrived[bin] = 4 + 2 * Math.sin(at / 300_000);
    out.dropped[bin] = at > 1_600_000 ? 1.5 + Math.sin(at / 90_000) : 0;
    out.delivered[bin] = out.arrived[bin] - out.dropped[bin];
    out.ringPeak[2 * bins + bin] = Math.min(511, at / 3000);
    out.latencyP99[bin] = 40_000 + at / 40 + 9000 * Math.sin(at / 50_000);
  }
  return out;
}

const knobs: KnobView[] = [
  {
    id: 'g',
    group: 'ring',
    label: 'rx ring',
    line: 'ethtool -G eth0 rx 512',
    kind: 'number',
    value: '512',
    min: 64,
    max: 8192,
    template: 'ethtool -G eth0 rx {value}',
  },
  {
    id: 'u',
    group: 'ring',
    label: 'rx-usecs',
    line: 'ethtool -C eth0 rx-usecs 16',
    kind: 'number',
    value: '16',
    min: 0,
    max: 1000,
    template: 'ethtool -C eth0 rx-usecs {value}',
  },
  {
    id: 'o',
    group: 'ring',
    label: 'GRO',
    line: 'ethtool -K eth0 gro on',
    kind: 'toggle',
    value: 'on',
    choices: ['on', 'off'],
    template: 'ethtool -K eth0 gro {value}',
  },
  {
    id: 'b',
    group: 'softirq',
    label: 'netdev_budget',
    line: 'sysctl -w net.core.netdev_budget=300',
    kind: 'number',
    value: '300',
    template: 'sysctl -w net.core.netdev_budget={value}',
  },
];

const HEX = `
02 00 00 00 00 0b 02 00 00 00 00 0a 08 00 45 00 05 dc 1c 46 40 00 40 06 b1 e6 0a 00 00 07 c0 00
02 09 01 bb ca 6c 00 00 ef e0 00 00 1f 90 80 10 01 f5 e6 20 00 00`;

/** The captured packet, as the wire into the card shows it. */
const FAKE_VIEW: PacketView = {
  point: 3,
  nic: 0,
  timeNs: 1000,
  seq: 1,
  piece: 0,
  pieces: 1,
  parts: 1,
  frame: dissect({
    bytes: parseHex(HEX.replace(/\s/g, '')),
    linkType: LINKTYPE_ETHERNET,
    offload: { csum: '', cut: '' },
  }),
};

const inspection: Inspection = {
  steering: null,
  target: { kind: 'packet', packet: 42 },
  state: [
    { key: 'flow', value: '10.0.0.7:443 → 192.0.2.9:51820' },
    { key: 'length', value: '1514 B' },
    { key: 'place', value: 'napi rx-2, 41 of 64' },
  ],
  why: [...fakeRecords].slice(0, 7).reverse(),
  history: [...fakeRecords],
  knobs: [
    'ethtool -X eth0 weight 1 1 2 1',
    'ethtool -N eth0 flow-type tcp4 dst-port 443 action 3',
    'echo 3 > /proc/irq/37/smp_affinity_list',
  ],
};

export function fakeState(mock: MockFrame): AppState {
  return {
    scenario: {
      status: 'ready',
      source: { builtin: 'mock' },
      variant: 'base',
      info: {
        scenarioId: 'mock',
        builtin: true,
        title: 'RSS spreads flows · one elephant can’t be spread',
        summary: 'Four queues, six flows.',
        ownText: null,
        hash: '',
        variants: [
          { id: 'base', title: 'Four queues' },
          { id: 'one', title: 'One queue' },
        ],
        steps: ['The card hashes', 'The low bits choose', 'Who will poll flow B?', 'One CPU is full'].map(
          (title, i) => ({
            title,
            text: 'The card hashes the four-tuple of each frame. The low seven bits pick a cell of the indirection table; the cell names a queue, and the queue’s vector names a CPU.',
            at: { t: i * 400_000, seq: i },
            focus: null,
            variant: 'base',
            sweep: null,
            history: [],
          }),
        ),
        sweeps: [],
        variables: [],
        metrics: [],
        warnings: [],
        captures: [],
      },
      map: mock.map,
      error: null,
      knownNs: WHOLE,
      durationNs: WHOLE,
      records: fakeRecords.length,
      done: true,
      held: false,
      missingCaptures: [],
    },
    playhead: {
      moment: { t: 1_284_316, seq: 7 },
      record: fakeRecords[6],
      playing: false,
      pace: { mode: 'event', eventsPerSecond: 1 },
      waiting: false,
      atEnd: false,
      stopAt: null,
      searching: false,
      goingTo: null,
      reducedMotion: false,
    },
    selection: { target: null, hover: null, followPacket: null },
    layout: {
      theme: 'dark',
      density: 'standard',
      panels: {
        lesson: true,
        inspector: true,
        console: false,
        timeline: true,
        charts: true,
        events: false,
        transfer: false,
        captures: false,
        knobs: true,
        compare: false,
        diagnose: false,
        editor: false,
        help: false,
      },
      language: 'en',
      host: 0,
      timeWindow: null,
    },
    branches: {
      list: [
        { id: 0, parent: null, forkAt: null, inputs: [] },
        {
          id: 1,
          parent: 0,
          forkAt: { t: 900_000, seq: 2 },
          inputs: [{ at: 900_000, after: 2, host: 'h1', line: 'ethtool -X eth0 equal 4' }],
        },
      ],
      active: 1,
    },
    sweep: { runs: {}, running: null },
    capture: NO_CAPTURE,
    lesson: { step: 2, answers: {}, aside: null },
    console: {
      host: 'h1',
      busy: false,
      watching: null,
      entries: [
        {
          n: 1,
          host: 'h1',
          line: 'ethtool -g eth0',
          output: 'Ring parameters for eth0:\nCurrent hardware settings:\nRX:\t\t512\n',
          status: 0,
          at: { t: 900_000, seq: 2 },
          branch: 1,
          before: null,
        },
        {
          n: 2,
          host: 'h1',
          line: 'ethtool -G eth0 rx 9',
          output: 'netlink error: requested ring size exceeds minimum\n',
          status: 1,
          at: { t: 900_000, seq: 2 },
          branch: 1,
          before: null,
        },
      ],
    },
    notices: [],
    worker: 'ready',
  };
}

export function createFakeApp(mock: MockFrame = busyRss(), overrides: Partial<AppActions> = {}): FakeApp {
  const calls: FakeApp['calls'] = [];
  const store = createStore<AppState>(() => fakeState(mock));
  const frame: SceneFrame = {
    scene: mock.scene,
    record: fakeRecords[6],
    next: null,
    timeNs: 1_284_316,
    progress: 1,
    jumped: true,
    version: 1,
  };
  const layout = (part: Partial<AppState['layout']>) =>
    store.setState((s) => ({ layout: { ...s.layout, ...part } }));
  const answers: Partial<AppActions> = {
    inspect: (target) => Promise.resolve({ ...inspection, target }),
    timeline: (fromNs, toNs, bins) => Promise.resolve(timeline(fromNs, toNs, bins)),
    records: (from, count, direction) =>
      Promise.resolve(
        direction === 1
          ? fakeRecords.filter((r) => r.seq > from.seq).slice(0, count)
          : fakeRecords.filter((r) => r.seq <= from.seq).slice(-count),
      ),
    knobs: () => Promise.resolve({ knobs, inputs: [{ n: 1, at: 900_000, line: 'ethtool -X eth0 equal 4' }] }),
    complete: (_host, line) => Promise.resolve(line.startsWith('eth') ? ['ethtool'] : []),
    command: () => Promise.resolve({ output: '', status: 0 }),
    share: () => '#1=fake',
    packetBytes: () => Promise.resolve([FAKE_VIEW]),
    select: (target) => store.setState((s) => ({ selection: { ...s.selection, target } })),
    setTheme: (theme) => layout({ theme }),
    setDensity: (density) => layout({ density }),
    setTimeWindow: (timeWindow) => layout({ timeWindow }),
    togglePanel: (panel, open) => {
      const { panels } = store.getState().layout;
      layout({ panels: { ...panels, [panel]: open ?? !panels[panel] } });
    },
    goToStep: (step) => {
      store.setState({ lesson: { step, answers: {}, aside: null } });
      return Promise.resolve();
    },
    setPace: (pace) => store.setState((s) => ({ playhead: { ...s.playhead, pace } })),
    ...overrides,
  };
  const actions = new Proxy({} as AppActions, {
    get(known, name: string) {
      const found = Reflect.get(known, name);
      if (found !== undefined) return found;
      const deed = (...args: unknown[]) => {
        calls.push({ name, args });
        const answer = Reflect.get(answers, name) as ((...a: unknown[]) => unknown) | undefined;
        return answer === undefined ? Promise.resolve(null) : answer(...args);
      };
      // The same function each time, as the real actions are.
      Reflect.set(known, name, deed);
      return deed;
    },
  });
  return {
    store,
    actions,
    feed: { current: frame, subscribe: () => () => undefined },
    destroy: () => undefined,
    calls,
  };
}
