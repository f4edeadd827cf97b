import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Catalogue, CatalogueModel } from '../service/catalogue/schema.ts';
import { LiveAlias, type LiveOptions } from './live-alias.ts';
import {
  defaultStorage,
  ephemeralStorageOf,
  grantReadModels,
  type ModelStorage,
  modelObject,
} from './model-storage.ts';
import { type CommonFunctionProps, requestTimeout, ServiceFunction } from './service-function.ts';

/** Properties of a {@link ModelFunction}. */
export interface ModelFunctionProps extends CommonFunctionProps {
  readonly catalogue: Catalogue;
  readonly catalogueDirectory: string;
  readonly model: CatalogueModel;
  readonly layer: ILayerVersion;
  /** Where the model's file lies; by default as {@link defaultStorage} says. */
  readonly storage?: ModelStorage | undefined;
  readonly live: LiveOptions;
}

/** The function that runs one model: its file lies beside its code, or in S3 when it is too large for that. */
export class ModelFunction extends ServiceFunction {
  /** The model that runs here. */
  readonly model: CatalogueModel;
  /** What the selector invokes. */
  readonly live: LiveAlias;

  constructor(scope: Construct, id: string, props: ModelFunctionProps) {
    const { catalogue, catalogueDirectory, model, storage = defaultStorage(model) } = props;
    const path = join(catalogueDirectory, model.file);
    super(scope, id, {
      ...props,
      code: 'inference',
      description: `${catalogue.name}: ${model.name} (${model.accuracyPct} %)`,
      addFiles: (directory) => {
        if (storage === 'asset') copyFileSync(path, join(directory, 'model.onnx'));
        // The function needs its own entry only; fewer bytes to read at a cold start.
        const own = { ...catalogue, onDevice: undefined, models: [model], samples: [] };
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(own));
      },
      environment: { ...props.environment, MDI_MODEL: model.name },
      layers: [props.layer],
      memoryMb: model.memoryMb,
      timeout: requestTimeout,
      ...(storage === 's3' && { ephemeralStorage: ephemeralStorageOf(model) }),
    });
    this.model = model;
    if (storage === 's3') this.#readFromS3(path);
    this.live = new LiveAlias(this, 'Live', { ...props.live, version: this.version });
  }

  #readFromS3(path: string): void {
    const object = modelObject(this, path);
    grantReadModels(object, this);
    this.function.addEnvironment('MDI_MODEL_BUCKET', object.s3BucketName);
    this.function.addEnvironment('MDI_MODEL_KEY', object.s3ObjectKey);
  }
}
