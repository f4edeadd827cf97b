import { type Spec, themeConfig, type Width } from './theme.ts';

/** Panels side by side where there is room, else one above the other. */
export function concat(panels: readonly Spec[], width: Width): Spec {
  return {
    config: themeConfig,
    padding: 6,
    spacing: 32,
    ...(width === 'wide' ? { hconcat: panels } : { vconcat: panels }),
  };
}
