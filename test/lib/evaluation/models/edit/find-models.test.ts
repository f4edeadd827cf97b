import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModels } from '../../../../../lib/evaluation/models/edit/find-models.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

/** A folder with files of these names and contents. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const id2label = '{"id2label": {"0": "a", "1": "b"}}';

describe('findModels', () => {
  it('finds what describes the model of a folder, from the folder and from the file', () => {
    const folder = folderOf({
      'vit-tiny/onnx/model.onnx': '',
      'vit-tiny/config.json': id2label,
      'vit-tiny/preprocessor_config.json': '{}',
      'vit-tiny/README.md': '---\r\nlibrary_name: x\r\nlicense: apache-2.0\r\n---\r\n# ViT\r\n',
    });
    const vit = join(folder, 'vit-tiny');
    const expected = {
      file: join(vit, 'onnx/model.onnx'),
      name: 'vit-tiny',
      labels: join(vit, 'config.json'),
      preprocessing: join(vit, 'preprocessor_config.json'),
      licence: 'apache-2.0',
    };
    expect(findModels(vit)).toEqual([expected]);
    expect(findModels(join(vit, 'onnx/model.onnx'))).toEqual([expected]);
  });

  it('asks which file of a model is meant, and takes that one under a name of its own', () => {
    const folder = folderOf({
      'vit/onnx/model.onnx': '',
      'vit/onnx/model_quantized.onnx': '',
      'vit/onnx/model.onnx_data': '',
      'vit/config.json': id2label,
    });
    const onnx = join(folder, 'vit/onnx');
    expect(() => findModels(join(folder, 'vit'))).toThrow(
      `${join(onnx, 'model.onnx')}, ${join(onnx, 'model_quantized.onnx')}`,
    );
    expect(() => findModels(join(folder, 'vit'))).toThrow(/give the path of the one/);
    expect(findModels(join(onnx, 'model_quantized.onnx'))).toMatchObject([
      { name: 'vit-quantized', labels: join(folder, 'vit/config.json') },
    ]);
  });

  it('finds all models of a folder: files, and folders of one', () => {
    const folder = folderOf({
      'b.onnx': '',
      'A.ONNX': '',
      'labels.txt': 'x\ny\n',
      'vit/model.onnx': '',
      'vit/config.json': id2label,
      'photos/readme.txt': '',
    });
    expect(findModels(folder)).toMatchObject([
      { name: 'A', labels: join(folder, 'labels.txt'), preprocessing: undefined },
      { name: 'b', labels: join(folder, 'labels.txt') },
      { name: 'vit', labels: join(folder, 'vit/config.json') },
    ]);
  });

  it('takes preprocessing from timm’s config.json, unless there is another', () => {
    const config = '{"num_classes": 1000, "pretrained_cfg": {}}';
    const timm = folderOf({ 'model.onnx': '', 'config.json': config });
    const [model] = findModels(timm);
    expect(model).toMatchObject({ labels: undefined, preprocessing: join(timm, 'config.json') });
    const files = { 'model.onnx': '', 'config.json': config, 'preprocessor_config.json': '{}' };
    const both = folderOf(files);
    expect(findModels(both)[0]?.preprocessing).toBe(join(both, 'preprocessor_config.json'));
  });

  it.each([
    ['resnet 50 (v2).onnx', 'resnet-50-v2-'],
    ['hub/models--acme--vit.tiny/snapshots/0a1b/model_fp16.onnx', 'vit.tiny-fp16'],
    ['modelnet.onnx', 'modelnet'],
  ])('calls %s %s', (file, name) => {
    expect(findModels(join(folderOf({ [file]: '' }), file))[0]?.name).toBe(name);
  });

  it('reads a licence that has a name of its own', () => {
    const card = '---\nlicense: other\nlicense_name: "acme-1"\n---\nlicense: none\n';
    const folder = folderOf({ 'a.onnx': '', 'README.md': card });
    expect(findModels(folder)[0]?.licence).toBe('acme-1');
    const without = folderOf({ 'a.onnx': '', 'README.md': '# A\nlicense: none\n' });
    expect(findModels(without)[0]?.licence).toBeUndefined();
  });

  it.each([
    [{ 'config.json': '{}', 'model.safetensors': '' }, /only model\.safetensors: export it with: /],
    [{ 'notes.txt': '' }, /no \.onnx file in it, nor in its folder onnx\/$/],
  ])('says what is missing of %j', (files, message) => {
    expect(() => findModels(folderOf(files))).toThrow(message);
  });

  it('says that there is nothing', () => {
    expect(() => findModels('./nowhere')).toThrow(
      /^\.\/nowhere: cannot read a model: no such file/,
    );
  });
});
