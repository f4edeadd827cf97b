import { z } from 'zod';
import { maxSlaMs, minSlaMs } from './limits.ts';
import type {
  FeedbackRequest,
  FeedbackResponse,
  HealthResponse,
  InferResponse,
  ModelStatus,
  ModelsResponse,
  PrepareRequest,
  PrepareResponse,
  ProblemDocument,
  ProfileSummary,
  TimeResponse,
} from './messages.ts';
import { problems } from './problem.ts';
import { components, schemaOf } from './schema-of.ts';
import { uploadsSchema, viewSchema } from './uploads.ts';

const ms = z.number().describe('milliseconds');
const percent = z.number().min(0).max(100);
const count = z.int().min(0);

const predictionSchema = z
  .object({
    index: z.int32().min(0).describe('Position in the catalogue’s labels'),
    label: z.string(),
    score: z.number().min(0).max(1),
  })
  .register(components, { id: 'Prediction' });

const answeringModelSchema = z
  .object({ name: z.string(), version: z.string(), accuracyPct: percent })
  .register(components, { id: 'AnsweringModel' });

const budgetSourceSchema = z
  .enum(['client', 'default'])
  .describe('Whether T_input comes from the client’s timestamp or from the deployment’s default')
  // In Go all constants of a package share one scope, and a generated client is called Client.
  .meta({ 'x-enum-varnames': ['FromClient', 'FromDefault'] })
  .register(components, { id: 'BudgetSource' });

const timingSchema = z
  .object({
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
    source: budgetSourceSchema,
  })
  .describe('All times in ms')
  .register(components, { id: 'Timing' });

const eligibleModelSchema = z
  .object({ model: z.string(), probability: z.number().min(0).max(1) })
  .register(components, { id: 'EligibleModel' });

const selectionSchema = z
  .object({
    strategy: z.string(),
    baseModel: z.string(),
    eligible: z.array(eligibleModelSchema),
    failed: z
      .array(z.string())
      .optional()
      .describe('Models that were asked and could not answer, so that another did'),
    asked: z
      .array(z.string())
      .optional()
      .describe('All models that were asked, in order, if there was more than one'),
  })
  .describe('How the model was selected')
  .register(components, { id: 'Selection' });

/** `200` of `POST /v1/infer`. */
export const inferResponseSchema = schemaOf<InferResponse>()(
  z
    .object({
      requestId: z.string(),
      model: answeringModelSchema,
      predictions: z.array(predictionSchema).describe('The five best labels, best first'),
      timing: timingSchema,
      selection: selectionSchema,
    })
    .register(components, { id: 'InferResponse' }),
);

/** Body of `POST /v1/prepare`. */
export const prepareRequestSchema = schemaOf<PrepareRequest>()(
  z
    .strictObject({
      slaMs: z
        .number()
        .min(minSlaMs, `must be at least ${minSlaMs}`)
        .max(maxSlaMs, `must be at most ${maxSlaMs}`)
        .optional()
        .describe('T_sla in ms of the picture that is coming; by default the deployment’s'),
      inputMs: z
        .number()
        .min(0)
        .optional()
        .describe('T_input in ms as far as earlier uploads tell; by default anything up to usual'),
    })
    .register(components, { id: 'PrepareRequest' }),
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
    .register(components, { id: 'PrepareResponse' }),
);

/** Body of `POST /v1/feedback`. */
export const feedbackRequestSchema = schemaOf<FeedbackRequest>()(
  z
    .object({
      requestId: z.string().max(200).describe('Of the answer, as it was given'),
      model: z.string().max(100).describe('The model that gave the answer'),
      correct: z.boolean().describe('Whether its best label was right'),
    })
    .register(components, { id: 'FeedbackRequest' }),
);

/** `202` of `POST /v1/feedback`. */
export const feedbackResponseSchema = schemaOf<FeedbackResponse>()(
  z
    .object({
      counted: z.boolean().describe('False when feedback on this request had been counted before'),
    })
    .register(components, { id: 'FeedbackResponse' }),
);

