import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiCallers, DescribedApi } from '../../lib/core/contract/openapi/document.ts';
import { authorizerOf } from './caller.ts';

/** A host's name or address, and its port. */
const hostPattern = /^[\w.:[\]-]+$/;

/**
 * Where the API is and who may call it, by a request that reached it: whatever domain, proxy or authorizer it has,
 * the caller came through.
 */
export function describedApi(event: APIGatewayProxyEventV2): DescribedApi {
  const { headers, rawPath, requestContext } = event;
  const { domainName } = requestContext;
  // A stage's name, and the mapping key of a custom domain.
  const base = encodeURI(rawPath.slice(0, -'/openapi.json'.length));
  const host = [headers['x-forwarded-host']?.split(',')[0]?.trim(), headers.host].find(
    (name) => name !== undefined && hostPattern.test(name),
  );
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  const url = `${scheme}://${host ?? domainName}${base}`;
  return { url, callers: callersOf(authorizerOf(event)) };
}

function callersOf(authorizer: ReturnType<typeof authorizerOf>): ApiCallers {
  if (authorizer?.iam) return 'iam';
  return authorizer?.jwt ? { issuer: String(authorizer.jwt.claims.iss) } : 'anybody';
}
