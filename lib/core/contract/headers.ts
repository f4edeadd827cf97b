import { z } from 'zod';
import { rungNamePattern } from '../upload/rung.ts';
import { maxSlaMs, minSlaMs } from './limits.ts';
import { ProblemError } from './problem.ts';
import { components } from './schema-of.ts';

/** As far as Unix ms are sure to be exact in a double with a fraction. */
const mostMs = 999_999_999_999_999;

// What programs write of a double by default, such as 1.5E-4 in Java. Number() also reads '', '0x1f' and
// 'Infinity', none of which a header should hold.
const decimal = (bounds = z.number().min(0, 'must not be negative').max(mostMs)) =>
  z
    .string()
    .regex(
      /^\d{1,15}(\.\d{1,30})?(e[+-]?\d{1,3})?$/i,
      'must be a decimal number, such as 250 or 12.5',
    )
    .transform(Number)
    .pipe(bounds);

/** What a request without an answer at its deadline can get: a late answer, or 504. */
export const atDeadlineChoices = ['wait', 'fail'] as const;

/** What to do when there is no answer at the deadline. */
export type AtDeadline = (typeof atDeadlineChoices)[number];

/** The request headers of `POST /v1/infer`, by their names. */
export const inferHeadersSchema = z.object({
  'mdi-sla-ms': decimal(
    z
      .number()
      .min(minSlaMs, `must be at least ${minSlaMs}`)
      .max(maxSlaMs, `must be at most ${maxSlaMs}`),
  )
    .optional()
    .describe('T_sla in ms; the default is set by the deployment')
    .meta({ examples: [250] }),
  'mdi-upload-start': decimal()
    .optional()
    .describe(
      'Unix ms on the server’s clock at which the upload began; whole ms are enough, and a decimal fraction is taken, too',
    )
    // As a number, Go's generators make it a float32 and Java's write an exponent.
    .meta({ type: 'integer', format: 'int64', examples: [1795726576600] }),
  'mdi-output-ms': decimal()
    .optional()
    .describe(
      'T_output in ms that the client observed last: its whole time less timing.inputMs and timing.serverMs of the answer',
    )
    .meta({ examples: [12.5] }),
  'mdi-output-input-ms': decimal()
    .optional()
    .describe('timing.inputMs of the same answer as mdi-output-ms, as the service told it')
    .meta({ examples: [60.125] }),
  'mdi-view': z
    .string()
    .regex(/^[1-9]\d{0,3}x[1-9]\d{0,3}$/, 'must be WIDTHxHEIGHT, such as 192x192')
    .optional()
    .describe(
      'The picture is the view that GET /v1/models tells, WIDTHxHEIGHT in pixels: nothing is cut off it any more',
    )
    .meta({ examples: ['192x192'] }),
  'mdi-upload-rung': z
    .string()
    .regex(rungNamePattern, 'must be 1 to 40 lower-case letters, digits, . -')
    .optional()
    .describe(
      'Name of the rung of GET /v1/models by which the picture was encoded: models are weighed by their accuracy with such pictures; a name that is not known counts as no loss',
    )
    .meta({ examples: ['view-webp-80'] }),
  'mdi-device-accuracy': decimal(z.number().min(0).max(100, 'must be at most 100'))
    .optional()
    .describe('Top-1 accuracy in percent of the model that the client runs on the device')
    .meta({ examples: [56.88] }),
  'mdi-at-deadline': z
    .enum(atDeadlineChoices, `must be one of ${atDeadlineChoices.join(', ')}`)
    .register(components, { id: 'AtDeadline' })
    .optional()
    .describe(
      'What to do when there is no answer in time: wait for a late one, or fail with 504; the default is set by the deployment',
    ),
});

/** The request headers of `POST /v1/infer` as values. */
export interface InferHeaders {
  readonly slaMs?: number | undefined;
  readonly uploadStartMs?: number | undefined;
  readonly outputMs?: number | undefined;
  readonly outputInputMs?: number | undefined;
  /** Width and height in pixels: `192x192`. */
  readonly view?: string | undefined;
  readonly uploadRung?: string | undefined;
  readonly deviceAccuracyPct?: number | undefined;
  readonly atDeadline?: AtDeadline | undefined;
}

/**
 * Reads the request headers of `POST /v1/infer`.
 *
 * @param headers - names in lower case
 * @throws {@link ProblemError} `bad-header` naming the header and what is expected
 */
export function parseInferHeaders(headers: Record<string, string | undefined>): InferHeaders {
  const parsed = inferHeadersSchema.safeParse(headers);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ProblemError('bad-header', `${issue?.path.join()} ${issue?.message}`);
  }
  const values = parsed.data;
  return {
    slaMs: values['mdi-sla-ms'],
    uploadStartMs: values['mdi-upload-start'],
    outputMs: values['mdi-output-ms'],
    outputInputMs: values['mdi-output-input-ms'],
    view: values['mdi-view'],
    uploadRung: values['mdi-upload-rung'],
    deviceAccuracyPct: values['mdi-device-accuracy'],
    atDeadline: values['mdi-at-deadline'],
  };
}
