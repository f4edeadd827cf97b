import { cpus } from 'node:os';
import { generateImage } from '../../../lib/shapes/generate.ts';
import { classify, openModel } from './classify.ts';
import { ladder, modelFile } from './ladder.ts';
import { type Latency, updateReport } from './report.ts';

/** Runs of each model, in rounds over all models so that a busy moment hits all of them. */
const rounds = 20;
const runsPerRound = 10;
/** Share of the runs left out at each end: interruptions by other work. */
const trimmed = 0.1;

const command = 'node models/shapes/training/time.ts';
const what =
  `one thread, session.run of onnxruntime-node, middle ${(1 - 2 * trimmed) * 100} % of ` +
  `${rounds * runsPerRound} runs, ${cpus()[0]?.model.trim()}`;

const sessions = await Promise.all(ladder.map((name) => openModel(modelFile(name))));
const times = ladder.map((): number[] => []);
for (let round = 0; round <= rounds; round++) {
  for (const [i, session] of sessions.entries()) {
    for (let run = 0; run < runsPerRound; run++) {
      const { pixels } = generateImage({ seed: 1000, index: round * runsPerRound + run });
      // The caches are full of the generator's data: one run to get the model's back.
      await classify(session, pixels);
      const start = performance.now();
      await classify(session, pixels);
      // The first round warms up.
      if (round > 0) times[i]?.push(performance.now() - start);
    }
  }
  process.stderr.write(`\rtiming: round ${round} of ${rounds}`);
}
process.stderr.write('\n');

for (const [i, name] of ladder.entries()) {
  const latency = summarise(times[i] ?? []);
  updateReport('latency.json', command, name, latency);
  console.log(`${name}: ${latency.meanMs} ms, deviation ${latency.stdMs} ms`);
}

function summarise(all: readonly number[]): Latency {
  const sorted = all.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length * trimmed);
  const kept = sorted.slice(cut, sorted.length - cut);
  const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
  const variance = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1);
  return {
    runs: kept.length,
    meanMs: round3(mean),
    stdMs: round3(Math.sqrt(variance)),
    p50Ms: round3(sorted[sorted.length >> 1] ?? 0),
    what,
  };
}

function round3(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
