/**
 * `ss`: the sockets of a host.
 * A TCP socket of the model stands for its listener and for all connections to its port: the listener is one row, every connection that
 * has been heard of another; they share one buffer, and a line of ours says so. `*` is a dual-stack socket where the host has IPv6.
 * Descriptors count from 3 in the order in which a task names its sockets; a LISTEN row's queue of connections is not modelled.
 * Source: iproute2 6.1 misc/ss.c (columns as its render() lays them out where output is no terminal), fixtures/ss.txt. Left out:
 * timers, -e's inode and cookie, other families.
 */
import type { FlowInfo, Socket, TcpConnection, World } from '../engine/world.ts';
import { sendQueue, tcpInfo } from './tcp-info.ts';
import { type Ctx, type Outcome, printed, refused } from './types.ts';

export const SS_HELP =
  'ss [-tuanlpemisHO46] [state STATE] [sport|dport = :PORT ...]\n' +
  '-t TCP  -u UDP  -l listening  -a all  -n numbers  -p processes  -m memory (skmem)  -i TCP info  -s summary\n';

const MOST_ROWS = 2000;

interface Options {
  tcp: boolean;
  udp: boolean;
  listening: boolean;
  all: boolean;
  processes: boolean;
  extended: boolean;
  memory: boolean;
  info: boolean;
  summary: boolean;
  header: boolean;
  oneline: boolean;
  family: 0 | 4 | 6;
  state: State | null;
  filters: Filter[];
}

type State = 'LISTEN' | 'UNCONN' | (typeof OF_CONNECTION)[Exclude<keyof typeof OF_CONNECTION, 'closed'>];

interface Filter {
  side: 'sport' | 'dport';
  port: number;
  not: boolean;
}

const LONG: Readonly<Record<string, string>> = {
  '--tcp': 't',
  '--udp': 'u',
  '--listening': 'l',
  '--all': 'a',
  '--numeric': 'n',
  '--processes': 'p',
  '--extended': 'e',
  '--memory': 'm',
  '--info': 'i',
  '--summary': 's',
  '--no-header': 'H',
  '--oneline': 'O',
  '--ipv4': '4',
  '--ipv6': '6',
  '--help': 'h',
  '--resolve': 'r',
  '--options': 'o',
};

const STATES: Readonly<Record<string, State>> = {
  listening: 'LISTEN',
  listen: 'LISTEN',
  established: 'ESTAB',
  unconnected: 'UNCONN',
  'syn-sent': 'SYN-SENT',
  'syn-recv': 'SYN-RECV',
  'fin-wait-1': 'FIN-WAIT-1',
  'fin-wait-2': 'FIN-WAIT-2',
  'time-wait': 'TIME-WAIT',
  closing: 'CLOSING',
  'close-wait': 'CLOSE-WAIT',
  'last-ack': 'LAST-ACK',
};

/** What a connection that acknowledges is in; closed ones are not listed. */
const OF_CONNECTION = {
  'syn-sent': 'SYN-SENT',
  'syn-recv': 'SYN-RECV',
  established: 'ESTAB',
  'fin-wait-1': 'FIN-WAIT-1',
  'fin-wait-2': 'FIN-WAIT-2',
  'time-wait': 'TIME-WAIT',
  closing: 'CLOSING',
  'close-wait': 'CLOSE-WAIT',
  'last-ack': 'LAST-ACK',
  closed: null,
} as const;

/** A line of the table. */
interface Row {
  proto: 'tcp' | 'udp';
  state: State;
  recvQ: number;
  sendQ: number;
  local: [string, string];
  peer: [string, string];
  v6: boolean;
  sock: Socket;
  /** The connection it shows; null: the socket itself. */
  flow: FlowInfo | null;
}

export function ss(ctx: Ctx, words: readonly string[]): Outcome {
  const parsed = parse(words);
  if ('status' in parsed) return parsed;
  const options = parsed;
  const all = rowsOf(ctx);
  if (options.summary) return printed(summary(all));
  const shown = all.filter((row) => wanted(row, options));
  return printed(table(ctx, shown, options) + notes(shown, options));
}

