import { z } from 'zod';
import { tensorContentType } from '../body.ts';
import { inferHeadersSchema } from '../headers.ts';
import { imageContentTypes } from '../image-type.ts';
import { maxBodyBytes } from '../limits.ts';
import type { ServiceRoute } from '../routes.ts';
import { components } from '../schema-of.ts';
import {
  feedbackRequestSchema,
  feedbackResponseSchema,
  healthResponseSchema,
  inferResponseSchema,
  modelsResponseSchema,
  prepareRequestSchema,
  prepareResponseSchema,
  timeResponseSchema,
} from '../schemas.ts';
import { bodyErrors, type Operation } from './operation.ts';
import { json, override, ref, schemaRef } from './schemas.ts';

/** The operations of the service's own API. */
export const ownOperations: Record<Exclude<ServiceRoute['path'], `/v2${string}`>, Operation> = {
  '/v1/infer': {
    operationId: 'classifyImage',
    tag: 'Inference',
    summary: 'Classify an image with the most accurate model that fits the SLA',
    description:
      'The first bytes decide where the content type is that of an image, absent, application/octet-stream of another length than the raw input tensor’s, or a form’s default: JPEG, PNG and WebP are recognised, other formats are refused by their names.',
    response: inferResponseSchema,
    responseHeaders: { 'Server-Timing': ref('headers', 'ServerTiming') },
    parameters: headerParameters(),
    requestBody: {
      description: `The image, or the catalogue’s raw input tensor, of at most ${maxBodyBytes} bytes`,
      required: true,
      content: Object.fromEntries(
        [...imageContentTypes, tensorContentType].map((type) => [
          type,
          { schema: { type: 'string', format: 'binary' } },
        ]),
      ),
    },
    errors: [...bodyErrors, 422, 502, 503, 504],
  },
  '/v1/prepare': {
    operationId: 'prepareModels',
    tag: 'Inference',
    summary: 'Start the models that a picture will need, before it comes',
    status: 202,
    response: prepareResponseSchema,
    requestBody: { required: false, ...json(prepareRequestSchema) },
    errors: [...bodyErrors, 503],
  },
  '/v1/feedback': {
    operationId: 'sendFeedback',
    tag: 'Inference',
    summary: 'Tell whether an answer was right',
    status: 202,
    response: feedbackResponseSchema,
    requestBody: { required: true, ...json(feedbackRequestSchema) },
    errors: [...bodyErrors, 503],
  },
  '/v1/time': {
    operationId: 'getTime',
    tag: 'Service',
    summary: 'The server’s clock',
    response: timeResponseSchema,
  },
  '/v1/models': {
    operationId: 'listModels',
    tag: 'Service',
    summary: 'The models with their current profiles',
    response: modelsResponseSchema,
  },
  '/v1/health': {
    operationId: 'getHealth',
    tag: 'Service',
    summary: 'Whether the service answers',
    response: healthResponseSchema,
  },
  '/openapi.json': {
    operationId: 'getOpenApiDocument',
    tag: 'Service',
    summary: 'This document',
  },
};

/** The headers that an inference takes. */
export function headerParameters(): object[] {
  return Object.entries(inferHeadersSchema.shape).map(([name, header]) => {
    const { description } = header;
    const value = header.unwrap();
    const schema = components.has(value) ? schemaRef(value) : headerSchema(header);
    return { name, in: 'header', required: false, description, schema };
  });
}

/** What a header is read as: all are texts on the wire. */
function headerSchema(header: z.ZodType): object {
  const {
    $schema: _,
    description: __,
    ...schema
  } = z.toJSONSchema(header, {
    io: 'output',
    override,
  });
  return schema;
}
