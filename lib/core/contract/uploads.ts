import { z } from 'zod';
import { rungNamePattern, type UploadEncoding, type UploadRung } from '../upload/rung.ts';
import type { Uploads, View } from './messages.ts';
import { components, schemaOf } from './schema-of.ts';

const side = z.int32().min(1).describe('pixels');

/** What a client cuts out of a picture, as `GET /v1/models` says it. */
export const viewSchema = schemaOf<View>()(
  z
    .object({
      width: side,
      height: side,
      resizeShorterSide: z
        .int32()
        .min(1)
        .optional()
        .describe(
          'The picture’s shorter side is scaled to this before the centre is cut out; by default it is scaled until it just covers width x height',
        ),
    })
    .describe('The part of a picture that the models see, in pixels: what mdi-view is about')
    .register(components, { id: 'View' }),
);

const typeSchema = z
  .enum(['image/jpeg', 'image/webp'])
  .meta({ 'x-enum-varnames': ['UploadJpeg', 'UploadWebp'] })
  .register(components, { id: 'UploadType' });

const chromaSchema = z
  .enum(['4:2:0', '4:4:4'])
  .describe('How much of the colours is kept; by default 4:2:0')
  .meta({ 'x-enum-varnames': ['Chroma420', 'Chroma444'] })
  .register(components, { id: 'Chroma' });

const encodingSchema = schemaOf<UploadEncoding>()(
  z
    .object({
      type: typeSchema,
      quality: z.int32().min(1).max(100),
      chroma: chromaSchema.optional(),
      maxSide: z
        .int32()
        .min(1)
        .optional()
        .describe('The longer side in pixels; by default the view is cut out'),
    })
    .describe('How a picture is encoded for its upload')
    .register(components, { id: 'UploadEncoding' }),
);

const rungSchema = schemaOf<UploadRung>()(
  z
    .object({
      name: z.string().regex(rungNamePattern).describe('What mdi-upload-rung is sent'),
      encoding: encodingSchema.optional(),
      meanBytes: z.number().min(0),
      stdBytes: z.number().min(0).describe('Standard deviation of the size'),
      accuracyLossPct: z
        .record(z.string(), z.number())
        .describe(
          'By how many points each model is right less often than with the originals, by its name',
        ),
    })
    .describe('One way to send a picture; without an encoding, the file as it is')
    .register(components, { id: 'UploadRung' }),
);

/** The ways to send a picture, as `GET /v1/models` tells them. */
export const uploadsSchema = schemaOf<Uploads>()(
  z
    .object({ rungs: z.array(rungSchema) })
    .describe('The ways to send a picture that have been measured')
    .register(components, { id: 'Uploads' }),
);
