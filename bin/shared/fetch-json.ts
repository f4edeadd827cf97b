import { problemSchema } from '../../lib/core/contract/schemas.ts';

/**
 * The JSON that a service answers with.
 *
 * @throws Error when the service answers with an error or cannot be reached; the message says which
 */
export async function fetchJson(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init).catch((error: Error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new Error(`${url}: ${reason} (is the service running? npm start)`);
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const problem = problemSchema.safeParse(body).data;
  const said = problem ? `${problem.title}: ${problem.detail}` : `${url}: HTTP ${response.status}`;
  const isRefused = response.status === 401 || response.status === 403;
  throw new Error(isRefused ? `${said} (the service takes signed requests only)` : said);
}
