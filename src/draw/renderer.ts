/**
 * Keeps the canvas in step with the scene: places packets anew at each change, moves them there, paints. An object with
 * update and destroy; nothing runs while nothing moves.
 */
import { Kind } from '../catalog/kinds.ts';
import type { SceneMap } from '../protocol/scene.ts';
import type { SceneFrame } from '../store/types.ts';
import type { ThemeName } from '../theme/colors.ts';
import { type Glyph, type GlyphSet, placeGlyphs } from './glyphs.ts';
import { LoadMeter } from './load.ts';
import { glyphsAt, MOVE_LIMIT, type MotionPlan, type Moving, planMotion } from './motion.ts';
import { type PaintInput, paintStage } from './paint.ts';
import { CanvasPainter } from './painter.ts';
import type { Spot, StageIndex } from './places.ts';

export interface RendererSettings {
  ix: StageIndex;
  map: SceneMap;
  spots: readonly Spot[];
  theme: ThemeName;
  reduced: boolean;
  /** One event at a time (slow, 320 ms) or time in proportion (short moves). */
  eventPace: boolean;
}

export interface View {
  k: number;
  x: number;
  y: number;
}

const STILL: MotionPlan = { moves: [], still: [], pulse: null };

export class StageRenderer {
  readonly load: LoadMeter;
  /** Called at a jump: the load before that moment is not known here. */
  onJump: ((timeNs: number) => void) | null;
  private readonly canvas: HTMLCanvasElement;
  private settings: RendererSettings | null;
  private view: View;
  private frame: SceneFrame | null;
  private version: number;
  private plan: MotionPlan;
  private placed: GlyphSet;
  private startMs: number;
  private lengthMs: number;
  private trail: PaintInput['trail'];
  private request: number;
  private destroyed: boolean;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.load = new LoadMeter();
    this.onJump = null;
    this.settings = null;
    this.view = { k: 1, x: 0, y: 0 };
    this.frame = null;
    this.version = -1;
    this.plan = STILL;
    this.placed = { glyphs: [], notes: [] };
    this.startMs = 0;
    this.lengthMs = 0;
    this.trail = null;
    this.request = 0;
    this.destroyed = false;
  }

  /** New layout, theme or pace: everything stands where it belongs at once. */
  configure(settings: RendererSettings): void {
    const moved = this.settings?.ix !== settings.ix || this.settings.map !== settings.map;
    this.settings = settings;
    if (moved && this.frame !== null) this.place(true);
    this.schedule();
  }

  setView(view: View): void {
    this.view = view;
    this.schedule();
  }

  resize(width: number, height: number, ratio: number): void {
    const w = Math.round(width * ratio);
    const h = Math.round(height * ratio);
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    // at once: a canvas that was resized is empty until it is painted
    this.paint(performance.now());
  }

  update(frame: SceneFrame): void {
    const before = this.frame;
    this.frame = frame;
    if (frame.version !== this.version) {
      // the same scene again only names the record that led to it
      const jump = before === null || (frame.jumped && before.scene !== frame.scene);
      if (jump) this.load.reset();
      this.load.push(frame.scene.timeNs, frame.scene.cpus);
      if (jump) this.onJump?.(frame.scene.timeNs);
      this.place(frame.jumped || this.version < 0);
      this.version = frame.version;
      this.schedule();
    } else if (frame.next?.kind === Kind.frameArrived || frame.scene.queues.some((q) => q.timerNs !== null)) {
      this.schedule();
    }
  }

  /** What went before a jump to `at`, see LoadMeter. */
  seed(
    at: number,
    contextNs: ArrayLike<number>,
    waitNs: ArrayLike<number> | null,
    bins: number,
    binNs: number,
  ): void {
    this.load.seed(at, contextNs, waitNs, bins, binNs);
    this.schedule();
  }

  destroy(): void {
    this.destroyed = true;
    cancelAnimationFrame(this.request);
  }

  /** What is on the stage now, for export. */
  snapshot(): PaintInput | null {
    return this.input(Number.POSITIVE_INFINITY);
  }

  private place(jump: boolean): void {
    const { settings, frame } = this;
    if (settings === null || frame === null) return;
    const now = performance.now();
    const shown = new Map<number, Glyph>();
    if (!jump) for (const g of this.glyphs(now)) shown.set(g.key, g);
    this.placed = placeGlyphs(settings.ix, settings.map, settings.spots, frame.scene);
    if (jump) {
      this.plan = { moves: [], still: this.placed.glyphs, pulse: null };
      this.trail = null;
      this.lengthMs = 0;
      return;
    }
    this.plan = planMotion(shown, this.placed.glyphs, frame.record, settings.ix, settings.spots);
    if (this.plan.moves.length > MOVE_LIMIT)
      this.plan = { moves: [], still: this.placed.glyphs, pulse: this.plan.pulse };
    this.startMs = now;
    this.lengthMs = settings.reduced ? 220 : settings.eventPace ? 320 : 120;
    const own = settings.eventPace ? this.plan.moves.find((m) => m.key === frame.record?.packet) : undefined;
    this.trail =
      own?.from && own.to && Math.hypot(own.from.x - own.to.x, own.from.y - own.to.y) > 24
        ? { from: own.from, to: own.to }
        : null;
  }

  private share(now: number): number {
    return this.lengthMs <= 0 ? 1 : Math.min(1, (now - this.startMs) / this.lengthMs);
  }

  private glyphs(now: number): Moving[] {
    const { settings } = this;
    if (settings === null) return [];
    return glyphsAt(this.plan, this.share(now), settings.reduced, settings.ix.layout.portrait);
  }

  private input(now: number): PaintInput | null {
    const { settings, frame } = this;
    if (settings === null || frame === null) return null;
    const next = frame.next;
    let approaching: PaintInput['approaching'] = null;
    if (next !== null && next.kind === Kind.frameArrived && !settings.reduced) {
      const span = next.timeNs - (frame.record?.timeNs ?? frame.scene.timeNs);
      const byTime = span > 0 ? (frame.timeNs - (next.timeNs - span)) / span : 1;
      const share = settings.eventPace ? frame.progress : byTime;
      approaching = {
        nic: settings.spots[next.place]?.nic ?? 0,
        flow: next.b,
        bytes: next.a,
        share: 0.1 + 0.75 * share,
      };
    }
    return {
      ix: settings.ix,
      map: settings.map,
      scene: frame.scene,
      timeNs: frame.timeNs,
      theme: settings.theme,
      glyphs: this.glyphs(now),
      notes: this.placed.notes,
      pulse:
        this.plan.pulse === null
          ? null
          : { pulse: this.plan.pulse, t: settings.reduced ? 1 : this.share(now) },
      trail: this.trail,
      approaching,
      load: this.load.known() ? this.load.shares : null,
      loadWaits: this.load.waits,
    };
  }

  private schedule(): void {
    if (this.request !== 0 || this.destroyed) return;
    this.request = requestAnimationFrame((now) => {
      this.request = 0;
      this.paint(now);
      if (this.share(performance.now()) < 1) this.schedule();
    });
  }

  private paint(now: number): void {
    const ctx = this.canvas.getContext('2d');
    const { settings, view } = this;
    if (ctx === null || settings === null) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const input = this.input(now);
    if (input === null) return;
    const ratio = this.canvas.width / Math.max(1, this.canvas.clientWidth);
    const scale = ratio * view.k * settings.ix.layout.unit;
    ctx.setTransform(scale, 0, 0, scale, ratio * view.x, ratio * view.y);
    paintStage(new CanvasPainter(ctx), input);
  }
}
