import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { MdInference } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { propertiesOf, synthesized, withoutAssets } from './synthesized.ts';

const inS3 = { 'nano-24': { storage: 's3' } } as const;
const functionOf = (template: Template, model: string) =>
  propertiesOf(template, 'AWS::Lambda::Function').find(({ Environment }) =>
    JSON.stringify(Environment).includes(`"MDI_MODEL":"${model}"`),
  ) as { Timeout: number; Environment: { Variables: Record<string, unknown> } } | undefined;
const statementsIn = (template: Template) =>
  propertiesOf(template, 'AWS::IAM::Policy').flatMap(
    ({ PolicyDocument }) =>
      (PolicyDocument as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
  );

describe('a model in S3', () => {
  let made: ReturnType<typeof synthesized>;
  beforeAll(() => {
    made = synthesized({ models: inS3 });
  });

  it('is copied from the assets to a bucket of the service’s own, from which its function reads it', () => {
    const { template, service } = made;
    const [bucket = ''] = Object.keys(template.findResources('AWS::S3::Bucket'));
    const [copied] = propertiesOf(template, 'Custom::MdInferenceModelFiles');
    const { sha256 } = service.catalogue.models.find(({ name }) => name === 'nano-24') ?? {};
    const key = `Test-Api-17E32BCB/nano-24/${sha256}.onnx`;
    expect(copied).toMatchObject({
      bucket: { Ref: bucket },
      prefix: 'Test-Api-17E32BCB/',
      keep: 'false',
      files: [{ fromKey: expect.stringMatching(/^[0-9a-f]{64}\.onnx$/), key }],
    });
    expect(functionOf(template, 'nano-24')?.Environment.Variables).toMatchObject({
      MDI_MODEL_BUCKET: { Ref: bucket },
      MDI_MODEL_KEY: key,
    });
  });

  it('has more time to start than a request may take, and others have not', () => {
    expect(functionOf(made.template, 'nano-24')?.Timeout).toBe(120);
    expect(functionOf(made.template, 'mobile-24-views2')?.Timeout).toBe(29);
  });

  it('may be read by nobody but its function, and the profiler reads that one asset', () => {
    const reading = statementsIn(made.template).filter(({ Action }) =>
      [Action].flat().includes('s3:GetObject'),
    );
    const texts = reading.map(({ Resource }) => JSON.stringify(Resource));
    const ofAssets = texts.filter((text) => text.includes('cdk-hnb659fds-assets'));
    expect(ofAssets).toEqual([expect.stringMatching(/\/[0-9a-f]{64}\.onnx"/)]);
    expect(texts.filter((text) => text.includes('/nano-24/*'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('Test-Api-17E32BCB/*'))).toHaveLength(0);
  });

  it('is copied before it is measured', () => {
    const { template } = made;
    const [files] = Object.keys(template.findResources('Custom::MdInferenceModelFiles'));
    const [profiles] = Object.values(template.findResources('Custom::MdInferenceProfiles'));
    expect(profiles?.DependsOn).toContain(files);
  });
});

describe('the bucket of models', () => {
  it('is closed, and goes with the stack', () => {
    const { template } = synthesized();
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    const [policy] = propertiesOf(template, 'AWS::S3::BucketPolicy');
    expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
  });

  it('may be one’s own, with a key of its own', () => {
    const stack = new Stack(
      new App({ outdir: temporaryFolder(), analyticsReporting: false, context: withoutAssets }),
      'Test',
    );
    const encryptionKey = new Key(stack, 'Key');
    const modelBucket = new Bucket(stack, 'Models', { encryptionKey });
    new MdInference(stack, 'Api', { modelBucket, models: inS3 });
    const template = Template.fromStack(stack);
    expect(Object.keys(template.findResources('AWS::S3::Bucket'))).toHaveLength(1);
    expect(functionOf(template, 'nano-24')?.Environment.Variables.MDI_MODEL_BUCKET).toEqual(
      stack.resolve(modelBucket.bucketName),
    );
    const onKey = statementsIn(template).filter(
      ({ Resource }) =>
        JSON.stringify(Resource) === JSON.stringify(stack.resolve(encryptionKey.keyArn)),
    );
    expect(onKey.map(({ Action }) => Action)).toEqual([
      ...Array.from({ length: 7 }, () => 'kms:Decrypt'),
      ['kms:Decrypt', 'kms:GenerateDataKey'],
    ]);
  });
});
