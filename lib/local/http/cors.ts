import type { IncomingHttpHeaders } from 'node:http';
import type { CorsConfiguration } from '../template/http-api.ts';

/**
 * The CORS headers of a response, as an HTTP API with a CORS configuration sets them: none unless
 * the request has an `Origin` that is allowed.
 *
 * @param isPreflight - true for an `OPTIONS` request, which the API answers itself
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function corsHeaders(
  cors: CorsConfiguration,
  { origin }: IncomingHttpHeaders,
  isPreflight: boolean,
): Record<string, string> {
  if (!origin || !isAllowedOrigin(cors.AllowOrigins, origin)) return {};
  const isAny = cors.AllowOrigins.includes('*');
  const headers: Record<string, string> = {
    'access-control-allow-origin': isAny ? '*' : origin,
  };
  if (!isAny) headers.vary = 'Origin';
  if (cors.AllowCredentials) headers['access-control-allow-credentials'] = 'true';
  if (cors.ExposeHeaders.length > 0) {
    headers['access-control-expose-headers'] = cors.ExposeHeaders.join(',');
  }
  if (!isPreflight) return headers;
  headers['access-control-allow-methods'] = cors.AllowMethods.join(',');
  headers['access-control-allow-headers'] = cors.AllowHeaders.join(',');
  if (cors.MaxAge !== undefined) headers['access-control-max-age'] = String(cors.MaxAge);
  return headers;
}

/** Whether an origin is among those of a CORS configuration. */
export function isAllowedOrigin(allowed: readonly string[], origin: string): boolean {
  return allowed.some(
    (pattern) =>
      pattern === '*' ||
      pattern === origin ||
      (pattern.endsWith('*') && origin.startsWith(pattern.slice(0, -1))),
  );
}
