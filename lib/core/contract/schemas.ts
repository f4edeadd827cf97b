import { z } from 'zod';

const ms = z.number().describe('milliseconds');
const percent = z.number().min(0).max(100);

/** `200` of `POST /v1/infer`. */
export const inferResponseSchema = z
  .object({
    requestId: z.string(),
    model: z.object({ name: z.string(), version: z.string(), accuracyPct: percent }),
    predictions: z
      .array(z.object({ index: z.int(), label: z.string(), score: z.number().min(0).max(1) }))
      .describe('The five best labels, best first'),
    timing: z.object({
      slaMs: ms.describe('T_sla'),
      inputMs: ms.describe('T_input: start of the upload to start of the handler'),
      networkMs: ms.describe('T_nw = 2 * T_input'),
      budgetMs: ms.describe('T_budget = T_sla - T_nw'),
      selectMs: ms.describe('Selecting the model'),
      serviceMs: ms.describe('Invoking the model until its answer was whole'),
      serverMs: ms.describe('Start of the handler to its answer'),
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
        .describe('Models that were chosen and could not answer, so that another did'),
    }),
  })
  .meta({ id: 'InferResponse' });

/** `200` of `POST /v1/infer`. */
export type InferResponse = z.infer<typeof inferResponseSchema>;

/** Body of `POST /v1/feedback`. */
export const feedbackRequestSchema = z
  .object({
    requestId: z.string().max(200).describe('Of the answer, as it was given'),
    model: z.string().max(100).describe('The model that gave the answer'),
    correct: z.boolean().describe('Whether its best label was right'),
  })
  .meta({ id: 'FeedbackRequest' });

/** `202` of `POST /v1/feedback`. */
export const feedbackResponseSchema = z
  .object({
    counted: z.boolean().describe('False when feedback on this request had been counted before'),
  })
  .meta({ id: 'FeedbackResponse' });

/** `202` of `POST /v1/feedback`. */
export type FeedbackResponse = z.infer<typeof feedbackResponseSchema>;

/** `200` of `GET /v1/time`. */
export const timeResponseSchema = z
  .object({
    epochMs: ms.describe('Unix time at which the answer was made'),
    receivedEpochMs: ms.describe('Unix time at which the handler started'),
  })
  .meta({ id: 'TimeResponse' });

/** `200` of `GET /v1/time`. */
export type TimeResponse = z.infer<typeof timeResponseSchema>;

/** A model's profile as `GET /v1/models` shows it. */
export const profileSchema = z
  .object({
    meanMs: ms,
    stdMs: ms,
    meanErrorMs: ms.describe('Standard error of the mean'),
    p50Ms: ms,
    p95Ms: ms,
    p99Ms: ms,
    samples: z.int().describe('All calls known, warm and cold'),
    coldShare: z.number().min(0).max(1).describe('Share of the calls that were cold starts'),
    failures: z.int(),
    basis: z.string().describe('What the figures rest on: live calls, the baseline, or both'),
  })
  .meta({ id: 'Profile' });

/** `200` of `GET /v1/models`. */
export const modelsResponseSchema = z
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
        profile: profileSchema,
      }),
    ),
  })
  .meta({ id: 'ModelsResponse' });

/** `200` of `GET /v1/models`. */
export type ModelsResponse = z.infer<typeof modelsResponseSchema>;

/** `200` of `GET /v1/health`. */
export const healthResponseSchema = z
  .object({ status: z.literal('ok'), catalogue: z.string(), models: z.int() })
  .meta({ id: 'HealthResponse' });
