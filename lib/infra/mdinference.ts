import { CfnOutput, Duration, Names } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { loadCatalogue } from '../catalogue/load.ts';
import type { Catalogue } from '../catalogue/schema.ts';
import type { StrategyName } from '../selection/strategies.ts';
import { type Auth, ServiceApi } from './http-api.ts';
import { ModelFunction } from './model-function.ts';
import { Observability } from './observability.ts';
import { OnnxruntimeLayer } from './onnxruntime-layer.ts';
import { ProfileTable } from './profile-table.ts';
import { Profiler } from './profiler.ts';
import { resolveCatalogue } from './resolve-catalogue.ts';
import { Selector } from './selector.ts';

/** Properties of {@link MdInference}; none is needed. */
export interface MdInferenceProps {
  /**
   * The name of a catalogue that comes with the package, or the path of a folder with a
   * `catalogue.json`.
   *
   * @default 'shapes'
   */
  readonly catalogue?: string;
  /**
   * How a model is selected.
   *
   * @default 'three-stage', the paper's algorithm
   */
  readonly strategy?: StrategyName;
  /**
   * Who may call the API.
   *
   * @default 'iam': callers sign with SigV4 and need `execute-api:Invoke`
   */
  readonly auth?: Auth;
  /**
   * T_sla in ms of requests that name none.
   *
   * @default 250
   */
  readonly defaultSlaMs?: number;
  /**
   * T_nw in ms of requests without a plausible upload timestamp.
   *
   * @default 100
   */
  readonly defaultNetworkMs?: number;
  /**
   * How far in the future, in ms, an upload may seem to have begun.
   *
   * @default 50
   */
  readonly clockToleranceMs?: number;
  /**
   * The longest upload in ms that is believed.
   *
   * @default 60000
   */
  readonly maxInputMs?: number;
  /**
   * How much earlier than its timestamp says an upload may have begun, in ms: what `expected-accuracy`
   * keeps in hand for clocks that disagree.
   *
   * @default 5
   */
  readonly clockErrorMs?: number;
  /**
   * Labelled answers (`POST /v1/feedback`) at which a model's accuracy in the field counts as much as
   * the catalogue's.
   *
   * @default 200
   */
  readonly feedbackWeight?: number;
  /**
   * Length of the windows in which live calls are counted. A change of a model's speed is known after
   * two of them at the latest; each counts for twelve more.
   *
   * @default Duration.minutes(5)
   */
  readonly windowLength?: Duration;
  /**
   * Table items over which the calls of one model in one window are spread. One item takes about
   * 1,000 calls a second.
   *
   * @default 1
   */
  readonly shards?: number;
  /**
   * Where the alarms are sent: server errors, slow answers, a failed profiler, a throttled table.
   *
   * @default - alarms exist, but tell nobody
   */
  readonly alarmsTopic?: ITopic;
  /**
   * Processor of every function.
   *
   * @default Architecture.X86_64
   */
  readonly architecture?: Architecture;
}

/**
 * The whole service: an HTTP API, the selector, one function for each model of a catalogue, the
 * profile table, and the profiler that measures every model at deploy.
 *
 * @example
 * const service = new MdInference(stack, 'Api', { catalogue: './my-models', auth: 'iam' });
 * service.models.get('resnet-50')?.function.grantInvoke(role);
 */
export class MdInference extends Construct {
  /** The base URL of the HTTP API, without a slash at its end. */
  readonly url: string;
  readonly api: ServiceApi;
  readonly table: ProfileTable;
  readonly selector: Selector;
  readonly profiler: Profiler;
  /** The CloudWatch dashboard and alarms. */
  readonly observability: Observability;
  /** The function of each model, by the model's name. */
  readonly models: ReadonlyMap<string, ModelFunction>;
  readonly catalogue: Catalogue;

  /** @throws CatalogueError when the catalogue or one of its files is not as it should be */
  constructor(scope: Construct, id: string, props: MdInferenceProps = {}) {
    super(scope, id);
    const architecture = props.architecture ?? Architecture.X86_64;
    const catalogueDirectory = resolveCatalogue(props.catalogue ?? 'shapes');
    const catalogue = loadCatalogue(catalogueDirectory);
    this.catalogue = catalogue;
    this.table = new ProfileTable(this, 'Profiles');
    const deployment = Names.uniqueResourceName(this, { maxLength: 60, separator: '-' });
    const strategy = props.strategy ?? 'three-stage';
    const defaultSlaMs = props.defaultSlaMs ?? 250;
    const environment = {
      MDI_TABLE_NAME: this.table.tableName,
      MDI_DEPLOYMENT: deployment,
      MDI_WINDOW_MS: String((props.windowLength ?? Duration.minutes(5)).toMilliseconds()),
      MDI_SHARDS: String(props.shards ?? 1),
    };
    const common = { catalogue, catalogueDirectory, architecture, environment, table: this.table };

    const layer = new OnnxruntimeLayer(this, 'Onnxruntime', { architecture });
    const models = catalogue.models.map(
      (model) => new ModelFunction(this, `Model-${model.name}`, { ...common, model, layer }),
    );
    for (const model of models) this.table.grantUpdate(model.function);
    this.models = new Map(models.map((model) => [model.model.name, model]));

    this.selector = new Selector(this, 'Selector', {
      ...common,
      models,
      strategy,
      defaultSlaMs,
      defaultNetworkMs: props.defaultNetworkMs ?? 100,
      clockToleranceMs: props.clockToleranceMs ?? 50,
      maxInputMs: props.maxInputMs ?? 60_000,
      clockErrorMs: props.clockErrorMs ?? 5,
      feedbackWeight: props.feedbackWeight ?? 200,
    });
    this.profiler = new Profiler(this, 'Profiler', { ...common, models });
    this.api = new ServiceApi(this, 'Http', {
      selector: this.selector.function,
      auth: props.auth ?? 'iam',
    });
    this.observability = new Observability(this, 'Observability', {
      ...{ deployment, strategy, defaultSlaMs, models },
      api: this.api,
      profiler: this.profiler,
      table: this.table,
      alarmsTopic: props.alarmsTopic,
    });
    this.url = this.api.apiEndpoint;
    new CfnOutput(this, 'Url', { value: this.url });
  }
}
