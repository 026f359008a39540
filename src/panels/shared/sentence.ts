/** A record in words: one sentence for what happened, one for why. Pure: record and map in, text out. */
import { CONTEXTS } from '../../catalog/contexts.ts';
import { type KindInfo, kindName, kinds } from '../../catalog/kinds.ts';
import { Reason, type ReasonInfo, reasonName, reasons } from '../../catalog/reasons.ts';
import { hasMessage, t } from '../../i18n/index.ts';
import { type RecordView, sameFlow, type SceneMap } from '../../protocol/scene.ts';
import { flowMark } from '../../theme/colors.ts';
import { formatDuration, groupDigits, hex32 } from './format.ts';
import { fillPlurals } from './plural.ts';
import { tcpDecision, tcpStateName } from './tcp-words.ts';

const NO_CPU = 0xffff;

/** The kernel's name of a context index, as tables and tracers print it. */
export function contextLabel(context: number): string {
  return t(`context.${CONTEXTS[context] ?? 'idle'}`);
}

function contextDoing(context: number): string {
  return t(`doing.${CONTEXTS[context] ?? 'idle'}`);
}

/** `CPU 2`'s number as people know it; with its host where there are several. */
export function cpuLabel(map: SceneMap, cpu: number): string {
  const row = map.cpus[cpu];
  if (row === undefined || cpu === NO_CPU) return '–';
  return map.hosts.length > 1 ? `${map.hosts[row.host].id}/${row.number}` : String(row.number);
}

export function taskLabel(map: SceneMap, task: number): string {
  if (task === 0) return t('task.none');
  return map.tasks.find((row) => row.id === task)?.name ?? t('task.unknown', { id: task });
}

export function socketLabel(map: SceneMap, socket: number): string {
  const row = map.sockets.find((s) => s.id === socket);
  return row === undefined ? t('socket.unknown', { id: socket }) : row.name;
}

/** A place in a few words, without its host where there is only one. */
export function placeName(map: SceneMap, place: number): string {
  const row = map.places[place];
  if (row === undefined) return '';
  // a link names both its hosts itself
  const host = map.hosts.length > 1 && row.type !== 'link' ? `${row.host} ` : '';
  const key = `place.${row.type}${row.shared ? '.shared' : ''}`;
  return `${host}${t(key, {
    nic: row.nic ?? '',
    queue: row.queue ?? 0,
    cpu: row.cpu ?? 0,
    socket: row.socket === undefined ? '' : socketLabel(map, row.socket),
    task: row.task === undefined ? '' : taskLabel(map, row.task),
    lock: row.lock ?? '',
    link: row.link ?? '',
    host: row.host,
    far: row.far ?? '',
  })}`;
}

function queueName(map: SceneMap, place: number): string {
  const row = map.places[place];
  if (row?.queue === undefined) return row === undefined ? '' : placeName(map, place);
  return `${row.nic ?? ''} rx-${row.queue}`.trim();
}

type Params = Record<string, string | number>;

function paramsOf(record: RecordView, map: SceneMap): Params {
  const place = map.places[record.place];
  const name = kindName(record.kind);
  const taskInB = name !== undefined && (kinds[name] as KindInfo).context === true ? record.b >> 8 : record.b;
  return {
    packet: record.packet,
    other: record.other,
    kind: record.kind,
    a: record.a,
    b: record.b,
    bytes: record.a,
    flow: flowMark(sameFlow(map, record.b)),
    hash: `0x${hex32(record.b)}`,
    cpu: cpuLabel(map, record.cpu),
    nic: place?.nic ?? '',
    queue: queueName(map, record.place),
    place: placeName(map, record.place),
    socket: place?.socket === undefined ? socketLabel(map, record.b) : socketLabel(map, place.socket),
    aSocket: socketLabel(map, record.a),
    aCpu: cpuLabel(map, record.a),
    bCpu: cpuLabel(map, record.b),
    aContext: contextDoing(record.a),
    bContext: contextDoing(record.b & 0xff),
    aTask: taskLabel(map, record.a),
    bTask: taskLabel(map, record.b >> 8),
    task: taskLabel(map, taskInB),
    // sequence numbers count without a sign
    aSeq: groupDigits(record.a >>> 0),
    bSeq: groupDigits(record.b >>> 0),
    aState: tcpStateName(record.a),
    bState: tcpStateName(record.b),
    aTime: formatDuration(record.a),
    bTime: formatDuration(record.b),
  };
}

/** What the bottom half of 2.2 decides; a run that ends with nothing left says so in other words. */
const BOTTOM_HALF: ReadonlySet<number> = new Set([
  Reason.backlogShared,
  Reason.bhAtIrqExit,
  Reason.bhAtSyscallExit,
  Reason.bhInSchedule,
  Reason.bhLoop,
  Reason.bhTakes,
  Reason.bhTimeUp,
  Reason.bhEmptied,
  Reason.bhDone,
  Reason.bhLeftMarked,
]);

