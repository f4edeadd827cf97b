#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { table3Networks } from '../../lib/table3/networks.ts';
import { table3Rows } from '../../lib/table3/reference.ts';

/* Measures the networks on one thread: latency.json. */

/** Rounds over all models, so that a busy moment of the machine hits all of them. */
const rounds = 20;
const runsPerRound = 5;
/** Share of the runs left out at each end: interruptions by other work. */
const trimmed = 0.1;

const models = await Promise.all(
  table3Rows.map(async ({ name }) => {
    const { bytes, inputSide } = table3Networks[name]();
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    const grey = new Float32Array(3 * inputSide ** 2);
    const image = new Tensor('float32', grey, [1, 3, inputSide, inputSide]);
    return { name, run: () => session.run({ image }), times: [] as number[] };
  }),
);

for (let round = 0; round < rounds; round++) {
  for (const { run, times } of models) {
    // The caches are full of other models' weights: one run to get this model's back.
    await run();
    for (let i = 0; i < runsPerRound; i++) {
      const startMs = performance.now();
      await run();
      times.push(performance.now() - startMs);
    }
  }
  process.stderr.write(`\rround ${round + 1} of ${rounds}`);
}
process.stderr.write('\n');

const latency = models.map(({ name, times }) => {
  const { runs, meanMs, stdMs } = summarise(times);
  console.log(`${name}: ${meanMs} ms, deviation ${stdMs} ms`);
  const what =
    'one thread, session.run of onnxruntime-node, ' +
    `middle ${100 * (1 - 2 * trimmed)} % of ${runs} runs, ${cpus()[0]?.model.trim()}`;
  return [name, { meanMs, stdMs, what }];
});
const text = JSON.stringify(Object.fromEntries(latency), null, 2);
writeFileSync(new URL('latency.json', import.meta.url), `${text}\n`);

function summarise(times: readonly number[]): { runs: number; meanMs: number; stdMs: number } {
  const cut = Math.floor(times.length * trimmed);
  const kept = times.toSorted((a, b) => a - b).slice(cut, times.length - cut);
  const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
  const variance = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1);
  return { runs: times.length, meanMs: round3(mean), stdMs: round3(Math.sqrt(variance)) };
}

function round3(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
