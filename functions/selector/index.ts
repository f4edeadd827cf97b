import { apiHandler } from './api-handler.ts';
import { createService } from './service.ts';

/** The selector: every request to the HTTP API. */
export const handler = apiHandler(createService());
