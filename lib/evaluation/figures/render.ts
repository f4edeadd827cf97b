import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import type { Spec } from './theme.ts';

/** Mean width of a letter of the sans-serif fonts in use, as a multiple of the font size. */
const letterWidth = 0.58;

/** Exports of Vega that its types lack. */
interface Untyped {
  /** Its measure of text, which may be replaced. */
  readonly textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
  /** Restarts the ids of clip paths at 0. */
  readonly resetSVGDefIds: () => void;
}

/** The drawing libraries. */
interface Drawing {
  readonly compile: typeof VegaLite.compile;
  readonly vega: typeof Vega;
  readonly resetIds: () => void;
}

/** Loads the drawing libraries. It takes longer than some simulations: start it early, and only to draw. */
export async function loadDrawing(): Promise<Drawing> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  const untyped = vega as unknown as Untyped;
  measureText(untyped);
  return { compile, vega, resetIds: untyped.resetSVGDefIds };
}

/** Draws a specification as SVG, without a browser. */
export async function renderSvg(spec: Spec): Promise<string> {
  const { compile, vega, resetIds } = await loadDrawing();
  // A figure must not depend on what was drawn before it.
  resetIds();
  const { spec: compiled } = compile(spec as unknown as VegaLite.TopLevelSpec);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Without a canvas Vega overestimates the width of letters and leaves empty margins. */
function measureText({ textMetrics }: Untyped): void {
  textMetrics.width = ({ fontSize = 11 }, text) =>
    letterWidth * fontSize * String(text ?? '').length;
}
