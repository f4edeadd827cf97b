import { readFileSync } from 'node:fs';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { catalogueFolder, ladder } from './ladder.ts';
import { type Accuracy, type Latency, readReport } from './report.ts';

/** Prints the tables of the model card as Markdown. */
const accuracy = readReport<Accuracy>('accuracy.json', '').models;
const latency = readReport<Latency>('latency.json', '').models;
const percent = (part: number, whole: number) => ((100 * part) / whole).toFixed(1);

console.log('| model | KB | top-1 % | standard error | mean ms | deviation ms |');
console.log('|---|---|---|---|---|---|');
for (const name of ladder) {
  const bytes = readFileSync(new URL(`${name}.onnx`, catalogueFolder)).length;
  const { correct = 0, images = 1 } = accuracy[name] ?? {};
  const share = correct / images;
  const error = 100 * Math.sqrt((share * (1 - share)) / images);
  console.log(
    `| ${name} | ${Math.round(bytes / 1000)} | ${(100 * share).toFixed(2)} | ${error.toFixed(2)} ` +
      `| ${latency[name]?.meanMs} | ${latency[name]?.stdMs} |`,
  );
}

console.log('\n| difficulty | images |', ladder.join(' | '), '|');
console.log(`|---|---|${'---|'.repeat(ladder.length)}`);
for (let bin = 0; bin < 10; bin++) {
  const cells = ladder.map((name) => {
    const { images = 0, correct = 0 } = accuracy[name]?.byDifficulty[bin] ?? {};
    return percent(correct, images);
  });
  const count = accuracy[ladder[0] ?? '']?.byDifficulty[bin]?.images;
  console.log(`| ${bin / 10} to ${(bin + 1) / 10} | ${count} | ${cells.join(' | ')} |`);
}

console.log('\nMost frequent mistakes:');
for (const name of ladder) {
  const mistakes = (accuracy[name]?.confusion ?? []).flatMap((row, label) =>
    row.map((count, answer) => ({ label, answer, count: label === answer ? 0 : count })),
  );
  const worst = mistakes.sort((a, b) => b.count - a.count).slice(0, 3);
  const words = worst.map(
    ({ label, answer, count }) =>
      `${shapeLabels[label]} taken for ${shapeLabels[answer]} (${count})`,
  );
  console.log(`- ${name}: ${words.join(', ')}`);
}
