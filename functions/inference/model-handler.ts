import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { tensorContentType } from '../../lib/core/contract/body.ts';
import {
  type InferenceAnswer,
  type InferenceEvent,
  inferenceEventSchema,
  toLine,
} from '../../lib/core/contract/inference-event.ts';
import { roundMs } from '../../lib/core/contract/server-timing.ts';
import { isWarmUp } from '../../lib/core/contract/warm-up.ts';
import {
  NonFiniteOutputError,
  TensorLengthError,
  TensorValueError,
} from '../../lib/core/preprocessing/errors.ts';
import { epochMs } from '../../lib/service/clock.ts';
import type { Classifier } from '../../lib/service/inference/classifier.ts';
import {
  DeadlinePassedError,
  NotTheViewError,
  UndecodableImageError,
} from '../../lib/service/inference/errors.ts';
import { type FunctionCall, serviceTimeMs } from '../../lib/service/inference/service-time.ts';
import type { OwnStart } from '../../lib/service/own-start.ts';
import type { Observation } from '../../lib/service/profiles/statistics.ts';
import type { ProfileStore } from '../../lib/service/profiles/store.ts';
import type { Telemetry } from '../../lib/service/telemetry.ts';

/** What a model's function works with. */
export interface ModelService {
  readonly classifier: Pick<Classifier, 'classifyImage' | 'classifyTensor'>;
  readonly store: Pick<ProfileStore, 'record'>;
  /** Partition key of the model's profile. */
  readonly profileKey: string;
  readonly telemetry: Pick<Telemetry, 'logger' | 'count'>;
  /** Whether the first caller has waited for the function to start and to load the model. */
  readonly startedOnDemand: boolean;
  readonly ownStart: Pick<OwnStart, 'before'>;
}

/**
 * A model's handler: streams one line with the answer, and updates the profile once the caller has it.
 * The handler's promise includes the update: when it settles, Lambda freezes the environment.
 */
export function modelHandler(service: ModelService) {
  let coldStart = service.startedOnDemand;
  /** The call of each event in progress, for the hook that runs after the response. */
  const calls = new WeakMap<object, AnsweredCall>();

  return middy<InferenceEvent, string>({
    executionMode: executionModeStreamifyResponse,
    requestEnd: async (request) => {
      const event = request.event as InferenceEvent;
      const call = calls.get(event);
      if (call && event.record) await recordServiceTime(service, event, call);
    },
  }).handler(async (event) => {
    const begunMs = performance.now();
    const begunEpochMs = epochMs();
    const startMs = service.ownStart.before(event.invokedEpochMs);
    const isColdStart = coldStart;
    coldStart = false;
    if (isWarmUp(event)) return '';
    const answer = {
      ...(await answerTo(service, inferenceEventSchema.parse(event), isColdStart)),
      ...(startMs > 0 && { startMs: roundMs(startMs) }),
      tookMs: roundMs(performance.now() - begunMs),
    };
    calls.set(event, { answer, startMs, tookMs: answer.tookMs, begunEpochMs });
    return toLine(answer);
  });
}

interface AnsweredCall extends FunctionCall {
  readonly answer: InferenceAnswer;
}

async function answerTo(
  { classifier }: ModelService,
  { body, contentType, view, wantsScores, answerByEpochMs }: InferenceEvent,
  coldStart: boolean,
): Promise<InferenceAnswer> {
  if (answerByEpochMs !== undefined && epochMs() > answerByEpochMs) {
    const detail = 'the deadline had passed before the model was run';
    return { status: 'deadline-passed', detail, coldStart };
  }
  const bytes = Buffer.from(body, 'base64');
  try {
    const { scores, ...result } =
      contentType === tensorContentType
        ? await classifier.classifyTensor(bytes)
        : await classifier.classifyImage(bytes, view, answerByEpochMs);
    const all = wantsScores && scores && { scores: float32Base64(scores()) };
    return { status: 'ok', ...result, ...all, coldStart };
  } catch (error) {
    const status = statusOf(error);
    if (!status) throw error;
    return { status, detail: (error as Error).message, coldStart };
  }
}

function statusOf(error: unknown): FaultStatus | undefined {
  if (error instanceof UndecodableImageError) return 'undecodable-image';
  if (error instanceof NotTheViewError) return 'not-the-view';
  if (error instanceof DeadlinePassedError) return 'deadline-passed';
  if (error instanceof TensorLengthError) return 'wrong-tensor-length';
  if (error instanceof TensorValueError) return 'wrong-tensor-values';
  if (error instanceof NonFiniteOutputError) return 'non-finite-output';
  return undefined;
}

function float32Base64(values: readonly number[]): string {
  return Buffer.from(Float32Array.from(values).buffer).toString('base64');
}

type FaultStatus = Exclude<InferenceAnswer['status'], 'ok'>;

async function recordServiceTime(
  { store, profileKey, telemetry }: ModelService,
  event: InferenceEvent,
  call: AnsweredCall,
): Promise<void> {
  const observation = observationOf(event, call);
  if (!observation) return;
  const outcome = await store.record(profileKey, observation);
  if (outcome.applied === true) return;
  const { applied, error } = outcome;
  const { requestId } = event;
  telemetry.logger.warn('profile not updated', { requestId, applied, error });
  telemetry.count('ProfileUpdateLost');
}

function observationOf(event: InferenceEvent, call: AnsweredCall): Observation | undefined {
  const { answer, tookMs } = call;
  if (answer.status === 'non-finite-output') return { kind: 'failure' };
  // Bad input is the caller's fault, and what was not run says nothing about the model.
  if (answer.status !== 'ok') return undefined;
  const { decodeMs, coldStart } = answer;
  // Its process was stopped, or starved: seconds would stay in the mean long after it is well again.
  if (tookMs - decodeMs > (event.brokenAfterMs ?? Number.POSITIVE_INFINITY)) {
    return { kind: 'failure' };
  }
  // What the picture costs says nothing about the model: anybody may send a costly one.
  const serviceUs = Math.round(1000 * Math.max(0, serviceTimeMs(event, call) - decodeMs));
  return { kind: coldStart ? 'cold' : 'warm', serviceUs };
}
