import type { TopLevelSpec } from 'vega-lite';
import type { Spec } from './theme.ts';

/** Draws a specification as SVG; no browser is needed. */
export async function renderSvg(spec: Spec): Promise<string> {
  // Loading them takes longer than most simulations: only who draws pays.
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec);
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
