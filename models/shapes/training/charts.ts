import { writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { catalogueFolder, ladder } from './ladder.ts';
import { type Accuracy, readReport } from './report.ts';

/** Writes the model card's pictures from accuracy.json: confusion.svg and difficulty.svg. */
const accuracy = readReport<Accuracy>('accuracy.json', '').models;

/** Of all seven there would be too much to see. */
const shown = [ladder[0], ladder[3], ladder.at(-1)].filter((name) => name !== undefined);

const common = { background: 'white', padding: 10, config: { font: 'sans-serif' } } as const;

await write('confusion.svg', confusionMatrices());
await write('difficulty.svg', accuracyByDifficulty());

/** A matrix for each shown model: what share of a class is taken for what. */
function confusionMatrices(): TopLevelSpec {
  const values = shown.flatMap((model) =>
    (accuracy[model]?.confusion ?? []).flatMap((row, label) => {
      const images = row.reduce((sum, count) => sum + count, 0);
      return row.map((count, answer) => ({
        model: titleOf(model),
        label: shapeLabels[label],
        answer: shapeLabels[answer],
        sharePct: (100 * count) / images,
      }));
    }),
  );
  const ofClass = (field: string, title: string) =>
    ({ field, title, type: 'nominal', sort: [...shapeLabels] }) as const;
  return {
    ...common,
    data: { values: values.filter(({ sharePct }) => sharePct > 0) },
    facet: {
      column: { field: 'model', title: null, sort: shown.map(titleOf) },
    },
    spec: {
      width: { step: 15 },
      height: { step: 15 },
      mark: 'rect',
      encoding: {
        x: { ...ofClass('answer', 'answer'), axis: { labelAngle: -60 } },
        y: ofClass('label', 'true class'),
        color: {
          field: 'sharePct',
          type: 'quantitative',
          title: '% of the class',
          // A root: mistakes are rare, and are what one wants to see.
          scale: { type: 'sqrt', scheme: 'blues', domain: [0, 100] },
        },
      },
    },
  };
}

/** A line for each model, with bars of two standard errors. */
function accuracyByDifficulty(): TopLevelSpec {
  const values = ladder.flatMap((model) =>
    (accuracy[model]?.byDifficulty ?? []).map(({ images, correct }, bin) => {
      const share = correct / images;
      const errorPct = 100 * Math.sqrt((share * (1 - share)) / images);
      const top1Pct = 100 * share;
      return {
        model,
        difficulty: (bin + 0.5) / 10,
        top1Pct,
        lowPct: top1Pct - 2 * errorPct,
        highPct: Math.min(100, top1Pct + 2 * errorPct),
      };
    }),
  );
  const x = {
    field: 'difficulty',
    type: 'quantitative',
    title: 'difficulty of the image',
    scale: { domain: [0, 1] as number[] },
  } as const;
  const scale = { domain: [20, 100], clamp: true };
  const color = { field: 'model', type: 'nominal', sort: [...ladder], title: null } as const;
  return {
    ...common,
    width: 520,
    height: 300,
    data: { values },
    encoding: { x, color },
    layer: [
      {
        mark: { type: 'line', point: true },
        encoding: { y: { field: 'top1Pct', type: 'quantitative', title: 'top-1 %', scale } },
      },
      {
        mark: 'rule',
        encoding: { y: { field: 'lowPct', type: 'quantitative', scale }, y2: { field: 'highPct' } },
      },
    ],
  };
}

function titleOf(model: string): string {
  const { images = 1, correct = 0 } = accuracy[model] ?? {};
  return `${model}: ${((100 * correct) / images).toFixed(2)} % right`;
}

async function write(file: string, spec: TopLevelSpec): Promise<void> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  writeFileSync(new URL(file, catalogueFolder), `${await view.toSVG()}\n`);
  console.log(`wrote ${file}`);
}
