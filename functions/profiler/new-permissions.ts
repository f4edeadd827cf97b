import { ConfiguredRetryStrategy } from '@smithy/core/retry';

type RefreshArguments = Parameters<ConfiguredRetryStrategy['refreshRetryTokenForRetry']>;

/** Errors that AWS returns while a new policy or a new function is still propagating. */
export const notYetAllowed: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'ResourceConflictException',
]);

/** An unconditional transaction is cancelled only for what passes: a throttled table, another transaction. */
const cancelled = 'TransactionCanceledException';

const maxAttempts = 8;
const defaultFirstDelayMs = 500;

/**
 * The SDK's retries, extended to calls that are denied: the profiler runs seconds after its role got its
 * policy, which takes a while to propagate. It waits 64 s at most (0.5, 1, 2 ... 32 s).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export class NewPermissionsRetryStrategy extends ConfiguredRetryStrategy {
  /** @param firstDelayMs - the pause before the second attempt; it doubles from then on */
  constructor(firstDelayMs = defaultFirstDelayMs) {
    super(maxAttempts, (attempt) => firstDelayMs * 2 ** (attempt - 1));
  }

  override async refreshRetryTokenForRetry(
    ...[token, errorInfo]: RefreshArguments
  ): ReturnType<ConfiguredRetryStrategy['refreshRetryTokenForRetry']> {
    const { name } = (errorInfo.error ?? {}) as { name?: string };
    const isNotYet = notYetAllowed.has(name ?? '') || name === cancelled;
    return super.refreshRetryTokenForRetry(
      token,
      isNotYet ? { ...errorInfo, errorType: 'TRANSIENT' } : errorInfo,
    );
  }
}
