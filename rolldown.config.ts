/** Bundles the two entries into dist/: ESM for Node, unminified so that a diff of dist/ can be read, names without hashes. */
import { defineConfig } from 'rolldown'

export default defineConfig({
  input: { main: 'src/main.ts', cli: 'src/cli.ts' },
  cwd: import.meta.dirname,
  platform: 'node',
  // ssh2's native speed-ups: it asks for them inside try/catch and works without.
  external: [/^cpu-features$/, /\.node$/],
  output: {
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    minify: false,
    sourcemap: false,
  },
  plugins: [
    {
      name: 'dist-package',
      generateBundle() {
        this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "module" }\n' })
      },
    },
  ],
})
