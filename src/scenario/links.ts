/** A scenario's links to the engine's: ends to indexes, what both directions share and what each has of its own. */
import type { HostSpec, LinkEnd, LinkSpec, LinkWaySpec, WlanSpec } from '../engine/spec.ts';
import { canonicalAddress } from '../engine/packet/address.ts';
import type { LinkText, Scenario } from './schema.ts';

type WayText = LinkText['ab'];
type Report = (path: string, message: string) => void;

/** Card at the other end of the link that a card has; null: it has none. */
export function farCard(scenario: Scenario, host: string, nic: string): { host: string; nic: string } | null {
  for (const { a, b } of Object.values(scenario.links)) {
    const ends = [a, b].map((end) => ({ host: end.host, nic: end.nic ?? firstNic(scenario, end.host) }));
    const at = ends.findIndex((end) => end.host === host && end.nic === nic);
    if (at >= 0) return ends[1 - at];
  }
  return null;
}

function firstNic(scenario: Scenario, host: string): string {
  return Object.keys(scenario.hosts[host]?.nics ?? {})[0] ?? '';
}

/** @param problem called with a place and what is wrong there */
export function compileLinks(scenario: Scenario, hosts: readonly HostSpec[], problem: Report): LinkSpec[] {
  const taken = new Map<string, string>();
  return Object.entries(scenario.links).flatMap(([name, link]) => {
    const at = `links.${name}`;
    const ends = [
      endOf(hosts, link.a, `${at}.a`, problem),
      endOf(hosts, link.b, `${at}.b`, problem),
    ] as const;
    const [a, b] = ends;
    if (a === null || b === null) return [];
    if (a.host === b.host) {
      problem(at, 'both ends are cards of one host: a link joins two');
      return [];
    }
    for (const end of [a, b]) {
      const card = `${hosts[end.host].id} ${hosts[end.host].nics[end.nic].name}`;
      const other = taken.get(card);
      if (other !== undefined) problem(at, `${card} has the link ${other} already`);
      taken.set(card, name);
    }
    checkCards(hosts, a, b, at, problem);
    const { a: _a, b: _b, ab, ba, wlan: radio, ...both } = link;
    const wlan = radio ?? undefined;
    if (wlan !== undefined) both.queueFrames ??= 64;
    const ways: [LinkWaySpec, LinkWaySpec] = [wayOf({ ...both, ...ab }), wayOf({ ...both, ...ba })];
    if (wlan === undefined) {
      checkRate(hosts, ways[0], a, b, `${at}.ab`, problem);
      checkRate(hosts, ways[1], b, a, `${at}.ba`, problem);
    } else checkRadio(ways, wlan, at, problem);
    return [{ name, ends: [a, b], ways, wlan }];
  });
}

function endOf(hosts: readonly HostSpec[], end: LinkText['a'], at: string, problem: Report): LinkEnd | null {
  const host = hosts.findIndex((h) => h.id === end.host);
  if (host < 0) {
    problem(`${at}.host`, `there is no host ${end.host}; there are ${hosts.map((h) => h.id).join(', ')}`);
    return null;
  }
  const { nics } = hosts[host];
  const nic = end.nic === undefined ? 0 : nics.findIndex((n) => n.name === end.nic);
  if (nic >= 0 && nics[nic].tunnel !== undefined) {
    problem(`${at}.nic`, `${nics[nic].name} is a tunnel: a link joins cards`);
    return null;
  }
  if (nic >= 0) return { host, nic };
  problem(`${at}.nic`, `there is no NIC ${end.nic}; there are ${nics.map((n) => n.name).join(', ')}`);
  return null;
}

/** Two cards on one cable are two: each has its own addresses. */
function checkCards(hosts: readonly HostSpec[], a: LinkEnd, b: LinkEnd, at: string, problem: Report): void {
  const near = hosts[a.host].nics[a.nic];
  const far = hosts[b.host].nics[b.nic];
  if (near.mac === far.mac) problem(at, `both its cards have the MAC address ${near.mac}: give one another`);
  const addresses = new Set(near.addresses.map(readable));
  const same = far.addresses.find((text) => addresses.has(readable(text)));
  if (same !== undefined) problem(at, `both its cards have the address ${same}: give one another`);
}

function readable(text: string): string {
  try {
    return canonicalAddress(text);
  } catch {
    return text;
  }
}

/** A cable has one rate; where the cards' differ, something between them must take the frames in and send them on. */
function checkRate(
  hosts: readonly HostSpec[],
  way: LinkWaySpec,
  from: LinkEnd,
  to: LinkEnd,
  at: string,
  problem: Report,
): void {
  const near = hosts[from.host].nics[from.nic];
  const far = hosts[to.host].nics[to.nic];
  if (way.rateBps === null && near.linkBps > far.linkBps)
    problem(at, `${near.name} sends at ${near.linkBps} bit/s to a card of ${far.linkBps}: give a rateBps`);
  if (way.rateBps !== null && way.rateBps > far.linkBps)
    problem(`${at}.rateBps`, `more than the far card takes (${far.linkBps} bit/s)`);
}

/** The channel is the narrow place, and its senders hold at least a frame. */
function checkRadio(ways: readonly LinkWaySpec[], wlan: WlanSpec, at: string, problem: Report): void {
  if (ways.some((way) => way.rateBps !== null)) problem(at, 'a radio link has wlan.rateBps, no rateBps');
  if (ways.some((way) => way.queueFrames === 0))
    problem(at, 'a radio card holds at least one frame (queueFrames)');
  if (wlan.cwMax < wlan.cwMin) problem(`${at}.wlan.cwMax`, `less than cwMin (${wlan.cwMin})`);
}

function wayOf(text: WayText): LinkWaySpec {
  return {
    delayNs: text.delayNs ?? 1000,
    jitterNs: text.jitterNs ?? 0,
    rateBps: text.rateBps ?? null,
    queueFrames: text.queueFrames ?? 100,
    faults: {
      loss: text.loss ?? 0,
      burst: text.burst ?? null,
      reorder: text.reorder ?? 0,
      reorderNs: text.reorderNs ?? 1_000_000,
      duplicate: text.duplicate ?? 0,
      bitError: text.bitError ?? 0,
      damage: text.damage ?? 0,
      script: text.script ?? [],
    },
  };
}
