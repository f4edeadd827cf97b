import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiCallers, DescribedApi } from '../../lib/core/contract/openapi.ts';

/**
 * What an HTTP API says of a caller that it has let through; nothing when everybody may call.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
interface Authorizer {
  readonly iam?: object;
  readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> };
}

/** A host's name or address, and its port. */
const hostPattern = /^[\w.:[\]-]+$/;

/**
 * Where the API is and who may call it, by a request that reached it: whatever domain, proxy or authorizer it has,
 * the caller came through.
 */
export function describedApi({ headers, requestContext }: APIGatewayProxyEventV2): DescribedApi {
  const { domainName, authorizer } = requestContext as typeof requestContext & {
    readonly authorizer?: Authorizer;
  };
  const host = [headers['x-forwarded-host']?.split(',')[0]?.trim(), headers.host].find(
    (name) => name !== undefined && hostPattern.test(name),
  );
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  return { url: `${scheme}://${host ?? domainName}`, callers: callersOf(authorizer) };
}

function callersOf(authorizer: Authorizer | undefined): ApiCallers {
  if (authorizer?.iam) return 'iam';
  return authorizer?.jwt ? { issuer: String(authorizer.jwt.claims.iss) } : 'anybody';
}
