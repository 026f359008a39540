/**
 * Filter expressions of pcap: protocols, host, net, port, portrange, less, greater, ether, vlan, broadcast, multicast; and, or, not,
 * parentheses; an id without qualifiers takes those of the one before it (`host A or B`).
 * Source: pcap-filter(7), libpcap 1.10.3; errors tried on tcpdump 4.99.3, fixtures/tcpdump.txt. Left out: arithmetic on bytes, names of hosts.
 */
import { inNetwork, networkOf } from '../../engine/net/fib.ts';
import { canonicalAddress, parseAddress } from '../../engine/packet/address.ts';
import { ETH_P_ARP, type FrameFields } from '../../engine/packet/frame.ts';

export type Filter = (f: FrameFields) => boolean;
export type FilterResult = { ok: true; filter: Filter } | { ok: false; error: string; hint: string };

type Proto = 'ip' | 'ip6' | 'arp' | 'tcp' | 'udp' | 'icmp' | 'icmp6' | 'ether' | 'sctp' | 'rarp';
const PROTOS: readonly Proto[] = ['ip', 'ip6', 'arp', 'tcp', 'udp', 'icmp', 'icmp6', 'ether', 'sctp', 'rarp'];
const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmp6: 58, sctp: 132 };
const SERVICES: Readonly<Record<string, number>> = {
  ssh: 22,
  domain: 53,
  http: 80,
  ntp: 123,
  https: 443,
  iperf3: 5201,
};

/** What stands before an id. */
interface Qualifiers {
  proto: Proto | null;
  dir: 'src' | 'dst' | 'both' | null;
  type: 'host' | 'net' | 'port' | 'portrange' | 'proto' | null;
}

type Node =
  | { op: 'and' | 'or'; left: Node; right: Node }
  | { op: 'not'; of: Node }
  | {
      op: 'test';
      test: Filter;
      /** What it says of every frame of a class; null: that depends. */
      about: (c: FrameClass) => boolean | null;
    };

/** Kinds of frame that an expression may rule out as a whole. */
interface FrameClass {
  version: 0 | 4 | 6;
  proto: number;
  arp: boolean;
}

const CLASSES: readonly FrameClass[] = [
  { version: 0, proto: -1, arp: true },
  { version: 0, proto: -1, arp: false },
  ...[1, 6, 17, 132, 255].map((proto): FrameClass => ({ version: 4, proto, arp: false })),
  ...[58, 6, 17, 132, 255].map((proto): FrameClass => ({ version: 6, proto, arp: false })),
];

class Refusal extends Error {
  readonly hint: string;
  constructor(message: string, hint = '') {
    super(message);
    this.hint = hint;
  }
}

const HERE =
  'here: [src|dst] host|net|port|portrange ID, ip ip6 arp tcp udp icmp icmp6, less|greater N, vlan [N], and or not ( )';
const syntax = (): Refusal => new Refusal("can't parse filter expression: syntax error", HERE);

const MOST_TOKENS = 400;

/** @param words the rest of the line; none: everything passes */
export function parseFilter(words: readonly string[]): FilterResult {
  const text = words.join(' ');
  if (text.trim() === '') return { ok: true, filter: () => true };
  try {
    const tokens = tokensOf(text);
    const parser = new Parser(tokens);
    const node = parser.whole();
    if (CLASSES.every((c) => judge(node, c) === false)) throw new Refusal('expression rejects all packets');
    return { ok: true, filter: (f) => holds(node, f) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message, hint: error.hint };
    throw error;
  }
}

function tokensOf(text: string): string[] {
  const tokens = text.match(/&&|\|\||[()!]|[^\s()!&|]+|[&|]/g) ?? [];
  if (tokens.length > MOST_TOKENS) throw new Refusal('', `at most ${MOST_TOKENS} words in a filter`);
  return tokens.map((token) =>
    token === '&&' ? 'and' : token === '||' ? 'or' : token === '!' ? 'not' : token,
  );
}

function holds(node: Node, f: FrameFields): boolean {
  switch (node.op) {
    case 'and':
      return holds(node.left, f) && holds(node.right, f);
    case 'or':
      return holds(node.left, f) || holds(node.right, f);
    case 'not':
      return !holds(node.of, f);
    case 'test':
      return node.test(f);
  }
}

