import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { openApiDocument } from '../../lib/core/contract/openapi/document.ts';
import {
  ProblemError,
  problemContentType,
  problemDocument,
  statusOf,
} from '../../lib/core/contract/problem.ts';
import type { ServiceRoute } from '../../lib/core/contract/routes.ts';
import { serverTiming } from '../../lib/core/contract/server-timing.ts';
import { isWarmUp } from '../../lib/core/contract/warm-up.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { epochMs } from '../../lib/service/clock.ts';
import { describedApi } from './described-api.ts';
import { countingFailures } from './failures.ts';
import { takeFeedback } from './feedback.ts';
import { infer } from './infer.ts';
import { listModels } from './models.ts';
import { openInferenceHandlers } from './open-inference-routes.ts';
import { prepare } from './prepare.ts';
import { isOpenInference, requestedRoute } from './requested-route.ts';
import { json, type RouteHandler } from './route-handler.ts';
import type { Service } from './service.ts';

type Result = APIGatewayProxyStructuredResultV2;

/** Answers every request to the HTTP API, whatever is wrong with it. */
export function apiHandler(service: Service) {
  const ownStartsMs = new WeakMap<object, number>();
  const handlers = routeHandlers(service, ownStartsMs);
  return middy<APIGatewayProxyEventV2, Result>()
    .use(problemDetails(service))
    .before(({ event }) => {
      // A warm-up has no context: nobody waits for its answer.
      ownStartsMs.set(event, service.ownStart.before(event.requestContext?.timeEpoch));
      return isWarmUp(event) ? { statusCode: 204 } : undefined;
    })
    .handler(async (event) => {
      const { path, variables } = requestedRoute(event);
      return handlers[path](event, variables);
    });
}

function routeHandlers(
  service: Service,
  ownStartsMs: WeakMap<object, number>,
): Record<ServiceRoute['path'], RouteHandler> {
  return {
    ...openInferenceHandlers(service, ownStartsMs),
    '/v1/infer': async (event) => {
      const response = await countingFailures(
        service,
        infer(service, event, epochMs(), ownStartsMs.get(event)),
      );
      const { selectMs, serviceMs, serverMs } = response.timing;
      return json(response, {
        'server-timing': serverTiming({ select: selectMs, service: serviceMs, total: serverMs }),
      });
    },
    '/v1/prepare': async (event) => ({ ...json(await prepare(service, event)), statusCode: 202 }),
    '/v1/feedback': async (event) => ({
      ...json(await takeFeedback(service, event)),
      statusCode: 202,
    }),
    '/v1/time': async () => {
      const receivedEpochMs = epochMs();
      return json({ epochMs: epochMs(), receivedEpochMs });
    },
    '/v1/models': async () => json(await listModels(service)),
    '/v1/health': async () =>
      json({
        status: 'ok',
        catalogue: service.catalogue.name,
        models: new Set(service.models.map(modelNameOf)).size,
      }),
    '/openapi.json': async (event) => json(openApiDocument(describedApi(event))),
  };
}

/** Turns every error into a problem document (RFC 9457); an unexpected one is logged and kept from the caller. */
function problemDetails({
  telemetry: { logger },
}: Pick<Service, 'telemetry'>): MiddlewareObj<APIGatewayProxyEventV2, Result> {
  return {
    onError: (request) => {
      const { requestId } = request.event.requestContext;
      if (!(request.error instanceof ProblemError)) {
        logger.error('unexpected error', { requestId, error: request.error ?? undefined });
      }
      const { type, message, headers } =
        request.error instanceof ProblemError
          ? request.error
          : new ProblemError('internal', 'something unexpected happened; it has been logged');
      const problem = problemDocument(type, message, requestId);
      // Clients of the Open Inference Protocol read an error's text of this content type and member alone.
      const isOpen = isOpenInference(request.event);
      request.response = {
        statusCode: statusOf(request.error),
        headers: {
          'content-type': isOpen ? 'application/json' : problemContentType,
          'cache-control': 'no-store',
          ...headers,
        },
        body: JSON.stringify(isOpen ? { error: message, ...problem } : problem),
      };
    },
  };
}
