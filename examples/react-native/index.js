import { AppRegistry } from 'react-native';
import catalogue from './assets/catalogue.json';
import { App } from './src/app.tsx';
import { makeClient } from './src/client.ts';

// The camera and the model's path are the app's own: such as react-native-vision-camera and
// react-native-fs.
const client = makeClient(catalogue, `models/${catalogue.onDevice}.onnx`);
const takePhoto = async () => 'file:///photo.jpg';

AppRegistry.registerComponent('Mdinference', () => () => App({ client, takePhoto }));
