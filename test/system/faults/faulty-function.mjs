/**
 * The function of a model, in whose place it was put (faulty-models.ts), with the fault that the file
 * `fault.json` beside it names at the moment. Says on stdout when it has begun to run.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const { LAMBDA_TASK_ROOT = '', MDI_MODEL } = process.env;

function readFault() {
  return JSON.parse(readFileSync(join(LAMBDA_TASK_ROOT, 'fault.json'), 'utf8'));
}

if (readFault().kind === 'exit-at-start') process.exit(1);

const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node');
/** The fault of the event in progress; none while the model is loaded. */
let fault = {};

const { run } = InferenceSession.prototype;
InferenceSession.prototype.run = async function (...args) {
  const startMs = performance.now();
  const outputs = await run.apply(this, args);
  const tookMs = performance.now() - startMs;
  if (fault.kind === 'slow') {
    process.stdout.write(`${MDI_MODEL} took ${tookMs} ms\n`);
    // A timer may fire a little early.
    while (performance.now() - startMs < fault.factor * tookMs) {
      await delay(startMs + fault.factor * tookMs - performance.now());
    }
  }
  if (fault.kind === 'nan') for (const { data } of Object.values(outputs)) data.fill(Number.NaN);
  return outputs;
};

const { handler: original } = await import('./original.mjs');

export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  fault = readFault();
  process.stdout.write(`${MDI_MODEL} runs\n`);
  while (fault.kind === 'hang' && readFault().kind === 'hang') await delay(5);
  if (fault.kind === 'out-of-memory') await takeAllMemory();
  if (fault.kind === 'garbage') stream.end('\u0000 no JSON \u0000\n');
  else await original(event, stream, context);
});

async function takeAllMemory() {
  const hoard = [];
  for (;;) {
    hoard.push(Buffer.alloc(64 * 1024 * 1024, 1));
    await delay(10);
  }
}
