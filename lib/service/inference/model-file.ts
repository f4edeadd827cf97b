import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CatalogueModel } from '../catalogue/schema.ts';
import { ModelFileError } from './errors.ts';

/** Where a model that is too large for its function's package lies. */
export interface ModelObject {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Streams a model's file from S3 to the temporary folder, hashes it on the way, and passes the path on. The file is deleted afterwards: onnxruntime has read all of it by then.
 *
 * @param use - loads the model from the path given to it
 * @throws {@link ModelFileError} when the object cannot be read or is not the catalogue's file
 */
export async function withModelFile<T>(
  object: ModelObject,
  model: Pick<CatalogueModel, 'name' | 'sha256' | 'bytes'>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mdinference-model-'));
  try {
    const path = join(folder, 'model.onnx');
    const found = await download(object, path).catch((error: Error) => {
      const what = `model "${model.name}" cannot be read from s3://${object.bucket}/${object.key}`;
      throw new ModelFileError(`${what}: ${error.name}: ${error.message}`, { cause: error });
    });
    if (found.bytes !== model.bytes || found.sha256 !== model.sha256) {
      throw new ModelFileError(
        `model "${model.name}": s3://${object.bucket}/${object.key} has ${found.bytes} bytes with SHA-256 ${found.sha256}, but the catalogue says ${model.bytes} with ${model.sha256}`,
      );
    }
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download({ bucket, key }: ModelObject, path: string) {
  // Only the functions of such models pay for loading this client.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client();
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!(Body instanceof Readable)) throw new Error('the answer has no body');
    const hash = createHash('sha256');
    let bytes = 0;
    const measured = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    await pipeline(Body, measured, createWriteStream(path));
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    client.destroy();
  }
}