function parse(words: readonly string[]): Options | Outcome {
  const letters = new Set<string>();
  const rest: string[] = [];
  for (const word of words) {
    if (Object.hasOwn(LONG, word)) letters.add(LONG[word]);
    else if (word.startsWith('--'))
      return refused(`ss: unrecognized option '${word}'`, 255, ...SS_HELP.trim().split('\n'));
    else if (word.startsWith('-') && rest.length === 0)
      for (const letter of word.slice(1)) letters.add(letter);
    else rest.push(word);
  }
  if (letters.has('h')) return printed(SS_HELP);
  const unknown = [...letters].find((letter) => !'tulanpemisHO46ro'.includes(letter));
  if (unknown !== undefined) {
    if ('xwdS0MKEbZzNTDFfA'.includes(unknown))
      return refused('', 1, `-${unknown} is not modelled: there are TCP and UDP sockets`);
    return refused(`ss: invalid option -- '${unknown}'`, 255, ...SS_HELP.trim().split('\n'));
  }
  const filter = parseFilter(rest);
  if ('status' in filter) return filter;
  const has = (letter: string): boolean => letters.has(letter);
  const both = !has('t') && !has('u');
  return {
    tcp: has('t') || both,
    udp: has('u') || both,
    // of -l and -a the later would count; -a shows what -l does
    listening: has('l') && !has('a'),
    all: has('a'),
    processes: has('p'),
    extended: has('e'),
    memory: has('m'),
    info: has('i'),
    summary: has('s'),
    header: !has('H'),
    oneline: has('O'),
    family: has('4') === has('6') ? 0 : has('4') ? 4 : 6,
    ...filter,
  };
}

