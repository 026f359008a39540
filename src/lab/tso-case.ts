/**
 * Runs a `tso` case: what an application writes becomes frames (a socket of engine/tcp, or UDP's rules), the sender's device has them
 * cut or not (engine/net/gso), and captures at both ends of the veth pair are written in the measurement's words.
 * The server's ACK for everything sent so far comes at the end of each write, as it did on one machine.
 */
import { rulesFor } from '../catalog/rules.ts';
import { buildFrame } from '../engine/packet/build.ts';
import { IPPROTO_UDP, makeFrame, TCP_ACK, TCP_PSH } from '../engine/packet/frame.ts';
import {
  captureShowsRight,
  fixFeatures,
  type GsoLimits,
  type TxFeatures,
  validateXmit,
} from '../engine/net/gso/features.ts';
import { get16, get32, type GsoFrame, headersOf } from '../engine/net/gso/frame.ts';
import { ipFragment } from '../engine/net/gso/segment.ts';
import { createTcpCounters } from '../engine/tcp/counters.ts';
import { createTcpEstablished } from '../engine/tcp/create.ts';
import { defaultTcpSysctls, type TcpEnv, type TcpOut } from '../engine/tcp/env.ts';
import { tcpRcv } from '../engine/tcp/rcv.ts';
import { setCork, tcpSendmsg } from '../engine/tcp/sendmsg.ts';
import { tcpWfree } from '../engine/tcp/tsq.ts';
import { arrayAt, booleanAt, CaseError, type JsonObject, numberAt, objectAt, stringAt } from './case.ts';
import { runGroCase } from './gro-case.ts';

/** One end: its device. */
interface End {
  features: TxFeatures;
  gro: boolean;
  mtu: number;
  limits: GsoLimits;
}

export interface TsoCaptures {
  tx: JsonObject[];
  rx: JsonObject[];
  counters: { sender: Record<string, number>; receiver: Record<string, number> };
}

const INPUT_KEYS: ReadonlySet<string> = new Set([
  'writes',
  'maxseg',
  'v6',
  'nodelay',
  'cork',
  'udp',
  'gso_size',
]);

const FEATURES: Readonly<Record<string, (keyof TxFeatures)[]>> = {
  tx: ['tx-checksumming'],
  'tx-checksumming': ['tx-checksumming'],
  'tx-checksum-ip-generic': ['tx-checksumming'],
  sg: ['scatter-gather'],
  'scatter-gather': ['scatter-gather'],
  'tx-scatter-gather': ['scatter-gather'],
  tso: ['tcp-segmentation-offload'],
  'tcp-segmentation-offload': ['tcp-segmentation-offload'],
  gso: ['generic-segmentation-offload'],
  'generic-segmentation-offload': ['generic-segmentation-offload'],
  'tx-udp-segmentation': ['tx-udp-segmentation'],
};
/** Of these only TCP of the version in use counts. */
const TCP_VERSIONS: Readonly<Record<string, boolean>> = {
  'tx-tcp-segmentation': false,
  'tx-tcp6-segmentation': true,
};

const TIMESTAMPS = 12;
/** Window of a SYN-ACK, which has no scale yet. */
const SYNACK_WINDOW = 65_535;
/** Both ends on one machine: us. */
const RTT_US = 60;
const MAX_BYTES = 1 << 24;
const ISN = 1000;
const PEER_ISN = 5000;
const JIFFY_NS = 4_000_000;
const IP_ID = 100;

