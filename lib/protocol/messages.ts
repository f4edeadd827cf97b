import { z } from 'zod';
import { datatypes } from './datatypes.ts';

/** The request header that says where the JSON ends and binary data begins, in bytes. */
export const headerLengthName = 'inference-header-content-length';

const parameters = z.record(z.string(), z.unknown());
const tensorFields = {
  name: z.string().min(1).max(200),
  shape: z.array(z.int().min(0)).max(16),
  datatype: z.enum(datatypes, `must be one of ${datatypes.join(', ')}`),
};

/** A tensor of a request: its elements in `data`, or in `binary_data_size` bytes behind the JSON. */
export const requestInputSchema = z.object({
  ...tensorFields,
  parameters: parameters.optional(),
  data: z.unknown().optional(),
});

/** An output that a request asks for. */
export const requestedOutputSchema = z.object({
  name: z.string().min(1).max(200),
  parameters: parameters.optional(),
});

/** `POST /v2/models/.../infer`. What else is in it says nothing to this service. */
export const inferRequestSchema = z.object({
  id: z.string().max(1_000).optional(),
  parameters: parameters.optional(),
  inputs: z.array(requestInputSchema).min(1).max(100),
  outputs: z.array(requestedOutputSchema).max(100).optional(),
});

/** The JSON of a request. */
export type InferRequestJson = z.infer<typeof inferRequestSchema>;

/** The parameters of a request that are this service's or Triton's. */
export const requestParametersSchema = z.object({
  /** T_sla in microseconds, as Triton has it. */
  timeout: z.number().positive().optional(),
  mdi_sla_ms: z.number().positive().optional(),
  mdi_upload_start_ms: z.number().min(0).optional(),
  binary_data_output: z.boolean().optional(),
});
