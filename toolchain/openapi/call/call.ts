import { readFileSync } from 'node:fs';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

/*
 * What an app's author writes with the types that openapi-typescript makes of the document: a picture, and a
 * request that is refused.
 */

const [url = '', image = '', label = ''] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { 'content-type': 'image/jpeg' } });
const body = new Blob([readFileSync(image)]);
const bodySerializer = (blob: Blob) => blob;

const { data } = await client.POST('/v1/infer', {
  params: { header: { 'mdi-sla-ms': 20_000, 'mdi-upload-start': Date.now() } },
  body,
  bodySerializer,
});
const best: components['schemas']['Prediction'] | undefined = data?.predictions[0];
if (best?.label !== label || data?.timing.source !== 'client') {
  throw new Error(`${label} was classified as ${JSON.stringify(data)}`);
}

const { error, response } = await client.POST('/v1/infer', {
  params: { header: { 'mdi-sla-ms': 0 } },
  body,
  bodySerializer,
});
const problem: components['schemas']['Problem'] | undefined = error;
if (problem?.type !== '/problems/bad-header' || problem.status !== response.status) {
  throw new Error(`an SLA of 0 ms gave ${JSON.stringify(problem)}`);
}
console.log(`${best.label} by ${data.model.name}; "${problem.detail}"`);
