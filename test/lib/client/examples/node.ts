import { readFile } from 'node:fs/promises';
import { createClient } from '@mdinference/client';
import { sharpImages } from '@mdinference/client/sharp-images';
import sharp from 'sharp';

const client = createClient({
  endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
  slaMs: 250,
  images: sharpImages(sharp),
});
await client.prepare();

const photo = await readFile('photo.jpg');
const { predictions, timing } = await client.classify(photo, { contentType: 'image/jpeg' });
console.log(predictions[0]?.label, timing.totalMs);
client.close();
