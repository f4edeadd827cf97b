/**
 * Cold starts: from starting a process to its first answer, for each model of a catalogue, with the
 * function's own bundle under the local runtime. Beside it the second call of the same process, which
 * is warm, and what of the cold one is not runtime, bundle and loading: decoding and running.
 *
 *     npm run bench -- cold [catalogue, default shapes] [rounds, default 20]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { plainTable } from '../bin/shared/output.ts';
import { synthesize } from '../bin/shared/synthesize.ts';
import { tensorContentType } from '../lib/core/contract/body.ts';
import type { InferenceAnswer } from '../lib/core/contract/inference-event.ts';
import { inputBytes } from '../lib/core/preprocessing/preprocessing.ts';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { resolveCatalogue } from '../lib/infra/package-files.ts';
import { FunctionRegistry } from '../lib/local/lambda/function-registry.ts';
import { invokeEndpoint } from '../lib/local/lambda/invoke-endpoint.ts';
import { s3Endpoint } from '../lib/local/s3/s3-endpoint.ts';
import { CallRecorder } from '../lib/local/shared/calls.ts';
import { close, listen, urlOf } from '../lib/local/shared/http-server.ts';
import { SessionTokens } from '../lib/local/shared/session-tokens.ts';
import { type LambdaFunction, readFunctions } from '../lib/local/template/functions.ts';
import { readStack } from '../lib/local/template/stack.ts';
import { readServedCatalogue } from '../lib/service/catalogue/load.ts';
import { invokeModel } from '../lib/service/inference/invoke.ts';

const [name = 'shapes', rounds = '20'] = process.argv.slice(2);
const directory = resolveCatalogue(name);
const catalogue = readServedCatalogue(directory);
const sample = catalogue.samples[0];
const request = {
  requestId: 'bench',
  contentType: sample ? 'image/jpeg' : tensorContentType,
  body: sample
    ? readFileSync(join(directory, sample.file)).toString('base64')
    : Buffer.alloc(inputBytes(catalogue.input), 128).toString('base64'),
  record: false,
};

const folder = mkdtempSync(join(tmpdir(), 'mdinference-bench-'));
const stack = readStack(
  await synthesize({ output: join(folder, 'cdk.out'), context: { catalogue: directory } }),
);
const functions = readFunctions(stack, []);
const tokens = new SessionTokens();
const parts = { recorder: new CallRecorder(new Map()), tokens };
const lambda = createServer();
const endpoint = urlOf(await listen(lambda));
// Where functions find models that are too large to lie beside their code.
const s3 = createServer(s3Endpoint(stack, parts));
const endpoints = { lambda: endpoint, dynamodb: endpoint, s3: urlOf(await listen(s3)) };
const client = new LambdaClient({
  endpoint,
  region: 'local',
  credentials: {
    accessKeyId: 'bench',
    secretAccessKey: 'bench',
    sessionToken: tokens.issue(),
  },
  maxAttempts: 1,
});

const columns = ['cold p50 ms', 'min', 'max', 'of it decode + run', 'second call p50 ms'];
const table = plainTable(['model', 'MB', ...columns]);
for (const model of catalogue.models) {
  const fn = functions.find((candidate) => candidate.variables().MDI_MODEL === model.name);
  if (!fn) throw new Error(`the assembly has no function of ${model.name}`);
  const coldMs: number[] = [];
  const workMs: number[] = [];
  const warmMs: number[] = [];
  // The first round fills the disk's cache: an unknown share of what Lambda does for a new environment.
  for (let round = 0; round <= Number(rounds); round++) {
    const [cold, warm] = await firstTwoCalls(fn);
    if (round === 0) continue;
    coldMs.push(cold.ms);
    workMs.push(cold.answer.decodeMs + cold.answer.runMs);
    warmMs.push(warm.ms);
  }
  const milliseconds = [quantile(coldMs, 0.5), Math.min(...coldMs), Math.max(...coldMs)];
  table.push([
    model.name,
    (model.bytes / 1e6).toFixed(1),
    ...milliseconds.map((ms) => ms.toFixed(0)),
    quantile(workMs, 0.5).toFixed(1),
    quantile(warmMs, 0.5).toFixed(1),
  ]);
}
console.log(table.toString());
client.destroy();
await Promise.all([close(lambda), close(s3)]);
rmSync(folder, { recursive: true });

interface Call {
  readonly ms: number;
  readonly answer: Extract<InferenceAnswer, { status: 'ok' }>;
}

/** Starts a process for the function, which answers twice. */
async function firstTwoCalls(fn: LambdaFunction): Promise<[Call, Call]> {
  const settings = {
    endpoints,
    variables: { POWERTOOLS_METRICS_DISABLED: 'true' },
    onLog: undefined,
    tokens,
  };
  const registry = new FunctionRegistry([fn], settings, () => ({ atOnce: 1, most: 1 }));
  lambda.removeAllListeners('request');
  lambda.on('request', invokeEndpoint(registry, parts));
  try {
    return [await call(fn, true), await call(fn, false)];
  } finally {
    await registry.close();
  }
}

async function call(fn: LambdaFunction, isCold: boolean): Promise<Call> {
  const { answer, serviceMs, closed } = await invokeModel(client, fn.name, request, {
    labels: catalogue.labels,
  });
  await closed;
  if (answer.status !== 'ok') throw new Error(`${fn.name}: ${answer.status}: ${answer.detail}`);
  if (answer.coldStart !== isCold) throw new Error(`${fn.name}: an environment was used again`);
  return { ms: serviceMs, answer };
}
