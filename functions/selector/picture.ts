import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import {
  base64Bytes,
  checkBodyLength,
  checkContentEncoding,
  contentTypeOfBody,
  tensorContentType,
} from '../../lib/core/contract/body.ts';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { sizeName } from '../../lib/core/preprocessing/view.ts';
import type { UploadRung } from '../../lib/core/upload/rung.ts';
import type { Service } from './service.ts';

/** What a request has sent, as a model's function is told of it. */
export type Picture = Pick<InferenceEvent, 'contentType' | 'body' | 'view'>;

/**
 * Reads the picture, or the raw tensor, of `POST /v1/infer`. Its bytes are not decoded here.
 *
 * @param viewName - `mdi-view`; says nothing of a tensor
 * @throws {@link ProblemError} for a body that is not taken, and `bad-header` for another view
 */
export function readPicture(
  service: Pick<Service, 'catalogue' | 'view'>,
  { body = '', isBase64Encoded, headers }: APIGatewayProxyEventV2,
  viewName?: string,
): Picture {
  const view = viewName === undefined ? undefined : viewNamed(service, viewName);
  checkContentEncoding(headers['content-encoding']);
  const base64 = isBase64Encoded ? body : Buffer.from(body).toString('base64');
  const bytes = base64Bytes(base64);
  checkBodyLength(bytes);
  const { input } = service.catalogue;
  const tensorBytes = inputBytes(input);
  const contentType = contentTypeOfBody({
    header: headers['content-type'],
    bytes,
    begin: Buffer.from(base64.slice(0, 16), 'base64'),
    tensorBytes,
  });
  if (contentType === tensorContentType && bytes !== tensorBytes) {
    const { dtype, shape } = input;
    throw new ProblemError(
      'wrong-tensor-length',
      `the raw tensor ${dtype} [${shape.join(', ')}] has ${tensorBytes} bytes, not ${bytes}, and the body begins like no JPEG, PNG or WebP`,
    );
  }
  return { contentType, body: base64, ...(view && { view }) };
}

function viewNamed(
  { catalogue, view }: Pick<Service, 'catalogue' | 'view'>,
  name: string,
): Service['view'] {
  if (!view) {
    throw new ProblemError(
      'bad-header',
      `mdi-view must be absent: the models of the catalogue "${catalogue.name}" have no view in common`,
    );
  }
  if (name !== sizeName(view)) {
    throw new ProblemError('bad-header', `mdi-view must be ${sizeName(view)}, not ${name}`);
  }
  return view;
}

/** The rung that a picture was sent by, if the catalogue has it: names of an older ladder mean nothing. */
export function rungOf(
  { catalogue }: Pick<Service, 'catalogue'>,
  name: string | undefined,
): UploadRung | undefined {
  return catalogue.uploads?.rungs.find((rung) => rung.name === name);
}
