import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { photoFile } from '../service/catalogue/load.ts';
import type { Catalogue } from '../service/catalogue/schema.ts';
import {
  modelFilesType,
  profilesType,
  selectorCheckType,
} from '../service/deployment/custom-resources.ts';
import { mbPerVcpu } from '../service/inference/threads.ts';
import { summaryAttribute } from '../service/profiles/summary.ts';
import { acknowledgeProvider, acknowledgeVersions } from './acknowledgements.ts';
import type { ModelBucket } from './model-bucket.ts';
import type { ModelFunction } from './model-function.ts';
import { packageRoot } from './package-files.ts';
import type { ProfileTable } from './profile-table.ts';
import { type ProfilingOptions, profilingOf } from './profiling.ts';
import type { Selector } from './selector.ts';
import { type CommonFunctionProps, logAndRole, ServiceFunction } from './service-function.ts';

/** Properties of a {@link Profiler}. */
export interface ProfilerProps extends CommonFunctionProps {
  readonly catalogue: Catalogue;
  readonly catalogueDirectory: string;
  readonly models: readonly ModelFunction[];
  readonly table: ProfileTable;
  readonly modelBucket: ModelBucket;
  readonly profiling: ProfilingOptions;
}

/** What a custom resource may take beside measuring: until its function has been started, and has answered. */
const besideMeasuring = Duration.minutes(5);

/**
 * Measures every new or changed version of a model's function at deploy time, as a custom resource,
 * before the function's alias moves to it: until then the previous version answers, and it
 * continues to if a model fails its profile and the deployment with it.
 */
export class Profiler extends ServiceFunction {
  readonly resource: CustomResource;
  /** Each model's baseline in one line, by the model's name; known once it is deployed. */
  readonly summaries: ReadonlyMap<string, string>;
  readonly #provider: Provider;
  readonly #serviceTimeout: Duration;

  /** @throws {@link InvalidPropertyError} for `profiling` */
  constructor(scope: Construct, id: string, props: ProfilerProps) {
    const { catalogue, catalogueDirectory, models, modelBucket } = props;
    const { environment, timeout } = profilingOf(scope, props.profiling);
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
      environment: { ...props.environment, ...environment },
      memoryMb: mbPerVcpu,
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
    props.table.grantReplace(this.function);
    props.table.grantCreateSecret(this.function);
    modelBucket.grantCopy(this);

    acknowledgeVersions(this, models);

    // Without a log group and a role of its own, the framework's log would be kept forever.
    const { logGroup, role } = logAndRole(this, 'Provider', props);
    this.#provider = new Provider(this, 'Provider', {
      onEventHandler: this.function,
      logGroup,
      frameworkOnEventRole: role,
      ...props.network,
    });
    acknowledgeProvider(role, this);
    this.#serviceTimeout = timeout.plus(besideMeasuring);

    const files = this.#addResource('ModelFiles', modelFilesType, modelBucket.properties);
    this.resource = this.#addResource('Profiles', profilesType, {
      versions: Object.fromEntries(
        models.map(({ model, version }) => [model.name, version.functionArn]),
      ),
    });
    this.resource.node.addDependency(files, ...models.map((model) => model.function));
    // Callers reach a new version when it has been measured, and the old one when that failed.
    for (const { live } of models) live.node.addDependency(this.resource);
    this.summaries = new Map(
      models.map(({ model: { name } }) => [
        name,
        this.resource.getAttString(summaryAttribute(name)),
      ]),
    );
  }

  /**
   * Has a new version of the selector called before anything is measured, and before any alias moves: one that does
   * not start is found out in seconds.
   */
  check(selector: Selector): void {
    Grant.addToPrincipal({
      grantee: this.function,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [`${selector.function.functionArn}:*`],
    });
    acknowledgeVersions(this, [selector]);
    const check = this.#addResource('SelectorCheck', selectorCheckType, {
      version: selector.version.functionArn,
    });
    // With its role, without which it could write no log.
    check.node.addDependency(selector.function);
    this.resource.node.addDependency(check);
    selector.live.node.addDependency(check);
  }

  #addResource(id: string, resourceType: string, properties: object): CustomResource {
    const resource = new CustomResource(this, id, {
      resourceType,
      serviceToken: this.#provider.serviceToken,
      serviceTimeout: this.#serviceTimeout,
      properties,
    });
    resource.node.addDependency(this.function);
    return resource;
  }
}