/** `200` of `GET /v1/time`. */
export const timeResponseSchema = schemaOf<TimeResponse>()(
  z
    .object({
      epochMs: ms.describe('Unix time at which the answer was made'),
      receivedEpochMs: ms.describe('Unix time at which the handler started'),
    })
    .register(components, { id: 'TimeResponse' }),
);

/** A model's profile as `GET /v1/models` shows it. */
export const profileSchema = schemaOf<ProfileSummary>()(
  z
    .object({
      meanMs: ms.describe(
        'Mean service time of warm calls, without the decoding of pictures and without outliers',
      ),
      stdMs: ms.describe('Standard deviation of the same times'),
      meanErrorMs: ms.describe('Standard error of the mean'),
      p50Ms: ms,
      p95Ms: ms,
      p99Ms: ms,
      samples: count.describe('All calls known, warm and cold'),
      coldShare: z
        .number()
        .min(0)
        .max(1)
        .describe(
          'Share of calls to expect cold: of the live calls, with 50 imagined warm ones added to them',
        ),
      failures: count,
      basis: z.string().describe('What the figures rest on: live calls, the baseline, or both'),
    })
    .register(components, { id: 'Profile' }),
);

const feedbackCountsSchema = z
  .object({ labels: count, correct: count })
  .register(components, { id: 'FeedbackCounts' });

const breakerStateSchema = z
  .enum(['closed', 'open', 'half-open'])
  .describe(
    'Whether the selector that answers asks the model: open leaves it out because it failed repeatedly, half-open is finding out with one request whether it works again',
  )
  .register(components, { id: 'BreakerState' });

const modelSizeSchema = z
  .object({
    memoryMb: count,
    breaker: breakerStateSchema.optional(),
    profile: profileSchema,
  })
  .describe('One of the sizes at which a model is deployed')
  .register(components, { id: 'ModelSize' });

const servedModelSchema = schemaOf<ModelStatus>()(
  z
    .object({
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
      feedback: feedbackCountsSchema,
      licence: z.string(),
      memoryMb: count.describe('Of several sizes, the fastest one’s; so is the profile'),
      breaker: breakerStateSchema.optional(),
      profile: profileSchema,
      sizes: z.array(modelSizeSchema).optional().describe('Absent for a model of one size'),
    })
    .register(components, { id: 'ServedModel' }),
);

/** `200` of `GET /v1/models`. */
export const modelsResponseSchema = schemaOf<ModelsResponse>()(
  z
    .object({
      catalogue: z.string(),
      strategy: z.string(),
      defaultSlaMs: ms,
      labels: z.array(z.string()),
      view: viewSchema.optional(),
      uploads: uploadsSchema.optional(),
      models: z.array(servedModelSchema),
    })
    .register(components, { id: 'ModelsResponse' }),
);

/** `200` of `GET /v1/health`. */
export const healthResponseSchema = schemaOf<HealthResponse>()(
  z
    .object({ status: z.literal('ok'), catalogue: z.string(), models: count })
    .register(components, { id: 'HealthResponse' }),
);

const problemTypes = Object.keys(problems)
  .map((type) => `/problems/${type}`)
  .join(', ');

/** The body of every error (RFC 9457). */
export const problemSchema = schemaOf<ProblemDocument>()(
  z
    .object({
      type: z
        .string()
        .describe(
          `Identifies the kind of problem; stable, for programs. One of ${problemTypes}, or about:blank where a gateway answers; others may be added`,
        )
        .meta({ format: 'uri-reference', examples: ['/problems/bad-header'] }),
      title: z.string().describe('The kind of problem, for people'),
      status: z.int32().min(400).max(599).describe('The HTTP status'),
      detail: z.string().describe('What was wrong with this request and what would be right'),
      requestId: z.string(),
    })
    .describe('An error as RFC 9457 problem details')
    .register(components, { id: 'Problem' }),
);
