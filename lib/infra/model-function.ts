import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Size } from 'aws-cdk-lib';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { largestInAssetBytes } from '../service/catalogue/limits.ts';
import type { Catalogue, CatalogueModel } from '../service/catalogue/schema.ts';
import { functionNameOf } from './function-names.ts';
import { LiveAlias, type LiveOptions, liveName } from './live-alias.ts';
import type { ModelBucket } from './model-bucket.ts';
import { type CommonFunctionProps, requestTimeout, ServiceFunction } from './service-function.ts';

/** Where a model's file lies: beside its function's code, or in S3, from where it is read at a cold start. */
export type ModelStorage = 'asset' | 's3';

/** Properties of a {@link ModelFunction}. */
export interface ModelFunctionProps extends CommonFunctionProps {
  /** Begins the function's name. */
  readonly deployment: string;
  readonly catalogue: Catalogue;
  readonly catalogueDirectory: string;
  readonly model: CatalogueModel;
  readonly layer: ILayerVersion;
  /** Where the model's file lies; by default as {@link defaultStorage} says. */
  readonly storage?: ModelStorage | undefined;
  readonly modelBucket: ModelBucket;
  readonly live: LiveOptions;
}

/** The function that runs one model: its file lies beside its code, or in S3 when it is too large for that. */
export class ModelFunction extends ServiceFunction {
  /** The model that runs here. */
  readonly model: CatalogueModel;
  /** What callers reach. */
  readonly live: LiveAlias;
  /** What the selector invokes: the alias by the function's name. */
  readonly liveFunction: string;

  constructor(scope: Construct, id: string, props: ModelFunctionProps) {
    const { catalogue, catalogueDirectory, model, modelBucket } = props;
    const { storage = defaultStorage(model) } = props;
    const path = join(catalogueDirectory, model.file);
    const functionName = functionNameOf(props.deployment, model.name);
    super(scope, id, {
      ...props,
      code: 'inference',
      functionName,
      description: `${catalogue.name}: ${model.name} (${model.accuracyPct} %)`,
      addFiles: (directory) => {
        if (storage === 'asset') copyFileSync(path, join(directory, 'model.onnx'));
        // The function needs its own entry only; fewer bytes to read at a cold start.
        const unused = { onDevice: undefined, uploads: undefined, samples: [] };
        const own = { ...catalogue, ...unused, models: [model] };
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(own));
      },
      environment: { ...props.environment, MDI_MODEL: model.name },
      layers: [props.layer],
      memoryMb: model.memoryMb,
      reservedConcurrency: props.live.reservedConcurrency,
      timeout: storage === 's3' ? startTimeout : requestTimeout,
      ...(storage === 's3' && { ephemeralStorage: ephemeralStorageOf(model) }),
    });
    this.model = model;
    this.liveFunction = `${functionName}:${liveName}`;
    // Also when it lies beside the code: versions that are still serving may read theirs from there.
    modelBucket.grantRead(this, model);
    if (storage === 's3') this.#readFromS3(path, modelBucket);
    this.live = new LiveAlias(this, 'Live', { ...props.live, version: this.version });
  }

  #readFromS3(path: string, bucket: ModelBucket): void {
    const key = bucket.add(this.model, new Asset(this, 'File', { path }));
    this.function.addEnvironment('MDI_MODEL_BUCKET', bucket.bucket.bucketName);
    this.function.addEnvironment('MDI_MODEL_KEY', key);
  }
}

/**
 * The time that a function has whose model is read from S3. Lambda ends a start after 10 s and begins it again
 * with the first request, at whose time limit it ends. (An environment that is provisioned has as much anyway.)
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
 */
const startTimeout = Duration.minutes(2);

/** Where a model's file lies when nothing else is asked for. */
export function defaultStorage({ bytes }: Pick<CatalogueModel, 'bytes'>): ModelStorage {
  return bytes > largestInAssetBytes ? 's3' : 'asset';
}

/** Space in /tmp for a model's file, which Lambda gives from 512 MB on. */
export function ephemeralStorageOf({ bytes }: Pick<CatalogueModel, 'bytes'>): Size {
  const spareMebibytes = 64;
  return Size.mebibytes(Math.max(512, Math.ceil(bytes / 2 ** 20) + spareMebibytes));
}
