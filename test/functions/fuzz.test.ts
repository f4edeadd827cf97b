import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { modelHandler } from '../../functions/inference/model-handler.ts';
import { apiHandler } from '../../functions/selector/api-handler.ts';
import {
  type InferenceEvent,
  inferenceAnswerSchema,
} from '../../lib/core/contract/inference-event.ts';
import { openApiDocument } from '../../lib/core/contract/openapi/document.ts';
import { problems } from '../../lib/core/contract/problem.ts';
import { inferResponseSchema, problemSchema } from '../../lib/core/contract/schemas.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { Classifier } from '../../lib/service/inference/classifier.ts';
import { Chance } from '../fixtures/chance.ts';
import { everyFormat, fuzzedRequest, fuzzSeconds, mutatedImage } from '../fixtures/fuzzed.ts';
import { okAnswer, okStream, responseStream } from '../fixtures/response-stream.ts';
import { installStreamify, invokeStreaming } from '../fixtures/streamify.ts';
import {
  apiEvent,
  lambda,
  madeUpService,
  mockLambda,
  secretOf,
} from './selector/made-up-service.ts';

installStreamify();
mockLambda();

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const sample = readFileSync(join(directory, catalogue.samples[0]?.file ?? ''));
const images = await everyFormat(sample);

/** Ends a busy machine's run early, but never before `least` rounds: what it says is how many there were. */
async function rounds(
  { most, least, seconds }: { most: number; least: number; seconds: number },
  run: (round: number) => Promise<void>,
): Promise<void> {
  const endMs = performance.now() + 1_000 * seconds;
  let done = 0;
  while (done < most && (done < least || performance.now() < endMs)) await run(done++);
  console.log(`${expect.getState().currentTestName}: ${done} of ${most} events`);
}

/** What models' functions answer, well or badly. */
const modelAnswers: readonly ((chance: Chance) => unknown)[] = [
  () => okStream(),
  () => okStream({ ...okAnswer, predictions: [] } as never),
  () => okStream({ ...okAnswer, predictions: [{ index: -5, label: 'dog', score: 7e99 }] } as never),
  () => okStream({ status: 'non-finite-output', detail: 'NaN', coldStart: false }),
  () => okStream({ status: 'undecodable-image', detail: 'no image', coldStart: false }),
  () => okStream({ status: 'deadline-passed', detail: 'late', coldStart: false }),
  (chance) => responseStream([chance.bytes(chance.below(300)).toString('latin1')]),
  () => responseStream(['{"status":"ok"', '}\n']),
  () => responseStream([], { ErrorCode: 'Unhandled', ErrorDetails: 'it fell over' }),
  () => responseStream([]),
  () => Promise.reject(new Error('ECONNRESET')),
];

/** Statuses that the API's document has for each operation. */
const documented = new Map<string, string[]>(
  Object.entries(
    (
      openApiDocument({ url: 'https://example.com', callers: 'anybody' }) as {
        readonly paths: Record<string, Record<string, { readonly responses: object }>>;
      }
    ).paths,
  ).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { responses }]): [string, string[]] => [
      `${method.toUpperCase()} ${path}`,
      Object.keys(responses),
    ]),
  ),
);

describe('fuzzed events', () => {
  it('the selector answers all of them, as its document says', async () => {
    const chance = new Chance(0.19);
    const material = {
      images,
      tensorBytes: inputBytes({ dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' }),
    };
    const statuses = new Map<number, number>();
    let handler = apiHandler(madeUpService());
    let answer: (typeof modelAnswers)[number] = () => okStream();
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => answer(chance));
    await rounds({ most: 45_000, least: 5_000, seconds: fuzzSeconds }, async (round) => {
      if (round % 500 === 0) {
        // All calls are kept by the mocks; and models that have failed are asked again.
        lambda.resetHistory();
        handler = apiHandler(madeUpService({ secret: secretOf(Buffer.from('secret')) }));
      }
      answer = chance.happens(0.5) ? () => okStream() : chance.of(modelAnswers);
      const { method, path, headers, body } = fuzzedRequest(chance, material);
      const isBase64Encoded = chance.happens(0.8);
      const text = body.toString(isBase64Encoded ? 'base64' : 'utf8');
      const event = apiEvent({ method, path, headers, body: text, isBase64Encoded });
      const result = await handler(event, {} as Context);

      const { statusCode = 0 } = result;
      const request = `round ${round}: ${method} ${path} ${JSON.stringify(headers)}`;
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      expect([500, 0], request).not.toContain(statusCode);
      const operation = `${method === 'HEAD' ? 'GET' : method} ${path}`;
      expect(documented.get(operation) ?? ['404', '405'], request).toContain(String(statusCode));
      if (statusCode >= 400) {
        const problem = problemSchema.parse(JSON.parse(result.body ?? ''));
        const type = problem.type.replace('/problems/', '') as keyof typeof problems;
        expect(problem, request).toMatchObject({ ...problems[type], status: statusCode });
      } else if (path === '/v1/infer') {
        inferResponseSchema.parse(JSON.parse(result.body ?? ''));
      }
    });
    // Otherwise nothing has got past the first check.
    expect([...statuses.keys()]).toEqual(
      expect.arrayContaining([200, 400, 404, 405, 415, 422, 502, 503]),
    );
  }, 600_000);

  it('a model’s function answers all of them, and goes on classifying', async () => {
    const chance = new Chance(0.91);
    const tensorBytes = inputBytes(catalogue.input);
    const model = catalogue.models.find(({ name }) => name === 'nano-24');
    if (!model) throw new Error('the catalogue has another smallest model now');
    const path = join(directory, model.file ?? `${model.name}.onnx`);
    const classifier = await Classifier.load({ path, catalogue, model, threads: 1 });
    const handler = modelHandler({
      classifier,
      store: { record: async () => ({ applied: true }) },
      profileKey: 'd/c/m@1',
      telemetry: { logger: { warn: () => {}, error: () => {} }, count: () => {} } as never,
      startedOnDemand: false,
      ownStart: { before: () => 0 },
    });
    const answerTo = async (event: Partial<InferenceEvent>) => {
      const whole = {
        requestId: 'r-1',
        contentType: 'image/jpeg',
        invokedEpochMs: Date.now(),
        record: true,
        ...event,
      };
      return inferenceAnswerSchema.parse(JSON.parse(await invokeStreaming(handler, whole)));
    };
    const predictions = async () => {
      const answer = await answerTo({ body: sample.toString('base64') });
      return answer.status === 'ok' ? answer.predictions : answer;
    };
    const before = await predictions();
    const statuses = new Set<string>();
    await rounds({ most: 5_000, least: 500, seconds: fuzzSeconds }, async () => {
      const isTensor = chance.happens(0.2);
      const body = isTensor
        ? chance.bytes(Math.max(0, tensorBytes + chance.of([-tensorBytes, -1, 0, 0, 1])))
        : mutatedImage(chance, { images, tensorBytes });
      const { status } = await answerTo({
        contentType: isTensor ? 'application/octet-stream' : 'image/jpeg',
        body: body.toString('base64'),
        ...(chance.happens(0.2) && {
          view: { width: 1 + chance.below(300), height: 300, resizeShorterSide: 300 },
        }),
        ...(chance.happens(0.1) && { answerByEpochMs: Date.now() + chance.below(20) - 5 }),
      });
      statuses.add(status);
    });
    expect([...statuses]).toEqual(
      expect.arrayContaining(['ok', 'undecodable-image', 'wrong-tensor-length', 'deadline-passed']),
    );
    expect(await predictions()).toEqual(before);
  }, 600_000);
});
