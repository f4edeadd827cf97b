import type { Page } from 'playwright-core';

/** Something on a page that is hard to see. */
export interface Faint {
  readonly what: string;
  /** Between 1 and 21, as WCAG 2 defines it. */
  readonly contrast: number;
}

/**
 * Texts of a contrast below 4.5:1, and controls whose border has less than 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
 * What is disabled, hidden or has a gradient behind it is left out.
 */
export async function faintThings(page: Page): Promise<Faint[]> {
  return await page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('no canvas');
    /** Paints colours over one another, and tells the luminance of what comes out. */
    const luminance = (colours: readonly string[]) => {
      for (const colour of colours) {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
      }
      const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
      const linear = (value: number) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    };
    const behind = (element: Element | null): string[] =>
      element ? [...behind(element.parentElement), getComputedStyle(element).backgroundColor] : [];
    const contrast = (colour: string, background: readonly string[]) => {
      const [a, b] = [luminance([...background, colour]), luminance(background)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const isSeen = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !element.closest(':disabled, .visually-hidden, label:has(:disabled)');
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}#${element.id}.${element.className} “${element.textContent?.trim().slice(0, 30)}”`;

    const faint: Faint[] = [];
    const judge = (element: Element, value: number, least: number, what: string) => {
      if (value < least) faint.push({ what: `${what} of ${nameOf(element)}`, contrast: value });
    };
    for (const element of document.body.querySelectorAll('*')) {
      const hasText = [...element.childNodes].some(
        ({ nodeType, textContent }) => nodeType === Node.TEXT_NODE && textContent?.trim(),
      );
      if (!hasText || !isSeen(element)) continue;
      const { color, backgroundImage } = getComputedStyle(element);
      const around = element.parentElement && getComputedStyle(element.parentElement);
      if (backgroundImage !== 'none' || around?.backgroundImage !== 'none') continue;
      judge(element, contrast(color, behind(element)), 4.5, 'text');
    }
    const controls =
      'button:not(.quiet, .sample-list *), .button, select, input[type=number], .segments';
    for (const element of document.querySelectorAll(controls)) {
      if (!isSeen(element)) continue;
      const { borderTopColor } = getComputedStyle(element);
      judge(element, contrast(borderTopColor, behind(element.parentElement)), 3, 'border');
    }
    return faint;
  });
}
