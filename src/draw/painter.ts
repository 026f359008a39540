/** What a picture is drawn with: a canvas while the page lives, an SVG text for export. Colours are `#rrggbb`. */
export interface Painter {
  rect(color: string, x: number, y: number, w: number, h: number, alpha?: number, radius?: number): void;
  /** A rectangle's border, drawn inside it. */
  frame(
    color: string,
    x: number,
    y: number,
    w: number,
    h: number,
    line: number,
    alpha?: number,
    radius?: number,
  ): void;
  /** A sector of a ring from angle a0 to a1 (radians, clockwise from 3 o'clock). */
  arc(
    color: string,
    cx: number,
    cy: number,
    r0: number,
    r1: number,
    a0: number,
    a1: number,
    alpha?: number,
  ): void;
  line(
    color: string,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    width: number,
    alpha?: number,
    dash?: readonly number[],
  ): void;
  curve(
    color: string,
    path: readonly [number, number, number, number, number, number, number, number],
    width: number,
    alpha?: number,
    dash?: readonly number[],
  ): void;
  text(
    color: string,
    text: string,
    x: number,
    y: number,
    size: number,
    font: 'sans' | 'mono',
    anchor: 'start' | 'middle' | 'end',
    weight?: number,
  ): void;
}

const SANS = "'Inter Variable', system-ui, sans-serif";
const MONO = "'JetBrains Mono', ui-monospace, monospace";

export class CanvasPainter implements Painter {
  private readonly ctx: CanvasRenderingContext2D;

  constructor(ctx: CanvasRenderingContext2D) {
    this.ctx = ctx;
  }

  rect(color: string, x: number, y: number, w: number, h: number, alpha = 1, radius = 0): void {
    const { ctx } = this;
    ctx.globalAlpha = alpha;
    ctx.fillStyle = color;
    if (radius > 0) {
      ctx.beginPath();
      ctx.roundRect(x, y, w, h, radius);
      ctx.fill();
    } else ctx.fillRect(x, y, w, h);
  }

  frame(
    color: string,
    x: number,
    y: number,
    w: number,
    h: number,
    line: number,
    alpha = 1,
    radius = 0,
  ): void {
    const { ctx } = this;
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = color;
    ctx.lineWidth = line;
    ctx.setLineDash([]);
    const i = line / 2;
    if (radius > 0) {
      ctx.beginPath();
      ctx.roundRect(x + i, y + i, Math.max(0, w - line), Math.max(0, h - line), radius);
      ctx.stroke();
    } else ctx.strokeRect(x + i, y + i, Math.max(0, w - line), Math.max(0, h - line));
  }

  arc(
    color: string,
    cx: number,
    cy: number,
    r0: number,
    r1: number,
    a0: number,
    a1: number,
    alpha = 1,
  ): void {
    const { ctx } = this;
    ctx.globalAlpha = alpha;
    ctx.fillStyle = color;
    ctx.beginPath();
    ctx.arc(cx, cy, r1, a0, a1);
    ctx.arc(cx, cy, r0, a1, a0, true);
    ctx.closePath();
    ctx.fill();
  }

  line(
    color: string,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    width: number,
    alpha = 1,
    dash: readonly number[] = [],
  ): void {
    const { ctx } = this;
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.setLineDash(dash as number[]);
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
  }

  curve(
    color: string,
    p: readonly [number, number, number, number, number, number, number, number],
    width: number,
    alpha = 1,
    dash: readonly number[] = [],
  ): void {
    const { ctx } = this;
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.setLineDash(dash as number[]);
    ctx.beginPath();
    ctx.moveTo(p[0], p[1]);
    ctx.bezierCurveTo(p[2], p[3], p[4], p[5], p[6], p[7]);
    ctx.stroke();
  }

