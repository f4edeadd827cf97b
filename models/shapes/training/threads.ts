import { cpus } from 'node:os';
import { parallelShareOf } from '../../../lib/evaluation/sizes/scaling.ts';
import { generateImage } from '../../../lib/shapes/generate.ts';
import { classify, openModel } from './classify.ts';
import { ladder, modelFile } from './ladder.ts';
import { type Scaling, updateReport } from './report.ts';

/** How long is measured in all, in rounds over models and threads so that a busy moment hits all of them. */
const measuredMs = 60_000;
const runsPerRound = 4;
/** The quantile that is compared: what nothing has interrupted, as two threads need two idle processors. */
const quantile = 0.02;

const command = 'node models/shapes/training/threads.ts';
const what = `session.run of onnxruntime-node with one thread and with two, 2 % quantile, ${cpus()[0]?.model.trim()}`;

const measured = await Promise.all(
  ladder.flatMap((name) =>
    [1, 2].map(async (threads) => {
      const session = await openModel(modelFile(name), threads);
      return { name, threads, session, times: [] as number[] };
    }),
  ),
);
const { pixels } = generateImage({ seed: 1000, index: 0 });
for (const end = performance.now() + measuredMs; performance.now() < end; ) {
  for (const { session, times } of measured) {
    for (let run = 0; run < runsPerRound; run++) {
      const start = performance.now();
      await classify(session, pixels);
      times.push(performance.now() - start);
    }
  }
}

for (const name of ladder) {
  const own = measured
    .filter((it) => it.name === name)
    .map(({ threads, times }) => ({ threads, meanMs: quickest(times) }));
  const share = Number((parallelShareOf(own) ?? 0).toFixed(2));
  updateReport<Scaling>('scaling.json', command, name, { parallelShare: share, what });
  console.log(`${name}: ${own.map(({ meanMs }) => meanMs.toFixed(2)).join(', ')} ms, ${share}`);
}

function quickest(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(quantile * sorted.length)] ?? Number.NaN;
}
