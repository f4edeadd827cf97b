import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../models/shapes/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const catalogue = JSON.parse(read('catalogue.json'));
const accuracy = JSON.parse(read('accuracy.json'));
const card = read('README.md');

interface Measured {
  readonly images: number;
  readonly correct: number;
  readonly confusion: readonly (readonly number[])[];
  readonly byDifficulty: readonly { readonly images: number; readonly correct: number }[];
}
interface Certain {
  readonly name: string;
  readonly accuracyPct: number;
  readonly reliability: { readonly bins: readonly { count: number; right: number }[] };
  readonly rightAlongsideDevice: readonly number[];
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

it.each<{ name: string; accuracyPct: number }>(catalogue.models)(
  'says the same of $name on the card, in the catalogue and in the measurements',
  ({ name, accuracyPct }) => {
    const { images, correct, confusion, byDifficulty }: Measured = accuracy.models[name];
    expect(images).toBeGreaterThanOrEqual(10_000);
    expect(accuracyPct).toBe(Number(((100 * correct) / images).toFixed(2)));
    expect(sum(confusion.map((row, i) => row[i] ?? 0))).toBe(correct);
    expect(sum(confusion.flat())).toBe(images);
    expect(sum(byDifficulty.map((bin) => bin.correct))).toBe(correct);
    const error = 100 * Math.sqrt(((correct / images) * (1 - correct / images)) / images);
    expect(card).toMatch(
      new RegExp(`\\| ${name} \\| \\d+ \\| ${accuracyPct.toFixed(2)} \\| ${error.toFixed(2)} \\|`),
    );
  },
);

it.each<Certain>(catalogue.models)(
  'has the reliability of $name, measured with its accuracy',
  ({ name, accuracyPct, reliability: { bins }, rightAlongsideDevice }) => {
    const { images, correct }: Measured = accuracy.models[name];
    expect(sum(bins.map(({ count }) => count))).toBe(images);
    expect(sum(bins.map(({ right }) => right))).toBe(correct);
    expect((100 * correct) / images).toBeCloseTo(accuracyPct, 9);
    // The same images, in the bins of the device’s scores.
    expect(sum(rightAlongsideDevice)).toBe(correct);
    if (name === catalogue.onDevice) {
      expect(rightAlongsideDevice).toEqual(bins.map(({ right }) => right));
    }
  },
);

it.each(['confusion.svg', 'difficulty.svg'])('has %s made of these measurements', (picture) => {
  expect(card).toContain(`](${picture})`);
  const svg = read(picture);
  expect(svg).toMatch(/^<svg /);
  for (const { name } of [catalogue.models[0], catalogue.models.at(-1)]) {
    expect(svg).toContain(name);
  }
});
