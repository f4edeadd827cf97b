import { z } from 'zod';
import { maxSlaMs } from './limits.ts';
import type {
  FeedbackRequest,
  FeedbackResponse,
  HealthResponse,
  InferResponse,
  ModelsResponse,
  PrepareRequest,
  PrepareResponse,
  ProblemDocument,
  ProfileSummary,
  TimeResponse,
} from './messages.ts';
import { schemaOf } from './schema-of.ts';

const ms = z.number().describe('milliseconds');
const percent = z.number().min(0).max(100);

/** `200` of `POST /v1/infer`. */
export const inferResponseSchema = schemaOf<InferResponse>()(
  z
    .object({
      requestId: z.string(),
      model: z.object({ name: z.string(), version: z.string(), accuracyPct: percent }),
      predictions: z
        .array(z.object({ index: z.int(), label: z.string(), score: z.number().min(0).max(1) }))
        .describe('The five best labels, best first'),
      timing: z.object({
        slaMs: ms.describe('T_sla'),
        inputMs: ms.describe('T_input: start of the upload to start of the handler, less startMs'),
        networkMs: ms.describe('T_nw = 2 * T_input'),
        budgetMs: ms.describe('T_budget = T_sla - T_nw, less startMs'),
        startMs: ms
          .optional()
          .describe(
            'How long the request has waited for the selector’s own start; absent when it had been started',
          ),
        selectMs: ms.describe('Selecting the model'),
        serviceMs: ms.describe('Invoking the model until its answer was whole'),
        serverMs: ms.describe('Start of the handler to its answer, and startMs'),
        coldStart: z.boolean().describe('Whether the model’s function started for this request'),
        source: z
          .enum(['client', 'default'])
          .describe(
            'Whether T_input comes from the client’s timestamp or from the deployment’s default',
          ),
      }),
      selection: z.object({
        strategy: z.string(),
        baseModel: z.string(),
        eligible: z.array(z.object({ model: z.string(), probability: z.number() })),
        failed: z
          .array(z.string())
          .optional()
          .describe('Models that were asked and could not answer, so that another did'),
        asked: z
          .array(z.string())
          .optional()
          .describe('All models that were asked, in order, if there was more than one'),
      }),
    })
    .meta({ id: 'InferResponse' }),
);

/** Body of `POST /v1/prepare`. */
export const prepareRequestSchema = schemaOf<PrepareRequest>()(
  z
    .strictObject({
      slaMs: z
        .number()
        .gt(0, 'must be above 0')
        .max(maxSlaMs, `must be at most ${maxSlaMs}`)
        .optional()
        .describe('T_sla in ms of the picture that is coming; by default the deployment’s'),
      inputMs: z
        .number()
        .min(0)
        .optional()
        .describe('T_input in ms as far as earlier uploads tell; by default anything up to usual'),
    })
    .meta({ id: 'PrepareRequest' }),
);

/** `202` of `POST /v1/prepare`. */
export const prepareResponseSchema = schemaOf<PrepareResponse>()(
  z
    .object({
      slaMs: ms.describe('T_sla'),
      warming: z
        .array(z.string())
        .describe('Models that are being started now, if they have not been running'),
      warm: z.array(z.string()).describe('Models for which that was done less than a minute ago'),
    })
    .meta({ id: 'PrepareResponse' }),
);

/** Body of `POST /v1/feedback`. */
export const feedbackRequestSchema = schemaOf<FeedbackRequest>()(
  z
    .object({
      requestId: z.string().max(200).describe('Of the answer, as it was given'),
      model: z.string().max(100).describe('The model that gave the answer'),
      correct: z.boolean().describe('Whether its best label was right'),
    })
    .meta({ id: 'FeedbackRequest' }),
);

/** `202` of `POST /v1/feedback`. */
export const feedbackResponseSchema = schemaOf<FeedbackResponse>()(
  z
    .object({
      counted: z.boolean().describe('False when feedback on this request had been counted before'),
    })
    .meta({ id: 'FeedbackResponse' }),
);

/** `200` of `GET /v1/time`. */
export const timeResponseSchema = schemaOf<TimeResponse>()(
  z
    .object({
      epochMs: ms.describe('Unix time at which the answer was made'),
      receivedEpochMs: ms.describe('Unix time at which the handler started'),
    })
    .meta({ id: 'TimeResponse' }),
);

/** A model's profile as `GET /v1/models` shows it. */
export const profileSchema = schemaOf<ProfileSummary>()(
  z
    .object({
      meanMs: ms,
      stdMs: ms,
      meanErrorMs: ms.describe('Standard error of the mean'),
      p50Ms: ms,
      p95Ms: ms,
      p99Ms: ms,
      samples: z.int().describe('All calls known, warm and cold'),
      coldShare: z
        .number()
        .min(0)
        .max(1)
        .describe(
          'Share of calls to expect cold: of the live calls, with 50 imagined warm ones added to them',
        ),
      failures: z.int(),
      basis: z.string().describe('What the figures rest on: live calls, the baseline, or both'),
    })
    .meta({ id: 'Profile' }),
);

/** `200` of `GET /v1/models`. */
export const modelsResponseSchema = schemaOf<ModelsResponse>()(
  z
    .object({
      catalogue: z.string(),
      strategy: z.string(),
      defaultSlaMs: ms,
      labels: z.array(z.string()),
      models: z.array(
        z.object({
          name: z.string(),
          version: z.string(),
          latencyOnly: z
            .boolean()
            .optional()
            .describe('Whether its answers have no meaning, so that no client gets one'),
          accuracyPct: percent.describe(
            'What selection works with: the catalogue’s, moved by feedback',
          ),
          catalogueAccuracyPct: percent,
          accuracySource: z.string(),
          feedback: z.object({ labels: z.int(), correct: z.int() }),
          licence: z.string(),
          memoryMb: z.int(),
          breaker: z
            .enum(['closed', 'open', 'half-open'])
            .optional()
            .describe(
              'Whether the selector that answers asks the model: open leaves it out because it failed repeatedly, half-open is finding out with one request whether it works again',
            ),
          profile: profileSchema,
        }),
      ),
    })
    .meta({ id: 'ModelsResponse' }),
);

/** `200` of `GET /v1/health`. */
export const healthResponseSchema = schemaOf<HealthResponse>()(
  z
    .object({ status: z.literal('ok'), catalogue: z.string(), models: z.int() })
    .meta({ id: 'HealthResponse' }),
);

/** The body of every error (RFC 9457). */
export const problemSchema = schemaOf<ProblemDocument>()(
  z
    .object({
      type: z.string().describe('Identifies the kind of problem; stable, for programs'),
      title: z.string().describe('The kind of problem, for people'),
      status: z.int().describe('The HTTP status'),
      detail: z.string().describe('What was wrong with this request and what would be right'),
      requestId: z.string(),
    })
    .meta({ id: 'Problem', description: 'An error as RFC 9457 problem details' }),
);
