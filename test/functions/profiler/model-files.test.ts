import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { copyModelFiles, deleteModelFiles } from '../../../functions/profiler/model-files.ts';
import { modelFilesSchema } from '../../../lib/service/deployment/custom-resources.ts';

const mock = mockClient(S3Client);
const s3 = new S3Client({ region: 'local' });
beforeEach(() => {
  mock.reset();
});
afterAll(() => mock.restore());

const file = (name: string) => ({
  fromBucket: 'assets',
  fromKey: `${name} hash.onnx`,
  key: `d/${name}/hash.onnx`,
});
const properties = { bucket: 'own', prefix: 'd/', keep: 'false', files: [file('a'), file('b')] };
const parsed = modelFilesSchema.parse(properties);
const copied = () =>
  mock.commandCalls(CopyObjectCommand).map(({ args: [{ input }] }) => [input.Bucket, input.Key]);

describe('models in S3', () => {
  it('are copied from the assets, by S3 itself', async () => {
    mock.on(CopyObjectCommand).resolves({});
    await copyModelFiles(s3, parsed);
    expect(copied()).toEqual([
      ['own', 'd/a/hash.onnx'],
      ['own', 'd/b/hash.onnx'],
    ]);
    expect(mock.commandCalls(CopyObjectCommand)[0]?.args[0].input).toMatchObject({
      CopySource: 'assets/a%20hash.onnx',
      TaggingDirective: 'REPLACE',
    });
  });

  it('that an earlier deployment has copied are not copied again, unless the bucket is another', async () => {
    mock.on(CopyObjectCommand).resolves({});
    await copyModelFiles(s3, parsed, { ...parsed, files: [file('a')] });
    expect(copied()).toEqual([['own', 'd/b/hash.onnx']]);
    await copyModelFiles(s3, parsed, { ...parsed, bucket: 'other' });
    expect(copied()).toHaveLength(3);
  });

  it('need not be there', async () => {
    await copyModelFiles(s3, modelFilesSchema.parse({ ...properties, files: undefined }));
    expect(mock.calls()).toHaveLength(0);
  });

  it('are deleted with the stack, all that are under the deployment’s name', async () => {
    mock
      .on(ListObjectsV2Command, { Bucket: 'own', Prefix: 'd/' })
      .resolvesOnce({ Contents: [{ Key: 'd/a/1' }], NextContinuationToken: 't', IsTruncated: true })
      .resolves({ Contents: [{ Key: 'd/a/2' }] });
    mock.on(DeleteObjectsCommand).resolves({});
    await deleteModelFiles(s3, parsed);
    expect(
      mock.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input.Delete?.Objects),
    ).toEqual([[{ Key: 'd/a/1' }], [{ Key: 'd/a/2' }]]);
  });

  it('are deleted where there are none', async () => {
    mock.on(ListObjectsV2Command).resolves({});
    await deleteModelFiles(s3, parsed);
    expect(mock.commandCalls(DeleteObjectsCommand)).toHaveLength(0);
  });

  it('fail the deletion by name when one stays', async () => {
    mock.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'd/a/1' }] });
    mock
      .on(DeleteObjectsCommand)
      .resolves({ Errors: [{ Key: 'd/a/1', Message: 'Access Denied' }] });
    await expect(deleteModelFiles(s3, parsed)).rejects.toThrow(
      's3://own/d/a/1 cannot be deleted: Access Denied',
    );
  });
});
