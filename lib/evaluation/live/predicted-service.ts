import type { ModelsResponse } from '../../core/contract/messages.ts';
import { strategyNames } from '../../core/selection/strategies.ts';
import { modelsOfProfiles } from '../cost/models.ts';
import { defaultLinkScenario } from '../experiments/link-scenario.ts';
import { LiveError } from './live-error.ts';
import type { PredictedService } from './predict.ts';

/**
 * What a service says of itself, as a simulation needs it.
 *
 * @throws LiveError when it selects by a strategy that is not known here
 */
export function predictedService(
  { models, strategy }: Pick<ModelsResponse, 'models' | 'strategy'>,
  deviceAccuracyPct: number,
): PredictedService {
  const selector = strategyNames.find((name) => name === strategy);
  if (!selector) throw new LiveError(`the service selects by "${strategy}", not known here`);
  return {
    models: modelsOfProfiles({ models: models.filter(({ latencyOnly }) => !latencyOnly) }),
    ...{ selector, deviceAccuracyPct },
    // The service does not say; as much as a deployment keeps by default.
    clockErrorMs: defaultLinkScenario.clockErrorMs,
  };
}
