import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CatalogueError, readJson } from '../../../service/catalogue/load.ts';
import { holdsLabels } from './label-file.ts';

/** A model to be added, and what lies beside it. */
export interface FoundModel {
  /** The .onnx file. */
  readonly file: string;
  /** What to call it, from the names of its file and its folder. */
  readonly name: string;
  /** The file of its labels, if there is one. */
  readonly labels?: string | undefined;
  /** The file of its preprocessing, if there is one. */
  readonly preprocessing?: string | undefined;
  /** What its model card says. */
  readonly licence?: string | undefined;
}

/** In a folder of Hugging Face's, models may lie in this one of it. */
const innerFolder = 'onnx';

/**
 * The models that a path stands for: an .onnx file; a folder of one model, as Hugging Face has them, with the files
 * that describe it; or a folder of several, of files or of such folders.
 *
 * @throws {@link CatalogueError} when there is none, or a folder of one model has several files and so leaves open which
 */
export function findModels(path: string): FoundModel[] {
  if (!existsSync(path)) throw new CatalogueError(`${path}: cannot read a model: no such file`);
  if (!statSync(path).isDirectory()) return [modelOf(path)];
  const files = onnxFilesIn(path);
  if (isOneModel(path)) {
    const [file, ...others] = files;
    if (file === undefined) throw new CatalogueError(`${path}: ${noModel(path)}`);
    if (others.length === 0) return [modelOf(file)];
    throw new CatalogueError(
      `${path} has several files of the model, which differ in precision or use: give the path of the one, or of each that you want: ${files.join(', ')}`,
    );
  }
  const folders = readdirSync(path)
    .sort()
    .map((entry) => join(path, entry))
    .filter(
      (entry) => statSync(entry, { throwIfNoEntry: false })?.isDirectory() && isOneModel(entry),
    );
  const models = [...files.map(modelOf), ...folders.flatMap(findModels)];
  if (models.length === 0) throw new CatalogueError(`${path}: ${noModel(path)}`);
  return models;
}

/** Whether a folder is one model's, as Hugging Face has them. */
function isOneModel(folder: string): boolean {
  return [...describingFiles, innerFolder].some((entry) => existsSync(join(folder, entry)));
}

const processorFile = 'preprocessor_config.json';
const configFile = 'config.json';
const describingFiles = [processorFile, configFile];

function onnxFilesIn(folder: string): string[] {
  return [folder, join(folder, innerFolder)].flatMap((place) =>
    existsSync(place)
      ? readdirSync(place)
          .filter((name) => name.toLowerCase().endsWith('.onnx'))
          .sort()
          .map((name) => join(place, name))
      : [],
  );
}

function noModel(folder: string): string {
  const others = readdirSync(folder).filter((name) => /\.(safetensors|bin|pth?|h5)$/.test(name));
  const way = 'export it with: optimum-cli export onnx --model';
  return others.length === 0
    ? `no .onnx file in it, nor in its folder ${innerFolder}/`
    : `no .onnx file in it, only ${others[0]}: ${way} ${folder} OUTPUT`;
}

function modelOf(file: string): FoundModel {
  const inner = dirname(resolve(file));
  const folder = basename(inner) === innerFolder ? dirname(inner) : inner;
  const beside = (name: string) =>
    [inner, folder].map((place) => join(place, name)).find((path) => existsSync(path));
  const config = beside(configFile);
  const value = config === undefined ? undefined : readJson(config, 'the description of a model');
  const isTimm = typeof value === 'object' && value !== null && 'pretrained_cfg' in value;
  return {
    file,
    name: nameOf(basename(file), folder),
    labels: holdsLabels(value) ? config : (beside('labels.json') ?? beside('labels.txt')),
    preprocessing: beside(processorFile) ?? (isTimm ? config : undefined),
    licence: licenceIn(beside('README.md')),
  };
}

/** `model.onnx` is called like its folder, `model_int8.onnx` like that and `int8`, others like themselves. */
function nameOf(file: string, folder: string): string {
  const stem = file.replace(/\.onnx$/i, '');
  const model = /^model(?:[_-](.+))?$/.exec(stem);
  const own = model ? [folderName(folder), model[1]].filter(Boolean).join('-') : stem;
  return own.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+/g, '');
}

/** Hugging Face's cache calls folders by hashes, in one that has the model's name. */
function folderName(folder: string): string {
  const cached = /models--(?:.*--)?([^/\\]+)[/\\]snapshots[/\\][0-9a-f]+$/.exec(folder);
  return cached?.[1] ?? basename(folder);
}

/** The licence in the head of a model card. */
function licenceIn(card: string | undefined): string | undefined {
  if (card === undefined) return undefined;
  const head = /^\ufeff?---\r?\n(.*?)\r?\n---/s.exec(readFileSync(card, 'utf8'))?.[1] ?? '';
  const [, name] = /^license_name:\s*(\S.*)$/m.exec(head) ?? [];
  const [, licence] = /^license:\s*(\S.*)$/m.exec(head) ?? [];
  return (name ?? licence)?.trim().replaceAll(/^["']|["']$/g, '');
}
