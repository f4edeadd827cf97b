import { z } from 'zod';

/** What the selector and the profiler send to a model's function. */
export const inferenceEventSchema = z.object({
  requestId: z.string(),
  contentType: z.string(),
  /** The image or the raw tensor, in base64. */
  body: z.string(),
  /**
   * Unix ms, with a fraction, at which the caller invoked the function: the service time starts
   * here.
   */
  invokedEpochMs: z.number(),
  /**
   * Unix ms after which nobody waits for the answer any more.
   *
   * @default - somebody waits until the function's time-out
   */
  answerByEpochMs: z.number().optional(),
  /** Whether the call counts in the model's live profile; the profiler keeps its own statistics. */
  record: z.boolean(),
});

/** What the selector and the profiler send to a model's function. */
export type InferenceEvent = z.infer<typeof inferenceEventSchema>;

/**
 * What a model's function answers: one line of JSON, so that a reader knows when it is complete.
 */
export const inferenceAnswerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    predictions: z.array(z.object({ index: z.int(), label: z.string(), score: z.number() })),
    decodeMs: z.number(),
    runMs: z.number(),
    coldStart: z.boolean(),
  }),
  z.object({
    status: z.enum([
      'undecodable-image',
      'wrong-tensor-length',
      'wrong-tensor-values',
      'non-finite-output',
      'deadline-passed',
    ]),
    detail: z.string(),
    coldStart: z.boolean(),
  }),
]);

/** What a model's function answers. */
export type InferenceAnswer = z.infer<typeof inferenceAnswerSchema>;

/** Writes an answer as the one line of a response stream. */
export function toLine(answer: InferenceAnswer): string {
  return `${JSON.stringify(answer)}\n`;
}
