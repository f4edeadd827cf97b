import type { ModelsResponse } from '../../core/contract/schemas.ts';
import { strategyNames } from '../../core/selection/strategies.ts';
import { worthChoosing } from '../../core/selection/worth-choosing.ts';
import { modelsOfProfiles } from '../cost/models.ts';
import { defaultLinkScenario } from '../experiments/link-scenario.ts';
import { LiveError } from './live-error.ts';
import type { PredictedService } from './predict.ts';

/**
 * What a service says of itself, as a simulation needs it: the models that its selector chooses among.
 *
 * @throws LiveError when it selects by a strategy that is not known here
 */
export function predictedService(
  { models, strategy }: Pick<ModelsResponse, 'models' | 'strategy'>,
  deviceAccuracyPct: number,
): PredictedService {
  const selector = strategyNames.find((name) => name === strategy);
  if (!selector) throw new LiveError(`the service selects by "${strategy}", not known here`);
  const candidates = modelsOfProfiles({ models: models.filter(({ latencyOnly }) => !latencyOnly) });
  return {
    models: worthChoosing(selector, candidates),
    ...{ selector, deviceAccuracyPct },
    // The service does not say; as much as a deployment keeps by default.
    clockErrorMs: defaultLinkScenario.clockErrorMs,
  };
}
