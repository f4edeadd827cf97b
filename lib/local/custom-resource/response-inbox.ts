import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isFromPage } from '../shared/endpoint.ts';
import { close, listen, readBody, urlOf } from '../shared/http-server.ts';

const maxBytes = 64 * 1024;
/** How long after its function has returned a response may still arrive. */
const graceMs = 1_000;

const responseSchema = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().optional(),
  Data: z.record(z.string(), z.unknown()).optional(),
});
type CustomResourceResponse = z.infer<typeof responseSchema>;

/** A `ResponseURL` and what arrives there. */
export interface ExpectedResponse {
  readonly url: string;
  /**
   * Call it when the function has returned.
   *
   * @throws Error if the response is FAILED, or none arrives
   */
  response(): Promise<CustomResourceResponse>;
}

/**
 * Takes the responses of custom resources that do not use CDK's provider framework.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export class ResponseInbox {
  readonly #server: Server;
  readonly #expected = new Map<string, (response: CustomResourceResponse) => void>();
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      // The path, which nobody can guess, is the function's token.
      const take = isFromPage(request) ? undefined : this.#expected.get(request.url ?? '');
      if (!take) {
        response.writeHead(403).end();
        return;
      }
      void readBody(request, maxBytes).then((body) => {
        const parsed = Buffer.isBuffer(body) ? parseResponse(body) : undefined;
        response.writeHead(parsed ? 200 : 403).end();
        if (parsed) take(parsed);
      });
    });
  }

  /** Starts one on a port of its own. */
  static async start(): Promise<ResponseInbox> {
    const inbox = new ResponseInbox();
    inbox.#port = await listen(inbox.#server);
    return inbox;
  }

  /** Expects a response. */
  open(): ExpectedResponse {
    const path = `/${randomUUID()}`;
    const { promise, resolve } = Promise.withResolvers<CustomResourceResponse>();
    this.#expected.set(path, resolve);
    return {
      url: `${urlOf(this.#port)}${path}`,
      response: async () => {
        const response = await Promise.race([promise, delay(graceMs)]);
        this.#expected.delete(path);
        if (!response) throw new Error('its function returned without a response to ResponseURL');
        if (response.Status === 'FAILED') throw new Error(response.Reason ?? 'no reason given');
        return response;
      },
    };
  }

  async close(): Promise<void> {
    await close(this.#server);
  }
}

function parseResponse(body: Buffer): CustomResourceResponse | undefined {
  try {
    return responseSchema.safeParse(JSON.parse(body.toString())).data;
  } catch {
    return undefined;
  }
}
