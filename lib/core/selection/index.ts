/**
 * Model selection for mobile inference: pure functions over plain data.
 *
 * @module mdinference/selection
 */

export { type Random, seededRandom } from '../statistics/random.ts';
export { type BudgetSettings, type MeasuredBudget, timeBudget } from './budget.ts';
export { expectedAccuracy, explorationShare, probabilityInTime } from './expected-accuracy.ts';
export { OutputTimes } from './output-time.ts';
export { type Selection, select } from './select.ts';
export { baseModel, explorationSet, fits, selectionProbabilities, utility } from './stages.ts';
export { type StrategyName, strategies, strategyNames } from './strategies.ts';
export {
  type Candidate,
  type Decision,
  type Distribution,
  type Eligible,
  NoCandidateError,
  type Strategy,
  type TimeBudget,
} from './types.ts';