/** `state S` and `sport|dport [=|!=] :PORT`, joined by `and` or nothing. */
function parseFilter(words: readonly string[]): { state: State | null; filters: Filter[] } | Outcome {
  const tokens = words
    .join(' ')
    .replace(/[()]/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const filters: Filter[] = [];
  let state: State | null = null;
  for (let i = 0; i < tokens.length; i += 1) {
    const word = tokens[i];
    if (word === 'and' || word === '&&') continue;
    if (word === 'state') {
      i += 1;
      const name = tokens[i] ?? '';
      if (!Object.hasOwn(STATES, name))
        return refused(`ss: wrong state name: ${name}`, 255, `states here: ${Object.keys(STATES).join(' ')}`);
      state = STATES[name];
      continue;
    }
    if (word === 'sport' || word === 'dport') {
      const operator = /^(=|==|eq|!=|ne|neq)$/.test(tokens[i + 1] ?? '') ? tokens[i + 1] : null;
      const value = tokens[i + (operator === null ? 1 : 2)] ?? '';
      const match = /^:?(\d{1,5})$/.exec(value);
      if (match === null || Number(match[1]) > 65535)
        return refused(
          `Error: "${value}" does not look like a port.\nCannot parse dst/src address.`,
          1,
          `${word} = :PORT`,
        );
      filters.push({ side: word, port: Number(match[1]), not: /^(!=|ne|neq)$/.test(operator ?? '') });
      i += operator === null ? 1 : 2;
      continue;
    }
    return refused(
      `Error: an inet prefix is expected rather than "${word}".\nCannot parse dst/src address.`,
      1,
      'of filters there are: state STATE, sport = :PORT, dport = :PORT',
    );
  }
  return { state, filters };
}

/** All sockets and connections of the host, UDP first, as the real tool asks for them. */
function rowsOf(ctx: Ctx): Row[] {
  const { world } = ctx;
  const sockets = world.sockets.filter((sock) => sock.host === ctx.host);
  const dual = ctx.state.addresses.some(({ address }) => address.includes(':'));
  const rows: Row[] = [];
  for (const sock of sockets.filter(({ spec }) => spec.proto === 'udp')) {
    const state = sock.spec.connected === true ? 'ESTAB' : 'UNCONN';
    const flow = state === 'ESTAB' ? (flowsOf(world, sock)[0] ?? null) : null;
    rows.push({
      ...ends(sock, flow, dual),
      proto: 'udp',
      state,
      recvQ: sock.rmem,
      sendQ: sock.wmem,
      sock,
      flow: null,
    });
  }
  for (const sock of sockets.filter(({ spec }) => spec.proto === 'tcp')) {
    rows.push({
      ...ends(sock, null, dual),
      proto: 'tcp',
      state: 'LISTEN',
      recvQ: 0,
      sendQ: 0,
      sock,
      flow: null,
    });
    for (const flow of flowsOf(world, sock)) {
      const state = stateOf(world, flow);
      if (state === null) continue;
      const recvQ = queued(world, sock, flow.id).bytes;
      const connection = connectionOf(world, flow);
      const sendQ = connection?.live && connection.tcp !== null ? sendQueue(connection.tcp) : 0;
      rows.push({ ...ends(sock, flow, dual), proto: 'tcp', state, recvQ, sendQ, sock, flow });
      if (rows.length > MOST_ROWS) return rows;
    }
  }
  return rows;
}

/** Null: nothing has been heard of it, or it is closed. */
function stateOf(world: World, flow: FlowInfo): State | null {
  const tcp = connectionOf(world, flow)?.tcp;
  if (tcp === undefined) return world.flowState.synced[flow.id] === 0 ? null : 'ESTAB';
  return tcp === null ? null : OF_CONNECTION[tcp.state];
}

function connectionOf(world: World, flow: FlowInfo): TcpConnection | undefined {
  return flow.connection < 0 ? undefined : world.connections[flow.connection];
}

function flowsOf(world: World, sock: Socket): FlowInfo[] {
  return world.fixed.flows.filter((flow) => flow?.socket === sock.id && flow.host === sock.host);
}

/** Both ends as printed. @param flow the connection; null: nobody in particular */
function ends(sock: Socket, flow: FlowInfo | null, dual: boolean): Pick<Row, 'local' | 'peer' | 'v6'> {
  const { address, port } = sock.spec;
  const wild = address === '*';
  const portText = port === 0 ? '*' : String(port);
  if (flow === null) {
    if (wild)
      return { local: [dual ? '*' : '0.0.0.0', portText], peer: [dual ? '*' : '0.0.0.0', '*'], v6: dual };
    const v6 = address.includes(':');
    return { local: [bracketed(address), portText], peer: [v6 ? '[::]' : '0.0.0.0', '*'], v6 };
  }
  const { key } = flow;
  // a connection over IPv4 to a dual-stack socket keeps an IPv6 face
  const mapped = wild && dual && key.ipVersion === 4;
  const text = (a: string): string => (mapped ? `[::ffff:${a}]` : bracketed(a));
  return {
    local: [text(key.dst), String(key.dport)],
    peer: [text(key.src), String(key.sport)],
    v6: mapped || key.ipVersion === 6,
  };
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** What of a socket's queues belongs to one connection: bytes to be read, memory charged. */
function queued(
  world: World,
  sock: Socket,
  flow: number,
): { bytes: number; memory: number; backlog: number } {
  const { pool } = world;
  const sum = { bytes: 0, memory: 0, backlog: 0 };
  for (const slot of sock.queue.slice(sock.head)) {
    if (pool.flow[slot] !== flow) continue;
    sum.bytes += pool.totalPayload[slot];
    sum.memory += pool.truesize[slot];
  }
  for (const slot of sock.ofo) if (pool.flow[slot] === flow) sum.memory += pool.truesize[slot];
  for (const slot of sock.backlog) if (pool.flow[slot] === flow) sum.backlog += pool.truesize[slot];
  return sum;
}

function wanted(row: Row, options: Options): boolean {
  if (row.proto === 'tcp' ? !options.tcp : !options.udp) return false;
  if (options.family !== 0 && row.v6 !== (options.family === 6)) return false;
  const quiet = row.state === 'LISTEN' || row.state === 'UNCONN';
  if (options.state !== null) {
    if (row.state !== options.state) return false;
  } else if (options.listening ? !quiet : quiet && !options.all) return false;
  return options.filters.every(({ side, port, not }) => {
    const [, text] = side === 'sport' ? row.local : row.peer;
    return (text === String(port)) !== not;
  });
}

/** tb of a socket that sends nothing: tcp_wmem's and wmem_default. */
const SNDBUF = { tcp: 16_384, udp: 212_992 } as const;
const PAGE = 4096;

function skmem(ctx: Ctx, { sock, flow, proto, state }: Row): string {
  const connection = flow === null ? undefined : connectionOf(ctx.world, flow);
  if (flow !== null && connection !== undefined && connection.tcp !== null) {
    const { rmem, rcvbuf, forwardAlloc, tx } = connection.tcp;
    const { backlog } = queued(ctx.world, sock, flow.id);
    const [t, tb, w] = connection.live ? [tx.wmemAlloc, tx.sndbuf, tx.wmemQueued] : [0, SNDBUF.tcp, 0];
    return `skmem:(r${rmem},rb${rcvbuf},t${t},tb${tb},f${forwardAlloc},w${w},o0,bl${backlog},d${sock.drops})`;
  }
  const own = flow === null ? null : queued(ctx.world, sock, flow.id);
  const listener = state === 'LISTEN';
  const r = own !== null ? own.memory : listener ? 0 : sock.rmem;
  const bl = own !== null ? own.backlog : listener ? 0 : sock.backlogBytes;
  const d = listener ? 0 : sock.drops;
  // memory is taken a page at a time
  const f = (PAGE - (r % PAGE)) % PAGE;
  return `skmem:(r${r},rb${sock.rcvbuf},t0,tb${SNDBUF[proto]},f${f},w0,o0,bl${bl},d${d})`;
}

function users(ctx: Ctx, sock: Socket): string {
  const parts = ctx.world.tasks
    .filter((task) => task.kind === 'app' && task.sockets.includes(sock.id))
    .map((task) => `("${task.name.slice(0, 15)}",pid=${task.id},fd=${3 + task.sockets.indexOf(sock.id)})`);
  return parts.length === 0 ? '' : ` users:(${parts.join(',')})`;
}

function infoOf(world: World, flow: FlowInfo): string[] {
  const received = world.flowState.received[flow.id];
  const connection = connectionOf(world, flow);
  if (connection === undefined || connection.tcp === null)
    return received > 0 ? [`bytes_received:${received}`] : [];
  return tcpInfo(world, connection, connection.tcp, received);
}

/** The Process column: processes, then memory and TCP's own figures on a line of their own. */
function details(ctx: Ctx, row: Row, options: Options): string {
  const parts: string[] = [];
  if (options.memory) parts.push(skmem(ctx, row));
  if (options.info && row.flow !== null) parts.push(...infoOf(ctx.world, row.flow));
  const first = options.processes ? users(ctx, row.sock) : '';
  const own = options.memory || (options.info && row.proto === 'tcp');
  if (!own) return first;
  return `${first}${options.oneline ? '' : '\n\t'} ${parts.join(' ')}`;
}

interface Column {
  title: string;
  right: boolean;
  /** What stands before it. */
  gap: string;
  cells: string[];
}

function table(ctx: Ctx, rows: readonly Row[], options: Options): string {
  const column = (title: string, gap: string, cell: (row: Row) => string, right = false): Column => ({
    title: options.header ? title : '',
    gap,
    right,
    cells: rows.map(cell),
  });
  const columns: Column[] = [];
  if (options.tcp && options.udp) columns.push(column('Netid', '', ({ proto }) => proto));
  const gap = columns.length > 0 ? ' ' : '';
  if (options.state === null) columns.push(column('State', gap, ({ state }) => state));
  columns.push(
    column('Recv-Q', columns.length > 0 ? ' ' : '', ({ recvQ }) => String(recvQ).padEnd(6)),
    column('Send-Q', ' ', ({ sendQ }) => String(sendQ).padEnd(6)),
    column('Local Address:', ' ', ({ local }) => `${local[0]}:`, true),
    column('Port', '', ({ local }) => local[1]),
    column('Peer Address:', ' ', ({ peer }) => `${peer[0]}:`, true),
    column('Port', '', ({ peer }) => peer[1]),
    column('Process', '', (row) => details(ctx, row, options)),
  );
  const widths = columns.map(({ title, cells }) =>
    Math.max(title.length, ...cells.map((cell) => cell.length)),
  );
  const line = (cell: (column: Column) => string): string =>
    `${columns.map((c, i) => c.gap + (c.right ? cell(c).padStart(widths[i]) : cell(c).padEnd(widths[i]))).join('')}\n`;
  const head = options.header ? line((c) => c.title) : '';
  const body = rows
    .slice(0, MOST_ROWS)
    .map((_, i) => line((c) => c.cells[i]))
    .join('');
  return head + body;
}

/** Lines of ours behind the table. */
function notes(rows: readonly Row[], options: Options): string {
  const lines: string[] = [];
  const shared = rows.filter(({ flow }) => flow !== null);
  const silent = shared.filter(({ flow }) => flow !== null && flow.connection < 0);
  const ports = new Set(silent.map(({ sock }) => sock.id));
  if (options.memory && silent.length > ports.size)
    lines.push(
      'connections to one port share one socket here: rb and d are that socket’s, r and bl each connection’s own',
    );
  if (options.info && silent.length > 0)
    lines.push(
      'of -i there is what is modelled: bytes_received; a socket without `acks` answers nothing, so it has no windows or round trips',
    );
  if (options.extended) lines.push('-e adds inode, cookie and cgroup: not modelled');
  if (rows.some(({ sock }) => sock.spec.port === 0))
    lines.push('port *: takes every port without a socket of its own');
  if (rows.length > MOST_ROWS) lines.push(`the first ${MOST_ROWS}`);
  return lines.map((text) => `# ${text}\n`).join('');
}

function summary(rows: readonly Row[]): string {
  const tcp = rows.filter(({ proto }) => proto === 'tcp');
  const udp = rows.filter(({ proto }) => proto === 'udp');
  const established = tcp.filter(({ state }) => state === 'ESTAB').length;
  const line = (name: string, of: readonly Row[]): string => {
    const v6 = of.filter((row) => row.v6).length;
    return `${name}\t  ${String(of.length).padEnd(9)} ${String(of.length - v6).padEnd(9)} ${String(v6).padEnd(9)}\n`;
  };
  return (
    `Total: ${rows.length}\n` +
    `TCP:   ${tcp.length} (estab ${established}, closed 0, orphaned 0, timewait 0)\n\n` +
    'Transport Total     IP        IPv6\n' +
    line('RAW', []) +
    line('UDP', udp) +
    line('TCP', tcp) +
    line('INET', rows) +
    line('FRAG', []) +
    '\n'
  );
}
