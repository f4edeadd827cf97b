import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { modelNameOf } from '../core/selection/sizes.ts';
import {
  largestInAssetBytes,
  largestOnnxBytes,
  neededMemoryMb,
} from '../service/catalogue/limits.ts';
import type { Catalogue, CatalogueModel } from '../service/catalogue/schema.ts';
import { defaultTunedFile } from '../service/catalogue/tuned.ts';
import { maxBaselines } from '../service/profiles/baselines.ts';
import { InvalidPropertyError } from './errors.ts';
import type { ProvisionedConcurrency } from './live-alias.ts';
import type { ModelStorage } from './model-function.ts';
import { type ModelMemory, withSizes } from './model-sizes.ts';

/** What a deployment changes for one model. */
export interface ModelOverrides {
  /**
   * Memory of the model's function in MB, 128 to 10,240; 1,769 MB is one vCPU. Several, such as
   * `[1769, 5307]`, make a function of each size: of those that are good enough for a request, the one
   * that costs least answers. `'tuned'` is what `npx mdi tune` has found, see
   * {@link MdInferenceProps.tunedFile}.
   *
   * @default - the catalogue's
   */
  readonly memoryMb?: ModelMemory;
  /**
   * Processor of the model's function.
   *
   * @default - the service's
   */
  readonly architecture?: Architecture;
  /**
   * Where the model's file lies: beside the code of its function, or in S3 (`modelBucket`), from where
   * a function reads it into `/tmp` when it starts.
   *
   * @default - beside the code up to 190 MB, in S3 above
   */
  readonly storage?: ModelStorage;
  /**
   * Environments of the model's function that are kept ready, so that no request waits for a cold start; of
   * several sizes each has as many.
   *
   * @default - none
   */
  readonly provisionedConcurrency?: ProvisionedConcurrency;
  /**
   * The most environments of the model's function at the same time, which no other function of the account can take
   * either; of several sizes each has as many. A deployment measures the new version within them.
   *
   * @default - as many as the account has left
   */
  readonly reservedConcurrency?: number;
}

/**
 * The catalogue as it is deployed: with the deployment's memory settings for its models, see
 * {@link withSizes}.
 *
 * @param scope - whose property `models` the overrides are
 * @param tunedFile - the result of `npx mdi tune`
 * @throws {@link InvalidPropertyError} for more models than one deployment can replace the baselines of, each
 * size counted, a model that the catalogue lacks, memory that Lambda does not
 * have or too little for the model, a file that fits nowhere
 */
export function withOverrides(
  scope: IConstruct,
  catalogue: Catalogue,
  overrides: Readonly<Record<string, ModelOverrides>>,
  tunedFile = defaultTunedFile,
): Catalogue {
  const names = catalogue.models.map(({ name }) => name);
  const unknown = Object.keys(overrides).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InvalidPropertyError(
      scope,
      `models.${unknown}`,
      `is not a model of catalogue "${catalogue.name}": ${names.join(', ')}`,
    );
  }
  const deployed = withSizes(scope, catalogue, (name) => overrides[name]?.memoryMb, tunedFile);
  const count = deployed.models.length;
  if (count > maxBaselines) {
    const message = `has ${count} models, each size counted: a deployment can have ${maxBaselines}`;
    throw new InvalidPropertyError(scope, 'catalogue', message);
  }
  for (const model of deployed.models) {
    checkSize(scope, model, overrides[modelNameOf(model)]?.storage);
    checkMemory(scope, model);
  }
  return deployed;
}

function checkSize(
  scope: IConstruct,
  { name, bytes }: CatalogueModel,
  storage: ModelStorage | undefined,
): void {
  const size = `is a model of ${(bytes / 1e6).toFixed(1)} MB`;
  if (bytes > largestOnnxBytes) {
    throw new InvalidPropertyError(
      scope,
      `models.${name}`,
      `${size}, but an .onnx file cannot be larger than 2147 MB`,
    );
  }
  if (storage === 'asset' && bytes > largestInAssetBytes) {
    throw new InvalidPropertyError(
      scope,
      `models.${name}.storage`,
      `is 'asset', but this ${size}: above ${largestInAssetBytes / 1e6} MB it has to be 's3'`,
    );
  }
}

function checkMemory(scope: IConstruct, model: CatalogueModel): void {
  const { memoryMb, bytes } = model;
  const property = `models.${modelNameOf(model)}.memoryMb`;
  if (!Number.isInteger(memoryMb) || memoryMb < 128 || memoryMb > 10_240) {
    throw new InvalidPropertyError(
      scope,
      property,
      `must be a whole number from 128 to 10240, not ${memoryMb}`,
    );
  }
  const neededMb = neededMemoryMb(bytes);
  if (memoryMb < neededMb) {
    throw new InvalidPropertyError(
      scope,
      property,
      `is ${memoryMb}, but a model of ${(bytes / 1e6).toFixed(1)} MB needs at least ${neededMb}`,
    );
  }
}
