/** Context patterns for canvas: the second sign beside the colour, the same weave as the theme's classes. */
import { CONTEXTS } from '../../catalog/contexts.ts';
import { contextPatterns, type Pattern, palettes, type ThemeName } from '../../theme/colors.ts';

const TILE = 6;

function tile(pattern: Pattern, ink: string): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const ctx = canvas.getContext('2d');
  if (ctx === null) return null;
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = 1;
  ctx.beginPath();
  switch (pattern) {
    case 'solid':
    case 'none':
      return null;
    case 'diagonal':
      ctx.moveTo(-1, TILE + 1);
      ctx.lineTo(TILE + 1, -1);
      break;
    case 'backDiagonal':
      ctx.moveTo(-1, -1);
      ctx.lineTo(TILE + 1, TILE + 1);
      break;
    case 'vertical':
      ctx.moveTo(2.5, 0);
      ctx.lineTo(2.5, TILE);
      break;
    case 'horizontal':
      ctx.moveTo(0, 2.5);
      ctx.lineTo(TILE, 2.5);
      break;
    case 'dots':
      ctx.arc(3, 3, 1, 0, 7);
      ctx.fill();
      break;
  }
  ctx.stroke();
  return canvas;
}

export interface ContextInk {
  colors: string[];
  patterns: (CanvasPattern | null)[];
  /** Over a context's colour: it spins on a lock. */
  waiting: CanvasPattern | null;
}

/** Broad stripes of the ground: what lies under them shows through, hollow. */
function waitingTile(ground: string): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas');
  canvas.width = 2 * TILE;
  canvas.height = 2 * TILE;
  const ctx = canvas.getContext('2d');
  if (ctx === null) return null;
  ctx.strokeStyle = ground;
  ctx.lineWidth = 5.4;
  ctx.beginPath();
  for (const shift of [-2 * TILE, 0, 2 * TILE]) {
    ctx.moveTo(shift - 2, 2 * TILE + 2);
    ctx.lineTo(shift + 2 * TILE + 2, -2);
  }
  ctx.stroke();
  return canvas;
}

const made = new Map<ThemeName, ContextInk>();

/** Colours and patterns of the contexts in a theme, by context index; made once. */
export function contextInk(theme: ThemeName, ctx: CanvasRenderingContext2D): ContextInk {
  let ink = made.get(theme);
  if (ink === undefined) {
    const weave = theme === 'dark' ? 'rgba(0, 0, 0, 0.34)' : 'rgba(255, 255, 255, 0.5)';
    const waiting = waitingTile(theme === 'dark' ? '#1a222b' : palettes[theme].raised);
    ink = {
      waiting: waiting === null ? null : ctx.createPattern(waiting, 'repeat'),
      colors: CONTEXTS.map((name) => palettes[theme].contexts[name]),
      patterns: CONTEXTS.map((name) => {
        const image = tile(contextPatterns[name], weave);
        return image === null ? null : ctx.createPattern(image, 'repeat');
      }),
    };
    made.set(theme, ink);
  }
  return ink;
}
