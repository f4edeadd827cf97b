/**
 * The part of aws-lambda-ric that is native code on Lambda, over node:http: `next`, `done` and
 * `error` of the Runtime API. `done` and `error` return at once, as the native ones do; `next`
 * waits until what they posted has arrived.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const { text } = require('node:stream/consumers');
const http = require('./authorized-http.cjs');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const apiRoot = '/2018-06-01/runtime/invocation';

let posted = Promise.resolve();

function send(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, method, path: apiRoot + path, agent },
      (response) => {
        text(response).then((bodyJson) => resolve({ bodyJson, headers: response.headers }), reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

exports.next = async () => {
  await posted;
  return send('GET', '/next');
};

exports.done = (requestId, body) => {
  posted = send('POST', `/${requestId}/response`, body);
};

exports.error = (requestId, body) => {
  posted = send('POST', `/${requestId}/error`, body);
};
