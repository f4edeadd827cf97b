import { CfnOutput, Duration, Names, RemovalPolicy, Tags } from 'aws-cdk-lib';
import type { IDomainName, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LAMBDA_RECOGNIZE_LAYER_VERSION } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { modelNameOf } from '../core/selection/sizes.ts';
import type { StrategyName } from '../core/selection/strategies.ts';
import { loadCatalogue } from '../service/catalogue/load.ts';
import type { Catalogue } from '../service/catalogue/schema.ts';
import { checkProps } from './check-props.ts';
import { keysOf } from './encryption.ts';
import { checkEndpoint, type Endpoint, endpointOf } from './endpoint.ts';
import { longestDeployment } from './function-names.ts';
import { KeepWarm } from './keep-warm.ts';
import { MeteredService } from './metered-service.ts';
import { ModelBucket } from './model-bucket.ts';
import { ModelFunction } from './model-function.ts';
import { withOverrides } from './model-overrides.ts';
import { networkOf } from './network.ts';
import { Observability } from './observability.ts';
import { OnnxruntimeLayers } from './onnxruntime-layers.ts';
import { resolveCatalogue } from './package-files.ts';
import { ProfileTable } from './profile-table.ts';
import { Profiler } from './profiler.ts';
import type { MdInferenceProps } from './props.ts';
import { makeReadable } from './readable-assets.ts';
import { Rollout } from './rollout.ts';
import { Selector } from './selector.ts';
import { selectorSettings } from './selector-settings.ts';

/**
 * The whole service: an HTTP API, the selector, one function for each model of a catalogue, the
 * profile table, and the profiler that measures every model at deploy.
 *
 * @example
 * ```ts
 * import { App, Stack } from 'aws-cdk-lib';
 * import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
 * import { MdInference } from 'mdinference';
 *
 * const stack = new Stack(new App(), 'MyService');
 * const service = new MdInference(stack, 'Api', { catalogue: 'shapes', defaultSlaMs: 200 });
 *
 * const caller = new Role(stack, 'Caller', { assumedBy: new AccountRootPrincipal() });
 * service.grantInvokeApi(caller);
 * ```
 */
export class MdInference extends MeteredService {
  readonly deployment: string;
  readonly strategy: StrategyName;
  /** The base URL of the HTTP API, without a slash at its end: at `props.domain` where there is one. */
  readonly url: string;
  /** The HTTP API, to which routes of your own can be added (`HttpRoute`). */
  readonly api: IHttpApi;
  /** The domain of the API, to which a record of your own can point; undefined without `props.domain`. */
  readonly domainName: IDomainName | undefined;
  /** The DynamoDB table of the models' profiles. */
  readonly table: ProfileTable;
  /** The function that answers requests and selects a model for each. */
  readonly selector: Selector;
  /** What measures new versions of models while they are deployed. */
  readonly profiler: Profiler;
  /** The CloudWatch dashboard and alarms. */
  readonly observability: Observability;
  /**
   * The function of each model, by the model's name; of several sizes the smallest has this name, and others
   * have one such as `resnet-64-5307mb`.
   */
  readonly models: ReadonlyMap<string, ModelFunction>;
  /** The catalogue as it is deployed: with the memory that `props.models` gives its models, an entry a size. */
  readonly catalogue: Catalogue;
  readonly #endpoint: Endpoint;

