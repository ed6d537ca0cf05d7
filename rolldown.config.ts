/** Bundles the two entries into dist/: ESM for Node, unminified so that a diff of dist/ can be read, names without hashes. */
import { defineConfig } from 'rolldown'
import { licensed, licensePage, packagesOf } from './scripts/licenses.ts'

/** A chunk for what comes from outside, so that a new version of a package changes its own chunk alone. */
const chunk = (name: string, ...packages: readonly string[]) => ({
  name,
  test: new RegExp(`[\\\\/]node_modules[\\\\/](?:${packages.join('|')})[\\\\/]`),
})

export default defineConfig({
  input: { main: 'src/main.ts', cli: 'src/cli.ts' },
  cwd: import.meta.dirname,
  platform: 'node',
  // ssh2's native speed-ups: it asks for them inside try/catch and works without.
  external: [/^cpu-features$/, /\.node$/],
  output: {
    format: 'esm',
    entryFileNames: '[name].js',
    // What a package that is loaded late begins with; a package of its own names it, not the file that it begins with.
    chunkFileNames: ({ facadeModuleId, moduleIds }) => {
      const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(facadeModuleId ?? '') ?? []
      // One of ours that is loaded late holds nothing itself: what it begins lies in a chunk of that name.
      if (name === undefined) return moduleIds.length === 0 ? 'chunks/late-[name].js' : 'chunks/[name].js'
      return `chunks/late-${name.replace(/\W+/g, '-').replace(/^-/, '')}.js`
    },
    minify: false,
    sourcemap: false,
    codeSplitting: {
      groups: [
        chunk('commander', 'commander'),
        chunk('execa', 'execa'),
        chunk('prompts', '@clack'),
        chunk('ssh2', 'ssh2'),
        chunk('yaml', 'yaml'),
        chunk('zod', 'zod'),
        chunk('octokit', 'octokit', '@octokit'),
        chunk('actions', '@actions/(?:core|exec|github|http-client|io)'),
        chunk('artifact', '@actions/artifact'),
        // GitHub's client is the Action's from the beginning; the command line loads it when it asks something of GitHub.
        {
          name: 'shared',
          minShareCount: 2,
          test: /^(?!.*[\\/]adapters[\\/]github[\\/](?:client|forge|propose|sticky)\.ts$)/s,
        },
      ],
    },
  },
  plugins: [
    {
      // Nobody here speaks HTTP through an SSH agent, and Node loads all of its HTTP client for whoever asks for a part of it.
      name: 'ssh2-without-http',
      load: (id) => (/[\\/]ssh2[\\/]lib[\\/]http-agents\.js$/.test(id) ? 'module.exports = {}' : null),
    },
    {
      name: 'dist-package',
      generateBundle(_, bundle) {
        const modules = Object.values(bundle).flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))
        this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "module" }\n' })
        this.emitFile({
          type: 'asset',
          fileName: 'licenses.txt',
          source: licensePage(packagesOf(modules).map(licensed)),
        })
      },
    },
  ],
})
