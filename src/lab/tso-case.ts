/**
 * Runs a `tso` case: what an application writes becomes frames (a socket of engine/tcp, or UDP's rules), the sender's device has them
 * cut or not (engine/net/gso), and captures at both ends of the veth pair are written in the measurement's words.
 * The server's ACKs wait in the sender's backlog until its write has sent what it may, then come one by one, as they did on one machine.
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
  /** Some kind of TSO is in force. */
  anyTso: boolean;
  gro: boolean;
  /** Of `rx-gro-list`, `rx-udp-gro-forwarding`, those that are on. */
  groKinds: string[];
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
const TSO4 = 'tx-tcp-segmentation';
const TSO6 = 'tx-tcp6-segmentation';
/** What `tso` stands for. Only the version in use is cut by the device; by itself the mark of ECN or of a fixed IP ID is none. */
const TSO_WORDS: readonly string[] = [TSO4, TSO6, 'tx-tcp-ecn-segmentation', 'tx-tcp-mangleid-segmentation'];
const GRO_KINDS: ReadonlySet<string> = new Set(['rx-gro-list', 'rx-udp-gro-forwarding']);
/** A veth has them, but they change nothing here. */
const NO_MATTER: ReadonlySet<string> = new Set([
  'rx',
  'rx-checksumming',
  'rx-vlan-offload',
  'rxvlan',
  'tx-vlan-offload',
  'txvlan',
  'highdma',
  'tx-nocache-copy',
  'tx-gso-list',
  'tx-gso-partial',
]);

