import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { CatalogueModel } from '../service/catalogue/schema.ts';
import type { ModelFilesProperties } from '../service/deployment/custom-resources.ts';
import { acknowledgeModelBucket, acknowledgeModelFiles } from './acknowledgements.ts';
import type { ServiceFunction } from './service-function.ts';

/** Properties of a {@link ModelBucket}. */
export interface ModelBucketProps {
  readonly deployment: string;
  /**
   * The bucket.
   *
   * @default - one of the construct's own
   */
  readonly bucket?: IBucket | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** The key of the construct's own bucket; undefined is AWS's. */
  readonly key: IKey | undefined;
}

/**
 * Where models lie that their functions read when they start. CDK publishes them to the bucket of the account's
 * assets, whose lifecycle rules and key belong to others, and in which every team's models lie: from there a
 * deployment copies its own to here.
 *
 * It is there, and functions may read from it, also when no model lies in it: while a deployment moves the last one
 * out, versions that read it from here are still serving.
 */
export class ModelBucket extends Construct {
  readonly bucket: IBucket;
  readonly #prefix: string;
  readonly #keep: boolean;
  readonly #assets = new Map<string, Asset>();

  constructor(
    scope: Construct,
    id: string,
    { deployment, bucket, removalPolicy, key }: ModelBucketProps,
  ) {
    super(scope, id);
    this.#prefix = `${deployment}/`;
    this.#keep = removalPolicy !== RemovalPolicy.DESTROY;
    this.bucket = bucket ?? ownBucket(this, removalPolicy, key);
  }

  /**
   * Has a model's file copied here.
   *
   * @returns its key
   */
  add({ name, sha256 }: CatalogueModel, asset: Asset): string {
    const key = `${this.#prefix}${name}/${sha256}.onnx`;
    this.#assets.set(key, asset);
    return key;
  }

  /**
   * Lets a function read a model: the file that is deployed, and those before it, with which versions that are still
   * serving start.
   */
  grantRead(reader: ServiceFunction, { name }: CatalogueModel): void {
    this.#grantFiles(reader, `${name}/*`, 's3:GetObject');
    this.bucket.encryptionKey?.grant(reader.function, 'kms:Decrypt');
  }

  /** Lets a function copy the models here, and delete all that is here of the deployment. */
  grantCopy(copier: ServiceFunction): void {
    const grantee = copier.function;
    for (const { bucket, s3ObjectKey } of this.#assets.values()) {
      const resourceArns = [bucket.arnForObjects(s3ObjectKey)];
      Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns });
    }
    this.#grantFiles(copier, '*', 's3:PutObject', 's3:DeleteObject');
    Grant.addToPrincipal({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [this.bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': `${this.#prefix}*` } },
    });
    this.bucket.encryptionKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  #grantFiles(owner: ServiceFunction, pattern: string, ...actions: string[]): void {
    const files = this.bucket.arnForObjects(`${this.#prefix}${pattern}`);
    Grant.addToPrincipal({ grantee: owner.function, actions, resourceArns: [files] });
    acknowledgeModelFiles(owner, files);
  }

  /** What the custom resource is given that copies the models. */
  get properties(): ModelFilesProperties {
    const files = [...this.#assets].map(([key, { s3BucketName, s3ObjectKey }]) => ({
      fromBucket: s3BucketName,
      fromKey: s3ObjectKey,
      key,
    }));
    const { bucketName: bucket } = this.bucket;
    return { bucket, prefix: this.#prefix, keep: this.#keep ? 'true' : 'false', files };
  }
}

function ownBucket(scope: Construct, removalPolicy: RemovalPolicy, key: IKey | undefined): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy,
    ...(key && {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
    }),
  });
  acknowledgeModelBucket(bucket);
  return bucket;
}
