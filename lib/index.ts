/**
 * The CDK construct of the whole service.
 *
 * @module mdinference
 */
export type { Auth } from './infra/http-api.ts';
export { MdInference, type MdInferenceProps } from './infra/mdinference.ts';
export type { StrategyName } from './selection/strategies.ts';
