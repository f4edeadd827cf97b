import { infer } from '../../../functions/selector/infer.ts';
import type { Service } from '../../../functions/selector/service.ts';
import { apiEvent } from './made-up-service.ts';

/** When requests have been received. */
export const receivedMs = Date.UTC(2026, 10, 24, 8, 27);

/** The header of an upload that has taken so long. */
export const uploadOf = (ms: number) => ({ 'mdi-upload-start': String(receivedMs - ms) });

/** A request for an inference with these headers, and a picture. */
export const inferring = (service: Service, headers: Record<string, string>) =>
  infer(service, apiEvent({ headers }), receivedMs);
