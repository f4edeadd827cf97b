import { ink, selectorSeries } from '../figures/theme.ts';

const accent = selectorSeries['three-stage'].colour;

/** The stylesheet of the page; a string, because the page must not load anything. */
export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body {
  margin: 0; background: #fff; color: ${ink.text};
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1020px; margin: 0 auto; padding: 40px 24px 64px; }
header h1 { font-size: 32px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
header p { margin: 0; color: ${ink.quiet}; max-width: 46em; }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(215px, 1fr)); gap: 16px; margin: 28px 0 8px; }
.headline { border-top: 3px solid ${accent}; padding: 12px 4px 0 0; }
.headline.not { border-color: ${ink.late}; }
.headline b { display: block; font-size: 30px; line-height: 1.15; font-weight: 650; }
.headline span { display: block; margin-top: 4px; font-size: 14px; color: ${ink.quiet}; line-height: 1.4; }
section { margin-top: 52px; }
section > small { color: ${accent}; font-weight: 600; font-size: 13px; }
h2 { font-size: 23px; line-height: 1.25; margin: 2px 0 8px; letter-spacing: -0.005em; }
section > p { margin: 0 0 16px; max-width: 46em; }
figure { margin: 0 0 12px; }
figure svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; width: 100%; margin-top: 8px; }
th, td { padding: 5px 12px 5px 0; text-align: left; border-bottom: 1px solid ${ink.faint}; vertical-align: baseline; }
th { color: ${ink.quiet}; font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 16px; }
tr.own td { font-weight: 600; color: ${accent}; }
.condition { color: ${ink.quiet}; margin-left: 0.6em; }
details { margin-top: 8px; }
summary { cursor: pointer; color: ${ink.quiet}; font-size: 14px; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid ${ink.faint}; color: ${ink.quiet}; font-size: 13.5px; }
footer p { margin: 0 0 6px; }
code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: #f3f5f7; padding: 1px 5px; border-radius: 4px; overflow-wrap: anywhere; }
@media (max-width: 720px) {
  main { padding: 24px 16px 48px; }
  header h1 { font-size: 25px; }
  h2 { font-size: 20px; }
  .wide { display: none; }
  .narrow { display: block; }
  section { margin-top: 40px; }
  .condition { display: block; margin-left: 0; font-size: 13px; }
  .number { padding-right: 8px; }
  .number:last-child { padding-right: 0; }
}
@media print {
  section { break-inside: avoid; }
  main { max-width: none; padding: 0; }
}
`;
