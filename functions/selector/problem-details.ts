import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  ProblemError,
  problemContentType,
  problemDocument,
  problems,
} from '../../lib/core/contract/problem.ts';
import type { Telemetry } from '../../lib/service/telemetry.ts';

/** Turns every error into a problem document (RFC 9457); one that nobody foresaw says nothing of itself. */
export function problemDetails({
  logger,
}: Telemetry): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
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
        statusCode: problems[type].status,
        headers: { 'content-type': problemContentType, 'cache-control': 'no-store', ...headers },
        body: JSON.stringify(problemDocument(type, message, requestId)),
      };
    },
  };
}
