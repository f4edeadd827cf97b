import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { MdInference } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { propertiesOf, synthesized, withoutAssets } from './synthesized.ts';

const inS3 = { 'nano-24': { storage: 's3' } } as const;
const arnOf = (id: string) => ({ 'Fn::GetAtt': [expect.stringMatching(`^${id}`), 'Arn'] });

describe('a key of one’s own', () => {
  let made: ReturnType<typeof synthesized>;
  beforeAll(() => {
    made = synthesized((stack) => ({ encryption: { key: new Key(stack, 'Own') }, models: inS3 }));
  });

  it('encrypts the profile table, all logs and the models in S3', () => {
    const { template } = made;
    expect(propertiesOf(template, 'AWS::DynamoDB::GlobalTable')).toMatchObject([
      {
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        Replicas: [{ SSESpecification: { KMSMasterKeyId: arnOf('Own') } }],
      },
    ]);
    const logs = propertiesOf(template, 'AWS::Logs::LogGroup');
    expect(logs).toHaveLength(made.service.models.size + 4);
    for (const log of logs) expect(log).toMatchObject({ KmsKeyId: arnOf('Own') });
    const serverSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arnOf('Own') };
    expect(propertiesOf(template, 'AWS::S3::Bucket')).toMatchObject([
      {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              ServerSideEncryptionByDefault: serverSideEncryptionByDefault,
              BucketKeyEnabled: true,
            },
          ],
        },
      },
    ]);
  });

  it('may be used by CloudWatch Logs for the account’s log groups', () => {
    made.template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: {
              Service: {
                'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
              },
            },
            Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  it('may be used by each function for what it reads and writes', () => {
    const withKey = (fn: MdInference['selector']['function']) => {
      const role = made.stack.resolve(fn.role?.roleName).Ref;
      const policies = propertiesOf(made.template, 'AWS::IAM::Policy');
      const own = policies.filter(({ Roles }) => JSON.stringify(Roles).includes(`"${role}"`));
      return own
        .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement)
        .filter(({ Resource }) => JSON.stringify(Resource).includes('"Own'))
        .flatMap(({ Action }) => Action);
    };
    const { selector, profiler, models } = made.service;
    const all = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
    for (const { function: fn } of [selector, profiler, ...models.values()]) {
      expect(withKey(fn)).toEqual(expect.arrayContaining(all));
    }
  });
});

interface Statement {
  readonly Action: string[];
  readonly Resource: unknown;
}

describe('keys', () => {
  it('can be different ones', () => {
    const { template } = synthesized((stack) => ({
      encryption: {
        ...{ table: new Key(stack, 'ForTable'), logs: new Key(stack, 'ForLogs') },
        models: new Key(stack, 'ForModels'),
      },
    }));
    expect(propertiesOf(template, 'AWS::DynamoDB::GlobalTable')).toMatchObject([
      { Replicas: [{ SSESpecification: { KMSMasterKeyId: arnOf('ForTable') } }] },
    ]);
    for (const log of propertiesOf(template, 'AWS::Logs::LogGroup')) {
      expect(log).toMatchObject({ KmsKeyId: arnOf('ForLogs') });
    }
    expect(JSON.stringify(propertiesOf(template, 'AWS::S3::Bucket'))).toContain('ForModels');
  });

  it('of logs whose policy is out of reach are warned of', () => {
    const stack = new Stack(
      new App({ outdir: temporaryFolder(), analyticsReporting: false, context: withoutAssets }),
      'Test',
    );
    const logs = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1');
    new MdInference(stack, 'Api', { encryption: { logs } });
    Annotations.fromStack(stack).hasWarning('/Test/Api', Match.stringLikeRegexp('key of logs'));
  });

  it('of models in a bucket that has its own are refused', () => {
    const wrong = () =>
      synthesized((stack) => ({
        encryption: { models: new Key(stack, 'Key') },
        modelBucket: Bucket.fromBucketName(stack, 'Theirs', 'theirs'),
      }));
    expect(wrong).toThrow('Test/Api: encryption.models cannot be had with `modelBucket`');
  });
});

describe('the profile table', () => {
  it('is protected from being lost when that is asked for', () => {
    const { template } = synthesized({
      table: { pointInTimeRecovery: true, deletionProtection: true },
    });
    expect(propertiesOf(template, 'AWS::DynamoDB::GlobalTable')).toMatchObject([
      {
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    ]);
  });

  it('is not by default, as profiles can be measured again', () => {
    const [table] = propertiesOf(synthesized().template, 'AWS::DynamoDB::GlobalTable');
    expect(table).toMatchObject({
      Replicas: [expect.not.objectContaining({ DeletionProtectionEnabled: true })],
    });
    expect(JSON.stringify(table)).not.toMatch(/PointInTime|SSESpecification/);
  });
});
