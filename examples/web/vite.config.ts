import { defineConfig } from 'vite';

export default defineConfig({
  // Vite's development server must not bundle a package that starts workers beside its own files.
  optimizeDeps: { exclude: ['@mdinference/client'] },
  // An app has its catalogue.json and the device's model in its own `public`.
  publicDir: '../../models/shapes',
  build: { rollupOptions: { input: ['index.html', 'camera.html', 'react.html'] } },
});
