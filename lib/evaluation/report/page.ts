import type { FindingsTable, SummaryRow } from '../experiments/experiment.ts';
import type { Section } from '../experiments/run.ts';
import { style } from './style.ts';
import { difference, shown } from './summary.ts';

/** A section with its figure drawn for wide and for narrow screens. */
export interface DrawnSection extends Section {
  readonly wideSvg: string;
  readonly narrowSvg: string;
}

/** What the page says about how it was made. */
export interface PageFacts {
  /** The command line that makes the page. */
  readonly command: string;
  readonly requests: number;
  readonly seed: number;
  readonly points: number;
  /** Where the models and networks come from. */
  readonly sources: readonly string[];
}

/** Tables with more rows are collapsed at first. */
const openRows = 8;

/** The report as a single HTML page that loads nothing. */
export function page(sections: readonly DrawnSection[], facts: PageFacts): string {
  const { command, requests, seed, points, sources } = facts;
  const compared = sections.some(({ findings }) =>
    findings.summary.some(({ paper }) => paper !== null),
  );
  const title = compared
    ? 'MDInference: the evaluation, run again'
    : 'MDInference, with other models or another network';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p>${requests.toLocaleString('en')} requests a point, ${points.toLocaleString('en')} points, the deployed
selector’s own code.${compared ? ' The paper’s value stands beside ours wherever it gives one.' : ''}</p>
${headlines(sections)}
</header>
${sections.map(sectionOf).join('\n')}
<footer>
<p>Made by <code>${escaped(command)}</code>; seed ${seed}: the same command gives the same page.</p>
${sources.map((source) => `<p>${escaped(source)}</p>`).join('\n')}
</footer>
</main>
</body>
</html>
`;
}

function headlines(sections: readonly DrawnSection[]): string {
  const found = sections.flatMap(({ findings: { headline } }) => (headline ? [headline] : []));
  // First the results that are reproduced, then those that are not.
  const ordered = found.toSorted((a, b) => Number(a.fails ?? false) - Number(b.fails ?? false));
  const tiles = ordered.map(
    ({ value, what, fails }) =>
      `<div class="headline${fails ? ' not' : ''}"><b>${escaped(value)}</b>` +
      `<span>${escaped(what)}</span></div>`,
  );
  return tiles.length > 0 ? `<div class="headlines">\n${tiles.join('\n')}\n</div>` : '';
}

function sectionOf({ experiment, findings, wideSvg, narrowSvg }: DrawnSection): string {
  const { name, title, source } = experiment;
  const label = `${source}: ${title}`;
  return `<section id="${name}">
<small>${escaped(source)}</small>
<h2>${escaped(title)}</h2>
<p>${escaped(findings.says)}</p>
<figure role="img" aria-label="${escaped(label)}">
<div class="wide">${ownIds(wideSvg, `${name}-wide`)}</div>
<div class="narrow">${ownIds(narrowSvg, `${name}-narrow`)}</div>
</figure>
${findings.table ? folded('all rows', tableOf(findings.table), findings.table.rows.length) : ''}
${findings.table ? '' : summaryTable(findings.summary)}
${findings.uploads ? uploadsOf(findings.uploads) : ''}
</section>`;
}

/** Open however long it is: it is what a reader who gave rungs looks for. */
function uploadsOf(table: FindingsTable): string {
  return `<h3>What is sent over recorded links</h3>
<div class="scroll">${tableOf(table)}</div>`;
}

function summaryTable(rows: readonly Omit<SummaryRow, 'experiment'>[]): string {
  if (rows.length === 0) return '';
  const compared = rows.some(({ paper }) => paper !== null);
  const head = compared ? ['', 'paper', 'ours', 'difference'] : ['', 'ours'];
  const lines = rows.map(({ condition, metric, paper, ours }) => {
    const known = paper === null ? '' : shown(paper);
    const numbers = compared ? [known, shown(ours), difference(paper, ours)] : [shown(ours)];
    const what = `<td>${escaped(metric)} <span class="condition">${escaped(condition)}</span></td>`;
    return `<tr>${what}${numbers.map((text) => `<td class="number">${text}</td>`).join('')}</tr>`;
  });
  const table = `<table>
<thead><tr>${head.map((text) => `<th class="number">${text}</th>`).join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>`;
  return folded(compared ? 'paper and ours' : 'numbers', table, rows.length);
}

function folded(what: string, table: string, rows: number): string {
  const scrolling = `<div class="scroll">${table}</div>`;
  if (rows <= openRows) return scrolling;
  return `<details><summary>${what}, ${rows} rows</summary>${scrolling}</details>`;
}

function tableOf({ head, rows, textColumns, own = [] }: FindingsTable): string {
  const cell = (tag: 'th' | 'td') => (text: string, i: number) =>
    `<${tag}${i < textColumns ? '' : ' class="number"'}>${escaped(text)}</${tag}>`;
  return `<table>
<thead><tr>${head.map(cell('th')).join('')}</tr></thead>
<tbody>
${rows
  .map(
    (row, i) => `<tr${own.includes(i) ? ' class="own"' : ''}>${row.map(cell('td')).join('')}</tr>`,
  )
  .join('\n')}
</tbody>
</table>`;
}

/** Vega numbers the clip paths of every figure from 0; on one page their ids must differ. */
function ownIds(svg: string, prefix: string): string {
  return svg.replaceAll(/(id="|url\(#)(clip|gradient)/g, `$1${prefix}-$2`);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/(\d) (?=%|ms\b|points?\b)/g, '$1&nbsp;');
}
