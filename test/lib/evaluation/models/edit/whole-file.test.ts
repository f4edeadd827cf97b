import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeWholeFile } from '../../../../../lib/evaluation/models/edit/whole-file.ts';
import { CatalogueError } from '../../../../../lib/service/catalogue/load.ts';
import { checkIsWhole } from '../../../../../lib/service/catalogue/onnx/check.ts';
import { OnnxFileError } from '../../../../../lib/service/catalogue/onnx/onnx-file.ts';
import { colourModel } from '../../../../fixtures/colours.ts';
import {
  decodeModel,
  type ExternalEntries,
  encodeModel,
  movedOut,
} from '../../../../fixtures/external-data.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

/** A model in a folder whose values lie in other files. */
function given(model: Uint8Array, change?: (name: string) => ExternalEntries) {
  const folder = temporaryFolder();
  const path = join(folder, 'model.onnx');
  writeFileSync(path, movedOut(model, folder, change));
  return { folder, path, to: join(folder, 'whole.onnx') };
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const float16 = 10;
const int4 = 22;
const tensor = (name: string, ...values: number[]) => ({
  ...{ name, dims: [values.length / 2], dataType: float16 },
  rawData: bytes(...values),
});
const sparse = (name: string) => ({
  values: tensor(`${name}-values`, 1, 2),
  indices: tensor(`${name}-indices`, 3, 4),
  dims: [2],
});
const graph = (name: string) => ({ name, initializer: [tensor(name, 5, 6)] });

describe('writeWholeFile', () => {
  it('takes in weights that lie in one file or in several, with odd names', () => {
    const original = colourModel();
    for (const location of ['model.onnx.data', 'my weights', '180394b8-ea82']) {
      const { path, to } = given(original, () => ({ location }));
      const { bytes, sha256, folded } = writeWholeFile(path, to);
      const written = readFileSync(to);
      expect(decodeModel(written)).toEqual(decodeModel(original));
      expect(folded).toEqual([location]);
      expect(bytes).toBe(written.length);
      expect(sha256).toBe(createHash('sha256').update(written).digest('hex'));
      expect(() => checkIsWhole(to)).not.toThrow();
    }
  });

  it('finds them wherever tensors can be', () => {
    const original = encodeModel({
      irVersion: 8,
      graph: {
        name: 'g',
        initializer: [tensor('initializer', 7, 8)],
        sparseInitializer: [sparse('sparse-initializer')],
        node: [
          {
            opType: 'If',
            attribute: [
              { name: 't', type: 4, t: tensor('attribute', 9, 10) },
              { name: 'ts', type: 9, tensors: [tensor('one', 1, 1), tensor('two', 2, 2, 3, 3)] },
              { name: 'then', type: 5, g: graph('then') },
              {
                name: 'bodies',
                type: 10,
                graphs: [
                  graph('body'),
                  { name: 'outer', node: [{ attribute: [{ type: 5, g: graph('inner') }] }] },
                ],
              },
              { name: 's', type: 11, sparseTensor: sparse('sparse-attribute') },
              { name: 'ss', type: 12, sparseTensors: [sparse('a'), sparse('b')] },
            ],
          },
        ],
      },
      trainingInfo: [{ initialization: graph('initialization'), algorithm: graph('algorithm') }],
      functions: [
        {
          name: 'f',
          node: [{ opType: 'Constant', attribute: [{ t: tensor('in-function', 4, 4) }] }],
          attributeProto: [{ name: 'default', t: tensor('default', 5, 5) }],
        },
      ],
    });
    const seen = new Set<string>();
    const { path, to } = given(original, (name) => {
      seen.add(name);
      return { location: name.length % 2 === 0 ? 'even' : 'odd', checksum: undefined };
    });
    expect(seen.size).toBe(19);
    expect(() => checkIsWhole(path)).toThrow(/weights lie in "(even|odd)" and 1 more files/);
    expect(writeWholeFile(path, to).folded.toSorted()).toEqual(['even', 'odd']);
    expect(decodeModel(readFileSync(to))).toEqual(decodeModel(original));
    expect(() => checkIsWhole(to)).not.toThrow();
  });

  it('is right for tensors of all sizes', () => {
    const folder = temporaryFolder();
    const [path, to] = [join(folder, 'model.onnx'), join(folder, 'whole.onnx')];
    const sizes = fc.array(fc.nat(300), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (lengths, isNested) => {
        const initializer = lengths.map((length, i) => ({
          ...{ name: `w${i}`, dims: [length], dataType: 2 },
          rawData: new Uint8Array(length).fill(i + 1),
        }));
        const inner = { name: 'inner', initializer };
        const original = encodeModel({
          graph: isNested ? { node: [{ attribute: [{ g: inner }] }] } : inner,
        });
        const [moved, location] = [new Set(['w0', 'w2']), 'other'];
        writeFileSync(
          path,
          movedOut(original, folder, (name) => (moved.has(name) ? { location } : {})),
        );
        writeWholeFile(path, to);
        expect(decodeModel(readFileSync(to))).toEqual(decodeModel(original));
      }),
    );
  });

  it('works out a length that is not said from the type and the shape', () => {
    const values = bytes(1, 2, 3);
    const original = encodeModel({
      graph: {
        initializer: [
          { name: 'nibbles', dims: [5], dataType: int4, rawData: values },
          { name: 'scalar', dataType: float16, rawData: bytes(4, 5) },
        ],
      },
    });
    const { path, to } = given(original, () => ({ length: undefined }));
    writeWholeFile(path, to);
    expect(decodeModel(readFileSync(to))).toEqual(decodeModel(original));
  });

  it('copies a model of one file byte by byte', () => {
    const folder = temporaryFolder();
    const [path, to] = [join(folder, 'model.onnx'), join(folder, 'whole.onnx')];
    writeFileSync(path, colourModel());
    expect(writeWholeFile(path, to).folded).toEqual([]);
    expect(readFileSync(to).equals(colourModel())).toBe(true);
  });

  it('finds the parts in sub-folders, and in Hugging Face’s cache of links', () => {
    const original = colourModel();
    const location = 'sub folder/weights.bin';
    const sub = given(original, () => ({ location, offset: 0 }));
    mkdirSync(join(sub.folder, 'sub folder'));
    const whole = given(original);
    renameSync(join(whole.folder, 'model.onnx.data'), join(sub.folder, location));
    writeWholeFile(sub.path, sub.to);
    expect(decodeModel(readFileSync(sub.to))).toEqual(decodeModel(original));

    const { folder } = given(original);
    const [blobs, snapshot] = [join(folder, 'blobs'), join(folder, 'snapshots/0a/onnx')];
    for (const each of [blobs, snapshot]) mkdirSync(each, { recursive: true });
    for (const name of ['model.onnx', 'model.onnx.data']) {
      renameSync(join(folder, name), join(blobs, `hash of ${name}`));
      symlinkSync(join('../../../blobs', `hash of ${name}`), join(snapshot, name));
    }
    writeWholeFile(join(snapshot, 'model.onnx'), sub.to);
    expect(decodeModel(readFileSync(sub.to))).toEqual(decodeModel(original));
  });

  it.each<[string, ExternalEntries, RegExp]>([
    ['leaves its folder', { location: '../../etc/passwd' }, /"\.\.\/\.\.\/etc\/passwd".*not read$/],
    ['leaves it in between', { location: 'a/../../b' }, /calls for "a\/\.\.\/\.\.\/b".*not read$/],
    ['is absolute', { location: '/etc/passwd' }, /"\/etc\/passwd", which is not in its folder/],
    ['is absolute on Windows', { location: 'C:\\secret' }, /"C:\\secret", which is not in its/],
    ['leaves it as on Windows', { location: '..\\secret' }, /which is not in its folder/],
    ['is not there', { location: 'sub/lost.bin' }, /lie in sub\/lost\.bin, which is missing: put/],
    ['is not said', { location: '' }, /"weights" lie in another file, but it is not said in which/],
    ['begins anywhere', { offset: '-1' }, /but their offset in it is "-1"/],
    ['ends anywhere', { length: '1e3' }, /but their length in it is "1e3"/],
    ['is too short', { offset: 4 }, /model\.onnx\.data has 36 bytes, but .* end at byte 40: it is/],
    ['is another', { checksum: 'a'.repeat(40) }, /model\.onnx\.data is not the file that it was/],
    ['is a folder', { location: '.' }, /lie in \., which is not a file/],
  ])('refuses by name a part that %s', (_, entries, message) => {
    const { path, to } = given(colourModel(), () => entries);
    expect(() => writeWholeFile(path, to)).toThrow(OnnxFileError);
    expect(() => writeWholeFile(path, to)).toThrow(message);
    expect(() => writeWholeFile(path, to)).toThrow(/model\.onnx: [^\n]*$/);
  });

  it('takes a part whose checksum is right', () => {
    const first = given(colourModel());
    const part = readFileSync(join(first.folder, 'model.onnx.data'));
    const checksum = createHash('sha1').update(part).digest('hex');
    const { path, to } = given(colourModel(), () => ({ checksum }));
    writeWholeFile(path, to);
    expect(decodeModel(readFileSync(to))).toEqual(decodeModel(colourModel()));
  });

  it('does not follow a link out of the folder', () => {
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, 'x'.repeat(100));
    const { folder, path, to } = given(colourModel());
    rmSync(join(folder, 'model.onnx.data'));
    symlinkSync(secret, join(folder, 'model.onnx.data'));
    expect(() => writeWholeFile(path, to)).toThrow(/is a link to .*secret, which is not in its/);
  });

  it('refuses what is too large for one file, before it writes anything', () => {
    const huge = { name: 'weights', dims: [2_200_000_000], dataType: 2, rawData: bytes() };
    const { folder, path, to } = given(encodeModel({ graph: { initializer: [huge] } }), () => ({
      length: 2_200_000_000,
    }));
    truncateSync(join(folder, 'model.onnx.data'), 2_200_000_000);
    expect(() => writeWholeFile(path, to)).toThrow(
      /with model\.onnx\.data it has 2200 MB, but an \.onnx file cannot be larger than 2147 MB: .*float16/,
    );
    expect(() => readFileSync(to)).toThrow(/ENOENT/);
  });

  it('says plainly that there is no such file', () => {
    const to = join(temporaryFolder(), 'to');
    expect(() => writeWholeFile('nowhere.onnx', to)).toThrow(CatalogueError);
    expect(() => writeWholeFile('nowhere.onnx', to)).toThrow(/^nowhere\.onnx: cannot read a model/);
  });
});
