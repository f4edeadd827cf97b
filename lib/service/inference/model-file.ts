import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pMapIterable } from 'p-map';
import type { CatalogueModel } from '../catalogue/schema.ts';
import { ModelFileError } from './errors.ts';

/** Where a model that is too large for its function's package lies. */
export interface ModelObject {
  readonly bucket: string;
  readonly key: string;
}

/**
 * S3 gives one connection some 90 MB/s, and Lambda several times as much to a function.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-design-patterns.html
 */
const rangesAtOnce = 8;
/** Eight of them fit what a function has for its model besides, see `neededMemoryMb`. */
const rangeBytes = 8 * 2 ** 20;
/** A connection that breaks costs its range, not the start of the function. */
const attemptsOfRange = 3;

/**
 * Reads a model's file from S3 into the temporary folder, several ranges at a time, hashes it on the way, and
 * passes the path on. The file is deleted afterwards: onnxruntime has read all of it by then.
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
    const place = `s3://${object.bucket}/${object.key}`;
    const found = await download(object, model.bytes, path).catch((error: Error) => {
      const what = `model "${model.name}" cannot be read from ${place}`;
      throw new ModelFileError(`${what}: ${error.name}: ${error.message}`, { cause: error });
    });
    const fault = faultOf(found, model);
    if (fault) throw new ModelFileError(`model "${model.name}": ${place} has ${fault}`);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What an object is. */
interface Found {
  readonly bytes: number;
  readonly sha256: string;
}

function faultOf(found: Found, model: Found): string | undefined {
  if (found.bytes !== model.bytes) {
    return `${found.bytes} bytes, but the catalogue says ${model.bytes}`;
  }
  if (found.sha256 === model.sha256) return undefined;
  return `the SHA-256 ${found.sha256}, but the catalogue says ${model.sha256}`;
}

/** Reads as much of an object as there should be; tells how much there is. */
async function download(object: ModelObject, bytes: number, path: string): Promise<Found> {
  // Only the functions of such models pay for loading this client.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client();
  const file = await open(path, 'w');
  try {
    const getRange = (start: number) =>
      attemptRange(async () => {
        const end = Math.min(start + rangeBytes, bytes) - 1;
        const { Body, ContentRange } = await client.send(
          new GetObjectCommand({
            Bucket: object.bucket,
            Key: object.key,
            Range: `bytes=${start}-${end}`,
          }),
        );
        if (!Body) throw new Error('the answer has no body');
        return { content: await Body.transformToByteArray(), total: totalIn(ContentRange) };
      });
    const starts = Array.from({ length: Math.ceil(bytes / rangeBytes) }, (_, i) => i * rangeBytes);
    const hash = createHash('sha256');
    let total = 0;
    // In their order, whichever comes first: a hash has no other.
    for await (const range of pMapIterable(starts, getRange, { concurrency: rangesAtOnce })) {
      hash.update(range.content);
      await file.appendFile(range.content);
      total = range.total;
    }
    return { bytes: total, sha256: hash.digest('hex') };
  } finally {
    await file.close();
    client.destroy();
  }
}

/** The size of the whole object, which `bytes 0-9/SIZE` ends with. */
function totalIn(contentRange: string | undefined): number {
  return Number(contentRange?.split('/').at(-1));
}

/** The SDK repeats requests that fail, but not the reading of an answer that breaks off. */
async function attemptRange<Range>(get: () => Promise<Range>): Promise<Range> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await get();
    } catch (error) {
      if (attempt === attemptsOfRange) throw error;
    }
  }
}
