// What an app does with the client, on any Node: prints a line of JSON. Shared by import.mjs and require.cjs.
const { createServer } = require('node:http');

const predictions = [{ index: 1, label: 'ring', score: 0.75 }];
const answer = {
  requestId: 'r1',
  model: { name: 'big', version: '1', accuracyPct: 90 },
  predictions,
  timing: {
    ...{ slaMs: 10_000, inputMs: 1, networkMs: 2, budgetMs: 9_998, selectMs: 1, serviceMs: 1 },
    ...{ serverMs: 2, coldStart: false, source: 'client' },
  },
  selection: { strategy: 'three-stage', baseModel: 'big', eligible: [] },
};

/** A service that answers, and records the headers that it was asked with. */
async function service(seen) {
  const server = createServer((request, response) => {
    const isTime = request.url.startsWith('/v1/time?');
    if (request.url === '/v1/infer') Object.assign(seen, request.headers);
    const now = Date.now();
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isTime ? { epochMs: now, receivedEpochMs: now } : answer));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

exports.use = async ({ client, reactNative, web, sigv4 }) => {
  const seen = {};
  const { url, close } = await service(seen);
  const image = new Blob(['?'], { type: 'image/jpeg' });
  const signer = { sign: async () => ({ headers: { authorization: 'signed' } }) };
  let clockIsSet;
  const clock = new Promise((resolve) => {
    clockIsSet = resolve;
  });
  const cloud = client.createClient({
    endpoint: url,
    slaMs: 25_000,
    auth: sigv4.sigV4({ signer }),
    onEvent: ({ type }) => type === 'clock' && clockIsSet(),
  });
  await cloud.prepare();
  await clock;
  const fromCloud = await cloud.classify(image);
  cloud.close();
  close();

  const input = { dtype: 'uint8', shape: [1, 2, 2, 3], layout: 'NHWC' };
  const catalogue = {
    labels: ['disc', 'ring', 'gear'],
    input,
    models: [{ name: 'tiny', version: '1', accuracyPct: 50 }],
  };
  const description = web.describeModel(catalogue, 'tiny');
  const offline = (decode) =>
    client.createClient({
      endpoint: 'http://127.0.0.1:1',
      slaMs: 25_000,
      onDevice: reactNative.onnxruntimeReactNative({ ...description, model: 'tiny.onnx', decode }),
    });
  const decode = async () => ({ data: new Uint8Array(12), width: 2, height: 2 });
  const device = offline(decode);
  const fromDevice = await device.classify(image);
  device.close();
  const error = await offline(() => Promise.reject(new Error('no decoder')))
    .classify(image)
    .catch((reason) => reason);

  console.log(
    JSON.stringify({
      cloud: [fromCloud.source, fromCloud.predictions[0].label],
      toldSla: Number(seen['mdi-sla-ms']) > 0,
      signed: seen.authorization,
      hasUploadStart: Number(seen['mdi-upload-start']) > 1e12,
      device: [fromDevice.source, ...fromDevice.predictions.map(({ label }) => label)],
      region: reactNative.regionOf({ width: 4, height: 2 }, { width: 2, height: 2 }),
      error: [error.name, error instanceof client.NetworkError, error.race.device.error.message],
      shared: error instanceof client.MdInferenceError,
      web: typeof web.onnxruntimeWeb,
    }),
  );
};
