const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');

const defaults = getDefaultConfig(__dirname);

// The model is an asset of the app, as its icons are.
module.exports = mergeConfig(defaults, {
  resolver: { assetExts: [...defaults.resolver.assetExts, 'onnx'] },
});
