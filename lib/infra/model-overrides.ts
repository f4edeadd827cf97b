import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { neededMemoryMb } from '../catalogue/memory.ts';
import type { Catalogue, CatalogueModel } from '../catalogue/schema.ts';
import { InvalidPropertyError } from './errors.ts';
import type { ProvisionedConcurrency } from './provisioned-concurrency.ts';

/** What a deployment wants otherwise for one model. */
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
   * Environments of the model's function that are kept ready, so that no request waits for a cold start.
   *
   * @default - none
   */
  readonly provisionedConcurrency?: ProvisionedConcurrency;
}

/**
 * The catalogue as it is deployed: with the memory that a deployment wants for its models.
 *
 * @param scope - whose property `models` the overrides are
 * @throws InvalidPropertyError for a model that the catalogue lacks, memory that Lambda does not have, or
 * too little for the model
 */
export function withOverrides(
  scope: IConstruct,
  catalogue: Catalogue,
  overrides: Readonly<Record<string, ModelOverrides>>,
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
  const models = catalogue.models.map((model) => ({
    ...model,
    memoryMb: overrides[model.name]?.memoryMb ?? model.memoryMb,
  }));
  for (const model of models) checkMemory(scope, model);
  return { ...catalogue, models };
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
