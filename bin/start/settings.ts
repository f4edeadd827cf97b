import { Duration } from 'aws-cdk-lib';
import { z } from 'zod';
import { feedbackChoices } from '../../lib/core/contract/feedback-choices.ts';
import { firstIssue } from '../../lib/core/contract/first-issue.ts';
import { atDeadlineChoices } from '../../lib/core/contract/headers.ts';
import { MdInferenceError } from '../../lib/core/errors.ts';
import { strategyNames } from '../../lib/core/selection/strategies.ts';
import type { MdInferenceProps } from '../../lib/index.ts';

const number = z.coerce.number('must be a number');
const list = z
  .union([
    z.string().transform((text) => text.split(',').map((item) => item.trim())),
    z.array(z.string()),
  ])
  .pipe(z.array(z.string().min(1)).min(1));

/** What can be set from outside: `cdk deploy -c catalogue=imagenet -c keepWarmMinutes=5`. */
const settingsSchema = z
  .object({
    catalogue: z.string().min(1).optional(),
    strategy: z.enum(strategyNames).optional(),
    auth: z.enum(['iam', 'jwt', 'none']).optional(),
    jwtIssuer: z.url().optional(),
    jwtAudience: list.optional(),
    corsOrigins: list.optional(),
    feedback: z.enum(feedbackChoices).optional(),
    slaMs: number.pipe(z.number().positive()).optional(),
    atDeadline: z.enum(atDeadlineChoices).optional(),
    hedgeShare: number.pipe(z.number().min(0).max(1)).optional(),
    requestsPerSecond: number.pipe(z.number().positive()).optional(),
    keepWarmMinutes: number.pipe(z.int().min(1)).optional(),
    provisionedConcurrency: number.pipe(z.int().min(1)).optional(),
    tracing: z.enum(['on', 'off']).optional(),
    stackName: z
      .string()
      .regex(
        /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
        'must be 1 to 128 letters, digits and hyphens, and begin with a letter',
      )
      .default('MdInference'),
  })
  .refine(({ auth, jwtIssuer, jwtAudience }) => auth !== 'jwt' || (jwtIssuer && jwtAudience), {
    path: ['auth'],
    message: 'jwt needs jwtIssuer and jwtAudience as well',
  });

/** A setting of the app that cannot be deployed; the message names it. */
export class SettingError extends MdInferenceError {
  override readonly name = 'SettingError';
}

/**
 * The app's settings as properties of the construct. What needs more than a word has a property only.
 *
 * @param contextOf - the CDK context's value of a name
 * @throws {@link SettingError}
 */
export function settingsOf(
  contextOf: (name: string) => unknown,
): MdInferenceProps & { readonly stackName: string } {
  const names = Object.keys(settingsSchema.shape);
  const parsed = settingsSchema.safeParse(
    Object.fromEntries(names.map((name) => [name, contextOf(name)])),
  );
  if (!parsed.success) {
    throw new SettingError(firstIssue(parsed.error, { field: 'context', whole: 'the context' }));
  }
  const { auth, jwtIssuer, jwtAudience, corsOrigins, slaMs, ...settings } = parsed.data;
  const { requestsPerSecond: rate, keepWarmMinutes, tracing, ...same } = settings;
  return {
    ...same,
    ...(auth === 'jwt' && jwtIssuer && jwtAudience
      ? { auth: { jwt: { issuer: jwtIssuer, audience: jwtAudience } } }
      : auth !== 'jwt' && auth && { auth }),
    ...(corsOrigins && { cors: { origins: corsOrigins } }),
    ...(slaMs && { defaultSlaMs: slaMs }),
    ...(rate && { throttling: { rate, burst: Math.ceil(2 * rate) } }),
    ...(tracing && { tracing: tracing === 'on' }),
    ...(keepWarmMinutes && { keepWarm: Duration.minutes(keepWarmMinutes) }),
  };
}
