import { firstIssue } from '../../lib/core/contract/first-issue.ts';
import type { ModelsResponse } from '../../lib/core/contract/messages.ts';
import { modelsResponseSchema, problemSchema } from '../../lib/core/contract/schemas.ts';

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/**
 * The JSON that a service answers with.
 *
 * @throws Error when the service answers with an error or cannot be reached; the message says which
 */
export async function fetchJson(url: string, init: RequestOptions = {}): Promise<unknown> {
  const response = await fetchDirectly(url, init).catch((error: Error) => {
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

/** `fetch`, but that it asks no proxy (`NODE_USE_ENV_PROXY`) for what runs on this machine. */
async function fetchDirectly(
  url: string,
  init: RequestOptions,
): Promise<Pick<Response, 'ok' | 'status' | 'json'>> {
  const isOnThisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
  if (!isOnThisMachine) return fetch(url, init);
  // Loaded for this alone: Node's own fetch takes no agent of another release.
  const { Agent, fetch: fetchBy } = await import('undici');
  return fetchBy(url, { ...init, dispatcher: new Agent() });
}

/**
 * Asks a running service for its models and their profiles.
 *
 * @throws Error when the service answers with an error or cannot be reached
 */
export async function askForModels(url: string): Promise<ModelsResponse> {
  const from = `${url}/v1/models`;
  return parseModels(await fetchJson(from), from);
}

/**
 * Reads an answer of `GET /v1/models`.
 *
 * @param from - the URL or file that it comes from, for the message
 * @throws Error that names the first wrong field
 */
export function parseModels(value: unknown, from: string): ModelsResponse {
  const parsed = modelsResponseSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fault = firstIssue(parsed.error, { field: 'field', whole: 'the answer' });
  throw new Error(`${from}: not an answer of GET /v1/models: ${fault}`);
}