/** Which variant of a kind's sentence fits the record, most special first. */
function variantOf(name: string, record: RecordView): string {
  switch (name) {
    case 'queueSelected':
      return record.b === 0 ? 'nohash' : '';
    case 'hardirqEnter':
      return record.reason === Reason.timerTick ? 'tick' : '';
    case 'hardirqExit':
      if (record.reason === Reason.bhElsewhere) return 'skips';
      return record.reason === Reason.bhRuns ? 'bh' : String(record.a);
    case 'netRxAction':
    case 'netRxDone':
    case 'softirqExit':
    case 'backlogQueue':
    case 'backlogTake':
      return BOTTOM_HALF.has(record.reason) ? 'bh' : '';
    case 'tlsTxCard':
      return record.reason === Reason.tlsTxRebuild ? 'sync' : '';
    case 'tlsRxResync':
      return record.reason === Reason.tlsResyncAsked ? '' : 'told';
    case 'tlsRecv':
      return record.reason === Reason.tlsUserDecrypt ? 'user' : '';
    case 'tlsSetup':
    case 'gro':
    case 'nfVerdict':
      return String(record.a);
    case 'softirqEnter':
      return (record.b & 0xff) === 2 ? 'ksoftirqd' : BOTTOM_HALF.has(record.reason) ? 'bh' : '';
    case 'napiComplete':
      return record.b > 0 ? 'timer' : '';
    case 'rpsSelect':
      return record.a < 0 ? 'local' : '';
    case 'syscallEnter':
      return record.a === 0 ? 'other' : '';
    case 'syscallExit':
      if (record.reason === Reason.nfOverrun) return 'lost';
      return record.reason === Reason.callDone ? 'other' : '';
    case 'lockAcquired':
      return record.reason === Reason.lockHandedOver ? 'waited' : '';
    case 'lockRelease':
      return record.b < 0 ? '' : 'next';
    case 'l4Rcv':
      return record.b > 0 ? 'socket' : '';
    case 'tcpDecision':
      return tcpDecision(record.reason);
    case 'appSleep':
      return record.reason === Reason.socketEmpty ? '' : 'send';
    case 'txClean':
      return record.b > 0 ? 'bql' : '';
    case 'transaction':
      return record.a === 0 ? 'late' : '';
    case 'linkStart':
      return record.reason === Reason.linkDuplicated ? 'copy' : '';
    case 'airBegin':
      return record.reason === Reason.airCollision ? 'collision' : '';
    case 'command':
      return record.b === 0 ? '' : 'refused';
    default:
      return '';
  }
}

const NUMBERS_TO_GROUP = new Set(['a', 'b', 'bytes']);

/** What happened, as one sentence. */
export function recordSentence(record: RecordView, map: SceneMap, language = 'en'): string {
  const name = kindName(record.kind);
  if (name === undefined) return t('sentence.unknown', { kind: record.kind });
  const variant = variantOf(name, record);
  const special = `sentence.${name}.${variant}`;
  const key = variant !== '' && hasMessage(special) ? special : `sentence.${name}`;
  const params = paramsOf(record, map);
  const shown: Params = {};
  for (const [k, v] of Object.entries(params)) {
    shown[k] = NUMBERS_TO_GROUP.has(k) && typeof v === 'number' ? groupDigits(v) : v;
  }
  // A word joiner keeps `rx-0` on one line; `plain` takes it out again.
  return fillPlurals(t(key, shown), params, language).replace(/(rx-)(\d)/g, '$1\u2060$2');
}

/** A sentence without invisible signs: for comparing and searching. */
export function plain(text: string): string {
  return text.replaceAll('\u2060', '').replaceAll('\u00a0', ' ');
}

/** Why it happened, as one sentence; null where no decision was made. */
export function reasonSentence(reason: number): string | null {
  const name = reasonName(reason);
  return name === undefined || name === 'none' ? null : t(`reason.${name}`);
}

/** The function a reader finds in the source: the deciding one if there is a decision, else the kind's. */
export function functionOf(record: RecordView): string {
  const reason = reasonInfo(record.reason);
  if (reason !== null && reason.fn !== '') return reason.fn;
  const name = kindName(record.kind);
  return name === undefined ? '' : kinds[name].fn;
}

export function reasonInfo(reason: number): ReasonInfo | null {
  const name = reasonName(reason);
  return name === undefined || name === 'none' ? null : reasons[name];
}

/** Stage of a record's way ("nic", "gro"...): used to group and to tint. */
export function stageOf(record: RecordView): KindInfo['stage'] {
  const name = kindName(record.kind);
  return name === undefined ? 'cpu' : kinds[name].stage;
}

/** Name of the context class that a record's stage is tinted with (theme classes `.ctx-<name>`). */
export function tintOf(record: RecordView): string {
  switch (stageOf(record)) {
    case 'irq':
      return 'hardirq';
    case 'softirq':
    case 'gro':
    case 'protocol':
      return 'softirq';
    case 'socket':
      return 'syscall';
    case 'app':
    case 'cpu':
      return 'task';
    default:
      return 'idle';
  }
}