  /**
   * @throws {@link CatalogueError} when the catalogue or one of its files is invalid
   * @throws {@link InvalidPropertyError} when a property cannot be deployed
   * @throws {@link LayerError} when a native package is missing and cannot be fetched
   */
  constructor(scope: Construct, id: string, props: MdInferenceProps = {}) {
    super(scope, id);
    checkProps(this, props);
    checkEndpoint(this, props);
    // Without it a new layer would not make new versions, in an app that has not set this flag.
    this.node.setContext(LAMBDA_RECOGNIZE_LAYER_VERSION, true);
    const architecture = props.architecture ?? Architecture.X86_64;
    const catalogueDirectory = resolveCatalogue(props.catalogue ?? 'shapes');
    const overrides = props.models ?? {};
    const catalogue = withOverrides(
      this,
      loadCatalogue(catalogueDirectory),
      overrides,
      props.tunedFile,
    );
    this.catalogue = catalogue;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.DESTROY;
    const keys = keysOf(this, props.encryption ?? {}, props.modelBucket);
    const deployment = Names.uniqueResourceName(this, {
      maxLength: longestDeployment,
      separator: '-',
    });
    this.table = new ProfileTable(this, 'Profiles', {
      ...{ deployment, removalPolicy },
      protection: props.table ?? {},
      key: keys.table,
    });
    this.deployment = deployment;
    const settings = selectorSettings(this, props);
    const { strategy } = settings;
    this.strategy = strategy;
    const slaTargetPct = props.slaTargetPct ?? 90;
    const environment = {
      MDI_TABLE_NAME: this.table.tableName,
      MDI_DEPLOYMENT: deployment,
      MDI_WINDOW_MS: String((props.windowLength ?? Duration.minutes(5)).toMilliseconds()),
      MDI_SHARDS: String(props.shards ?? 1),
    };
    const logs = {
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: props.logRemovalPolicy ?? removalPolicy,
      logKey: keys.logs,
    };
    const common = {
      deployment,
      catalogue,
      catalogueDirectory,
      architecture,
      environment,
      table: this.table,
      tracing: props.tracing ?? false,
      retainVersions: props.retainVersions ?? false,
      logLevel: props.logLevel,
      network: props.vpc && networkOf(this, props.vpc),
      ...logs,
    };

    const modelBucket = new ModelBucket(this, 'ModelFiles', {
      ...{ deployment, removalPolicy },
      bucket: props.modelBucket,
      key: keys.models,
    });
    const layers = new OnnxruntimeLayers(this, 'Onnxruntime');
    const models = catalogue.models.map((model) => {
      const own = overrides[modelNameOf(model)] ?? {};
      const ownArchitecture = own.architecture ?? architecture;
      return new ModelFunction(this, `Model-${model.name}`, {
        ...common,
        architecture: ownArchitecture,
        model,
        layer: layers.of(ownArchitecture),
        ...{ storage: own.storage, modelBucket },
        live: own,
      });
    });
    for (const { model, function: fn } of models) this.table.grantUpdate(fn, model.name);
    this.models = new Map(models.map((model) => [model.model.name, model]));

    const { profiling = {} } = props;
    this.profiler = new Profiler(this, 'Profiler', { ...common, models, modelBucket, profiling });
    this.selector = new Selector(this, 'Selector', {
      ...common,
      models,
      ...settings,
      live: props,
    });
    this.profiler.check(this.selector);
    if (props.keepWarm) {
      const aliases = [...models, this.selector].map(({ live }) => live);
      new KeepWarm(this, 'KeepWarm', { every: props.keepWarm, aliases });
    }
    this.#endpoint = endpointOf(this, props, { deployment, selector: this.selector.live, logs });
    this.api = this.#endpoint.api;
    this.url = this.#endpoint.url;
    this.domainName = this.#endpoint.domainName;
    this.observability = new Observability(this, 'Observability', {
      ...{ deployment, strategy, models },
      slaTargetPct,
      api: this.api,
      profiler: this.profiler,
      selector: this.selector,
      table: this.table,
      alarmsTopic: props.alarmsTopic,
      alarms: props.alarms ?? {},
    });
    if (props.rollout) {
      new Rollout(this, 'Rollout', {
        ...props.rollout,
        ...{ deployment, models, slaTargetPct },
        selector: this.selector,
        alarmsTopic: props.alarmsTopic,
      });
    }
    new CfnOutput(this, 'Url', { value: this.url });
    new CfnOutput(this, 'Deployment', { value: deployment });
    new CfnOutput(this, 'SelectorFunction', { value: this.selector.function.functionName });
    for (const [name, value] of this.profiler.summaries) {
      const description = `Service time of ${name}, measured at deploy`;
      new CfnOutput(this, `Profile-${name}`, { value, description });
    }
    makeReadable(this);
    for (const [key, value] of Object.entries(props.tags ?? {})) Tags.of(this).add(key, value);
  }

  /** Lets a role, user or other principal call the API, whose callers sign with IAM by default. */
  grantInvokeApi(grantee: IGrantable): Grant {
    return this.#endpoint.routes.grantInvoke(grantee);
  }
}
