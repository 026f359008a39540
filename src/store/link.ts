/** The present situation as a link's state, and what of a link's state the page can take. */
import type { InspectTarget } from '../protocol/messages.ts';
import type { SceneMap } from '../protocol/scene.ts';
import { LINK_FORMAT, type LinkState } from '../scenario/link.ts';
import type { AppState, Density, Theme } from './types.ts';

/** @returns null where nothing is loaded */
export function linkStateOf(state: AppState): LinkState | null {
  const { scenario, playhead, selection, layout, branches } = state;
  const { info, source } = scenario;
  if (info === null || source === null) return null;
  const body = 'builtin' in source ? null : parseBody(info.ownText ?? source.text);
  const own = body === null ? { text: info.title } : body;
  return {
    format: LINK_FORMAT,
    scenario:
      'builtin' in source
        ? {
            builtin: {
              id: source.builtin,
              hash: info.hash,
              patch: (source.patch as Record<string, unknown>) ?? null,
            },
          }
        : { body: own, name: source.name.slice(0, 200) },
    captures: info.captures.map(({ sha256, name }) => ({ sha256, name: name.slice(0, 200) })),
    variant: scenario.variant,
    branches: branches.list,
    active: branches.active,
    compare: null,
    moment: { t: Math.round(playhead.moment.t), seq: playhead.moment.seq },
    pace: playhead.pace,
    view: { theme: layout.theme, density: layout.density, host: layout.host, step: state.lesson.step },
    selection: selection.target === null ? null : { ...selection.target },
    lang: layout.language,
    notes: [],
  };
}

function parseBody(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const THEMES: readonly string[] = ['dark', 'light', 'projector'] satisfies Theme[];
const DENSITIES: readonly string[] = ['overview', 'standard', 'full'] satisfies Density[];

/** A link's theme; undefined where it names none that is known. */
export function themeOf(view: LinkState['view']): Theme | undefined {
  return THEMES.includes(String(view['theme'])) ? (view['theme'] as Theme) : undefined;
}

export function densityOf(view: LinkState['view']): Density | undefined {
  return DENSITIES.includes(String(view['density'])) ? (view['density'] as Density) : undefined;
}

const FIELDS: Readonly<Record<InspectTarget['kind'], readonly string[]>> = {
  packet: ['packet'],
  queue: ['queue'],
  descriptor: ['queue', 'index'],
  cpu: ['cpu'],
  napi: ['queue'],
  tx: ['queue'],
  toe: ['nic'],
  link: ['way'],
  socket: ['socket'],
  task: ['task'],
  record: ['seq'],
};

/** A link's selection where it is one this page knows; what is not in this machine (any more) falls back to the nearest of its kind. */
export function targetOf(selection: LinkState['selection'], map: SceneMap): InspectTarget | null {
  if (selection === null) return null;
  const kind = selection['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return null;
  const fields = FIELDS[kind as InspectTarget['kind']];
  if (!fields.every((f) => Number.isSafeInteger(selection[f]) && (selection[f] as number) >= 0)) return null;
  const target = { kind, ...Object.fromEntries(fields.map((f) => [f, selection[f]])) } as InspectTarget;
  return nearest(target, map);
}

function nearest(target: InspectTarget, map: SceneMap): InspectTarget | null {
  switch (target.kind) {
    case 'packet':
    case 'record':
      return target;
    case 'cpu':
      return { ...target, cpu: Math.min(target.cpu, map.cpus.length - 1) };
    case 'napi':
    case 'tx':
    case 'queue':
      return map.queues.length === 0
        ? null
        : { ...target, queue: Math.min(target.queue, map.queues.length - 1) };
    case 'toe':
      return map.nics[target.nic]?.toe == null ? null : target;
    case 'link':
      return map.ways.length === 0 ? null : { ...target, way: Math.min(target.way, map.ways.length - 1) };
    case 'descriptor':
      return target.queue < map.queues.length ? target : nearest({ kind: 'queue', queue: target.queue }, map);
    case 'socket': {
      const socket = map.sockets.find((s) => s.id === target.socket) ?? map.sockets[map.sockets.length - 1];
      return socket === undefined ? null : { kind: 'socket', socket: socket.id };
    }
    case 'task': {
      const task = map.tasks.find((row) => row.id === target.task) ?? map.tasks[map.tasks.length - 1];
      return task === undefined ? null : { kind: 'task', task: task.id };
    }
  }
}
