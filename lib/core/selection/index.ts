/**
 * Model selection for mobile inference: pure functions over plain data.
 *
 * @module mdinference/selection
 */

export { MdInferenceError } from '../errors.ts';
export { type Random, seededRandom } from '../statistics/random.ts';
export { type BudgetSettings, type MeasuredBudget, timeBudget } from './budget.ts';
export { answerBy, answerByShare, budgetAfter, leftMs, outputOf } from './deadline.ts';
export { afterDecoding } from './decoding.ts';
export { expectedAccuracy, explorationShare, probabilityInTime } from './expected-accuracy.ts';
export { type HedgeSettings, HedgeTokens } from './hedge-tokens.ts';
export { type HedgePlan, planHedge } from './hedging.ts';
export { asMetNow, type Occupancy } from './likely-cold.ts';
export { type OutputClues, type OutputReport, OutputTimes } from './output-time.ts';
export { fastest, findDominated, mostAccurate, type Rated, undominated } from './ranking.ts';
export { modelNameOf } from './sizes.ts';
export {
  type Selection,
  type StrategyName,
  select,
  strategies,
  strategyNames,
} from './strategies.ts';
export {
  baseModel,
  explorationSet,
  fits,
  selectionProbabilities,
  threeStage,
  threeStageAsPrinted,
  utility,
} from './three-stage.ts';
export {
  type Candidate,
  type Decision,
  type Eligible,
  NoCandidateError,
  type Strategy,
  type TimeBudget,
  type WeightedTimes,
} from './types.ts';
export { waitUntilMs } from './waiting.ts';
