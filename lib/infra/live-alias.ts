import { Duration } from 'aws-cdk-lib';
import { Alias, type IVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
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

/** How callers reach a function. */
export interface LiveOptions {
  /** Environments that are kept ready. */
  readonly provisionedConcurrency?: ProvisionedConcurrency | undefined;
  /** The most environments of the function, of which those are. */
  readonly reservedConcurrency?: number | undefined;
}

/** Properties of a {@link LiveAlias}. */
export interface LiveAliasProps extends LiveOptions {
  readonly version: IVersion;
}

/** The name of every function's alias. */
export const liveName = 'live';

/** The alias `live` of a function: the version that callers reach, and what is kept ready of it. */
export class LiveAlias extends Alias {
  /** Whether environments are kept ready. */
  readonly isProvisioned: boolean;

  /** @throws {@link InvalidPropertyError} for provisioned concurrency that AWS would refuse */
  constructor(scope: Construct, id: string, props: LiveAliasProps) {
    const { version } = props;
    const scaling =
      props.provisionedConcurrency === undefined
        ? undefined
        : scalingOf(scope, props.provisionedConcurrency);
    checkReserved(scope, props.reservedConcurrency, scaling?.max ?? 0);
    super(scope, id, {
      aliasName: liveName,
      version,
      ...(scaling && { provisionedConcurrentExecutions: scaling.min }),
      // The only asynchronous events are warm-ups: late ones, and second ones, would be paid for nothing.
      maxEventAge: Duration.minutes(1),
      retryAttempts: 0,
    });
    this.isProvisioned = scaling !== undefined;
    if (scaling && scaling.max > scaling.min) {
      this.addAutoScaling({
        minCapacity: scaling.min,
        maxCapacity: scaling.max,
      }).scaleOnUtilization({ utilizationTarget: scaling.utilization });
    }
  }
}

/**
 * Provisioned concurrency as a range.
 *
 * @param scope - whose property `provisionedConcurrency` it is
 * @throws {@link InvalidPropertyError} when Lambda or Application Auto Scaling would refuse it
 */
function scalingOf(
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

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
function checkReserved(scope: IConstruct, reserved: number | undefined, provisioned: number): void {
  if (reserved === undefined) return;
  const wrong = (message: string) =>
    new InvalidPropertyError(scope, 'reservedConcurrency', `${message}, not ${reserved}`);
  if (!Number.isInteger(reserved) || reserved < 1) throw wrong('must be a whole number from 1');
  if (reserved < provisioned) {
    throw wrong(`must be at least the ${provisioned} environments that are kept ready`);
  }
}
