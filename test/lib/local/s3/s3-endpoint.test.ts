import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { CopyObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Endpoint } from '../../../../lib/local/s3/s3-endpoint.ts';
import { CallRecorder } from '../../../../lib/local/shared/calls.ts';
import { close, listen, urlOf } from '../../../../lib/local/shared/http-server.ts';
import { SessionTokens } from '../../../../lib/local/shared/session-tokens.ts';
import { Stack } from '../../../../lib/local/template/stack.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const folder = temporaryFolder();
const asset = join(folder, 'model.onnx');
writeFileSync(asset, '0123456789');
writeFileSync(join(folder, 'empty'), '');
const assets = new Map([
  ['hash.onnx', asset],
  ['empty', join(folder, 'empty')],
]);
const recorder = new CallRecorder(new Map());
const tokens = new SessionTokens();
const stack = new Stack('s', { Resources: {} }, assets);
const server = createServer(s3Endpoint(stack, { recorder, tokens, frozen: undefined }));

let s3: S3Client;
beforeAll(async () => {
  const credentials = {
    accessKeyId: 'a',
    secretAccessKey: 'b',
    sessionToken: tokens.issue(),
  };
  const endpoint = urlOf(await listen(server));
  s3 = new S3Client({ endpoint, region: 'local', credentials, maxAttempts: 1 });
});
afterAll(() => close(server));

const get = async (Bucket: string, Key: string, Range?: string) => {
  const { Body, ContentRange } = await s3.send(
    new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }),
  );
  return { text: await Body?.transformToString(), ContentRange };
};

describe('objects', () => {
  it('are the assets, whole or by ranges', async () => {
    expect(await get('assets', 'hash.onnx')).toEqual({ text: '0123456789' });
    expect(await get('assets', 'empty')).toEqual({ text: '' });
    expect(await get('assets', 'hash.onnx', 'bytes=2-4')).toEqual({
      text: '234',
      ContentRange: 'bytes 2-4/10',
    });
    expect((await get('assets', 'hash.onnx', 'bytes=8-99')).text).toBe('89');
    await expect(get('assets', 'hash.onnx', 'bytes=10-11')).rejects.toThrow('InvalidRange');
  });

  it('are what was copied, under the bucket and the key that it was copied to', async () => {
    const copy = { Bucket: 'own', Key: 'd/a b.onnx', CopySource: 'assets/hash.onnx' };
    await expect(get('own', 'd/a b.onnx')).rejects.toThrow('NoSuchKey');
    await s3.send(new CopyObjectCommand(copy));
    expect((await get('own', 'd/a b.onnx')).text).toBe('0123456789');
    await expect(get('other', 'd/a b.onnx')).rejects.toThrow('NoSuchKey');
    const gone = { ...copy, CopySource: 'assets/other.onnx' };
    await expect(s3.send(new CopyObjectCommand(gone))).rejects.toThrow('NoSuchKey');
  });

  it('are recorded by what a role has to allow', () => {
    expect(recorder.calls.map(({ action, resourceArn }) => [action, resourceArn])).toEqual(
      expect.arrayContaining([
        ['s3:GetObject', 'arn:aws:s3:::assets/hash.onnx'],
        ['s3:PutObject', 'arn:aws:s3:::own/d/a b.onnx'],
        ['s3:GetObject', 'arn:aws:s3:::own/d/a b.onnx'],
      ]),
    );
  });
});
