import { type Command, Option } from 'commander';
import { type StrategyName, strategyNames } from '../../lib/core/selection/strategies.ts';
import { defaultQuestion, type Question } from '../../lib/evaluation/advise/question.ts';
import { defaultLinkConditions } from '../../lib/evaluation/engine/network/networks.ts';
import {
  addModelOptions,
  addRequestOptions,
  type ModelOptions,
  networkOf,
  profilesOf,
} from '../shared/simulation-options.ts';

/** The options that every kind of advice has. */
export interface AdviseOptions extends ModelOptions {
  readonly network?: string;
  readonly slasMs?: number[];
  readonly requests: number;
  readonly seed: number;
  readonly strategy: StrategyName;
  readonly deviceAccuracyPct?: number;
  readonly json?: true;
}

/** Adds the options that every kind of advice has. */
export function addAdviseOptions(command: Command): Command {
  addModelOptions(command);
  addRequestOptions(command, defaultQuestion.requests);
  return command
    .addOption(
      new Option('--strategy <name>', 'how models are selected')
        .choices(strategyNames)
        .default(strategyNames[0]),
    )
    .option('--json', 'print the advice as JSON');
}

/** The situation that the options describe; the paper's where they say nothing. */
export async function questionOf(options: AdviseOptions): Promise<Question> {
  const { slasMs, requests, seed, strategy } = options;
  const { deviceAccuracyPct = defaultQuestion.deviceAccuracyPct } = options;
  return {
    profiles: (await profilesOf(options)) ?? defaultQuestion.profiles,
    network: networkOf({ ...defaultLinkConditions, ...options }) ?? defaultQuestion.network,
    slasMs: slasMs ?? defaultQuestion.slasMs,
    ...{ requests, seed, strategy, deviceAccuracyPct },
  };
}

/** The situation in a line, above the advice. */
export function situation({ profiles, network, slasMs, strategy, requests }: Question): string {
  const slas = slasMs.map((ms) => `${ms}`).join(', ');
  return `${profiles.models.length} models of ${profiles.name}, network ${network.name}, SLA ${slas} ms, ${strategy}, ${requests.toLocaleString('en')} requests each`;
}
