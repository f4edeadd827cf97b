import type { IConstruct } from 'constructs';
import { InvalidPropertyError } from './errors.ts';

/** Environments that are kept ready, more of them while many are in use. */
export interface ProvisionedScaling {
  /** The fewest, at least 1. */
  readonly min: number;
  /** The most. */
  readonly max: number;
  /**
   * The share of them, 0.1 to 0.9, that should be in use.
   *
   * @default 0.7
   */
  readonly utilization?: number;
}

/**
 * Environments of a function that are kept ready, so that no request waits for one to start: a number,
 * or a range to scale in.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
export type ProvisionedConcurrency = number | ProvisionedScaling;

/**
 * Provisioned concurrency as a range.
 *
 * @param scope - whose property `provisionedConcurrency` it is
 * @throws InvalidPropertyError when Lambda or Application Auto Scaling would refuse it
 */
export function scalingOf(
  scope: IConstruct,
  wanted: ProvisionedConcurrency,
): Required<ProvisionedScaling> {
  const {
    min,
    max,
    utilization = 0.7,
  } = typeof wanted === 'number' ? { min: wanted, max: wanted } : wanted;
  const wrong = (message: string) =>
    new InvalidPropertyError(scope, 'provisionedConcurrency', message);
  if (!Number.isInteger(min) || min < 1) throw wrong(`must be a whole number from 1, not ${min}`);
  if (!Number.isInteger(max) || max < min) {
    throw wrong(`may grow to a whole number from ${min}, not ${max}`);
  }
  if (!(utilization >= 0.1 && utilization <= 0.9)) {
    throw wrong(`utilization must be from 0.1 to 0.9, not ${utilization}`);
  }
  return { min, max, utilization };
}
