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
  /** Each of them is equally frequent; of traffic with SLAs of its own the one that stands for them. */
  readonly slasMs: readonly number[];
  readonly strategy: StrategyName;
  readonly requests: number;
  readonly seed: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
  /**
   * Margin of the selector for errors of the phone's clock, in ms.
   *
   * @default 0
   */
  readonly clockErrorMs?: number;
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
  const { profiles, network, slasMs, strategy, requests, seed, clockErrorMs = 0 } = question;
  const common = { requests, seed, deviceAccuracyPct: question.deviceAccuracyPct, clockErrorMs };
  return slasMs.map((slaMs) => ({
    ...common,
    ...{ profiles: profiles.name, models: profiles.models },
    ...{ network, selector: strategy, slaMs, ...changes },
  }));
}
