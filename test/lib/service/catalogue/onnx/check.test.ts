import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { checkIsWhole } from '../../../../../lib/service/catalogue/onnx/check.ts';
import { OnnxFileError } from '../../../../../lib/service/catalogue/onnx/onnx-file.ts';
import { colourModel } from '../../../../fixtures/colours.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const path = join(temporaryFolder(), 'model.onnx');
const check = (bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  checkIsWhole(path);
};

describe('checkIsWhole', () => {
  it('has nothing against a model of one file', () => {
    expect(() => check(colourModel())).not.toThrow();
  });

  it.each([
    ['an .ort file', '\x18\0\0\0ORTM', /in the \.ort format.*: add the \.onnx file/],
    ['TensorFlow Lite', '\x1c\0\0\0TFL3', /a TensorFlow Lite model: convert it/],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\n', /: git lfs pull$/],
    ['PyTorch', 'PK\x03\x04', /a zip archive/],
    ['Keras', '\x89HDF\r\n\x1a\n', /an HDF5 file/],
    ['JSON', '{"a": 1}', /not an ONNX file, or a damaged one/],
    ['nothing', '', /not an ONNX file: there is no graph in it/],
    ['another message', '\x08\x08', /not an ONNX file: there is no graph in it/],
    ['an integer without an end', '\x08\xff', /damaged/],
  ])('calls %s by its name', (_, content, message) => {
    const bytes = Buffer.from(content, 'latin1');
    expect(() => check(bytes)).toThrow(OnnxFileError);
    expect(() => check(bytes)).toThrow(message);
  });

  it('notices a file that is cut off', () => {
    const model = colourModel();
    expect(() => check(model.subarray(0, model.length - 20))).toThrow(/damaged/);
  });

  it('does not follow messages without end', () => {
    const [lengthDelimited, graph, node, attribute, subGraph] = [2, 7, 1, 5, 6];
    const inField = (field: number, bytes: Uint8Array) =>
      protobuf.Writer.create()
        .uint32(field * 8 + lengthDelimited)
        .bytes(bytes)
        .finish();
    const nested = (depth: number) => {
      let bytes: Uint8Array = new Uint8Array();
      for (let i = 0; i < depth; i++) {
        bytes = inField(node, inField(attribute, inField(subGraph, bytes)));
      }
      return inField(graph, bytes);
    };
    expect(() => check(nested(30))).not.toThrow();
    expect(() => check(nested(10_000))).toThrow(/damaged/);
  });

  it('refuses any bytes in its own words', () => {
    const model = colourModel();
    const change = fc.tuple(fc.nat(model.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Uint8Array.from(model);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          check(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxFileError);
        }
      }),
    );
  });
});
