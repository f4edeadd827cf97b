import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import type { Catalogue } from '../catalogue/schema.ts';
import type { ModelFunction } from './model-function.ts';
import type { ProfileTable } from './profile-table.ts';
import { modelFunctionsVariable } from './selector.ts';
import { type CommonFunctionProps, ServiceFunction } from './service-function.ts';

/** Properties of a {@link Profiler}. */
export interface ProfilerProps extends CommonFunctionProps {
  readonly catalogue: Catalogue;
  readonly catalogueDirectory: string;
  readonly models: readonly ModelFunction[];
  readonly table: ProfileTable;
}

/**
 * Measures every new or changed model at deploy time, as a custom resource: a model that fails its
 * profile fails the deployment.
 */
export class Profiler extends ServiceFunction {
  readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: ProfilerProps) {
    const { catalogue, catalogueDirectory, models } = props;
    super(scope, id, {
      ...props,
      code: 'profiler',
      description: `${catalogue.name}: measures models at deploy`,
      addFiles: (directory) => {
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(catalogue));
        const sample = catalogue.samples[0]?.file;
        if (sample)
          copyFileSync(join(catalogueDirectory, sample), join(directory, basename(sample)));
      },
      environment: {
        ...props.environment,
        ...modelFunctionsVariable(scope, models),
        MDI_PROFILE_CONCURRENCY: '16',
        MDI_PROFILE_MODEL_MS: '60000',
        MDI_PROFILE_MAX_RUNS: '1000',
        MDI_PROFILE_PRECISION: '0.02',
      },
      memoryMb: 1769,
      timeout: Duration.minutes(15),
    });
    for (const model of models) model.function.grantInvoke(this.function);
    props.table.grantRead(this.function);
    props.table.grantUpdate(this.function);
    props.table.grantCreateSecret(this.function);

    const provider = new Provider(this, 'Provider', { onEventHandler: this.function });
    this.resource = new CustomResource(this, 'Profiles', {
      resourceType: 'Custom::MdInferenceProfiles',
      serviceToken: provider.serviceToken,
      properties: {
        fingerprints: Object.fromEntries(models.map((m) => [m.model.name, m.fingerprint])),
      },
    });
    this.resource.node.addDependency(this.function, ...models);
  }
}
