import { z } from 'zod';
import { datatypes } from './datatypes.ts';
import { components } from './schema-of.ts';
import { problemSchema } from './schemas.ts';

/*
 * The messages of the Open Inference Protocol: what the service reads of requests, and what it answers.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */

const datatypeSchema = z
  .enum(datatypes, `must be one of ${datatypes.join(', ')}`)
  .register(components, { id: 'Datatype' });

const parametersSchema = z
  .record(z.string(), z.unknown())
  .describe('Texts, numbers and booleans by their names');

const tensorName = z.string().min(1).max(200);

/** A tensor of a request: its elements in `data`, or in `binary_data_size` bytes behind the JSON. */
export const requestInputSchema = z
  .object({
    name: tensorName,
    shape: z.array(z.int().min(0)).max(16),
    datatype: datatypeSchema,
    parameters: parametersSchema.optional(),
    data: z
      .unknown()
      .optional()
      .describe('All elements in one list, or in lists of lists as the shape says'),
  })
  .register(components, { id: 'RequestInput' });

/** An output that a request asks for. */
export const requestedOutputSchema = z
  .object({ name: tensorName, parameters: parametersSchema.optional() })
  .register(components, { id: 'RequestedOutput' });

/** `POST /v2/models/.../infer`. What else is in it says nothing to this service. */
export const tensorInferRequestSchema = z
  .object({
    id: z.string().max(1_000).optional().describe('Echoed in the answer'),
    parameters: parametersSchema
      .optional()
      .describe(
        'timeout: T_sla in microseconds, or mdi_sla_ms in ms; mdi_upload_start_ms: Unix ms on the server’s clock at which the upload began; binary_data_output: whether outputs are binary data',
      ),
    inputs: z.array(requestInputSchema).min(1).max(100),
    outputs: z.array(requestedOutputSchema).max(100).optional(),
  })
  .register(components, { id: 'TensorInferRequest' });

const responseOutputSchema = z
  .object({
    name: z.string(),
    shape: z.array(z.int()),
    datatype: datatypeSchema,
    parameters: parametersSchema.optional(),
    data: z.array(z.unknown()).optional(),
  })
  .register(components, { id: 'ResponseOutput' });

/** `200` of `POST /v2/models/.../infer`. */
export const tensorInferResponseSchema = z
  .object({
    model_name: z.string().describe('As it was asked for'),
    model_version: z.string().describe('The model that answered'),
    id: z.string(),
    parameters: parametersSchema.describe(
      'mdi_model, mdi_accuracy_pct, mdi_sla_ms, mdi_network_ms, mdi_budget_ms, mdi_service_ms, mdi_server_ms and others',
    ),
    outputs: z.array(responseOutputSchema),
  })
  .register(components, { id: 'TensorInferResponse' });

/** `200` of `GET /v2`. */
export const serverMetadataSchema = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .register(components, { id: 'ServerMetadata' });

/** `200` of `GET /v2/health/...`. */
export const serverHealthSchema = z
  .object({ live: z.boolean(), ready: z.boolean() })
  .register(components, { id: 'ServerHealth' });

const tensorMetadataSchema = z
  .object({
    name: z.string(),
    datatype: datatypeSchema,
    shape: z.array(z.int()).describe('-1 where a dimension is open'),
  })
  .register(components, { id: 'TensorMetadata' });

/** `200` of `GET /v2/models/{catalogue}`. */
export const modelMetadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()).describe('The catalogue’s models, any of which may answer'),
    platform: z.string(),
    inputs: z.array(tensorMetadataSchema),
    outputs: z.array(tensorMetadataSchema),
  })
  .register(components, { id: 'ModelMetadata' });

/** `200` of `GET /v2/models/{catalogue}/ready`. */
export const modelReadySchema = z
  .object({ name: z.string(), ready: z.boolean() })
  .register(components, { id: 'ModelReady' });

/** `200` of `POST /v2/repository/index`: an entry for each model. */
export const repositoryIndexSchema = z
  .array(
    z
      .object({ name: z.string(), version: z.string(), state: z.string(), reason: z.string() })
      .register(components, { id: 'RepositoryModel' }),
  )
  .register(components, { id: 'RepositoryIndex' });

/** Every error of the protocol: its text, and the problem document of the service's own API. */
export const openInferenceErrorSchema = problemSchema
  .extend({ error: z.string().describe('What was wrong with this request') })
  .register(components, { id: 'OpenInferenceError' });
