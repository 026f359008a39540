/**
 * setsockopt(SOL_TLS, TLS_TX / TLS_RX): keys go to the kernel, and from there to the card if it takes them; a card that does not is no
 * error: the connection works by the CPU. Each direction is tried by itself, once, when the connection is made.
 * Source: net/tls/tls_main.c do_tls_setsockopt_conf, net/tls/tls_device.c tls_set_device_offload, tls_set_device_offload_rx,
 * mlx5 en_accel/ktls.c mlx5e_ktls_add, v6.12.
 */
import { Kind } from '../../catalog/kinds.ts';
import { Reason } from '../../catalog/reasons.ts';
import { emit } from '../emit.ts';
import type { TlsSpec } from '../spec.ts';
import { seqAdd } from '../tcp/seq.ts';
import type { TcpSock } from '../tcp/sock.ts';
import type { Cpu, Nic, Socket, TcpConnection, World } from '../world.ts';
import { createTlsCard } from './rx-card.ts';
import { TLS_HW, TLS_SW, TLS_USER, TLS12_OVERHEAD, TLS13_OVERHEAD } from './state.ts';

/** Why a direction is where it is. */
function choose(w: World, nic: Nic, spec: TlsSpec, sends: boolean): number {
  if ((sends ? spec.tx : spec.rx) === 'user') return Reason.tlsUserSpace;
  const { rules } = w.fixed;
  if (!(sends ? rules.ktlsDeviceTx : rules.ktlsDeviceRx)) return Reason.tlsKernelOld;
  const name = sends ? 'tls-hw-tx-offload' : 'tls-hw-rx-offload';
  if (nic.wanted[name] === undefined) return Reason.tlsNoCard;
  if (!nic.features[name]) return sends ? Reason.tlsTxOff : Reason.tlsRxOff;
  return spec.version === '1.2' ? Reason.tlsDevice : Reason.tlsVersion;
}

const modeOf = (why: number): number =>
  why === Reason.tlsUserSpace ? TLS_USER : why === Reason.tlsDevice ? TLS_HW : TLS_SW;

/** @param cause record that made the connection */
export function startTls(w: World, cpu: Cpu, conn: TcpConnection, sock: Socket, cause: number): void {
  const spec = sock.spec.tls;
  const s = conn.tcp as TcpSock;
  if (spec === undefined || conn.tls !== null || !conn.live) return;
  const { flows } = w.fixed;
  const out = flows[conn.flow].reply;
  const nic = w.nics[w.flowState.out[out]];
  const first = seqAdd(s.issSnd, 1);
  const why = { tx: choose(w, nic, spec, true), rx: choose(w, nic, spec, false) };
  const mode = { tx: modeOf(why.tx), rx: modeOf(why.rx) };
  conn.tls = {
    overhead: spec.version === '1.2' ? TLS12_OVERHEAD : TLS13_OVERHEAD,
    minor: spec.version === '1.2' ? 2 : 3,
    over: false,
    peer: flows[flows[flows[conn.flow].same].reply].connection,
    tx: {
      mode: mode.tx,
      starts: [],
      firstNumber: 0,
      endSeq: first,
      dev: mode.tx === TLS_HW ? nic.index : -1,
      expectedSeq: first,
      queuedSeq: first,
    },
    rx: {
      mode: mode.rx,
      next: s.rcvNxt,
      parsed: false,
      ready: false,
      card: mode.rx === TLS_HW ? createTlsCard(nic.index, s.rcvNxt) : null,
    },
  };
  count(w, conn, nic, 1);
  emit(w, Kind.tlsSetup, sock.place, why.tx, cpu.index, 0, out, cause, 0, mode.tx);
  emit(w, Kind.tlsSetup, sock.place, why.rx, cpu.index, 0, conn.flow, cause, 1, mode.rx);
}

/** The connection is closed: the card forgets it. */
export function endTls(w: World, conn: TcpConnection): void {
  const { tls } = conn;
  if (tls === null || tls.over) return;
  tls.over = true;
  const dev = tls.tx.dev >= 0 ? tls.tx.dev : (tls.rx.card?.dev ?? -1);
  count(w, conn, dev < 0 ? null : w.nics[dev], -1);
  tls.rx.card = null;
}

function count(w: World, conn: TcpConnection, nic: Nic | null, by: 1 | -1): void {
  const { tls } = conn;
  if (tls === null) return;
  const stat = w.hosts[w.sockets[conn.sock - 1].host].tls;
  const card = nic === null ? null : nic.tls;
  const { tx, rx } = tls;
  if (tx.mode === TLS_SW) stat.TlsCurrTxSw += by;
  if (tx.mode === TLS_HW) stat.TlsCurrTxDevice += by;
  if (rx.mode === TLS_SW) stat.TlsCurrRxSw += by;
  if (rx.mode === TLS_HW) stat.TlsCurrRxDevice += by;
  if (by < 0) {
    if (card !== null && tx.mode === TLS_HW) card.tx_tls_del += 1;
    if (card !== null && rx.mode === TLS_HW) card.rx_tls_del += 1;
    return;
  }
  if (tx.mode === TLS_SW) stat.TlsTxSw += 1;
  if (tx.mode === TLS_HW) stat.TlsTxDevice += 1;
  if (rx.mode === TLS_SW) stat.TlsRxSw += 1;
  if (rx.mode === TLS_HW) stat.TlsRxDevice += 1;
  if (card !== null && tx.mode === TLS_HW) card.tx_tls_ctx += 1;
  if (card !== null && rx.mode === TLS_HW) card.rx_tls_ctx += 1;
}
