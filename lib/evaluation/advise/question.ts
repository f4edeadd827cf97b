import type { StrategyName } from '../../core/selection/strategies.ts';
import type { Cell } from '../engine/cells/cell.ts';
import { residential, type SimulatedNetwork } from '../engine/network/networks.ts';
import {
  deviceAccuracyPct,
  type ProfileSet,
  profileSets,
  withoutDeviceModel,
} from '../engine/profiles/profile-sets.ts';

/** The situation that advice is asked for. */
export interface Question {
  readonly profiles: ProfileSet;
  readonly network: SimulatedNetwork;
  /** Requests come with each of them equally often. */
  readonly slasMs: readonly number[];
  readonly strategy: StrategyName;
  readonly requests: number;
  readonly seed: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
}

/** The paper's models and its residential network. */
export const defaultQuestion: Question = {
  profiles: withoutDeviceModel(profileSets.p2),
  network: residential,
  slasMs: [100, 150, 200, 250, 300],
  strategy: 'three-stage',
  requests: 10_000,
  seed: 1,
  deviceAccuracyPct,
};

/** The points that a question is about: one for each SLA. */
export function cellsOfQuestion(question: Question, changes: Partial<Cell> = {}): Cell[] {
  const { profiles, network, slasMs, strategy, requests, seed } = question;
  const common = { requests, seed, deviceAccuracyPct: question.deviceAccuracyPct, clockErrorMs: 0 };
  return slasMs.map((slaMs) => ({
    ...common,
    ...{ profiles: profiles.name, models: profiles.models },
    ...{ network, selector: strategy, slaMs, ...changes },
  }));
}

/** The mean of some numbers. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