export function runTsoCase(file: JsonObject): TsoCaptures {
  const input = objectAt(file.input, 'input');
  for (const key of Object.keys(input))
    if (!INPUT_KEYS.has(key)) throw new CaseError(`input.${key}`, `unknown input ${key}`);
  const flag = (key: string): boolean => input[key] !== undefined && booleanAt(input[key], `input.${key}`);
  const v6 = flag('v6');
  const writes = arrayAt(input.writes, 'input.writes').map((n, i) => numberAt(n, `input.writes[${i}]`));
  if (writes.reduce((sum, n) => sum + n, 0) > MAX_BYTES) throw new CaseError('input.writes', 'too much');
  const { tx, rx } = parseSetup(file, v6);
  const handed = flag('udp')
    ? udpFrames(writes, input.gso_size === undefined ? 0 : numberAt(input.gso_size, 'input.gso_size'), tx, v6)
    : tcpFrames(writes, file, input, tx, v6);
  const sent = handed.frames.flatMap((frame) => validateXmit(frame, tx.features, tx.limits));
  const arrived = rx.gro ? mergedByGro(sent, rx, String(file.kernel)) : sent.map((frame) => captured(frame));
  const ip = v6 ? 'Ip6' : 'Ip';
  const sender: Record<string, number> = {
    [`${ip}OutRequests`]: handed.requests,
    [`${ip}OutTransmits`]: handed.frames.length,
  };
  const receiver: Record<string, number> = {
    [`${ip}InReceives`]: arrived.length,
    [v6 ? 'Ip6InNoECTPkts' : 'IpExtInNoECTPkts']: arrived.reduce((sum, frame) => sum + segmentsOf(frame), 0),
  };
  // fragments are put together before they are delivered
  if (!v6) receiver.IpInDelivers = arrived.filter((frame) => !Number(frame.fragoff ?? 0)).length;
  if (flag('udp')) {
    if (!v6) sender.UdpOutDatagrams = writes.length;
  } else {
    sender.TcpOutSegs = handed.segs;
    sender.TcpExtTCPOrigDataSent = handed.segs;
    receiver.TcpInSegs = arrived.length;
  }
  return { tx: sent.map((frame) => captured(frame)), rx: arrived, counters: { sender, receiver } };
}

function segmentsOf(frame: JsonObject): number {
  const size = Number(frame.gso_size);
  return size === 0 ? 1 : Math.ceil(Number(frame.payload) / size);
}

/** What IP gets, and counts about it. */
interface Handed {
  frames: GsoFrame[];
  requests: number;
  segs: number;
}

function tcpFrames(writes: number[], file: JsonObject, input: JsonObject, tx: End, v6: boolean): Handed {
  const path = tx.mtu - (v6 ? 60 : 40);
  const maxseg = input.maxseg === undefined ? path : numberAt(input.maxseg, 'input.maxseg');
  const mss = Math.min(path, maxseg) - TIMESTAMPS;
  if (mss < 76) throw new CaseError('input.maxseg', 'too small');
  const rules = rulesFor(String(file.kernel));
  const out: TcpOut[] = [];
  const env: TcpEnv = {
    now: 1_000_000_000,
    jiffyNs: JIFFY_NS,
    tickPhaseNs: 0,
    hrtimerLatencyNs: 0,
    rules,
    sysctl: defaultTcpSysctls(rules),
    counters: createTcpCounters(),
    // nothing waits below TCP
    transmit: (s, frame) => {
      tcpWfree(s, frame.skb, frame.truesize);
      out.push(frame);
    },
    drop: () => {},
    decide: () => {},
    dataReady: () => {},
    writeSpace: () => {},
    stateChange: () => {},
  };
  const s = createTcpEstablished(env, {
    rcvNxt: PEER_ISN,
    sndNxt: ISN,
    sackOk: true,
    tsOk: true,
    mss: path,
    peerMss: maxseg,
    peerWindow: SYNACK_WINDOW,
    wscale: true,
    handshakeRttUs: RTT_US,
    coalesces: false,
    rcvbuf: 0,
    sndbuf: MAX_BYTES,
    gsoMaxSize: tx.limits.maxSize,
    gsoMaxSegs: tx.limits.maxSegs,
    nodelay: input.nodelay === true,
    tsVal: 1,
  });
  const acksCome = (): void => {
    for (let acked = -1; s.tx.sndNxt !== acked; ) {
      acked = s.tx.sndNxt;
      env.now += RTT_US * 1000;
      tcpRcv(env, s, {
        id: 0,
        seq: PEER_ISN,
        ack: acked,
        flags: TCP_ACK,
        win: SYNACK_WINDOW,
        len: 0,
        truesize: 0,
        gsoSize: 0,
        headerLen: s.tcpHeaderLen,
        tsVal: 1,
        tsEcr: Math.floor(env.now / 1_000_000),
        urgPtr: 0,
        sacks: [],
        syn: null,
      });
    }
  };
  s.tx.cork = input.cork === true;
  for (const bytes of writes) {
    tcpSendmsg(env, s, bytes);
    acksCome();
  }
  setCork(env, s, false);
  acksCome();
  let segs = 0;
  const frames = out.map((frame): GsoFrame => {
    const fields = makeFrame({
      ipVersion: v6 ? 6 : 4,
      seq: frame.seq,
      tcpFlags: frame.flags,
      tcpOptions: '0101080a0000000500000007',
      payloadLen: frame.len,
      l4Csum: 'partial',
      ...(v6 ? {} : { ipId: (IP_ID + segs) & 0xffff }),
    });
    segs += frame.segs;
    return {
      bytes: buildFrame(fields),
      gsoType: frame.segs === 1 ? 'none' : v6 ? 'tcpv6' : 'tcpv4',
      gsoSize: frame.segs === 1 ? 0 : mss,
      csumPartial: true,
      fixedId: false,
      accEcn: false,
    };
  });
  return { frames, requests: frames.length, segs };
}

