import { deviation, mean } from 'd3-array';
import { MdInferenceError } from '../../core/errors.ts';
import type { RequestLine } from '../../service/request-line.ts';
import type { ProfiledModel } from '../engine/profiles/profile-sets.ts';

/** The traffic has too few answers of the models, and there is nothing else to know their times from. */
export class UnknownModelsError extends MdInferenceError {
  override readonly name = 'UnknownModelsError';
}

/** The times of a model are taken from the traffic when it has so many warm answers of it. */
export const enoughAnswers = 30;

/** A model with its times, and whether they are the traffic's. */
export interface TrafficModel extends ProfiledModel {
  readonly answers: number;
  readonly isTimed: boolean;
}

/**
 * Models with the service times that the traffic has had, decoding and cold starts included, where it has enough
 * answers of them; the others keep the times that they have.
 *
 * @param known - what is known of them otherwise
 * @default known - the models of the traffic, with enough answers, alone
 * @throws {@link UnknownModelsError} when that leaves no model
 */
export function modelsOfTraffic(
  requests: readonly RequestLine[],
  known?: readonly ProfiledModel[],
): TrafficModel[] {
  const answers = Map.groupBy(
    requests.filter(({ model }) => model !== undefined),
    ({ model }) => model ?? '',
  );
  const models = (known ?? [...answers.keys()].map((name) => ({ name }))).flatMap((model) => {
    const own = answers.get(model.name) ?? [];
    const timed = timesOf(own);
    const merged = { ...accuracyOf(own), ...model, ...timed, answers: own.length };
    return isComplete(merged) ? [{ ...merged, isTimed: timed !== undefined }] : [];
  });
  if (models.length > 0) return models;
  throw new UnknownModelsError(
    `no model has ${enoughAnswers} answers in this traffic: say where models are known from with --url, --profiles or --catalogue`,
  );
}

type Merged = Partial<ProfiledModel> & { readonly name: string; readonly answers: number };

function isComplete(model: Merged): model is Merged & ProfiledModel {
  const { accuracyPct, meanMs } = model;
  return accuracyPct !== undefined && meanMs !== undefined;
}

/** Of the last answer: feedback may have moved it. */
function accuracyOf(
  answers: readonly RequestLine[],
): Pick<ProfiledModel, 'accuracyPct'> | undefined {
  const accuracyPct = answers.at(-1)?.accuracyPct;
  return accuracyPct === undefined ? undefined : { accuracyPct };
}

function timesOf(answers: readonly RequestLine[]) {
  const warm = answers.filter(({ coldStart }) => !coldStart);
  if (warm.length < enoughAnswers) return undefined;
  const cold = answers.filter(({ coldStart }) => coldStart);
  const serviceMs = (request: RequestLine) => request.serviceMs;
  return {
    meanMs: mean(warm, serviceMs) ?? 0,
    stdMs: deviation(warm, serviceMs) ?? 0,
    ...(cold.length > 0 && {
      coldShare: cold.length / answers.length,
      coldMeanMs: mean(cold, serviceMs) ?? 0,
    }),
  };
}
