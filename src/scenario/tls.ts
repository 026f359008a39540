/** TLS in a scenario: which kernels have it, and what it needs. */
import { rulesFor } from '../catalog/rules.ts';
import { TLS_MAX_PAYLOAD_SIZE } from '../engine/tls/state.ts';
import type { Scenario } from './schema.ts';

type HostText = Scenario['hosts'][string];

/** @param problem called with a place and what is wrong there */
export function checkTls(
  kernel: string,
  host: HostText,
  at: string,
  problem: (path: string, message: string) => void,
): void {
  const rules = rulesFor(kernel);
  for (const [name, socket] of Object.entries(host.sockets)) {
    const { tls } = socket;
    if (tls === undefined) continue;
    const here = `${at}.sockets.${name}.tls`;
    if (socket.proto !== 'tcp' || !socket.acks) problem(here, 'TLS goes over a TCP socket with acks: true');
    const kernelTls = tls.tx === 'kernel' || tls.rx === 'kernel';
    if (tls.tx === 'kernel' && !rules.ktlsTx)
      problem(`${here}.tx`, `Linux ${kernel} has no kTLS: it came with 4.13; before it there is user only`);
    if (tls.rx === 'kernel' && !rules.ktlsRx)
      problem(
        `${here}.rx`,
        `Linux ${kernel} has no kTLS for what is received: it came with 4.17; before it there is user only`,
      );
    if (tls.version === '1.3' && kernelTls && !rules.ktls13)
      problem(
        `${here}.version`,
        `Linux ${kernel} has no kTLS 1.3: it came with 5.1; before it there is 1.2, or user for both directions`,
      );
    if (tls.rx !== 'kernel') continue;
    for (const [id, app] of Object.entries(host.apps))
      if (app.sockets.includes(name) && app.readBytes < TLS_MAX_PAYLOAD_SIZE)
        problem(
          `${at}.apps.${id}.readBytes`,
          `a reader of kTLS records reads whole ones here: ${TLS_MAX_PAYLOAD_SIZE} or more`,
        );
  }
}
