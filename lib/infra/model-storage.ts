import { Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { largestInAssetBytes } from '../service/catalogue/limits.ts';
import type { CatalogueModel } from '../service/catalogue/schema.ts';
import { acknowledgeModelObjects } from './acknowledgements.ts';
import type { ServiceFunction } from './service-function.ts';

/** Where a model's file lies: beside its function's code, or in S3, from where it is read at a cold start. */
export type ModelStorage = 'asset' | 's3';

/** Where a model's file lies when nothing else is asked for. */
export function defaultStorage({ bytes }: Pick<CatalogueModel, 'bytes'>): ModelStorage {
  return bytes > largestInAssetBytes ? 's3' : 'asset';
}

/** Room in /tmp for a model's file, which Lambda gives from 512 MB on. */
export function ephemeralStorageOf({ bytes }: Pick<CatalogueModel, 'bytes'>): Size {
  const spareMebibytes = 64;
  return Size.mebibytes(Math.max(512, Math.ceil(bytes / 2 ** 20) + spareMebibytes));
}

/** Uploads a model's file with the stack's other assets. */
export function modelObject(scope: Construct, path: string): Asset {
  return new Asset(scope, 'File', { path });
}

/** Lets a model's function read the model files among the stack's assets. */
export function grantReadModels(object: Asset, scope: ServiceFunction): void {
  scope.function.addToRolePolicy(
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [object.bucket.arnForObjects('*.onnx')],
    }),
  );
  acknowledgeModelObjects(scope, object);
}
