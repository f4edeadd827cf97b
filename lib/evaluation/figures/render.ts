import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import type { Spec } from './theme.ts';

/** Mean width of a letter of the sans-serif fonts in use, as a share of the font size. */
const letterWidth = 0.58;

/** What Vega exports and its types do not have. */
interface Untyped {
  /** Its own measure of text, which it lets one replace. */
  readonly textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
  /** Counts the ids of clip paths from 0 again. */
  readonly resetSVGDefIds: () => void;
}

/** The libraries that draw. */
interface Drawing {
  readonly compile: typeof VegaLite.compile;
  readonly vega: typeof Vega;
  readonly resetIds: () => void;
}

/** Loads the libraries that draw, which takes longer than some simulations: early, and only to draw. */
export async function loadDrawing(): Promise<Drawing> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  const untyped = vega as unknown as Untyped;
  measureText(untyped);
  return { compile, vega, resetIds: untyped.resetSVGDefIds };
}

/** Draws a specification as SVG; no browser is needed. */
export async function renderSvg(spec: Spec): Promise<string> {
  const { compile, vega, resetIds } = await loadDrawing();
  // Every figure comes out the same, whatever was drawn before it.
  resetIds();
  const { spec: compiled } = compile(spec as unknown as VegaLite.TopLevelSpec);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Without a canvas Vega takes letters for so wide that it leaves figures with empty margins. */
function measureText({ textMetrics }: Untyped): void {
  textMetrics.width = ({ fontSize = 11 }, text) =>
    letterWidth * fontSize * String(text ?? '').length;
}
