#!/usr/bin/env node
import { cpus } from 'node:os';
import { table3Rows } from '../../lib/evaluation/engine/profiles/table-3.ts';
import { ort } from '../../lib/service/inference/native.ts';
import { deviationMs, meanMs, merge, statisticsOf } from '../../lib/service/profiles/statistics.ts';
import { type MeasuredLatency, writeLatencies } from './latency.ts';
import { table3Networks } from './networks.ts';

/* Measures the networks on one thread: latency.json. */

/** Rounds over all models, so that a slow moment of the machine hits all of them. */
const rounds = 20;
const triesPerRound = 10;
/** A run that had the processor for a smaller share of its time was interrupted by other work. */
const undisturbedShare = 0.99;

const models = await Promise.all(
  table3Rows.map(async ({ name }) => {
    const { bytes, inputSide } = table3Networks[name]();
    const threads = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    const session = await ort.InferenceSession.create(bytes, threads);
    const grey = new Float32Array(3 * inputSide ** 2);
    const image = new ort.Tensor('float32', grey, [1, 3, inputSide, inputSide]);
    return { name, run: () => session.run({ image }), times: [] as number[] };
  }),
);

for (let round = 0; round < rounds; round++) {
  for (const { run, times } of models) {
    // The caches are full of other models' weights: one run to get this model's back.
    await run();
    const wanted = times.length + triesPerRound / 2;
    for (let i = 0; i < triesPerRound && times.length < wanted; i++) {
      const { wallMs, processorMs } = await timeRun(run);
      if (processorMs >= undisturbedShare * wallMs) times.push(wallMs);
    }
  }
  process.stderr.write(`\rround ${round + 1} of ${rounds}`);
}
process.stderr.write('\n');

const latencies = models.map(({ name, times }): [string, MeasuredLatency] => {
  const runs = times.length;
  if (runs < 2) throw new Error(`${name}: every run was interrupted by other work`);
  const all = times.map((ms) => statisticsOf({ kind: 'warm', serviceUs: 1000 * ms }));
  const statistics = merge(...all);
  const what =
    `one thread, session.run of onnxruntime-node, ${runs} runs that nothing interrupted, ` +
    cpus()[0]?.model.trim();
  const mean = round3(meanMs(statistics) ?? 0);
  return [name, { runs, meanMs: mean, stdMs: round3(deviationMs(statistics) ?? 0), what }];
});
writeLatencies(Object.fromEntries(latencies));

async function timeRun(
  run: () => Promise<unknown>,
): Promise<{ wallMs: number; processorMs: number }> {
  const before = process.cpuUsage();
  const startMs = performance.now();
  await run();
  const wallMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  return { wallMs, processorMs: (user + system) / 1000 };
}

function round3(milliseconds: number): number {
  return Number(milliseconds.toFixed(3));
}