const TIMESTAMPS = 12;
/** Half of tcp_rmem[1]: what the receiver's window has room for. */
const RCV_SPACE = 65_536;
/** TCP_MAX_QUICKACKS: a connection begins with so many. */
const MAX_QUICKACKS = 16;
/** UDP_MAX_SEGMENTS: one send is cut into no more. */
const UDP_MAX_SEGMENTS = 128;
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
  const path = createPath(tx, rx, String(file.kernel));
  const handed = flag('udp')
    ? udpFrames(
        writes,
        input.gso_size === undefined ? 0 : numberAt(input.gso_size, 'input.gso_size'),
        path,
        v6,
      )
    : tcpFrames(writes, file, input, path, v6);
  const { sent, arrived } = path;
  const ip = v6 ? 'Ip6' : 'Ip';
  const sender: Record<string, number> = {
    [`${ip}OutRequests`]: handed.requests,
    [`${ip}OutTransmits`]: path.handed,
  };
  const receiver: Record<string, number> = {
    [`${ip}InReceives`]: arrived.length,
    [v6 ? 'Ip6InNoECTPkts' : 'IpExtInNoECTPkts']: arrived.reduce((sum, frame) => sum + segmentsOf(frame), 0),
  };
  // fragments are put together before they are delivered
  if (!v6) receiver.IpInDelivers = arrived.filter((frame) => !Number(frame.fragoff ?? 0)).length;
  if (flag('udp')) {
    if (!v6) sender.UdpOutDatagrams = handed.requests;
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

/** What was asked of IP. */
interface Handed {
  requests: number;
  segs: number;
}

/** From one IP to the other: what has crossed so far. */
interface Path {
  tx: End;
  rx: End;
  handed: number;
  sent: GsoFrame[];
  arrived: JsonObject[];
  /** @returns what of it the receiving IP got. */
  send(frame: GsoFrame): JsonObject[];
}

function createPath(tx: End, rx: End, kernel: string): Path {
  const path: Path = {
    tx,
    rx,
    handed: 0,
    sent: [],
    arrived: [],
    send: (frame) => {
      const pieces = validateXmit(frame, tx.features, tx.limits);
      const got = meetsGro(frame, tx, rx)
        ? groOf(pieces, kernel, rx)
        : pieces.map((piece) => captured(piece));
      path.handed += 1;
      path.sent.push(...pieces);
      path.arrived.push(...got);
      return got;
    },
  };
  return path;
}

/**
 * veth_skb_is_eligible_for_gro: a veth takes frames in by NAPI, and so by GRO, only where the sender's has no TSO at all, or
 * a UDP socket sent them and datagrams may be merged here. All pieces of one frame meet in one poll.
 */
function meetsGro(frame: GsoFrame, tx: End, rx: End): boolean {
  if (!rx.gro) return false;
  return !tx.anyTso || (rx.groKinds.length > 0 && headersOf(frame.bytes).proto === IPPROTO_UDP);
}

function tcpFrames(writes: number[], file: JsonObject, input: JsonObject, path: Path, v6: boolean): Handed {
  const { tx } = path;
  const ipTcp = v6 ? 60 : 40;
  const ownMss = tx.mtu - ipTcp;
  const maxseg = input.maxseg === undefined ? ownMss : numberAt(input.maxseg, 'input.maxseg');
  const peerMss = Math.min(path.rx.mtu - ipTcp, maxseg);
  const mss = Math.min(ownMss, peerMss) - TIMESTAMPS;
  if (mss < 76) throw new CaseError('input.maxseg', 'too small');
  const rules = rulesFor(String(file.kernel));
  // tcp_select_initial_window: whole segments of the receiver's own MSS
  const perSegment = path.rx.mtu - ipTcp - TIMESTAMPS;
  const window = Math.min(Math.floor(RCV_SPACE / perSegment) * perSegment, 65_535);
  let requests = 0;
  let segs = 0;
  /** The ACKs on their way, and the last that left. */
  const acks: number[] = [];
  let lastAck = ISN;
  let end = ISN;
  let quick = Math.min(Math.floor(window / (2 * mss)), MAX_QUICKACKS);
  const arrive = (frame: TcpOut): void => {
    const fields = makeFrame({
      ipVersion: v6 ? 6 : 4,
      seq: frame.seq,
      tcpFlags: frame.flags,
      tcpOptions: '0101080a0000000500000007',
      payloadLen: frame.len,
      l4Csum: 'partial',
      ...(v6 ? {} : { ipId: (IP_ID + segs) & 0xffff }),
    });
    requests += 1;
    segs += frame.segs;
    const got = path.send({
      bytes: buildFrame(fields),
      gsoType: frame.segs === 1 ? 'none' : v6 ? 'tcpv6' : 'tcpv4',
      gsoSize: frame.segs === 1 ? 0 : mss,
      csumPartial: true,
      fixedId: false,
      accEcn: false,
    });
    for (const skb of got) {
      const payload = Number(skb.payload);
      end += payload;
      // later only each second full segment, but the reading of a small one is answered too
      if (quick === 0 && end - lastAck <= mss && payload >= mss) continue;
      if (quick > 0) quick -= 1;
      lastAck = end;
      acks.push(end);
    }
  };
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
      arrive(frame);
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
    mss: ownMss,
    peerMss,
    peerWindow: window,
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
    for (let ack = acks.shift(); ack !== undefined; ack = acks.shift()) {
      env.now += RTT_US * 1000;
      tcpRcv(env, s, {
        id: 0,
        seq: PEER_ISN,
        ack,
        flags: TCP_ACK,
        win: window,
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
  /** The timer of a delayed ACK, once nothing else happens. */
  const delayedAckComes = (): void => {
    while (end !== lastAck) {
      lastAck = end;
      acks.push(end);
      acksCome();
    }
  };
  s.tx.cork = input.cork === true;
  for (const bytes of writes) {
    tcpSendmsg(env, s, bytes);
    acksCome();
  }
  setCork(env, s, false);
  acksCome();
  delayedAckComes();
  return { requests, segs };
}

function udpFrames(writes: number[], gsoSize: number, path: Path, v6: boolean): Handed {
  const { tx } = path;
  const headers = 8 + (v6 ? 40 : 20);
  let requests = 0;
  writes.forEach((bytes, i) => {
    const gso = gsoSize > 0 && bytes > gsoSize;
    // udp_send_skb: EMSGSIZE, EINVAL
    if (gso && (gsoSize + headers > tx.mtu || Math.ceil(bytes / gsoSize) > UDP_MAX_SEGMENTS)) return;
    const fits = bytes + headers <= tx.mtu;
    const partial = gso || (fits && tx.features['tx-checksumming']);
    const whole = buildFrame(
      makeFrame({
        ipVersion: v6 ? 6 : 4,
        proto: IPPROTO_UDP,
        payloadLen: bytes,
        l4Csum: partial ? 'partial' : 'ok',
        // the identification is chosen before the datagram is known to be several: the next one's is the next
        ...(v6 ? {} : { ipId: IP_ID + requests, df: gso || fits }),
      }),
    );
    requests += 1;
    const plain = {
      gsoType: 'none' as const,
      gsoSize: 0,
      csumPartial: partial,
      fixedId: false,
      accEcn: false,
    };
    if (gso) path.send({ ...plain, bytes: whole, gsoType: 'udp-l4', gsoSize });
    else for (const part of ipFragment(whole, tx.mtu, i)) path.send({ ...plain, bytes: part });
  });
  return { requests, segs: 0 };
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

/** What GRO on the receiving veth makes of what comes in one poll. */
function groOf(frames: GsoFrame[], kernel: string, rx: End): JsonObject[] {
  // a frame that is to be cut further on, and fragments, go up as they are
  if (frames.some(({ bytes, gsoSize }) => gsoSize > 0 || fragmentOf(bytes) !== null))
    return frames.map((frame) => captured(frame));
  const udp = headersOf(frames[0].bytes).proto === IPPROTO_UDP;
  const packets = frames.map(({ bytes }): JsonObject => {
    const h = headersOf(bytes);
    return {
      v: h.ipVersion,
      len: bytes.length - h.payload,
      ...(h.ipVersion === 4 ? { id: get16(bytes, h.l3 + 4) } : {}),
      ...(udp
        ? { proto: 'udp' }
        : {
            seq: get32(bytes, h.l4 + 4),
            flags: (bytes[h.l4 + 13] & TCP_PSH) !== 0 ? 'PA' : 'A',
            opts: ['nop', 'nop', ['ts', 5, 7]],
          }),
    };
  });
  const setup = [
    `ip link set tap0 mtu ${rx.mtu}`,
    // TCP of a connection that is open here is never merged as a list
    ...(udp ? rx.groKinds.map((name) => `ethtool -K tap0 ${name} on`) : []),
  ];
  const merged = runGroCase({ kernel, case_setup: setup, input: [{ packets }] });
  let next = 0;
  return merged.map((skb): JsonObject => {
    // pieces of one frame never overtake each other
    const seen = captured(frames[next]);
    next += Number(skb.segments);
    const more: JsonObject = {
      payload: skb.payload,
      frame_len: skb.frame_len,
      ip_len: skb.ip_len,
      ...(skb.flags === undefined ? { udp_len_field: skb.udp_len_field } : { flags: skb.flags }),
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
  const tso = { tx: new Set(TSO_WORDS), rx: new Set(TSO_WORDS) };
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
      if (words[k] === 'tso' || words[k] === 'tcp-segmentation-offload')
        tso[which] = new Set(on ? TSO_WORDS : []);
      if (words[k] === 'gro' || words[k] === 'generic-receive-offload') ends[which].gro = on;
      else if (GRO_KINDS.has(words[k])) {
        ends[which].groKinds = ends[which].groKinds.filter((name) => name !== words[k]);
        if (on) ends[which].groKinds.push(words[k]);
      } else if (TSO_WORDS.includes(words[k])) {
        if (on) tso[which].add(words[k]);
        else tso[which].delete(words[k]);
        if (words[k] === (v6 ? TSO6 : TSO4)) asked[which]['tcp-segmentation-offload'] = on;
      } else if (NO_MATTER.has(words[k])) continue;
      else for (const name of FEATURES[words[k]] ?? unknown()) asked[which][name] = on;
    }
  });
  for (const which of ['tx', 'rx'] as const) {
    ends[which].features = fixFeatures(asked[which]);
    ends[which].anyTso =
      ends[which].features['scatter-gather'] && (tso[which].has(TSO4) || tso[which].has(TSO6));
  }
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
  return {
    features: allOn(),
    anyTso: true,
    gro: false,
    groKinds: [],
    mtu: 1500,
    limits: { maxSize: 65_536, maxSegs: 65_535 },
  };
}
