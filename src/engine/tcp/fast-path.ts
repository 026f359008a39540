/** Source: net/ipv4/tcp.h tcp_fast_path_check, v6.12. */
import type { TcpSock } from './sock.ts';

/** Header prediction is armed again once nothing is in its way. */
export function fastPathCheck(s: TcpSock): void {
  if (s.ofo.length === 0 && s.rcvWnd > 0 && s.rmem < s.rcvbuf && s.urgSeq < 0) s.predicted = true;
}
