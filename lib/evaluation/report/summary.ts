import type { SummaryRow } from '../experiments/experiment.ts';
import type { Section } from '../experiments/run.ts';

/** The paper's numbers beside ours, of all sections. */
export function summaryOfSections(sections: readonly Section[]): SummaryRow[] {
  return sections.flatMap(({ experiment: { name }, findings }) =>
    findings.summary.map((row) => ({ experiment: name, ...row })),
  );
}

/** The summary as JSON: `[{experiment, condition, metric, paper, ours}]`. */
export function summaryJson(sections: readonly Section[]): string {
  return `${JSON.stringify(summaryOfSections(sections), null, 2)}\n`;
}

/** A number for people: whole numbers as they are, others with two decimals. */
export function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** How far `ours` is from the paper's number, with its sign; empty when the paper gives none. */
export function difference(paper: number | null, ours: number): string {
  if (paper === null) return '';
  const apart = Number((ours - paper).toFixed(2));
  return apart > 0 ? `+${shown(apart)}` : shown(apart).replace('-', '−');
}