function udpFrames(writes: number[], gsoSize: number, tx: End, v6: boolean): Handed {
  let id = IP_ID;
  const frames = writes.flatMap((bytes, i): GsoFrame[] => {
    const gso = gsoSize > 0 && bytes > gsoSize;
    const fits = bytes + 8 + (v6 ? 40 : 20) <= tx.mtu;
    if (gso && !tx.features['tx-checksumming'])
      throw new CaseError(`input.writes[${i}]`, 'UDP_SEGMENT needs tx checksumming');
    const partial = gso || (fits && tx.features['tx-checksumming']);
    const whole = buildFrame(
      makeFrame({
        ipVersion: v6 ? 6 : 4,
        proto: IPPROTO_UDP,
        payloadLen: bytes,
        l4Csum: partial ? 'partial' : 'ok',
        ...(v6 ? {} : { ipId: id, df: gso || fits }),
      }),
    );
    id += gso ? Math.ceil(bytes / gsoSize) : 1;
    const plain = {
      gsoType: 'none' as const,
      gsoSize: 0,
      csumPartial: partial,
      fixedId: false,
      accEcn: false,
    };
    if (gso) return [{ ...plain, bytes: whole, gsoType: 'udp-l4', gsoSize }];
    return ipFragment(whole, tx.mtu, i).map((part) => ({ ...plain, bytes: part }));
  });
  return { frames, requests: writes.length, segs: 0 };
}

/** A captured frame. */
function captured(frame: GsoFrame): JsonObject {
  const { bytes } = frame;
  const h = headersOf(bytes);
  const v6 = h.ipVersion === 6;
  const out: JsonObject = {};
  const fragment = fragmentOf(bytes);
  const later = fragment !== null && fragment.offset > 0;
  const isTcp = h.proto === 6;
  if (isTcp) out.offset = get32(bytes, h.l4 + 4) - ISN;
  const head = fragment !== null && v6 ? h.l4 + 8 + (later ? 0 : 8) : later ? h.l4 : h.payload;
  out.payload = bytes.length - head;
  out.frame_len = bytes.length;
  out.ip_len = bytes.length - h.l3 - (v6 ? 40 : 0);
  if (isTcp) out.flags = (bytes[h.l4 + 13] & TCP_PSH) !== 0 ? 'PA' : 'A';
  out.gso_type = frame.gsoType;
  out.gso_size = frame.gsoSize;
  out.vnet_flags = frame.csumPartial ? ['needs_csum'] : [];
  if (fragment === null) out.checksum_in_capture_correct = captureShowsRight(frame);
  if (!v6) out.ip_id_offset = get16(bytes, h.l3 + 4) - IP_ID;
  if (!isTcp && !later) out.udp_len_field = get16(bytes, head - 4);
  if (fragment !== null) Object.assign(out, { mf: fragment.more, fragoff: fragment.offset });
  return out;
}

/** Offset in units of eight bytes, and whether more follow; null: no fragment. */
function fragmentOf(bytes: Uint8Array): { offset: number; more: boolean } | null {
  const h = headersOf(bytes);
  if (h.ipVersion === 6) {
    if (bytes[h.l3 + 6] !== 44) return null;
    const word = get16(bytes, h.l3 + 42);
    return { offset: word >> 3, more: (word & 1) !== 0 };
  }
  const word = get16(bytes, h.l3 + 6);
  const more = (word & 0x2000) !== 0;
  return more || (word & 0x1fff) !== 0 ? { offset: word & 0x1fff, more } : null;
}

