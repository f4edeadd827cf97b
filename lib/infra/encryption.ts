import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { InvalidPropertyError } from './errors.ts';

/** Keys of your own (AWS KMS) for what is stored; without them AWS encrypts with its own. */
export interface EncryptionOptions {
  /**
   * The key of everything that is not named below.
   *
   * @default - none
   */
  readonly key?: IKey;
  /**
   * Key of the profile table.
   *
   * @default - `key`
   */
  readonly table?: IKey;
  /**
   * Key of the functions' logs and of the access log. CloudWatch Logs must be allowed to use it: a key of this CDK app gets that
   * statement, the policy of any other has to have it already.
   *
   * @default - `key`
   */
  readonly logs?: IKey;
  /**
   * Key of the bucket of models. A `modelBucket` has its own.
   *
   * @default - `key`
   */
  readonly models?: IKey;
}

/** The key of each kind of stored data, where it has one. */
export interface Keys {
  readonly table: IKey | undefined;
  readonly logs: IKey | undefined;
  readonly models: IKey | undefined;
}

/**
 * The keys that a service's parts are made with; CloudWatch Logs may use the one of logs.
 *
 * @throws {@link InvalidPropertyError} for a key of models that lie in a bucket with a key of its own
 */
export function keysOf(
  scope: Construct,
  encryption: EncryptionOptions,
  modelBucket: IBucket | undefined,
): Keys {
  const { key, table = key, logs = key, models = key } = encryption;
  if (encryption.models && modelBucket) {
    const message = 'cannot be had with `modelBucket`: the bucket says how it is encrypted';
    throw new InvalidPropertyError(scope, 'encryption.models', message);
  }
  if (logs) allowLogs(scope, logs);
  return { table, logs, models };
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function allowLogs(scope: Construct, key: IKey): void {
  const stack = Stack.of(scope);
  const anyLogGroup = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const { statementAdded } = key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:DescribeKey',
      ],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': anyLogGroup } },
    }),
  );
  if (statementAdded) return;
  Annotations.of(scope).addWarningV2(
    'mdinference:key-policy',
    'the policy of the key of logs is not this app’s to change: it must let CloudWatch Logs use the key, or the deployment fails',
  );
}
