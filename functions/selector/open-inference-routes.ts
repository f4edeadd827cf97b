import { ProblemError } from '../../lib/core/contract/problem.ts';
import type { ServiceRoute } from '../../lib/core/contract/routes.ts';
import { epochMs } from '../../lib/service/clock.ts';
import { countingFailures } from './failures.ts';
import { inferTensors } from './infer-tensors.ts';
import {
  checkNames,
  modelConfig,
  modelMetadata,
  modelStatistics,
  repositoryIndex,
  serverMetadata,
  unprofiled,
} from './open-inference-metadata.ts';
import { json, type RouteHandler } from './route-handler.ts';
import type { Service } from './service.ts';

type OpenInferencePath = Extract<ServiceRoute['path'], `/v2${string}`>;

/**
 * The handlers of the Open Inference Protocol's routes, as KServe, Triton, Seldon and MLServer have them. The
 * catalogue is what the protocol calls a model, and each of its models is one of its versions.
 *
 * @param ownStartsMs - how long requests have waited for the selector's own start, in ms
 * @see https://github.com/kserve/open-inference-protocol
 */
export function openInferenceHandlers(
  service: Service,
  ownStartsMs: WeakMap<object, number>,
): Record<OpenInferencePath, RouteHandler> {
  /** A handler that is told which model is asked for, once that is known to exist. */
  const about =
    (handle: (member: string | undefined) => object | Promise<object>): RouteHandler =>
    async (_, { catalogue, model }) => {
      checkNames(service, { catalogue, model });
      return json(await handle(model));
    };
  const infer: RouteHandler = (event, { catalogue = '', model }) => {
    checkNames(service, { catalogue, model });
    const arrival = { receivedEpochMs: epochMs(), ownStartMs: ownStartsMs.get(event) };
    return countingFailures(service, inferTensors(service, event, { catalogue, model }, arrival));
  };
  const ready: RouteHandler = async (_, { catalogue, model }) => {
    checkNames(service, { catalogue, model });
    const unknown = await unprofiled(service, model);
    const named = catalogue === undefined ? { live: true } : { name: catalogue };
    if (unknown.length === 0) return json({ ...named, ready: true });
    const detail = `these models have not been profiled yet: ${unknown.join(', ')}`;
    throw new ProblemError('not-ready', detail, { 'retry-after': '1' });
  };
  const metadata = about(() => modelMetadata(service));
  const config = about(() => modelConfig(service));
  const statistics = about((model) => modelStatistics(service, model));
  return {
    '/v2': async () => json(serverMetadata()),
    // KServe's client reads both members of either answer.
    '/v2/health/live': async () => json({ live: true, ready: true }),
    '/v2/health/ready': ready,
    '/v2/models/stats': statistics,
    '/v2/models/{catalogue}': metadata,
    '/v2/models/{catalogue}/ready': ready,
    '/v2/models/{catalogue}/config': config,
    '/v2/models/{catalogue}/stats': statistics,
    '/v2/models/{catalogue}/infer': infer,
    '/v2/models/{catalogue}/versions/{model}': metadata,
    '/v2/models/{catalogue}/versions/{model}/ready': ready,
    '/v2/models/{catalogue}/versions/{model}/config': config,
    '/v2/models/{catalogue}/versions/{model}/stats': statistics,
    '/v2/models/{catalogue}/versions/{model}/infer': infer,
    '/v2/repository/index': about(() => repositoryIndex(service)),
    '/v2/repository/models/{catalogue}/load': refuseLoading,
    '/v2/repository/models/{catalogue}/unload': refuseLoading,
  };
}

const refuseLoading: RouteHandler = async () => {
  throw new ProblemError(
    'bad-request',
    'models are neither loaded nor unloaded here: a deployment serves all of its catalogue',
  );
};
