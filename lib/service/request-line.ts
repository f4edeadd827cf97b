import { z } from 'zod';
import { strategyNames } from '../core/selection/strategies.ts';

const ms = z.number().min(0).max(1e9);
const pct = z.number().min(0).max(100);

/**
 * What the selector logs of a valid request, one JSON line each: nothing of the picture, nothing of the caller.
 * T_output of a request is not known when it is answered; its client reports it with its next one.
 */
export const requestLineSchema = z.object({
  /** Tells such a line from others; a later form of it will have another number. */
  mdiRequest: z.literal(1),
  /** Unix ms at which the selector had the whole request: the end of T_input. */
  epochMs: z.number().min(0),
  /** T_sla. */
  slaMs: ms,
  /** T_input; the deployment's default network time, half of it, where `source` is `default`. */
  inputMs: ms,
  source: z.enum(['client', 'default']),
  /** How long the request has waited for the selector's own start. */
  startMs: ms.optional(),
  /** T_output of the answer that the client got last, as it reports it. */
  outputMs: ms.optional(),
  /** T_input of that answer, by which it is known which one it was. */
  outputInputMs: ms.optional(),
  /** Top-1 of the model that the client runs on the device. */
  deviceAccuracyPct: pct.optional(),
  strategy: z.enum(strategyNames),
  /** The model that answered; absent when none could. */
  model: z.string().min(1).optional(),
  /** Its accuracy. */
  accuracyPct: pct.optional(),
  /** From its invocation to the end of its answer. */
  serviceMs: ms.optional(),
  /** From the receipt of the request to the answer; `startMs` is part of it. */
  serverMs: ms.optional(),
  coldStart: z.boolean().default(false),
  /** Whether a second model was asked in case the chosen one would be late. */
  hedged: z.boolean().default(false),
  /** Whether the answer reaches the client within its SLA, as far as the selector can tell. */
  inTime: z.boolean().default(false),
});

/** What the selector logs of a valid request. Times in ms. */
export type RequestLine = z.output<typeof requestLineSchema>;

/** What is said of a request when it is logged. */
export type LoggedRequest = Omit<z.input<typeof requestLineSchema>, 'mdiRequest'>;

/** The line as it is logged: what is false or unknown is left out. */
export function writeRequestLine(line: LoggedRequest): string {
  // The marker comes first: by it the line is found inside others.
  return JSON.stringify({ mdiRequest: 1, ...line }, (_, value: unknown) =>
    value === false ? undefined : value,
  );
}
