import { fakeClient } from '@mdinference/client/testing';

const client = fakeClient({ answer: { label: 'daisy', source: 'device', interim: 'rose' } });
const { predictions } = await client.classify(new Blob(['a photo'], { type: 'image/jpeg' }), {
  onInterim: (answer) => console.log(answer.predictions[0]?.label),
});
console.log(predictions[0]?.label, client.images.length);
