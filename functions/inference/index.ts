import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { tensorContentType } from '../../lib/core/contract/body.ts';
import {
  type InferenceAnswer,
  type InferenceEvent,
  inferenceEventSchema,
  toLine,
} from '../../lib/core/contract/inference-event.ts';
import { isWarmUp } from '../../lib/core/contract/warm-up.ts';
import {
  NonFiniteOutputError,
  TensorLengthError,
  TensorValueError,
} from '../../lib/core/preprocessing/errors.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { epochMs } from '../../lib/service/clock.ts';
import { inferenceEnvironmentSchema, readEnvironment } from '../../lib/service/environment.ts';
import { Classifier } from '../../lib/service/inference/classifier.ts';
import { UndecodableImageError } from '../../lib/service/inference/errors.ts';
import { withModelFile } from '../../lib/service/inference/model-file.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import type { Observation } from '../../lib/service/profiles/statistics.ts';
import { ProfileStore, storeOptions } from '../../lib/service/profiles/store.ts';
import { Telemetry } from '../../lib/service/telemetry.ts';

const environment = readEnvironment(inferenceEnvironmentSchema);
const directory = dirname(fileURLToPath(import.meta.url));
const catalogue = readCatalogue(directory);
const model = catalogue.models.find(({ name }) => name === environment.MDI_MODEL);
if (!model) throw new Error(`the catalogue has no model "${environment.MDI_MODEL}"`);

const profileKey = partitionKey({
  deployment: environment.MDI_DEPLOYMENT,
  catalogue: catalogue.name,
  model: model.name,
  sha256: model.sha256,
});
const telemetry = new Telemetry(environment.MDI_DEPLOYMENT);
const store = new ProfileStore(storeOptions(environment));
const load = (path: string) => Classifier.load({ path, catalogue, model });
const { MDI_MODEL_BUCKET: bucket, MDI_MODEL_KEY: key } = environment;
const classifier =
  bucket && key
    ? await withModelFile({ bucket, key }, model, load)
    : await load(join(directory, 'model.onnx'));

// With provisioned concurrency the model was loaded long before anybody waited for it.
let coldStart = process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== 'provisioned-concurrency';

/** The answer to each event in progress, for the hook that runs behind the response. */
const answers = new WeakMap<object, InferenceAnswer>();

/** A model's function: one answer line; the profile is updated after the caller has it. */
export const handler = middy<InferenceEvent, string>({
  executionMode: executionModeStreamifyResponse,
  requestEnd: (request) => recordServiceTime(request),
}).handler(async (event) => {
  const isColdStart = coldStart;
  coldStart = false;
  if (isWarmUp(event)) return '';
  const answer = await answerTo(inferenceEventSchema.parse(event), isColdStart);
  answers.set(event, answer);
  return toLine(answer);
});

async function answerTo(event: InferenceEvent, isColdStart: boolean): Promise<InferenceAnswer> {
  const bytes = Buffer.from(event.body, 'base64');
  try {
    const classification =
      event.contentType === tensorContentType
        ? await classifier.classifyTensor(bytes)
        : await classifier.classifyImage(bytes);
    return { status: 'ok', ...classification, coldStart: isColdStart };
  } catch (error) {
    const status = statusOf(error);
    if (!status) throw error;
    return { status, detail: (error as Error).message, coldStart: isColdStart };
  }
}

function statusOf(error: unknown): Exclude<InferenceAnswer['status'], 'ok'> | undefined {
  if (error instanceof UndecodableImageError) return 'undecodable-image';
  if (error instanceof TensorLengthError) return 'wrong-tensor-length';
  if (error instanceof TensorValueError) return 'wrong-tensor-values';
  if (error instanceof NonFiniteOutputError) return 'non-finite-output';
  return undefined;
}

async function recordServiceTime({ event }: { event: unknown }): Promise<void> {
  const { record, invokedEpochMs, requestId } = event as InferenceEvent;
  const answer = answers.get(event as object);
  if (!record || !answer) return;
  const serviceUs = Math.max(0, Math.round((epochMs() - invokedEpochMs) * 1000));
  const observation = observationOf(answer, serviceUs);
  if (!observation) return;
  const outcome = await store.record(profileKey, observation);
  if (outcome.applied !== true) {
    const { applied, error } = outcome;
    telemetry.logger.warn('profile not updated', { requestId, applied, error });
    telemetry.count('ProfileUpdateLost');
  }
}

function observationOf(answer: InferenceAnswer, serviceUs: number): Observation | undefined {
  if (answer.status === 'non-finite-output') return { kind: 'failure' };
  // Bad input is the caller's fault: it says nothing of the model.
  if (answer.status !== 'ok') return undefined;
  return { kind: answer.coldStart ? 'cold' : 'warm', serviceUs };
}
