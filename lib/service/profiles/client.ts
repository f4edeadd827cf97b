import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { createConnections, keepFresh } from '../fresh-connections.ts';

/** The SDK clients of a profile store. Both use the same connections. */
export interface ProfileClient {
  /** For reads and whole-item writes, which may be repeated: the SDK's standard retries. */
  readonly repeatable: DynamoDBClient;
  /** For `ADD`, which must not be applied twice: {@link NotAppliedRetryStrategy}. */
  readonly additive: DynamoDBClient;
}

/**
 * An `ADD` whose connection breaks is lost, because it must not be sent again. So it takes an old
 * connection only from an environment that was too busy to be frozen. Nobody waits for it.
 */
const maxAdditiveIdleMs = 20;

/** Nobody waits for a profile: a lost sample is better than a Lambda billed for waiting. */
const timeouts = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };

/**
 * The clients a {@link ProfileStore} needs. The region, credentials and `AWS_ENDPOINT_URL_DYNAMODB`
 * come from the environment as for every AWS SDK client, unless given.
 *
 * Without `throwOnRequestTimeout` the SDK only warns about a time-out and waits on.
 */
export function createProfileClient(config: DynamoDBClientConfig = {}): ProfileClient {
  const connections = createConnections();
  const requestHandler = { ...timeouts, ...connections };
  const repeatable = new DynamoDBClient({ requestHandler, maxAttempts: 2, ...config });
  const additive = new DynamoDBClient({
    ...config,
    requestHandler: repeatable.config.requestHandler,
    retryStrategy: new NotAppliedRetryStrategy(),
  });
  keepFresh(repeatable, connections);
  keepFresh(additive, connections, { maxIdleMs: maxAdditiveIdleMs, resend: false });
  return { repeatable, additive };
}

type RefreshArguments = Parameters<ConfiguredRetryStrategy['refreshRetryTokenForRetry']>;

const maxAttempts = 3;
const defaultFirstDelayMs = 25;

/** Errors of a throttled request, which changed nothing. */
const throttled = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Node's codes for a server that could not be found or reached: nothing was sent. */
const neverConnected = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/**
 * A retry strategy for updates that must not happen twice: at most three attempts, and a second one
 * only where the first was certainly not applied. An `ADD` whose answer was lost would be counted
 * twice by the SDK's standard strategy, which retries time-outs and server errors as well.
 *
 * The pause before an attempt is random up to 25 ms, then up to 50 ms: the caller's Lambda is
 * billed while it waits.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export class NotAppliedRetryStrategy extends ConfiguredRetryStrategy {
  constructor() {
    super(maxAttempts, (attempt) => Math.random() * defaultFirstDelayMs * 2 ** (attempt - 1));
  }

  override async refreshRetryTokenForRetry(
    ...[token, errorInfo]: RefreshArguments
  ): ReturnType<ConfiguredRetryStrategy['refreshRetryTokenForRetry']> {
    if (!isWorthRetrying(errorInfo.error)) throw new Error('No retry: the update may be applied');
    return super.refreshRetryTokenForRetry(token, errorInfo);
  }
}

/**
 * Whether an update that failed with this error certainly changed nothing. A time-out, a broken
 * connection or a server error leaves that open: the update may have been applied.
 */
export function surelyNotApplied(error: unknown): boolean {
  const status = details(error).$metadata?.httpStatusCode ?? 0;
  return isWorthRetrying(error) || (status >= 400 && status < 500);
}

function isWorthRetrying(error: unknown): boolean {
  const { name, code } = details(error);
  return throttled.has(name ?? '') || neverConnected.has(code ?? '');
}

interface ErrorDetails {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function details(error: unknown): ErrorDetails {
  return typeof error === 'object' && error !== null ? error : {};
}
