const client = require('@mdinference/client');
const reactNative = require('@mdinference/client/onnxruntime-react-native');
const web = require('@mdinference/client/onnxruntime-web');
const sigv4 = require('@mdinference/client/sigv4');
const { use } = require('./use.cjs');

use({ client, reactNative, web, sigv4 });