  text(
    color: string,
    text: string,
    x: number,
    y: number,
    size: number,
    font: 'sans' | 'mono',
    anchor: 'start' | 'middle' | 'end',
    weight = 400,
  ): void {
    const { ctx } = this;
    ctx.globalAlpha = 1;
    ctx.fillStyle = color;
    ctx.font = `${weight} ${size}px ${font === 'sans' ? SANS : MONO}`;
    ctx.textAlign = anchor === 'middle' ? 'center' : anchor;
    ctx.textBaseline = 'alphabetic';
    ctx.fillText(text, x, y);
  }
}

const n = (v: number): string => String(Math.round(v * 100) / 100);
const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Collects SVG elements as text, for pictures to keep. */
export class SvgPainter implements Painter {
  readonly parts: string[] = [];

  rect(color: string, x: number, y: number, w: number, h: number, alpha = 1, radius = 0): void {
    this.parts.push(
      `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}"${radius ? ` rx="${n(radius)}"` : ''} fill="${color}"${opacity(alpha)}/>`,
    );
  }

  frame(
    color: string,
    x: number,
    y: number,
    w: number,
    h: number,
    line: number,
    alpha = 1,
    radius = 0,
  ): void {
    const i = line / 2;
    this.parts.push(
      `<rect x="${n(x + i)}" y="${n(y + i)}" width="${n(Math.max(0, w - line))}" height="${n(Math.max(0, h - line))}"${radius ? ` rx="${n(radius)}"` : ''} fill="none" stroke="${color}" stroke-width="${n(line)}"${opacity(alpha)}/>`,
    );
  }

  arc(
    color: string,
    cx: number,
    cy: number,
    r0: number,
    r1: number,
    a0: number,
    a1: number,
    alpha = 1,
  ): void {
    const large = a1 - a0 > Math.PI ? 1 : 0;
    const at = (r: number, a: number): string => `${n(cx + r * Math.cos(a))},${n(cy + r * Math.sin(a))}`;
    const end = a1 - a0 >= Math.PI * 2 - 1e-6 ? a1 - 1e-3 : a1;
    this.parts.push(
      `<path d="M${at(r1, a0)}A${n(r1)},${n(r1)} 0 ${large} 1 ${at(r1, end)}L${at(r0, end)}A${n(r0)},${n(r0)} 0 ${large} 0 ${at(r0, a0)}Z" fill="${color}"${opacity(alpha)}/>`,
    );
  }

  line(
    color: string,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    width: number,
    alpha = 1,
    dash: readonly number[] = [],
  ): void {
    this.parts.push(
      `<line x1="${n(x0)}" y1="${n(y0)}" x2="${n(x1)}" y2="${n(y1)}" stroke="${color}" stroke-width="${n(width)}"${dashed(dash)}${opacity(alpha)}/>`,
    );
  }

  curve(
    color: string,
    p: readonly [number, number, number, number, number, number, number, number],
    width: number,
    alpha = 1,
    dash: readonly number[] = [],
  ): void {
    this.parts.push(
      `<path d="M${n(p[0])},${n(p[1])}C${n(p[2])},${n(p[3])} ${n(p[4])},${n(p[5])} ${n(p[6])},${n(p[7])}" fill="none" stroke="${color}" stroke-width="${n(width)}"${dashed(dash)}${opacity(alpha)}/>`,
    );
  }

  text(
    color: string,
    text: string,
    x: number,
    y: number,
    size: number,
    font: 'sans' | 'mono',
    anchor: 'start' | 'middle' | 'end',
    weight = 400,
  ): void {
    const family = font === 'sans' ? SANS : MONO;
    this.parts.push(
      `<text x="${n(x)}" y="${n(y)}" font-size="${n(size)}" font-family="${family}" font-weight="${weight}" text-anchor="${anchor}" fill="${color}">${escapeXml(text)}</text>`,
    );
  }
}

function opacity(alpha: number): string {
  return alpha >= 1 ? '' : ` opacity="${n(alpha)}"`;
}

function dashed(dash: readonly number[]): string {
  return dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
}
