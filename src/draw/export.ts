/**
 * The stage as a picture to keep: SVG text (fonts by name) or PNG. What stands is taken from the page with its computed
 * styles, what moves is painted again as SVG: the same picture at any scale.
 */
import { palettes } from '../theme/colors.ts';
import { type PaintInput, paintStage } from './paint.ts';
import { SvgPainter } from './painter.ts';

export interface StagePicture {
  svgs: SVGSVGElement[];
  input: PaintInput;
}

const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'letter-spacing',
  'text-transform',
] as const;

let taker: (() => StagePicture | null) | null = null;

/** The stage on the page says how its picture is taken. @returns a function that takes it back. */
export function registerStage(take: () => StagePicture | null): () => void {
  taker = take;
  return () => {
    if (taker === take) taker = null;
  };
}

/** The stage as SVG; null where there is none on the page. The whole map, whatever part of it is zoomed to. */
export function stageSvg(): string | null {
  const picture = taker?.() ?? null;
  return picture === null ? null : pictureSvg(picture);
}

export function pictureSvg({ svgs, input }: StagePicture): string {
  const { layout } = input.ix;
  const palette = palettes[input.theme];
  const scale = `scale(${layout.unit})`;
  const width = Math.ceil(layout.w * layout.unit);
  const height = Math.ceil(layout.h * layout.unit);
  const painter = new SvgPainter();
  paintStage(painter, input);
  const [below, ...above] = svgs.map(inlined);
  const inner = (svg: SVGSVGElement | undefined): string =>
    svg === undefined ? '' : new XMLSerializer().serializeToString(svg).replace(/^<svg[^>]*>|<\/svg>$/g, '');
  const body = [inner(below), `<g transform="${scale}">${painter.parts.join('')}</g>`, ...above.map(inner)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="${palette.ground}"/>${body.join('')}</svg>`;

  function inlined(svg: SVGSVGElement): SVGSVGElement {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const from = svg.querySelectorAll('*');
    copy.querySelectorAll('*').forEach((node, i) => {
      const style = getComputedStyle(from[i]);
      if (!(node instanceof SVGGElement))
        for (const name of STYLES) node.setAttribute(name, style.getPropertyValue(name));
      for (const name of [
        'class',
        'tabindex',
        'role',
        'data-group',
        'data-thing',
        'aria-label',
        'aria-pressed',
      ])
        node.removeAttribute(name);
      if (node.tagName === 'g' && node.parentNode === copy && node.hasAttribute('transform'))
        node.setAttribute('transform', scale);
    });
    return copy;
  }
}

/** The stage as PNG, `factor` image pixels a CSS pixel. */
export async function stagePng(factor = 2): Promise<Blob | null> {
  const text = stageSvg();
  if (text === null) return null;
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * factor;
    canvas.height = image.naturalHeight * factor;
    const ctx = canvas.getContext('2d');
    if (ctx === null) return null;
    ctx.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}
