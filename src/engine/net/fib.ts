/**
 * Where packets go: a host's addresses and routes, and what they say of every flow. The table may change while time runs
 * (`ip route`, `ip addr`); what it says of each flow is worked out at once, so that a packet costs no search.
 * Source: net/ipv4/fib_trie.c fib_table_lookup (the longest prefix wins), net/ipv4/devinet.c, net/ipv6/addrconf.c, v6.12.
 * Left out: metrics, several tables, policy rules, sources; the link address of a next hop is known to everybody.
 */
import { addressBytes, canonicalAddress } from '../packet/address.ts';
import type { HostSpec } from '../spec.ts';
import type { Address, Route, World } from '../world.ts';

/** A network: its first address and how many bits of it count. */
export function parsePrefix(text: string): { network: string; bits: number } {
  const [address, length] = text.split('/');
  const bytes = addressBytes(canonicalAddress(address));
  return {
    network: canonicalAddress(address),
    bits: length === undefined ? bytes.length * 8 : Number(length),
  };
}

/** True where the first `bits` of both addresses are the same; never across versions. */
export function inNetwork(address: string, network: string, bits: number): boolean {
  const a = addressBytes(address);
  const net = addressBytes(network);
  if (a.length !== net.length) return false;
  return net.every((byte, i) => {
    const take = Math.max(0, Math.min(8, bits - i * 8));
    return byte >> (8 - take) === a[i] >> (8 - take);
  });
}

/** A host's tables as its spec has them. @param firstNic world index of its first NIC */
export function tablesOf(host: HostSpec, firstNic: number): { addresses: Address[]; routes: Route[] } {
  const addresses = host.nics.flatMap((nic, i) =>
    nic.addresses.map((text): Address => {
      const address = canonicalAddress(text);
      return { nic: firstNic + i, address, bits: addressBytes(address).length * 8 };
    }),
  );
  const routes = (host.routes ?? []).map(
    ({ prefix, nic }): Route => ({ ...parsePrefix(prefix), nic: firstNic + nic, via: null, source: null }),
  );
  const connected = addresses.map(connectedRoute).filter((route) => route !== null);
  return { addresses, routes: [...routes, ...connected] };
}

/** The route that a packet to this address takes: the longest prefix, of equals the first. Null: none leads there. */
export function fibLookup(routes: readonly Route[], address: string): Route | null {
  let best: Route | null = null;
  for (const route of routes)
    if ((best === null || route.bits > best.bits) && inNetwork(address, route.network, route.bits))
      best = route;
  return best;
}

/** Works out anew what the host's tables say of every flow that reaches it. */
export function recomputeFib(w: World, host: number): void {
  const { addresses, routes } = w.hosts[host];
  // every address of the host is local, whichever card a packet comes in on
  const ours = new Set(addresses.flatMap((a) => [a.address, broadcastOf(a) ?? a.address]));
  const known = new Map<string, number>();
  for (const flow of w.fixed.flows) {
    // index 0 is no flow
    if (flow === undefined || flow.host !== host) continue;
    const { dst, ipVersion } = flow.key;
    w.flowState.forUs[flow.id] = flow.always || ours.has(dst) ? 1 : 0;
    if (ipVersion === 0) continue;
    let out = known.get(dst);
    if (out === undefined) {
      out = fibLookup(routes, dst)?.nic ?? -1;
      known.set(dst, out);
    }
    w.flowState.out[flow.id] = out < 0 ? flow.dev : out;
  }
}

/** A new address brings the route to its network, as the kernel makes it. */
export function addAddress(w: World, host: number, added: Address): void {
  const state = w.hosts[host];
  state.addresses = [...state.addresses, added];
  const route = connectedRoute(added);
  if (route !== null && !state.routes.some((r) => sameNetwork(r, route)))
    state.routes = [...state.routes, route];
  recomputeFib(w, host);
}

/** Takes an address away, with the route that came with it. */
export function removeAddress(w: World, host: number, gone: Address): void {
  const state = w.hosts[host];
  const same = (a: Address): boolean =>
    a.nic === gone.nic && a.address === gone.address && a.bits === gone.bits;
  state.addresses = state.addresses.filter((a) => !same(a));
  const route = connectedRoute(gone);
  // another address in the network keeps the route
  const kept =
    route === null ||
    state.addresses.some((a) => a.nic === gone.nic && sameNetwork(connectedRoute(a), route));
  if (!kept)
    state.routes = state.routes.filter(
      (r) => !(r.source !== null && r.nic === gone.nic && sameNetwork(r, route)),
    );
  // fib_disable_ip: a card without IPv4 addresses has no IPv4 routes
  const v4 = (address: string): boolean => !address.includes(':');
  if (v4(gone.address) && !state.addresses.some((a) => a.nic === gone.nic && v4(a.address)))
    state.routes = state.routes.filter((r) => r.nic !== gone.nic || !v4(r.network));
  recomputeFib(w, host);
}

export function sameNetwork(a: Route | null, b: Route | null): boolean {
  return a !== null && b !== null && a.network === b.network && a.bits === b.bits;
}

/** The network an address is in, reached through its card; null for a single IPv4 address (IPv6 has a route for it too). */
export function connectedRoute({ nic, address, bits }: Address): Route | null {
  const bytes = addressBytes(address);
  if (bits === 32 && bytes.length === 4) return null;
  return { network: networkOf(address, bits), bits, nic, via: null, source: address };
}

/** An IPv4 network's last address, to which all of it listens; null: it has none. */
export function broadcastOf({ address, bits }: Address): string | null {
  const bytes = addressBytes(address);
  if (bytes.length !== 4 || bits > 30) return null;
  return Array.from(bytes, (byte, i) => byte | (255 >> Math.max(0, Math.min(8, bits - i * 8)))).join('.');
}

/** The address with all bits behind the first `bits` zero. */
export function networkOf(address: string, bits: number): string {
  const bytes = addressBytes(address).map((byte, i) => {
    const take = Math.max(0, Math.min(8, bits - i * 8));
    return (byte >> (8 - take)) << (8 - take);
  });
  const text = Array.from(bytes);
  if (text.length === 4) return text.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((text[2 * i] << 8) | text[2 * i + 1]).toString(16));
  return canonicalAddress(groups.join(':'));
}
