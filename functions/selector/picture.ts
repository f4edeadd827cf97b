import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import {
  base64Bytes,
  checkBodyLength,
  checkContentEncoding,
  contentTypeOfBody,
  tensorContentType,
} from '../../lib/core/contract/body.ts';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { formatBytes } from '../../lib/core/contract/other-formats.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { decodeCost } from '../../lib/core/images/cost.ts';
import { type ImageHeader, readImageHeader } from '../../lib/core/images/header.ts';
import { whyNotDecoded } from '../../lib/core/images/limits.ts';
import type { CropSize } from '../../lib/core/preprocessing/crop.ts';
import { inputBytes } from '../../lib/core/preprocessing/preprocessing.ts';
import { notTheView, sizeName } from '../../lib/core/preprocessing/view.ts';
import type { UploadRung } from '../../lib/core/upload/rung.ts';
import { type Decoding, noDecoding } from './candidates.ts';
import type { Service } from './service.ts';

/** Base64 has four characters for three bytes. */
const formatChars = 4 * Math.ceil(formatBytes / 3);

/** What a request has sent, as a model's function is told of it. */
export type Picture = Pick<InferenceEvent, 'contentType' | 'body' | 'view'> & {
  /** How long it takes to decode, as its header tells. */
  readonly decoding: Decoding;
};

/** A body as the gateway passes it on. */
type SentBody = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>;

/**
 * Reads the picture, or the raw tensor, of `POST /v1/infer`. Its header alone is looked at, so that no
 * model is asked about what none can decode.
 *
 * @param viewName - `mdi-view`; says nothing of a tensor
 * @throws {@link ProblemError} for a body that is not taken, `bad-header` for another view, `not-the-view` for an image of another size,
 * and `undecodable-image`
 */
export function readPicture(
  service: Pick<Service, 'catalogue' | 'view' | 'decodeLimits'>,
  { body = '', isBase64Encoded, headers }: SentBody,
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
    begin: Buffer.from(base64.slice(0, formatChars), 'base64'),
    tensorBytes,
  });
  if (contentType === tensorContentType && bytes !== tensorBytes) {
    const { dtype, shape } = input;
    throw new ProblemError(
      'wrong-tensor-length',
      `the raw tensor ${dtype} [${shape.join(', ')}] has ${tensorBytes} bytes, not ${bytes}, and the body begins like no JPEG, PNG or WebP`,
    );
  }
  const picture = { contentType, body: base64, ...(view && { view }) };
  if (contentType === tensorContentType) return { ...picture, decoding: noDecoding };
  const image = Buffer.from(base64, 'base64');
  return { ...picture, decoding: decodeCost(checkImage(service, image, view)) };
}

function checkImage(
  { decodeLimits }: Pick<Service, 'decodeLimits'>,
  image: Uint8Array,
  view: CropSize | undefined,
): ImageHeader {
  const header = readImageHeader(image);
  const fault = whyNotDecoded(image, header, decodeLimits);
  if (!header || fault !== undefined) {
    throw new ProblemError('undecodable-image', `the image cannot be decoded: ${fault}`);
  }
  if (view && !mayBe(header, view))
    throw new ProblemError('not-the-view', notTheView(view, header));
  return header;
}

/** An image of which EXIF data says that it lies on its side has the view's width as its height. */
function mayBe({ width, height }: ImageHeader, view: CropSize): boolean {
  const isUpright = width === view.width && height === view.height;
  return isUpright || (width === view.height && height === view.width);
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
