import type { StrategyName } from '../../core/selection/strategies.ts';
import type { Cell } from '../engine/cells/cell.ts';
import { residential, type SimulatedNetwork } from '../engine/network/networks.ts';
import {
  deviceAccuracyPct,
  type ProfileSet,
  profileSets,
  withoutDeviceModel,
} from '../engine/profiles/profile-sets.ts';

/** The situation for which advice is asked. */
export interface Question {
  readonly profiles: ProfileSet;
  readonly network: SimulatedNetwork;
  /** Each of them is equally frequent. */
  readonly slasMs: readonly number[];
  readonly strategy: StrategyName;
  readonly requests: number;
  readonly seed: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
}

/** The default question: the paper's models on its residential network. */
export const defaultQuestion: Question = {
  profiles: withoutDeviceModel(profileSets.p2),
  network: residential,
  slasMs: [100, 150, 200, 250, 300],
  strategy: 'three-stage',
  requests: 10_000,
  seed: 1,
  deviceAccuracyPct,
};

/** The cells of a question: one for each SLA. */
export function cellsOfQuestion(question: Question, changes: Partial<Cell> = {}): Cell[] {
  const { profiles, network, slasMs, strategy, requests, seed } = question;
  const common = { requests, seed, deviceAccuracyPct: question.deviceAccuracyPct, clockErrorMs: 0 };
  return slasMs.map((slaMs) => ({
    ...common,
    ...{ profiles: profiles.name, models: profiles.models },
    ...{ network, selector: strategy, slaMs, ...changes },
  }));
}
