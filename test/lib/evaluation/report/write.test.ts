import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultInputs } from '../../../../lib/evaluation/experiments/experiment.ts';
import { chooseExperiments, runExperiments } from '../../../../lib/evaluation/experiments/run.ts';
import { pointsCsv } from '../../../../lib/evaluation/report/points.ts';
import { difference, shown } from '../../../../lib/evaluation/report/summary.ts';
import { writeReport } from '../../../../lib/evaluation/report/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdinference-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inputs = { ...defaultInputs, requests: 100 };
const facts = { command: 'mdi simulate <all>', requests: 100, seed: 1, sources: ['p2: somewhere'] };
const names = ['fig3a', 'fig3b', 'fig4', 'fig5', 'fig6', 'fig7', 'table4', 'fig8'];
const summarySchema = z.array(
  z.strictObject({
    experiment: z.string(),
    condition: z.string().min(1),
    metric: z.string().min(1),
    paper: z.number().nullable(),
    ours: z.number(),
  }),
);

async function report(into: string, workers: number): Promise<void> {
  const { chosen } = chooseExperiments(['all'], inputs);
  await writeReport(into, await runExperiments(chosen, inputs, { workers }), facts);
}
const read = (name: string) => readFileSync(join(folder, 'a', name), 'utf8');
beforeAll(() => report(join(folder, 'a'), 2));

describe('the report', () => {
  it('has a page, a figure each, points and a summary', () => {
    expect(readdirSync(join(folder, 'a')).sort()).toEqual(
      [
        ...[...names, 'practice', 'realistic'].map((name) => `${name}.svg`),
        ...['points.csv', 'points.json', 'report.html', 'summary.json'],
      ].sort(),
    );
  });

  it('is the same again, with another number of threads', async () => {
    await report(join(folder, 'b'), 1);
    for (const name of readdirSync(join(folder, 'a'))) {
      expect(readFileSync(join(folder, 'b', name), 'utf8') === read(name), name).toBe(true);
    }
  });

  it('is a page that loads nothing', () => {
    const html = read('report.html');
    expect(html).not.toMatch(/<script|<link|src=|@import|url\((?!#)/);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(html).toContain('mdi simulate &lt;all&gt;');
    for (const name of names) expect(html).toContain(`<section id="${name}">`);
    expect(html.match(/<svg /g)).toHaveLength(2 * 10);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has figures that stand alone', () => {
    for (const name of names) {
      const svg = read(`${name}.svg`);
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(svg).not.toMatch(/NaN|undefined/);
    }
    expect(read('fig3a.svg')).toContain('static greedy');
    expect(read('fig3b.svg')).toContain('NasNet Large');
  });

  it('has a summary of the agreed shape', () => {
    const rows = summarySchema.parse(JSON.parse(read('summary.json')));
    expect(
      rows.find(({ experiment, paper }) => experiment === 'table4' && paper === 80.43),
    ).toEqual({
      ...{ experiment: 'table4', condition: 'residential, MDInference', metric: 'accuracy, %' },
      ...{ paper: 80.43, ours: expect.any(Number) },
    });
  });

  it('has every point as CSV and as JSON', () => {
    const points: { experiment: string; metric: string }[] = JSON.parse(read('points.json'));
    const lines = read('points.csv').trim().split('\n');
    expect(lines[0]).toBe(
      'experiment,condition,profiles,network,slaMs,strategy,hedging,requests,seed,metric,model,value',
    );
    expect(lines).toHaveLength(points.length + 1);
    expect(
      points.filter(({ experiment, metric }) => experiment === 'fig3a' && metric === 'meanMs'),
    ).toHaveLength(102);
    expect(
      lines.some((line) =>
        line.startsWith(
          'fig3b,,table3,100 ± 50 ms,250,three-stage-as-printed,,100,1,usagePct,NasNet Large,',
        ),
      ),
    ).toBe(true);
  });
});

it('quotes what CSV would take apart', () => {
  const point = {
    ...{ experiment: 'x', condition: 'a, "b"', profiles: 'p', network: 'lognormal:1,2', slaMs: 1 },
    ...{
      strategy: 's',
      hedging: '' as const,
      requests: 1,
      seed: 1,
      metric: 'm',
      model: '',
      value: 0.5,
    },
  };
  expect(pointsCsv([point]).split('\n')[1]).toBe('x,"a, ""b""",p,"lognormal:1,2",1,s,,1,1,m,,0.5');
});

it.each([
  [43, 43.06, '+0.06'],
  [12, 11.999, '0'],
  [68, 64.89, '−3.11'],
  [null, 5, ''],
])('difference of %s and %s', (paper, ours, text) => {
  expect(difference(paper, ours)).toBe(text);
});

it('shows whole numbers as they are', () => {
  expect([shown(3), shown(0.5), shown(41.4)]).toEqual(['3', '0.50', '41.40']);
});
