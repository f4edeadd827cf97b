import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { modelNameOf } from '../core/selection/sizes.ts';
import type { StrategyName } from '../core/selection/strategies.ts';
import type { CatalogueModel } from '../service/catalogue/schema.ts';
import type { AnswerMetric, ModelMetric, RequestMetric } from '../service/metrics.ts';
import { InvalidPropertyError } from './errors.ts';
import { ServiceMetrics } from './service-metrics.ts';

/**
 * The metrics of a service, for dashboards, alarms and scaling of your own. Each is over five minutes, with a statistic
 * that suits it, unless the options say otherwise.
 */
export abstract class MeteredService extends Construct {
  /** What tells this deployment apart from all others: the dimension `service` of its metrics. */
  abstract readonly deployment: string;
  /** How models are selected: the dimension `strategy` of metrics of requests. */
  abstract readonly strategy: StrategyName;
  /** By the model's name. */
  abstract readonly models: ReadonlyMap<string, { readonly model: CatalogueModel }>;

  /** Share of the requests (0 to 1) that were answered within their SLA, as far as the selector can tell. */
  metricSlaMet(options?: MetricOptions): Metric {
    return this.#ofRequests('SlaMet', 'Average', options);
  }

  /** Share of the requests (0 to 1) whose answer left after the moment by which it had to, or that got none. */
  metricDeadlineExceeded(options?: MetricOptions): Metric {
    return this.#ofRequests('DeadlineExceeded', 'Average', options);
  }

  /** Number of valid requests for an inference, answered or not. */
  metricRequests(options?: MetricOptions): Metric {
    return this.#ofRequests('SlaMet', 'SampleCount', options);
  }

  /** Number of answers. */
  metricAnswers(options?: MetricOptions): Metric {
    return this.#ofRequests('ServerMs', 'SampleCount', options);
  }

  /** Mean accuracy, in percent, of the models that answered. */
  metricAccuracyPct(options?: MetricOptions): Metric {
    return this.#ofRequests('AccuracyPct', 'Average', options);
  }

  /** Median time in ms that answers have taken on the server. */
  metricServerMs(options?: MetricOptions): Metric {
    return this.#ofRequests('ServerMs', 'p50', options);
  }

  /** Median time in ms that the network has left for a model. */
  metricBudgetMs(options?: MetricOptions): Metric {
    return this.#ofRequests('BudgetMs', 'p50', options);
  }

  /** Share of the answers (0 to 1) of another model than the chosen one, because that one failed. */
  metricFallbacks(options?: MetricOptions): Metric {
    return this.#ofRequests('Fallback', 'Average', options);
  }

  /** Share of the answers (0 to 1) for which a second model was asked in case the first would be late. */
  metricHedged(options?: MetricOptions): Metric {
    return this.#ofRequests('Hedged', 'Average', options);
  }

  /** Number of answers for which a model's environment had to start. */
  metricColdStarts(options?: MetricOptions): Metric {
    return this.#ofRequests('ColdStart', 'Sum', options);
  }

  /**
   * Median service time of a model in ms.
   *
   * @throws {@link InvalidPropertyError} when the catalogue has no such model
   */
  metricServiceMs(model: string, options?: MetricOptions): Metric {
    return this.#ofModel(model, 'ServiceMs', 'p50', options);
  }

  /**
   * Number of a model's answers.
   *
   * @throws {@link InvalidPropertyError} when the catalogue has no such model
   */
  metricModelAnswers(model: string, options?: MetricOptions): Metric {
    return this.#ofModel(model, 'ServiceMs', 'SampleCount', options);
  }

  #ofRequests(
    name: RequestMetric | AnswerMetric,
    statistic: string,
    options: MetricOptions = {},
  ): Metric {
    return this.#metrics().ofRequests(name, { statistic, ...options });
  }

  #ofModel(
    model: string,
    name: ModelMetric,
    statistic: string,
    options: MetricOptions = {},
  ): Metric {
    // Of all sizes together.
    const names = new Set([...this.models.values()].map((each) => modelNameOf(each.model)));
    if (names.has(model)) return this.#metrics().ofModel(model, name, { statistic, ...options });
    const message = `"${model}" is none of ${[...names].join(', ')}`;
    throw new InvalidPropertyError(this, 'model', message);
  }

  #metrics(): ServiceMetrics {
    return new ServiceMetrics(this.deployment, this.strategy);
  }
}
