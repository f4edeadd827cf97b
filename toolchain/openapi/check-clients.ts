#!/usr/bin/env node
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startService } from '../../scripts/started-service.ts';

/*
 * Clients in other languages, as their generators make them of the document that the service serves: each is
 * generated, compiled and made to call the service, as far as its tools are there. Takes the names of languages;
 * without one, all.
 */

const generator = 'org.openapitools:openapi-generator-cli:7.25.0';

interface Language {
  readonly generator: string;
  /** Options beside those of all. */
  readonly options?: string;
  /** Where the generated client goes in its folder. */
  readonly into: string;
  /** Commands without which nothing can be compiled. */
  readonly needs: readonly string[];
  /** Where the program that calls the service goes. */
  readonly program?: readonly [from: string, to: string];
  readonly build: (folder: string) => void;
  /** The command that runs it, to which address and files are added. */
  readonly run?: (folder: string) => readonly string[];
}

const languages: Readonly<Record<string, Language>> = {
  java: {
    generator: 'java',
    options: 'useSingleRequestParameter=true',
    into: '.',
    needs: ['mvn'],
    program: ['Call.java', 'src/main/java/Call.java'],
    build: (folder) => maven(folder, 'compile', ...copyDependencies),
    run: (folder) => [
      'java',
      '-cp',
      `${folder}/target/classes:${folder}/target/libraries/*`,
      'Call',
    ],
  },
  kotlin: {
    generator: 'kotlin',
    options: 'serializationLibrary=gson',
    into: '.',
    needs: ['mvn'],
    program: ['Call.kt', 'src/main/kotlin/Call.kt'],
    build: (folder) => {
      cpSync(join(here, 'clients/kotlin/pom.xml'), join(folder, 'pom.xml'));
      maven(folder, 'compile', ...copyDependencies);
    },
    run: (folder) => [
      'java',
      '-cp',
      `${folder}/target/classes:${folder}/target/libraries/*`,
      'CallKt',
    ],
  },
  swift: {
    generator: 'swift6',
    into: '.',
    needs: ['swift'],
    build: (folder) => command(folder, 'swift', 'build'),
  },
  go: {
    generator: 'go',
    options: 'packageName=api,withGoMod=false',
    into: 'api',
    needs: ['go'],
    program: ['main.go', 'main.go'],
    build: (folder) => {
      writeFileSync(join(folder, 'go.mod'), 'module generated\n\ngo 1.23\n');
      rmSync(join(folder, 'api/test'), { recursive: true });
      command(folder, 'go', 'build', '-o', 'call', '.');
    },
    run: (folder) => [join(folder, 'call')],
  },
  rust: {
    generator: 'rust',
    options: 'useSingleRequestParameter=true',
    into: '.',
    needs: ['cargo'],
    program: ['main.rs', 'src/main.rs'],
    build: (folder) => {
      const manifest = join(folder, 'Cargo.toml');
      const text = readFileSync(manifest, 'utf8');
      // The program's own: a client has no runtime.
      writeFileSync(manifest, text.replace('"fs"]', '"fs", "macros", "rt"]'));
      command(folder, 'cargo', 'build', '--quiet');
    },
    run: (folder) => [join(folder, 'target/debug/openapi')],
  },
  python: {
    generator: 'python',
    into: '.',
    needs: ['python3'],
    program: ['call.py', 'call.py'],
    build: (folder) => {
      command(folder, 'python3', '-m', 'venv', 'venv');
      command(folder, 'venv/bin/pip', 'install', '--quiet', '.');
    },
    run: (folder) => [join(folder, 'venv/bin/python'), join(folder, 'call.py')],
  },
};

const here = fileURLToPath(new URL('.', import.meta.url));
const sample = fileURLToPath(new URL('../../models/shapes/samples/gear.jpg', import.meta.url));
const copyDependencies = ['dependency:copy-dependencies', '-DoutputDirectory=target/libraries'];
const folder = mkdtempSync(join(tmpdir(), 'mdinference-clients-'));
const asked = process.argv.slice(2);
try {
  await using service = await startService('--profile-seconds', '0.3');
  const path = join(folder, 'openapi.json');
  writeFileSync(path, await (await fetch(`${service.url}/openapi.json`)).text());
  command(
    folder,
    'mvn',
    '-q',
    '-B',
    'dependency:copy',
    `-Dartifact=${generator}`,
    '-DoutputDirectory=.',
  );
  for (const [name, language] of Object.entries(languages)) {
    if (asked.length === 0 || asked.includes(name))
      checkLanguage(name, language, path, service.url);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkLanguage(name: string, language: Language, path: string, url: string): void {
  const startMs = performance.now();
  const done = (note: string) =>
    console.log(`${name}: ${note} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
  const into = join(folder, name);
  mkdirSync(into);
  generate(language, path, join(into, language.into));
  const missing = language.needs.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0) {
    done(`generated; not compiled, for there is no ${missing.join()}`);
    return;
  }

  const { program, run } = language;
  if (program) cpSync(join(here, 'clients', name, program[0]), join(into, program[1]));
  language.build(into);
  const [tool = '', ...options] = run?.(into) ?? [];
  if (!tool) {
    done('generated and compiled');
    return;
  }
  // A file that is no picture comes as whatever the client sends it as.
  const printed = command(into, tool, ...options, url, sample, fileURLToPath(import.meta.url));
  const expected =
    /^gear client\n(415 \/problems\/unsupported-media-type|422 \/problems\/(undecodable-image|wrong-tensor-length))\n$/;
  if (!expected.test(printed)) throw new Error(`${name} printed ${JSON.stringify(printed)}`);
  done(`generated, compiled, called: ${printed.trim().replace('\n', ', ')}`);
}

function generate({ generator, options }: Language, path: string, into: string): void {
  const properties = [
    'disallowAdditionalPropertiesIfNotPresent=false',
    ...(options ? [options] : []),
  ];
  const jar = 'openapi-generator-cli-7.25.0.jar';
  const how = [`--additional-properties=${properties.join()}`, '-i', path, '-o', into];
  command(folder, 'java', '-jar', jar, 'generate', '-g', generator, ...how);
}

function maven(into: string, ...goals: string[]): void {
  command(into, 'mvn', '-q', '-B', ...goals);
}

/** Runs a command, whose complaints are shown. */
function command(cwd: string, tool: string, ...options: string[]): string {
  return execFileSync(tool, options, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
