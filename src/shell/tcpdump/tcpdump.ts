/**
 * `tcpdump`: what the taps of a host's cards have seen from the start of the run up to now, one line a packet; `-r` a capture that was loaded.
 * A tap stands behind the driver and GRO and before IP (ptype_all in __netif_receive_skb_core): it sees trains that GRO has built as one packet, packets that
 * IP or a socket then drops, and not those that died in the ring. What is sent passes it on its way to the driver.
 * Names are not looked up: output is as with -n. Time counts from the start of the run.
 * Source: tcpdump 4.99.3, libpcap 1.10.3, net/core/dev.c v6.12, fixtures/tcpdump.txt.
 */
import { Point } from '../../catalog/capture-points.ts';
import { ETH_P_ARP, type FrameFields } from '../../engine/packet/frame.ts';
import { type OuterHeader, outerFields, outerHeader } from '../../engine/tunnel/outer.ts';
import { sentFields, skbFields } from '../../engine/net/skb-fields.ts';
import { fieldsOf, type TrafficTable } from '../../engine/packet/traffic-table.ts';
import type { PacketTap, World } from '../../engine/world.ts';
import { findNic, nicNames, nicsOf } from '../host.ts';
import { clockText } from '../machine.ts';
import { type Ctx, type Outcome, printed, refused } from '../types.ts';
import type { Witness } from '../witness.ts';
import { type Filter, parseFilter } from './filter.ts';
import { type Conversations, cookedLength, packetLine } from './line.ts';

export const TCPDUMP_HELP =
  'tcpdump [-i DEV|any] [-nevqS] [-t...] [-c N] [-Q in|out] [-r CAPTURE] [FILTER]\n' +
  'What the taps saw up to now: behind the ring and GRO, before IP. A packet that died in the ring is not there.\n' +
  'FILTER: [src|dst] host|net|port ID, ip ip6 arp tcp udp icmp icmp6, and or not ( )\n';

const USAGE = `tcpdump version 4.99.3
libpcap version 1.10.3
Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
		[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
		[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
		[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
		[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
		[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
		[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
		[ -z postrotate-command ] [ -Z user ] [ expression ]`;

/** Lines shown at most: the last ones. */
const MOST_LINES = 1000;

interface Options {
  device: string;
  file: string | null;
  count: number;
  /** How many -t. */
  time: number;
  nano: boolean;
  link: boolean;
  verbose: number;
  quiet: boolean;
  absoluteSeq: boolean;
  numeric: boolean;
  number: boolean;
  onlyCount: boolean;
  way: 'in' | 'out' | 'inout';
  filter: Filter;
}

/** Letters that change nothing here. */
const IDLE = 'lUpKNfbIu';
const VALUED = 'icrsQBjTyEFGMCWVwZz';

function parse(ctx: Ctx, words: readonly string[]): Options | Outcome {
  const options: Options = {
    device: nicNames(ctx)[0] ?? '',
    file: null,
    count: Number.POSITIVE_INFINITY,
    time: 0,
    nano: false,
    link: false,
    verbose: 0,
    quiet: false,
    absoluteSeq: false,
    numeric: false,
    number: false,
    onlyCount: false,
    way: 'inout',
    filter: () => true,
  };
  const hint = TCPDUMP_HELP.split('\n')[0];
  const rest: string[] = [];
  let i = 0;
  for (; i < words.length; i += 1) {
    const word = words[i];
    if (!word.startsWith('-') || word === '-') {
      // options come first; what follows is the filter
      rest.push(...words.slice(i));
      break;
    }
    if (word.startsWith('--')) {
      if (word === '--count') options.onlyCount = true;
      else if (word === '--number') options.number = true;
      else if (word === '--nano' || word === '--time-stamp-precision=nano') options.nano = true;
      else if (word === '--micro' || word === '--immediate-mode' || word === '--print') continue;
      else if (word === '--help' || word === '--version')
        return printed(`${word === '--help' ? USAGE : USAGE.split('\nUsage')[0]}\n`);
      else if (/^--(interface|direction)=/.test(word)) {
        const [name, value] = word.split('=');
        if (name === '--interface') options.device = value;
        else if (value === 'in' || value === 'out' || value === 'inout') options.way = value;
      } else return refused(`tcpdump: unrecognized option '${word}'\n${USAGE}`, 1, hint);
      continue;
    }
    for (let k = 1; k < word.length; k += 1) {
      const letter = word.charAt(k);
      if (VALUED.includes(letter)) {
        const value = word.slice(k + 1) || words[i + 1];
        if (value === undefined)
          return refused(`tcpdump: option requires an argument -- '${letter}'\n${USAGE}`, 1, hint);
        if (word.slice(k + 1) === '') i += 1;
        const wrong = valued(options, letter, value);
        if (wrong !== null) return wrong;
        break;
      }
      if (letter === 'n') options.numeric = true;
      else if (letter === 'e') options.link = true;
      else if (letter === 'v') options.verbose += 1;
      else if (letter === 't') options.time += 1;
      else if (letter === 'q') options.quiet = true;
      else if (letter === 'S') options.absoluteSeq = true;
      else if (letter === '#') options.number = true;
      else if (letter === 'D') return printed(devices(ctx));
      else if (letter === 'h') return printed(`${USAGE}\n`);
      else if ('AxX'.includes(letter))
        return refused('', 1, `-${letter}: the inspector shows a packet's bytes at every point of its way`);
      else if (!IDLE.includes(letter))
        return refused(`tcpdump: invalid option -- '${letter}'\n${USAGE}`, 1, hint);
    }
  }
  const parsed = parseFilter(rest);
  if (!parsed.ok) return refused(parsed.error === '' ? '' : `tcpdump: ${parsed.error}`, 1, parsed.hint);
  options.filter = parsed.filter;
  if (options.file !== null) return options;
  if (nicsOf(ctx).length === 0)
    return refused('tcpdump: no suitable device found', 1, 'this host has no NIC');
  if (options.device !== 'any' && findNic(ctx, options.device) === undefined) {
    const { device } = options;
    return refused(
      `tcpdump: ${device}: No such device exists\n(No such device exists)`,
      1,
      `devices here: ${nicNames(ctx).join(' ')} any`,
    );
  }
  return options;
}

