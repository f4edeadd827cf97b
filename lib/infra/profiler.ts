import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { photoFile } from '../service/catalogue/load.ts';
import type { Catalogue } from '../service/catalogue/schema.ts';
import { summaryAttribute } from '../service/profiles/summary.ts';
import { acknowledgeProvider, acknowledgeVersions } from './acknowledgements.ts';
import type { ModelFunction } from './model-function.ts';
import { packageRoot } from './package-files.ts';
import type { ProfileTable } from './profile-table.ts';
import { type CommonFunctionProps, logAndRole, ServiceFunction } from './service-function.ts';

/** Properties of a {@link Profiler}. */
export interface ProfilerProps extends CommonFunctionProps {
  readonly catalogue: Catalogue;
  readonly catalogueDirectory: string;
  readonly models: readonly ModelFunction[];
  readonly table: ProfileTable;
}

/**
 * Measures every new or changed version of a model's function at deploy time, as a custom resource,
 * before the function's alias moves to it: until then the previous version answers, and it
 * continues to if a model fails its profile and the deployment with it.
 */
export class Profiler extends ServiceFunction {
  readonly resource: CustomResource;
  /** Each model's baseline in one line, by the model's name; known once it is deployed. */
  readonly summaries: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, props: ProfilerProps) {
    const { catalogue, catalogueDirectory, models } = props;
    super(scope, id, {
      ...props,
      code: 'profiler',
      description: `${catalogue.name}: measures models at deploy`,
      addFiles: (directory) => {
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(catalogue));
        const own = catalogue.samples[0]?.file;
        const sample = own ? join(catalogueDirectory, own) : join(packageRoot, 'models', photoFile);
        copyFileSync(sample, join(directory, basename(sample)));
      },
      environment: {
        ...props.environment,
        MDI_PROFILE_CONCURRENCY: '16',
        MDI_PROFILE_MODEL_MS: '60000',
        MDI_PROFILE_MAX_RUNS: '1000',
        MDI_PROFILE_PRECISION: '0.02',
      },
      memoryMb: 1769,
      timeout: Duration.minutes(15),
    });
    for (const model of models) {
      // Every version, not the current one: a changed policy takes seconds to propagate, and the
      // new version is invoked at once.
      Grant.addToPrincipal({
        grantee: this.function,
        actions: ['lambda:InvokeFunction'],
        resourceArns: [`${model.function.functionArn}:*`],
      });
    }
    props.table.grantRead(this.function);
    props.table.grantUpdate(this.function);
    props.table.grantCreateSecret(this.function);

    acknowledgeVersions(this, models);

    // Without a log group and a role of its own, the framework's log would be kept forever.
    const { logGroup, role } = logAndRole(this, 'Provider', props);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.function,
      logGroup,
      frameworkOnEventRole: role,
    });
    acknowledgeProvider(role, this);
    this.resource = new CustomResource(this, 'Profiles', {
      resourceType: 'Custom::MdInferenceProfiles',
      serviceToken: provider.serviceToken,
      properties: {
        versions: Object.fromEntries(
          models.map(({ model, version }) => [model.name, version.functionArn]),
        ),
      },
    });
    this.resource.node.addDependency(this.function, ...models.map((model) => model.function));
    // Callers reach a new version when it has been measured, and the old one when that failed.
    for (const { live } of models) live.node.addDependency(this.resource);
    this.summaries = new Map(
      models.map(({ model }, i) => [model.name, this.resource.getAttString(summaryAttribute(i))]),
    );
  }
}
