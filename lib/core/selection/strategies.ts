import {
  pureRandom,
  relatedAccurate,
  relatedRandom,
  staticAccuracy,
  staticGreedy,
  staticLatency,
} from './baselines.ts';
import { expectedAccuracy } from './expected-accuracy.ts';
import { threeStage } from './three-stage.ts';
import type { Strategy } from './types.ts';

/** Every strategy by the name under which deployments, the command line and answers know it. */
export const strategies = {
  'three-stage': threeStage,
  'expected-accuracy': expectedAccuracy,
  'static-latency': staticLatency,
  'static-accuracy': staticAccuracy,
  'static-greedy': staticGreedy,
  'pure-random': pureRandom,
  'related-random': relatedRandom,
  'related-accurate': relatedAccurate,
} as const satisfies Record<string, Strategy>;

/** The name of a strategy. */
export type StrategyName = keyof typeof strategies;

/** All names, the default first. */
export const strategyNames = Object.keys(strategies) as [StrategyName, ...StrategyName[]];