function valued(options: Options, letter: string, value: string): Outcome | null {
  switch (letter) {
    case 'i':
      options.device = value;
      return null;
    case 'r':
      options.file = value;
      return null;
    case 'c':
      if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
        return refused(`tcpdump: invalid packet count ${value}`, 1, '-c N, 1 or more');
      options.count = Number(value);
      return null;
    case 'Q':
      if (value !== 'in' && value !== 'out' && value !== 'inout')
        return refused(`tcpdump: unknown capture direction \`${value}'`, 1, 'in, out or inout');
      options.way = value;
      return null;
    case 's':
    case 'B':
    case 'j':
      return null;
    case 'w':
      return refused(
        '',
        1,
        '-w is not here: the page’s captures (C) and `softnet-lab run --capture` write pcapng and pcap',
      );
    default:
      return refused('', 1, `-${letter} is not here`);
  }
}

function devices(ctx: Ctx): string {
  return [
    ...nicNames(ctx).map((name) => `${name} [Up, Running, Connected]`),
    'any (Pseudo-device that captures on all interfaces) [Up, Running]',
  ]
    .map((text, i) => `${i + 1}.${text}\n`)
    .join('');
}

/** Lines as they come, the last ones kept. */
class Printer {
  readonly lines: string[];
  captured: number;
  /** Some packet had what is not kept of it. */
  arp: boolean;
  readonly options: Options;
  private readonly talks: Conversations;
  private firstNs: number;
  private lastNs: number;

  constructor(options: Options) {
    this.options = options;
    this.lines = [];
    this.captured = 0;
    this.arp = false;
    this.talks = { known: new Map() };
    this.firstNs = -1;
    this.lastNs = 0;
  }

  get full(): boolean {
    return this.captured >= this.options.count;
  }

  /** @param device name and direction on the `any` device, else empty */
  /** @param outer the header in front of it; null: none */
  take(
    timeNs: number,
    f: FrameFields,
    device: string,
    index: number,
    outer: OuterHeader | null = null,
  ): void {
    const { options } = this;
    // filters look no further than the outer header
    if (this.full || !options.filter(outer === null ? f : outerFields(f, outer))) return;
    this.captured += 1;
    if (options.onlyCount) return;
    if (this.firstNs < 0) {
      this.firstNs = timeNs;
      this.lastNs = timeNs;
    }
    if (f.etherType === ETH_P_ARP) this.arp = true;
    const number = options.number ? `${String(this.captured).padStart(5)}  ` : '';
    const cooked =
      device === '' || !options.link
        ? packetLine(f, options, this.talks, outer)
        : `ifindex ${index} ${f.smac} ${packetLine({ ...f, frameLen: cookedLength(f) }, options, this.talks, outer).replace(/^\S+ > \S+, /, '')}`;
    this.lines.push(`${number}${this.stamp(timeNs)}${device}${cooked}`);
    this.lastNs = timeNs;
    // now and then, so that it costs little
    if (this.lines.length > 2 * MOST_LINES) this.lines.splice(0, this.lines.length - MOST_LINES);
  }

  private stamp(timeNs: number): string {
    const { time, nano } = this.options;
    const fraction = (ns: number): string => {
      const part = ns % 1_000_000_000;
      return nano ? String(part).padStart(9, '0') : String(Math.floor(part / 1000)).padStart(6, '0');
    };
    const clock = (ns: number): string => `${clockText(ns)}.${fraction(ns)}`;
    switch (time) {
      case 0:
        return `${clock(timeNs)} `;
      case 1:
        return '';
      case 2:
        return `${Math.floor(timeNs / 1_000_000_000)}.${fraction(timeNs)} `;
      case 3:
      case 5: {
        // differences of times as they are printed
        const from = time === 3 ? this.lastNs : this.firstNs;
        const grain = nano ? 1 : 1000;
        return ` ${clock((Math.floor(timeNs / grain) - Math.floor(from / grain)) * grain)} `;
      }
      default:
        return `1970-01-01 ${clock(timeNs)} `;
    }
  }