/** What the expression says of all frames of a class; null: that depends on the frame. */
function judge(node: Node, c: FrameClass): boolean | null {
  if (node.op === 'test') return node.about(c);
  if (node.op === 'not') {
    const inner = judge(node.of, c);
    return inner === null ? null : !inner;
  }
  const left = judge(node.left, c);
  const right = judge(node.right, c);
  const decisive = node.op === 'or';
  if (left === decisive || right === decisive) return decisive;
  return left === null || right === null ? null : !decisive;
}

const KEYWORDS = [
  ...PROTOS,
  'src',
  'dst',
  'host',
  'net',
  'port',
  'portrange',
  'proto',
  'less',
  'greater',
  'vlan',
  'broadcast',
  'multicast',
  'gateway',
  'mask',
  'and',
  'or',
  'not',
  '(',
  ')',
];

class Parser {
  private readonly tokens: readonly string[];
  private at: number;
  private depth: number;
  private last: Qualifiers;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
    this.at = 0;
    this.depth = 0;
    this.last = { proto: null, dir: null, type: null };
  }

  whole(): Node {
    const node = this.expression();
    if (this.at < this.tokens.length) throw syntax();
    return node;
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  /** and, or: equal precedence, from the left. */
  private expression(): Node {
    let left = this.term();
    for (;;) {
      const word = this.peek();
      if (word !== 'and' && word !== 'or') return left;
      this.at += 1;
      left = { op: word, left, right: this.term() };
    }
  }

  private term(): Node {
    const word = this.peek();
    if (word === 'not') {
      this.at += 1;
      this.depth += 1;
      if (this.depth > 50) throw new Refusal('', 'an expression nested too deep');
      const of = this.term();
      this.depth -= 1;
      return { op: 'not', of };
    }
    if (word === '(') {
      this.at += 1;
      this.depth += 1;
      if (this.depth > 50) throw new Refusal('', 'an expression nested too deep');
      const inner = this.expression();
      if (this.peek() !== ')') throw syntax();
      this.at += 1;
      this.depth -= 1;
      return inner;
    }
    return this.primitive();
  }

  private take(): string {
    const word = this.peek();
    if (
      word === undefined ||
      word === '(' ||
      word === ')' ||
      word === 'and' ||
      word === 'or' ||
      word === 'not'
    )
      throw syntax();
    this.at += 1;
    return word;
  }

  private primitive(): Node {
    const word = this.peek();
    if (word === undefined) throw syntax();
    if (/[[\]<>=+*/&|]/.test(word) && !/^[\d.:a-fA-F]+\/\d+$/.test(word))
      throw new Refusal(
        "can't parse filter expression: syntax error",
        `arithmetic on bytes is not here; ${HERE}`,
      );
    if (word === 'less' || word === 'greater') return this.length();
    if (word === 'vlan') return this.vlan();
    const q: Qualifiers = { proto: null, dir: null, type: null };
    let any = false;
    const proto = PROTOS.find((p) => p === word);
    if (proto !== undefined) {
      q.proto = proto;
      this.at += 1;
      any = true;
    }
    if (this.peek() === 'broadcast' || this.peek() === 'multicast') return this.group(q.proto);
    if (this.peek() === 'src' || this.peek() === 'dst') {
      q.dir = this.take() as 'src' | 'dst';
      any = true;
      const joined = this.peek();
      if (joined === 'or' || joined === 'and') {
        const other = this.tokens[this.at + 1];
        if ((other === 'src' || other === 'dst') && other !== q.dir) {
          this.at += 2;
          q.dir = joined === 'and' ? 'both' : null;
        }
      }
    }
    const type = (['host', 'net', 'port', 'portrange', 'proto'] as const).find((t) => t === this.peek());
    if (type !== undefined) {
      q.type = type;
      this.at += 1;
      any = true;
    }
    if (!any) {
      // an id alone, like the one before it
      if (this.last.type === null || KEYWORDS.includes(word)) throw syntax();
      return this.id(this.last, this.take());
    }
    if (q.type === null && q.dir === null) {
      if (q.proto === null || q.proto === 'ether') throw syntax();
      return protocol(q.proto);
    }
    this.last = { ...q, type: q.type ?? 'host' };
    return this.id(this.last, this.take());
  }

  private number(word: string): number {
    if (!/^\d{1,9}$/.test(word)) throw syntax();
    return Number(word);
  }

  private length(): Node {
    const less = this.take() === 'less';
    const n = this.number(this.take());
    return depends((f) => (less ? f.frameLen <= n : f.frameLen >= n));
  }

  private vlan(): Node {
    this.at += 1;
    if (!/^\d+$/.test(this.peek() ?? '')) return depends((f) => f.vlan >= 0);
    const id = this.number(this.take());
    if (id > 4095) throw new Refusal(`VLAN tag ${id} greater than maximum 4095`);
    return depends((f) => f.vlan >= 0 && (f.vlan & 0xfff) === id);
  }

  private group(proto: Proto | null): Node {
    const broadcast = this.take() === 'broadcast';
    if (proto !== null && !['ether', 'ip', 'ip6'].includes(proto)) throw syntax();
    const link = (f: FrameFields): boolean =>
      broadcast ? f.dmac === 'ff:ff:ff:ff:ff:ff' : (Number.parseInt(f.dmac.slice(0, 2), 16) & 1) !== 0;
    if (proto === null || proto === 'ether') return depends(link);
    const v6 = proto === 'ip6';
    if (v6 && broadcast) throw new Refusal('only link-layer/IP broadcast filters supported');
    const group = (f: FrameFields): boolean =>
      v6 ? f.dst.startsWith('ff') : broadcast ? f.dst === '255.255.255.255' : /^2(2[4-9]|3\d)\./.test(f.dst);
    return {
      op: 'test',
      test: (f) => f.ipVersion === (v6 ? 6 : 4) && group(f),
      about: (c) => (c.version === (v6 ? 6 : 4) ? null : false),
    };
  }

  private id(q: Qualifiers, word: string): Node {
    if (KEYWORDS.includes(word)) throw syntax();
    switch (q.type) {
      case 'port':
      case 'portrange':
        return ports(q, word);
      case 'proto':
        return this.protoNumber(q, word);
      case 'net':
        return network(q, word);
      default:
        return q.proto === 'ether' ? link(q, word) : host(q, word);
    }
  }

  private protoNumber(q: Qualifiers, word: string): Node {
    const name = word.replace(/^\\/, '');
    const number = Object.hasOwn(NUMBERS, name)
      ? NUMBERS[name]
      : /^\d{1,3}$/.test(name)
        ? Number(name)
        : null;
    if (number === null) throw new Refusal(`unknown ${q.proto === 'ether' ? 'ether' : 'ip'} proto '${word}'`);
    const fits = (version: number): boolean =>
      version !== 0 && (q.proto !== 'ip' || version === 4) && (q.proto !== 'ip6' || version === 6);
    return {
      op: 'test',
      test: (f) => fits(f.ipVersion) && f.proto === number,
      about: (c) => (!fits(c.version) ? false : c.proto === 255 ? null : c.proto === number),
    };
  }
}

