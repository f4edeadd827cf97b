import { z } from 'zod';

export { headerLengthName } from '../core/contract/header-length.ts';

/** The parameters of a request that are this service's or Triton's. */
export const requestParametersSchema = z.object({
  /** T_sla in microseconds, as Triton has it. */
  timeout: z.number().positive().optional(),
  mdi_sla_ms: z.number().positive().optional(),
  mdi_upload_start_ms: z.number().min(0).optional(),
  binary_data_output: z.boolean().optional(),
});