  /** The lines, what is said before and after them, and notes of ours. */
  outcome(before: string, after: string): Outcome {
    const shown = this.lines.slice(-MOST_LINES);
    const hidden = this.options.onlyCount ? 0 : this.captured - shown.length;
    const notes = [
      ...(hidden > 0 ? [`# the last ${MOST_LINES} lines; narrow it with a filter or -c\n`] : []),
      ...(this.arp ? ['# what ARP packets ask for and answer is not modelled\n'] : []),
    ].join('');
    const output = this.options.onlyCount
      ? `${this.captured} packet${this.captured === 1 ? '' : 's'}\n`
      : shown.map((line) => `${line}\n`).join('');
    return { output, status: 0, changes: [], around: { before, after: after + notes } };
  }
}

class TcpdumpWitness implements Witness {
  readonly moments: readonly number[] = [];
  readonly printer: Printer;
  readonly tap: PacketTap;

  constructor(ctx: Ctx, options: Options) {
    this.printer = new Printer(options);
    const { printer } = this;
    const { firstNic, nics } = ctx.fixed;
    const chosen = options.device === 'any' ? undefined : findNic(ctx, options.device);
    const only = options.device === 'any' ? null : chosen?.index;
    // raw IP has no link header to print
    if (chosen?.tunnel != null) options.link = false;
    this.tap = (w, point, nic, slot) => {
      const outgoing = point === Point.driverOut;
      if (!outgoing && point !== Point.stackIn) return;
      if (printer.full || nic < firstNic || nic >= firstNic + nics || (only !== null && nic !== only)) return;
      if (options.way !== 'inout' && outgoing !== (options.way === 'out')) return;
      const device =
        only === null
          ? `${w.nics[nic].name.padEnd(5)} ${(outgoing ? 'Out' : arrived(w, slot)).padEnd(3)} `
          : '';
      const fields = outgoing ? sentFields(w, nic, slot) : skbFields(w, slot);
      printer.take(w.now, fields, device, nic - firstNic + 2, outerHeader(w, slot));
    };
  }

  look(): void {}
}

/** B and M: to everybody, to a group. */
function arrived(w: World, slot: number): string {
  const { dmac } = w.fixed.flows[w.pool.flow[slot]].key;
  if (dmac === 'ff:ff:ff:ff:ff:ff') return 'B';
  return (Number.parseInt(dmac.slice(0, 2), 16) & 1) !== 0 ? 'M' : 'In';
}

export function tcpdumpWitness(ctx: Ctx, words: readonly string[]): Witness | null {
  const options = parse(ctx, words);
  return 'status' in options || options.file !== null ? null : new TcpdumpWitness(ctx, options);
}

/** A capture by the name of its file. */
export interface NamedCapture {
  name: string;
  table: TrafficTable;
}

export function tcpdump(
  ctx: Ctx,
  words: readonly string[],
  witness: Witness | null,
  captures: readonly NamedCapture[],
): Outcome {
  const options = parse(ctx, words);
  if ('status' in options) return options;
  if (options.file !== null) return readCapture(options, options.file, captures);
  if (!(witness instanceof TcpdumpWitness))
    return refused(
      '',
      1,
      'tcpdump shows what was seen up to now: it works in the console, where the run is there',
    );
  const any = options.device === 'any';
  const { printer } = witness;
  const raw = !any && findNic(ctx, options.device)?.tunnel != null;
  const type = any ? 'LINUX_SLL2 (Linux cooked v2)' : raw ? 'RAW (Raw IP)' : 'EN10MB (Ethernet)';
  const before =
    (any ? 'tcpdump: data link type LINUX_SLL2\n' : '') +
    (options.verbose === 0
      ? 'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on '
      : 'tcpdump: listening on ') +
    `${options.device}, link-type ${type}, snapshot length 262144 bytes\n`;
  const { captured } = printer;
  const packets = `packet${captured === 1 ? '' : 's'}`;
  // a capture that is stopped by hand ends in an empty line; one that has its count does not
  const after = `${printer.full ? '' : '\n'}${captured} ${packets} captured\n${captured} ${packets} received by filter\n0 packets dropped by kernel\n`;
  return printer.outcome(before, after);
}

function readCapture(options: Options, file: string, captures: readonly NamedCapture[]): Outcome {
  const found = captures.find(({ name }) => name === file || file.endsWith(`/${name}`));
  if (found === undefined) {
    const hint =
      captures.length === 0
        ? 'no capture is loaded: drop one on the page'
        : `captures loaded: ${captures.map(({ name }) => name).join(' ')}`;
    return refused(`tcpdump: ${file}: No such file or directory`, 1, hint);
  }
  const printer = new Printer(options);
  const { table } = found;
  for (let row = 0; row < table.count && !printer.full; row += 1)
    printer.take(table.timeNs[row], fieldsOf(table, row), '', 0);
  const before = `reading from file ${file}, link-type EN10MB (Ethernet), snapshot length 262144\n`;
  return printer.outcome(before, '');
}
