import {
  modelMetadataSchema,
  modelReadySchema,
  repositoryIndexSchema,
  serverHealthSchema,
  serverMetadataSchema,
  tensorInferRequestSchema,
  tensorInferResponseSchema,
} from '../open-inference.ts';
import type { ServiceRoute } from '../routes.ts';
import { bodyErrors, type Operation } from './operation.ts';
import { schemaRef } from './schemas.ts';
import { headerParameters } from './v1.ts';

type OpenInferencePath = Extract<ServiceRoute['path'], `/v2${string}`>;

const variable = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', minLength: 1 },
});
const catalogue = variable('catalogue', 'The catalogue: what the protocol calls a model');
const member = [catalogue, variable('model', 'One of the catalogue’s models: a version of it')];

const headerLength = {
  name: 'Inference-Header-Content-Length',
  in: 'header',
  required: false,
  description: 'How many bytes of the body are JSON, when there is binary data behind it',
  schema: { type: 'integer', format: 'int64', minimum: 0 },
};
const binary = { schema: { type: 'string', format: 'binary' } };

const infer = (operationId: string, summary: string, path: readonly object[]): Operation => ({
  operationId,
  tag: 'Open Inference Protocol',
  summary,
  description:
    'Of the answer’s parameters, mdi_model says which model ran. The content type of a request means nothing; gzip and deflate are taken.',
  response: tensorInferResponseSchema,
  responseTypes: { 'application/octet-stream': binary },
  parameters: [...path, headerLength, ...headerParameters()],
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: schemaRef(tensorInferRequestSchema) },
      'application/octet-stream': binary,
    },
  },
  errors: [...bodyErrors, 422, 502, 503, 504],
});

const about = (
  operationId: string,
  summary: string,
  parameters: readonly object[],
  response?: Operation['response'],
  errors?: readonly number[],
): Operation => ({
  ...{ operationId, tag: 'Open Inference Protocol', summary, parameters },
  ...(response && { response }),
  ...(errors && { errors }),
});

/** The operations of the Open Inference Protocol. */
export const openInferenceOperations: Record<OpenInferencePath, Operation> = {
  '/v2': about('getServerMetadata', 'What the server is', [], serverMetadataSchema),
  '/v2/health/live': about('getServerLive', 'Whether it answers', [], serverHealthSchema),
  '/v2/health/ready': about(
    'getServerReady',
    'Whether the speed of every model is known',
    [],
    serverHealthSchema,
    [503],
  ),
  '/v2/models/stats': about('listStatistics', 'What the models have done', []),
  '/v2/models/{catalogue}': about(
    'getModelMetadata',
    'The tensors that the models take and give',
    [catalogue],
    modelMetadataSchema,
  ),
  '/v2/models/{catalogue}/ready': about(
    'getModelReady',
    'Whether the speed of every model of the catalogue is known',
    [catalogue],
    modelReadySchema,
    [503],
  ),
  '/v2/models/{catalogue}/config': about('getModelConfig', 'As Triton has it', [catalogue]),
  '/v2/models/{catalogue}/stats': about('getStatistics', 'What the models have done', [catalogue]),
  '/v2/models/{catalogue}/infer': infer(
    'inferTensors',
    'Have the most accurate model that fits the deadline answer',
    [catalogue],
  ),
  '/v2/models/{catalogue}/versions/{model}': about(
    'getMemberMetadata',
    'The tensors that one model takes and gives',
    member,
    modelMetadataSchema,
  ),
  '/v2/models/{catalogue}/versions/{model}/ready': about(
    'getMemberReady',
    'Whether the speed of one model is known',
    member,
    modelReadySchema,
    [503],
  ),
  '/v2/models/{catalogue}/versions/{model}/config': about(
    'getMemberConfig',
    'As Triton has it',
    member,
  ),
  '/v2/models/{catalogue}/versions/{model}/stats': about(
    'getMemberStatistics',
    'What one model has done',
    member,
  ),
  '/v2/models/{catalogue}/versions/{model}/infer': infer(
    'inferTensorsByMember',
    'Have one model answer, whatever the deadline',
    member,
  ),
  '/v2/repository/index': about('listRepository', 'All models', [], repositoryIndexSchema),
  '/v2/repository/models/{catalogue}/load': about(
    'loadModel',
    'Refused: a deployment serves all of its catalogue',
    [catalogue],
    undefined,
    [400],
  ),
  '/v2/repository/models/{catalogue}/unload': about(
    'unloadModel',
    'Refused: a deployment serves all of its catalogue',
    [catalogue],
    undefined,
    [400],
  ),
};
