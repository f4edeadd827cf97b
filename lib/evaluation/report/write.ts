import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Section } from '../experiments/run.ts';
import { renderSvg } from '../figures/render.ts';
import { type DrawnSection, type PageFacts, page } from './page.ts';
import { pointsCsv, pointsOf } from './points.ts';
import { summaryJson } from './summary.ts';

/**
 * Writes `report.html`, a figure `<experiment>.svg` for each section, `points.csv`, `points.json` and
 * `summary.json` to a folder, which is created.
 *
 * @throws Error when a file cannot be written
 */
export async function writeReport(
  folder: string,
  sections: readonly Section[],
  facts: Omit<PageFacts, 'points'>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const drawn: DrawnSection[] = [];
  for (const section of sections) {
    const wideSvg = await renderSvg(section.findings.figure('wide'));
    const narrowSvg = await renderSvg(section.findings.figure('narrow'));
    writeFileSync(join(folder, `${section.experiment.name}.svg`), wideSvg);
    drawn.push({ ...section, wideSvg, narrowSvg });
  }
  const points = pointsOf(sections);
  const count = sections.reduce((sum, { results }) => sum + results.length, 0);
  writeFileSync(join(folder, 'report.html'), page(drawn, { ...facts, points: count }));
  writeFileSync(join(folder, 'points.csv'), pointsCsv(points));
  writeFileSync(join(folder, 'points.json'), `${JSON.stringify(points)}\n`);
  writeFileSync(join(folder, 'summary.json'), summaryJson(sections));
}
