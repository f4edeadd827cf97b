/**
 * The CDK construct of the whole service.
 *
 * @module mdinference
 */

export type { FeedbackChoice } from './core/contract/feedback-choices.ts';
export type { AtDeadline } from './core/contract/headers.ts';
export type { GatewayRoute, RouteKey, ServiceRoute } from './core/contract/routes.ts';
export { MdInferenceError } from './core/errors.ts';
export type { StrategyName } from './core/selection/strategies.ts';
export type { AccountProps } from './infra/account-props.ts';
export type { AlarmName, AlarmOptions, AlarmSetting } from './infra/alarm-options.ts';
export type { ExistingApi } from './infra/api-routes.ts';
export type { DomainOptions, DomainPlace, OwnDomain, SharedDomain } from './infra/domain.ts';
export type { EncryptionOptions } from './infra/encryption.ts';
export { InvalidPropertyError, LayerError } from './infra/errors.ts';
export type {
  ApiAuth,
  ApiCors,
  JwtAuth,
  ServiceApi,
  Throttle,
  Throttling,
} from './infra/http-api.ts';
export type { LiveAlias, ProvisionedConcurrency, ProvisionedScaling } from './infra/live-alias.ts';
export { MdInference } from './infra/mdinference.ts';
export type { MeteredService } from './infra/metered-service.ts';
export type { ModelFunction, ModelStorage } from './infra/model-function.ts';
export type { ModelOverrides } from './infra/model-overrides.ts';
export type { ModelMemory } from './infra/model-sizes.ts';
export type { VpcOptions } from './infra/network.ts';
export type { Observability } from './infra/observability.ts';
export type { ProfileTable, TableOptions } from './infra/profile-table.ts';
export type { Profiler } from './infra/profiler.ts';
export type { ProfilingOptions } from './infra/profiling.ts';
export type { MdInferenceProps } from './infra/props.ts';
export type { RolloutOptions } from './infra/rollout.ts';
export type { Selector } from './infra/selector.ts';
export type { ServiceFunction } from './infra/service-function.ts';
export { CatalogueError } from './service/catalogue/load.ts';
export type { Catalogue, CatalogueModel } from './service/catalogue/schema.ts';
export type { LogLevel } from './service/log-levels.ts';
