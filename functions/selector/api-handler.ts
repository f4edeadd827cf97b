import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { openApiDocument } from '../../lib/core/contract/openapi.ts';
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
import { takeFeedback } from './feedback.ts';
import { infer } from './infer.ts';
import { listModels } from './models.ts';
import { prepare } from './prepare.ts';
import { requestedPath } from './requested-route.ts';
import type { Service } from './service.ts';

type Result = APIGatewayProxyStructuredResultV2;
type RouteHandler = (event: APIGatewayProxyEventV2) => Promise<Result>;

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
    .handler(async (event) => handlers[requestedPath(event)](event));
}

function routeHandlers(
  service: Service,
  ownStartsMs: WeakMap<object, number>,
): Record<ServiceRoute['path'], RouteHandler> {
  return {
    '/v1/infer': async (event) => {
      const response = await infer(service, event, epochMs(), ownStartsMs.get(event)).catch(
        (error: unknown) => {
          countFailure(service, error);
          throw error;
        },
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

/** Counts a request that got no answer, unless its caller is at fault. */
function countFailure({ telemetry, versionMetrics, strategy }: Service, error: unknown): void {
  const status = statusOf(error);
  if (status < 500) return;
  telemetry.failed({ strategy, deadlineExceeded: status === 504 });
  versionMetrics?.count({ inTime: false });
}

function json(body: object, headers: Record<string, string> = {}): Result {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
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
      request.response = {
        statusCode: statusOf(request.error),
        headers: { 'content-type': problemContentType, 'cache-control': 'no-store', ...headers },
        body: JSON.stringify(problemDocument(type, message, requestId)),
      };
    },
  };
}
