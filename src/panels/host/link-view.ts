/** What a card's link shows, as plain values and words: see view.ts. Pure. */
import type { LinkLayout } from '../../draw/layout-link.ts';
import { linkGlyphs } from '../../draw/link-glyphs.ts';
import { t } from '../../i18n/index.ts';
import type { Scene, SceneMap, SceneWay } from '../../protocol/scene.ts';
import { formatDuration } from '../shared/format.ts';
import { figure, rateText } from './view.ts';

export interface LinkView {
  /** The host at the other end. */
  far: string;
  farIndex: number;
  about: string;
  rate: string;
  /** The same in fewer letters, where a line has no room for it. */
  aboutShort: string;
  rateShort: string;
  comes: string;
  goes: string;
  /** What waits here, and what was lost in either direction; empty: nothing. */
  state: string;
  lost: string;
  /** Air time by use, shares of the time so far: data, ACK-only frames, overhead, collisions. */
  data: number;
  ack: number;
  overhead: number;
  collision: number;
  airWords: string;
  onAir: boolean;
  way: number;
  aria: string;
  ariaBack: string;
  ariaDoor: string;
}

function delayText(out: SceneWay, back: SceneWay): string {
  const there = formatDuration(out.delayNs);
  const here = formatDuration(back.delayNs);
  return there === here ? there : t('host.link.delays', { there, here });
}

/** Frames on a direction, wherever they are on it. */
function onIt(way: SceneWay): number {
  return way.flight.length + (way.passing === null ? 0 : 1) + (way.entering === null ? 0 : 1);
}

export function linkView(map: SceneMap, scene: Scene, link: LinkLayout): LinkView {
  const out = scene.ways[link.out];
  const back = scene.ways[link.back];
  const { name, wlan } = map.ways[link.out];
  const far = map.hosts[link.far].id;
  const delay = delayText(out, back);
  const narrow = out.rateBps > 0 ? rateText(out.rateBps) : '';
  const { more } = linkGlyphs(link, scene);
  const lostBoth = out.lost + back.lost;
  const span = Math.max(1, scene.timeNs);
  const share = (part: 'data' | 'ack' | 'overhead' | 'collision'): number =>
    Math.min(1, (out.air[part] + back.air[part]) / span);
  const shares = {
    data: share('data'),
    ack: share('ack'),
    overhead: share('overhead'),
    collision: share('collision'),
  };
  const busy = Math.round((shares.data + shares.ack + shares.overhead + shares.collision) * 100);
  const waits =
    wlan > 0 || out.rateBps > 0
      ? t('host.link.queue', { n: figure(out.waiting.length), limit: figure(out.queueFrames) })
      : '';
  const lost = lostBoth > 0 ? t('host.link.lost', { n: figure(lostBoth) }) : '';
  const percent = (n: number): number => Math.round(n * 100);
  return {
    far,
    farIndex: link.far,
    about: `${name} · ${delay}`,
    aboutShort: wlan === 0 && narrow === '' ? name : `${name} · ${delay}`,
    rate: wlan > 0 ? t('host.link.wlan', { rate: rateText(wlan) }) : narrow,
    // a cable as fast as its cards has no rate of its own: its second line takes the delay
    rateShort: wlan > 0 ? rateText(wlan) : narrow === '' ? delay : narrow,
    comes: t('host.link.from', { host: far, n: figure(onIt(back)) }),
    goes: t('host.link.to', { host: far, n: figure(onIt(out)) }),
    state: more > 0 && waits === '' ? t('host.link.more', { n: more }) : waits,
    lost,
    ...shares,
    airWords: wlan > 0 ? t('host.link.air', { n: busy }) : '',
    onAir: out.txop !== null || back.txop !== null,
    way: link.out,
    ariaBack: t('host.aria.link.back', { name, host: far, n: onIt(back), lost: back.lost }),
    ariaDoor: t('host.aria.link.door', { host: far }),
    aria: t('host.aria.link', {
      name,
      host: far,
      delay,
      narrow: narrow === '' ? '' : t('host.aria.link.narrow', { rate: narrow, n: out.waiting.length }),
      out: onIt(out),
      back: onIt(back),
      lost: lostBoth,
      air:
        wlan > 0
          ? t('host.aria.link.air', {
              busy,
              data: percent(shares.data),
              ack: percent(shares.ack),
              overhead: percent(shares.overhead),
              collision: percent(shares.collision),
            })
          : '',
    }),
  };
}
