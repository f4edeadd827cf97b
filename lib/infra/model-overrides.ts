import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import {
  largestInAssetBytes,
  largestOnnxBytes,
  neededMemoryMb,
} from '../service/catalogue/limits.ts';
import type { Catalogue, CatalogueModel } from '../service/catalogue/schema.ts';
import { maxBaselines } from '../service/profiles/baselines.ts';
import { InvalidPropertyError } from './errors.ts';
import type { ProvisionedConcurrency } from './live-alias.ts';
import type { ModelStorage } from './model-function.ts';

/** What a deployment changes for one model. */
export interface ModelOverrides {
  /**
   * Memory of the model's function in MB, 128 to 10,240; 1,769 MB is one vCPU.
   *
   * @default - the catalogue's
   */
  readonly memoryMb?: number;
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
   * Environments of the model's function that are kept ready, so that no request waits for a cold start.
   *
   * @default - none
   */
  readonly provisionedConcurrency?: ProvisionedConcurrency;
  /**
   * The most environments of the model's function at the same time, which no other function of the account can take
   * either. A deployment measures the new version within them.
   *
   * @default - as many as the account has left
   */
  readonly reservedConcurrency?: number;
}

/**
 * The catalogue as it is deployed: with the deployment's memory settings for its models.
 *
 * @param scope - whose property `models` the overrides are
 * @throws {@link InvalidPropertyError} for more models than one deployment can replace the baselines of, a model that the catalogue lacks, memory that Lambda does not
 * have or too little for the model, a file that fits nowhere
 */
export function withOverrides(
  scope: IConstruct,
  catalogue: Catalogue,
  overrides: Readonly<Record<string, ModelOverrides>>,
): Catalogue {
  const names = catalogue.models.map(({ name }) => name);
  if (names.length > maxBaselines) {
    const message = `has ${names.length} models: a deployment can have ${maxBaselines}`;
    throw new InvalidPropertyError(scope, 'catalogue', message);
  }
  const unknown = Object.keys(overrides).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InvalidPropertyError(
      scope,
      `models.${unknown}`,
      `is not a model of catalogue "${catalogue.name}": ${names.join(', ')}`,
    );
  }
  const models = catalogue.models.map((model) => ({
    ...model,
    memoryMb: overrides[model.name]?.memoryMb ?? model.memoryMb,
  }));
  for (const model of models) {
    checkSize(scope, model, overrides[model.name]?.storage);
    checkMemory(scope, model);
  }
  return { ...catalogue, models };
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

function checkMemory(scope: IConstruct, { name, memoryMb, bytes }: CatalogueModel): void {
  const property = `models.${name}.memoryMb`;
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