/** GRO on the receiving veth: single segments may merge; a frame that comes with a GSO size goes up as it is. */
function mergedByGro(sent: GsoFrame[], rx: End, kernel: string): JsonObject[] {
  const out: JsonObject[] = [];
  let run: GsoFrame[] = [];
  const flush = (): void => {
    if (run.length > 0) out.push(...groOf(run, kernel, rx));
    run = [];
  };
  for (const frame of sent) {
    const h = headersOf(frame.bytes);
    if (frame.gsoSize === 0 && h.proto === 6) run.push(frame);
    else {
      flush();
      out.push(captured(frame));
    }
  }
  flush();
  return out;
}

function groOf(frames: GsoFrame[], kernel: string, rx: End): JsonObject[] {
  const packets = frames.map(({ bytes }): JsonObject => {
    const h = headersOf(bytes);
    return {
      v: h.ipVersion,
      seq: get32(bytes, h.l4 + 4),
      len: bytes.length - h.payload,
      flags: (bytes[h.l4 + 13] & TCP_PSH) !== 0 ? 'PA' : 'A',
      opts: ['nop', 'nop', ['ts', 5, 7]],
      ...(h.ipVersion === 4 ? { id: get16(bytes, h.l3 + 4) } : {}),
    };
  });
  const setup = [`ip link set tap0 mtu ${rx.mtu}`];
  const merged = runGroCase({ kernel, case_setup: setup, input: [{ packets }] });
  return merged.map((skb): JsonObject => {
    const first = frames.find((f) => get32(f.bytes, headersOf(f.bytes).l4 + 4) === skb.seq) as GsoFrame;
    const seen = captured(first);
    const more: JsonObject = {
      payload: skb.payload,
      frame_len: skb.frame_len,
      ip_len: skb.ip_len,
      flags: skb.flags,
      gso_type: skb.gso_type,
      gso_size: skb.gso_size,
    };
    // a merged frame's checksum is to be finished again
    if (skb.gso_size !== 0)
      Object.assign(more, { vnet_flags: ['needs_csum'], checksum_in_capture_correct: false });
    return { ...seen, ...more };
  });
}

function parseSetup(file: JsonObject, v6: boolean): { tx: End; rx: End } {
  const asked = { tx: allOn(), rx: allOn() };
  const ends = { tx: newEnd(), rx: newEnd() };
  const lines = file.case_setup === undefined ? [] : arrayAt(file.case_setup, 'case_setup');
  lines.forEach((value, i) => {
    const path = `case_setup[${i}]`;
    const line = stringAt(value, path);
    const unknown = (): never => {
      throw new CaseError(path, `not a set-up line that is known here: ${line}`);
    };
    const side = /^(tx|rx): (.+)$/.exec(line) ?? unknown();
    const which = side[1] as 'tx' | 'rx';
    const ethtool = /^ethtool -K v[ab]((?: [\w-]+ (?:on|off))+)$/.exec(side[2]);
    const link = /^ip link set v[ab] (mtu|gso_max_size|gso_max_segs) (\d{1,9})$/.exec(side[2]);
    if (link !== null) {
      const n = Number(link[2]);
      if (link[1] === 'mtu' && n >= 576 && n <= 65535) ends[which].mtu = n;
      else if (link[1] === 'gso_max_size' && n >= 2048) ends[which].limits.maxSize = n;
      else if (link[1] === 'gso_max_segs' && n >= 1) ends[which].limits.maxSegs = n;
      else unknown();
      return;
    }
    const words = ethtool === null ? unknown() : ethtool[1].trim().split(' ');
    for (let k = 0; k < words.length; k += 2) {
      const on = words[k + 1] === 'on';
      if (words[k] === 'gro' || words[k] === 'generic-receive-offload') ends[which].gro = on;
      else if (words[k] in TCP_VERSIONS) {
        if (TCP_VERSIONS[words[k]] === v6) asked[which]['tcp-segmentation-offload'] = on;
      } else if (words[k] === 'rx' || words[k] === 'rx-checksumming') continue;
      else for (const name of FEATURES[words[k]] ?? unknown()) asked[which][name] = on;
    }
  });
  ends.tx.features = fixFeatures(asked.tx);
  ends.rx.features = fixFeatures(asked.rx);
  return ends;
}

function allOn(): TxFeatures {
  return {
    'tx-checksumming': true,
    'scatter-gather': true,
    'tcp-segmentation-offload': true,
    'generic-segmentation-offload': true,
    'tx-udp-segmentation': true,
  };
}

function newEnd(): End {
  return { features: allOn(), gro: false, mtu: 1500, limits: { maxSize: 65_536, maxSegs: 65_535 } };
}
