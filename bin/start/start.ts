import { hostname } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { feedbackChoices } from '../../lib/core/contract/feedback-choices.ts';
import { gatewayProblems } from '../../lib/core/contract/problem.ts';
import { openInferencePath } from '../../lib/core/contract/routes.ts';
import { strategyNames } from '../../lib/core/selection/strategies.ts';
import { hostModulesContext, nativePackages } from '../../lib/infra/layer-packages.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import type { RunningAssembly } from '../../lib/local/assembly.ts';
import { lockDataDir } from '../../lib/local/dynamodb/data-dir.ts';
import { checkPort } from '../../lib/local/shared/http-server.ts';
import { readServedCatalogue } from '../../lib/service/catalogue/load.ts';
import { nativeModuleFault } from '../../lib/service/inference/native-modules.ts';
import { checkCdk } from '../shared/check-cdk.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import { askForModels } from '../shared/service.ts';
import { serviceAddress } from '../shared/service-address.ts';
import { closeDataFolder, explainFullDisk, synthesizeAside } from './data-folder.ts';
import { forgetAws } from './forget-aws.ts';
import { readHosts } from './hosts.ts';
import { readOrigins } from './origins.ts';
import { playgroundFiles } from './playground.ts';
import { ProfileProgress } from './profile-progress.ts';
import { curlLine, modelTable } from './ready-message.ts';
import { RotatingLog } from './rotating-log.ts';
import { onStop } from './stop.ts';

interface StartOptions {
  readonly port: number;
  readonly strategy: string;
  readonly hedgeShare: number;
  readonly catalogue: string;
  readonly feedback: string;
  readonly corsOrigins?: string[];
  readonly allowedHosts?: string[];
  readonly dataDir: string;
  readonly dynamodb?: string;
  readonly profileSeconds: number;
  readonly verbose?: true;
}

/** `mdi start`: the whole service on this machine. */
export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('run the service on this machine: no AWS account, no Docker')
    .option('--port <port>', 'port of the HTTP API', integerBetween(0, 65_535), 8787)
    .addOption(
      new Option('--strategy <name>', 'how a model is selected')
        .choices(strategyNames)
        .default(strategyNames[0]),
    )
    .option(
      '--hedge-share <share>',
      'extra invocations for hedging, as a share of the requests; 0 is off',
      numberBetween(0, 1),
      0.05,
    )
    .addOption(
      new Option(
        '--feedback <whose>',
        'whose labelled answers move accuracies; all callers of this machine are one, which moves nothing',
      )
        .choices(feedbackChoices)
        .default('callers'),
    )
    .option('--catalogue <name>', 'a catalogue of models/, or a folder of your own', 'shapes')
    .option(
      '--cors-origins <url,...>',
      'origins whose pages may call the API, such as http://localhost:5173; * is any',
      readOrigins,
    )
    .option(
      '--allowed-hosts <name,...>',
      'names that requests may be for beside localhost, such as a proxy’s; * is any',
      readHosts,
    )
    .option('--data-dir <folder>', 'where profiles and logs are kept', '.mdinference')
    .option(
      '--dynamodb <url>',
      'a DynamoDB endpoint to use instead of the built-in one',
      serviceAddress,
    )
    .option(
      '--profile-seconds <s>',
      'the longest time a model is measured',
      numberBetween(0, 600),
      2,
    )
    .option('--verbose', 'print what the functions log')
    .action((options: StartOptions) =>
      start(options).catch((error: unknown) => {
        throw explainFullDisk(error, options.dataDir);
      }),
    );
}

async function start(options: StartOptions): Promise<void> {
  checkCdk('mdi start');
  const fault = nativeModuleFault();
  if (fault) throw new Error(fault);
  forgetAws();
  const dataDir = resolve(options.dataDir);
  const directory = resolveCatalogue(options.catalogue);
  const catalogue = readServedCatalogue(directory);
  await using running = new AsyncDisposableStack();
  // Before anything is written there: another service may be running from it.
  running.defer(await lockDataDir(dataDir));
  closeDataFolder(dataDir);
  await checkPort(options.port);
  const endEarly = onStop(() => process.exit(130));
  const logPath = join(dataDir, 'functions.log');
  const onTrouble = (line: string) => console.error(`mdi: ${line}`);
  const log = running.adopt(new RotatingLog(logPath, onTrouble), (it) => it.close());

  const startMs = performance.now();
  console.log(
    `Synthesizing the CDK app (${catalogue.name}, ${catalogue.models.length} models) ...`,
  );
  const assemblyDir = await synthesizeAside(dataDir, {
    catalogue: options.catalogue,
    strategy: options.strategy,
    hedgeShare: String(options.hedgeShare),
    feedback: options.feedback,
    ...(options.corsOrigins && { corsOrigins: options.corsOrigins.join(',') }),
    [hostModulesContext]: 'true',
  });
  const progress = new ProfileProgress(catalogue.models.map(({ name }) => name));
  // Reads assemblies with the CDK, which `mdi --help` has to do without.
  const { startAssembly } = await import('../../lib/local/assembly.ts');
  const assembly = await startAssembly({
    assemblyDir,
    port: options.port,
    dataDir: join(dataDir, 'dynamodb'),
    dynamodbUrl: options.dynamodb,
    files: playgroundFiles(directory, catalogue),
    problemKinds: gatewayProblems,
    plainErrors: openInferencePath,
    allowedHosts: options.allowedHosts,
    onTrouble,
    hostModules: { names: nativePackages, from: fileURLToPath(import.meta.url) },
    environment: {
      // Profiles of this machine never mix with those of a deployment.
      MDI_DEPLOYMENT: `local-${hostname()}`,
      // One model at a time: side by side they would share this machine's processors.
      MDI_PROFILE_CONCURRENCY: '1',
      MDI_PROFILE_MODEL_MS: String(1000 * options.profileSeconds),
      // They cost nothing here, and there is less traffic to know.
      MDI_REQUEST_LOG_SHARE: '1',
      // There is no CloudWatch to read them.
      POWERTOOLS_METRICS_DISABLED: 'true',
    },
    onLog: ({ functionName, line }) => {
      log.write(`${functionName}: ${line}`);
      if (!progress.take(line) && options.verbose) console.error(`${functionName}: ${line}`);
    },
  }).finally(() => progress.stop());
  running.adopt(assembly, (it) => it.close());

  await printReady(assembly, catalogue.samples[0]?.file, options);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(
    `Ready after ${seconds} s. The functions log to ${relative('', logPath)}. Ctrl-C stops.`,
  );
  endEarly.cancel();
  await new Promise<void>((stop) => onStop(stop));
}

async function printReady(
  { url, notes }: RunningAssembly,
  sample: string | undefined,
  options: StartOptions,
): Promise<void> {
  const listed = await askForModels(url);
  console.log(modelTable(listed));
  for (const note of notes) console.log(`Note: ${note}.`);
  console.log(`\nThe playground (open it in a browser) and the API:\n\n${url}\n`);
  if (listed.models.every(({ latencyOnly }) => latencyOnly)) {
    console.log('All of these models are for latency only: POST /v1/infer is refused.\n');
  } else if (sample) {
    const path = join(resolveCatalogue(options.catalogue), sample);
    console.log(`${curlLine(url, relative('', path))}\n`);
  }
}
