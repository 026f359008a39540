/**
 * TLS on a TCP connection, each direction by itself: in the application (as libraries do it), in the kernel by the CPU (TLS_SW), or in
 * the kernel with the card doing the cipher (TLS_HW). Plain data, copied whole with the world.
 * Source: include/net/tls.h, net/tls/tls_main.c, Documentation/networking/tls-offload.rst, v6.12.
 * Left out: the handshake (keys are there when the connection is), alerts, key updates, other ciphers than AES-GCM, TLS_HW_RECORD.
 */
import type { TlsCard } from './rx-card.ts';

/** TLS_MAX_PAYLOAD_SIZE, bytes. */
export const TLS_MAX_PAYLOAD_SIZE = 16_384;
/** TLS_HEADER_SIZE: type, version, length. */
export const TLS_HEADER_SIZE = 5;
/** 1.2 with AES-GCM: header, explicit nonce of 8, tag of 16. */
export const TLS12_OVERHEAD = 29;
/** 1.3: header, content type, tag. */
export const TLS13_OVERHEAD = 22;

/** Where a direction's cipher runs. */
export const TLS_USER = 0;
export const TLS_SW = 1;
export const TLS_HW = 2;

/** What a connection writes. Records follow each other without gaps from the stream's first byte. */
export interface TlsTx {
  mode: number;
  /** First byte of each record kept, oldest first; number of the first of them; one past the last byte of the last. */
  starts: number[];
  firstNumber: number;
  endSeq: number;
  /** Card (world index) that has the context; -1: none. */
  dev: number;
  /** What the driver expects next; what TCP hands down next if it sends nothing again. */
  expectedSeq: number;
  queuedSeq: number;
}

/** What it reads. */
interface TlsRx {
  mode: number;
  /** Start of the record that the reader gets next; its header has been looked at; all of it is there. */
  next: number;
  parsed: boolean;
  ready: boolean;
  /** The card's own state; null: the card knows nothing of the connection. */
  card: TlsCard | null;
}

export interface TlsConn {
  /** Bytes that a record is longer than its payload. */
  overhead: number;
  /** 2 or 3, of 1.2 and 1.3. */
  minor: number;
  /** It is closed, and its contexts are gone. */
  over: boolean;
  /** Connection (world index) at the other end. */
  peer: number;
  tx: TlsTx;
  rx: TlsRx;
}

/** mlx5's counters of a card, by the driver's names (its own names for rings are left out). */
export interface NicTls {
  tx_tls_ctx: number;
  tx_tls_del: number;
  tx_tls_encrypted_packets: number;
  tx_tls_encrypted_bytes: number;
  tx_tls_ooo: number;
  tx_tls_dump_packets: number;
  tx_tls_dump_bytes: number;
  tx_tls_drop_no_sync_data: number;
  rx_tls_ctx: number;
  rx_tls_del: number;
  rx_tls_decrypted_packets: number;
  rx_tls_decrypted_bytes: number;
  rx_tls_resync_req_pkt: number;
  rx_tls_resync_req_start: number;
  rx_tls_resync_req_end: number;
  rx_tls_resync_req_skip: number;
  rx_tls_resync_res_ok: number;
}

export function createNicTls(): NicTls {
  return {
    tx_tls_ctx: 0,
    tx_tls_del: 0,
    tx_tls_encrypted_packets: 0,
    tx_tls_encrypted_bytes: 0,
    tx_tls_ooo: 0,
    tx_tls_dump_packets: 0,
    tx_tls_dump_bytes: 0,
    tx_tls_drop_no_sync_data: 0,
    rx_tls_ctx: 0,
    rx_tls_del: 0,
    rx_tls_decrypted_packets: 0,
    rx_tls_decrypted_bytes: 0,
    rx_tls_resync_req_pkt: 0,
    rx_tls_resync_req_start: 0,
    rx_tls_resync_req_end: 0,
    rx_tls_resync_req_skip: 0,
    rx_tls_resync_res_ok: 0,
  };
}

/** /proc/net/tls_stat of a host, in the kernel's order (net/tls/tls_proc.c, v6.12). */
export function createTlsStat() {
  return {
    TlsCurrTxSw: 0,
    TlsCurrRxSw: 0,
    TlsCurrTxDevice: 0,
    TlsCurrRxDevice: 0,
    TlsTxSw: 0,
    TlsRxSw: 0,
    TlsTxDevice: 0,
    TlsRxDevice: 0,
    TlsDecryptError: 0,
    TlsRxDeviceResync: 0,
    TlsDecryptRetry: 0,
    TlsRxNoPadViolation: 0,
  };
}

export type TlsStat = ReturnType<typeof createTlsStat>;