function depends(test: Filter): Node {
  return { op: 'test', test, about: () => null };
}

function protocol(proto: Proto): Node {
  const fits = (version: number, number: number, arp: boolean): boolean => {
    if (proto === 'arp') return arp;
    if (proto === 'rarp') return false;
    if (proto === 'ip' || proto === 'ip6') return version === (proto === 'ip' ? 4 : 6);
    if (proto === 'icmp' && version !== 4) return false;
    if (proto === 'icmp6' && version !== 6) return false;
    return version !== 0 && number === NUMBERS[proto];
  };
  return {
    op: 'test',
    test: (f) => fits(f.ipVersion, f.proto, f.etherType === ETH_P_ARP),
    about: (c) => fits(c.version, c.proto, c.arp),
  };
}

/** Either end, both, or the one asked for. */
function sides(q: Qualifiers, src: (f: FrameFields) => boolean, dst: (f: FrameFields) => boolean): Filter {
  if (q.dir === 'src') return src;
  if (q.dir === 'dst') return dst;
  return q.dir === 'both' ? (f) => src(f) && dst(f) : (f) => src(f) || dst(f);
}

/** @param versions those the addresses can be of */
function addressed(q: Qualifiers, version: 4 | 6, test: Filter): Node {
  const { proto } = q;
  if (proto !== null && !['ip', 'ip6', 'arp', 'rarp'].includes(proto))
    throw new Refusal(
      proto === 'ether'
        ? "'ether' modifier applied to host"
        : `'${proto}' modifier applied to ${q.type ?? 'host'}`,
    );
  if ((proto === 'ip' || proto === 'arp' || proto === 'rarp') && version === 6)
    throw new Refusal(`'${proto}' modifier applied to ip6 host`);
  if (proto === 'ip6' && version === 4) throw new Refusal("'ip6' modifier applied to ip host");
  // what an ARP packet asks for is not kept
  const arp = proto === 'arp' || proto === 'rarp';
  return {
    op: 'test',
    test: (f) => !arp && f.ipVersion === version && test(f),
    about: (c) =>
      c.version === version && !arp ? null : c.arp && version === 4 && proto !== 'ip' ? null : false,
  };
}

