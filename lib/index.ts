/**
 * The CDK construct of the whole service.
 *
 * @module mdinference
 */

export type { StrategyName } from './core/selection/strategies.ts';
export { InvalidPropertyError } from './infra/errors.ts';
export type { ApiAuth, ApiCors, JwtAuth, Throttle, Throttling } from './infra/http-api.ts';
export type {
  ProvisionedConcurrency,
  ProvisionedScaling,
} from './infra/live-alias.ts';
export { MdInference } from './infra/mdinference.ts';
export type { ModelOverrides } from './infra/model-overrides.ts';
export type { MdInferenceProps } from './infra/props.ts';
export type { RolloutOptions } from './infra/rollout.ts';
