import { TCP_URG } from '../packet/frame.ts';
import type { TcpSegment } from './segment.ts';
import { after, before, seqAdd } from './seq.ts';
import type { TcpSock } from './sock.ts';

/** tcp_check_urg: header prediction rests while an urgent byte is awaited. It is read with the rest (SO_OOBINLINE). */
export function checkUrgent(s: TcpSock, seg: TcpSegment): void {
  if ((seg.flags & TCP_URG) !== 0) {
    const at = seqAdd(seg.seq, seg.urgPtr > 0 ? seg.urgPtr - 1 : 0);
    if (!after(s.copiedSeq, at) && !before(at, s.rcvNxt) && (s.urgSeq < 0 || after(at, s.urgSeq))) {
      s.urgSeq = at;
      s.predicted = false;
    }
  }
  if (s.urgSeq >= 0 && before(s.urgSeq, seqAdd(seg.seq, seg.len)) && !before(s.urgSeq, seg.seq))
    s.urgSeq = -1;
}
