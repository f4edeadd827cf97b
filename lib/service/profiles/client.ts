import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { NotAppliedRetryStrategy } from './retry.ts';

/** The SDK clients of a profile store. Both use the same connections. */
export interface ProfileClient {
  /** For reads and whole-item writes, which may be repeated: the SDK's standard retries. */
  readonly repeatable: DynamoDBClient;
  /** For `ADD`, which must not be applied twice: {@link NotAppliedRetryStrategy}. */
  readonly additive: DynamoDBClient;
}

/** Nobody waits for a profile: better a sample lost than a Lambda billed for waiting. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };

/**
 * The clients a {@link ProfileStore} needs. The region, credentials and `AWS_ENDPOINT_URL_DYNAMODB`
 * come from the environment as for every AWS SDK client, unless given.
 *
 * Without `throwOnRequestTimeout` the SDK only warns about a time-out and waits on.
 */
export function createProfileClient(config: DynamoDBClientConfig = {}): ProfileClient {
  const repeatable = new DynamoDBClient({ requestHandler: TIMEOUTS, maxAttempts: 2, ...config });
  const additive = new DynamoDBClient({
    ...config,
    requestHandler: repeatable.config.requestHandler,
    retryStrategy: new NotAppliedRetryStrategy(),
  });
  return { repeatable, additive };
}