function host(q: Qualifiers, word: string): Node {
  const parsed = parseAddress(word);
  if (!parsed.ok) {
    if (word.includes('/')) throw syntax();
    throw /^[\d.]+$/.test(word) && word.includes('.')
      ? new Refusal(`invalid IPv4 address '${word}'`)
      : new Refusal(`unknown host '${word}'`, 'names are not resolved here: give an address');
  }
  const address = canonicalAddress(word);
  return addressed(
    q,
    parsed.version,
    sides(
      q,
      (f) => f.src === address,
      (f) => f.dst === address,
    ),
  );
}

function network(q: Qualifiers, word: string): Node {
  const [text, length] = word.split('/');
  // 10.9 is 10.9.0.0/16
  const parts = text.split('.').length;
  const short = /^\d{1,3}(\.\d{1,3}){0,2}$/.test(text);
  const full = short ? `${text}${'.0'.repeat(4 - parts)}` : text;
  const parsed = parseAddress(full);
  if (!parsed.ok) throw new Refusal(`unknown network '${word}'`, 'net 10.0.0.0/8');
  const most = parsed.bytes.length * 8;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) throw syntax();
  const bits = length === undefined ? (short ? parts * 8 : most) : Number(length);
  if (bits > most) throw new Refusal(`mask length must be <= ${most}`);
  const net = canonicalAddress(full);
  if (networkOf(net, bits) !== net) throw new Refusal(`non-network bits set in "${word}"`);
  return addressed(
    q,
    parsed.version,
    sides(
      q,
      (f) => inNetwork(f.src, net, bits),
      (f) => inNetwork(f.dst, net, bits),
    ),
  );
}

function link(q: Qualifiers, word: string): Node {
  if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(word)) throw new Refusal('illegal link layer address');
  const mac = word
    .toLowerCase()
    .split(':')
    .map((part) => part.padStart(2, '0'))
    .join(':');
  return depends(
    sides(
      q,
      (f) => f.smac === mac,
      (f) => f.dmac === mac,
    ),
  );
}

function ports(q: Qualifiers, word: string): Node {
  const range = q.type === 'portrange' ? word.split('-') : [word];
  const number = (text: string): number => {
    const port = Object.hasOwn(SERVICES, text)
      ? SERVICES[text]
      : /^\d{1,9}$/.test(text)
        ? Number(text)
        : null;
    if (port === null) throw new Refusal(`unknown port '${word}'`, 'a number');
    if (port > 65535) throw new Refusal(`illegal port number ${port} > 65535`);
    return port;
  };
  if (range.length > 2) throw syntax();
  const [from, to] = [number(range[0]), number(range[range.length - 1])].sort((a, b) => a - b);
  const wanted = q.proto === null ? null : NUMBERS[q.proto];
  if (q.proto !== null && !['tcp', 'udp', 'sctp', 'ip', 'ip6'].includes(q.proto))
    throw new Refusal(`illegal qualifier of '${q.type}'`);
  const version = q.proto === 'ip' ? 4 : q.proto === 'ip6' ? 6 : 0;
  const fits = (c: { version: number; proto: number }): boolean =>
    c.version !== 0 &&
    (version === 0 || c.version === version) &&
    (wanted === null || wanted === undefined ? [6, 17, 132].includes(c.proto) : c.proto === wanted);
  const inside = (port: number): boolean => port >= from && port <= to;
  const test = sides(
    q,
    (f) => inside(f.sport),
    (f) => inside(f.dport),
  );
  return {
    op: 'test',
    // a later fragment has no ports
    test: (f) => fits({ version: f.ipVersion, proto: f.proto }) && f.fragOffset === 0 && test(f),
    about: (c) => (fits(c) ? null : false),
  };
}
