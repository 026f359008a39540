/**
 * The stage as a picture to keep: SVG text or PNG. What stands is taken from the page with its computed styles, what moves
 * is painted again as SVG: the same picture at any scale. The page's fonts go into it, so that it looks the same elsewhere.
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
  'stroke-dasharray',
] as const;

/** Fonts a picture is written with: Latin letters are in it, others take the reader's own. */
const FONTS = ['Inter Variable', 'JetBrains Mono'];
/** Height of the caption below the map, CSS pixels. */
const CAPTION = 26;

let taker: (() => StagePicture | null) | null = null;

/** The stage on the page says how its picture is taken. @returns a function that takes it back. */
export function registerStage(take: () => StagePicture | null): () => void {
  taker = take;
  return () => {
    if (taker === take) taker = null;
  };
}

/**
 * The stage as SVG; null where there is none on the page. The whole map, whatever part of it is zoomed to.
 * @param caption a line below it: what is shown, and when
 */
export async function stageSvg(caption: string): Promise<string | null> {
  const picture = taker?.() ?? null;
  return picture === null ? null : pictureSvg(picture, caption, await fontFaces());
}

/** CSS of the page's own fonts with their bytes in it; a font that cannot be had is left out. */
async function fontFaces(): Promise<string> {
  const rules: CSSFontFaceRule[] = [];
  for (const sheet of document.styleSheets) {
    try {
      for (const rule of sheet.cssRules) if (rule instanceof CSSFontFaceRule) rules.push(rule);
    } catch {
      // another site's sheet is not ours to read
    }
  }
  const wanted = rules.filter(({ style }) => {
    const family = style.getPropertyValue('font-family').replace(/["']/g, '');
    const range = style.getPropertyValue('unicode-range');
    return FONTS.includes(family) && (range === '' || /U\+0?000-/i.test(range) || /U\+0-/i.test(range));
  });
  const faces = await Promise.all(
    wanted.map(async ({ style, parentStyleSheet }) => {
      const source = /url\(["']?([^"')]+)["']?\)/.exec(style.getPropertyValue('src'))?.[1];
      if (source === undefined) return '';
      try {
        const answer = await fetch(new URL(source, parentStyleSheet?.href ?? document.baseURI));
        const data = await dataUrl(await answer.blob());
        const weight = style.getPropertyValue('font-weight') || '400';
        return `@font-face{font-family:${style.getPropertyValue('font-family')};font-weight:${weight};src:url(${data})}`;
      } catch {
        return '';
      }
    }),
  );
  return faces.join('');
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(new Error('a font could not be read'));
    reader.readAsDataURL(blob);
  });
}

const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** `color(srgb r g b / a)`, as browsers compute mixed colours, for programs that know only `rgb()`. */
export function plainColor(value: string): string {
  const match = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/.exec(value);
  if (match === null) return value === 'rgba(0, 0, 0, 0)' ? 'none' : value;
  const [r, g, b] = match.slice(1, 4).map((part) => Math.round(Number(part) * 255));
  return match[4] === undefined ? `rgb(${r},${g},${b})` : `rgba(${r},${g},${b},${match[4]})`;
}

export function pictureSvg({ svgs, input }: StagePicture, caption = '', fonts = ''): string {
  const { layout } = input.ix;
  const palette = palettes[input.theme];
  const scale = `scale(${layout.unit})`;
  const width = Math.ceil(layout.w * layout.unit);
  const height = Math.ceil(layout.h * layout.unit);
  const whole = height + (caption === '' ? 0 : CAPTION);
  const painter = new SvgPainter();
  paintStage(painter, input);
  const [below, ...above] = svgs.map(inlined);
  const inner = (svg: SVGSVGElement | undefined): string =>
    svg === undefined ? '' : new XMLSerializer().serializeToString(svg).replace(/^<svg[^>]*>|<\/svg>$/g, '');
  const body = [inner(below), `<g transform="${scale}">${painter.parts.join('')}</g>`, ...above.map(inner)];
  const style = fonts === '' ? '' : `<style>${fonts}</style>`;
  const line =
    caption === ''
      ? ''
      : `<text x="12" y="${height + 14}" font-family="'Inter Variable', Inter, system-ui, sans-serif" font-size="12" fill="${palette.muted}">${escapeXml(caption)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}">${style}<rect width="${width}" height="${whole}" fill="${palette.ground}"/>${body.join('')}${line}</svg>`;

  function inlined(svg: SVGSVGElement): SVGSVGElement {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const from = svg.querySelectorAll('*');
    copy.querySelectorAll('*').forEach((node, i) => {
      const style = getComputedStyle(from[i]);
      if (!(node instanceof SVGGElement))
        for (const name of STYLES) {
          const value = style.getPropertyValue(name);
          node.setAttribute(name, name === 'fill' || name === 'stroke' ? plainColor(value) : value);
        }
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
export async function stagePng(caption: string, factor = 2): Promise<Blob | null> {
  const text = await stageSvg(caption);
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
