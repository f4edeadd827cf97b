import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ModelFilesProperties } from '../../lib/service/deployment/custom-resources.ts';

/**
 * Copies models from the stack's assets to where their functions read them: S3 does it by itself, up to 5 GB.
 * Files of earlier deployments stay, because versions that are still serving start with them.
 *
 * @param earlier - what an earlier deployment has copied, and is not copied again
 * @throws what the SDK throws
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export async function copyModelFiles(
  s3: S3Client,
  { bucket, files }: ModelFilesProperties,
  earlier?: ModelFilesProperties,
): Promise<void> {
  const there = new Set(earlier?.bucket === bucket ? earlier.files.map(({ key }) => key) : []);
  for (const { fromBucket, fromKey, key } of files) {
    if (there.has(key)) continue;
    await s3.send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: key,
        CopySource: encodeURI(`${fromBucket}/${fromKey}`),
        // Else the role would have to read the tags of others' files.
        TaggingDirective: 'REPLACE',
      }),
    );
  }
}

/**
 * Deletes all that the deployment has copied: CloudFormation deletes no bucket that is not empty.
 *
 * @throws what the SDK throws
 */
export async function deleteModelFiles(
  s3: S3Client,
  { bucket, prefix }: ModelFilesProperties,
): Promise<void> {
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix });
  for await (const { Contents = [] } of pages) {
    if (Contents.length === 0) continue;
    const objects = Contents.map(({ Key }) => ({ Key }));
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first) throw new Error(`s3://${bucket}/${first.Key} cannot be deleted: ${first.Message}`);
  }
}
