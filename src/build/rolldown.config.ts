import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig, type OutputOptions, type Plugin, type RolldownOptions } from 'rolldown'
import { keptVariables } from '../inbox/variables.ts'
import { completedShells, extensions } from '../shell/shells.ts'
import { chunks, takes } from './chunks.ts'
import { joinLauncher } from './launcher.ts'
import { licenseTexts } from './licenses.ts'
import { slimMqtt } from './mqtt.ts'
import { plainExports } from './plain-exports.ts'

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

const common = {
  platform: 'node',
  transform: {
    target: 'node20.19',
    define: { __VERSION__: JSON.stringify(packageJson.version), 'import.meta.resolve': 'undefined' },
  },
} satisfies RolldownOptions

const output = {
  dir: 'dist',
  format: 'cjs',
  exports: 'named',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  minify: process.env['NTFY_BUILD'] !== 'readable',
  sourcemap: true,
} satisfies OutputOptions

/**
 * What Node loads itself, and in `program/` what that loads: CommonJS chunks, split where the source says `import()`, so
 * that a command reads only what it uses. The type check is tsc's.
 */
export default defineConfig([
  { ...common, input: { main: 'src/main.ts' }, external: /^node:/, output, plugins: [emptyDist()] },
  {
    ...common,
    input: { entry: 'src/entry.ts' },
    // The entry is in the first group, and that its file.
    preserveEntrySignatures: 'allow-extension',
    // node-notifier finds its programs through its own folder; typescript is cosmiconfig's, for files that we never load.
    external: ['node-notifier', '@matrix-org/matrix-sdk-crypto-wasm', /^fake-indexeddb/, 'typescript', /^node:/],
    resolve: {
      alias: {
        // yargs measures and wraps text with these; their emoji tables are three quarters of its start-up time.
        'string-width': resolve('src/build/string-width.ts'),
        'strip-ansi': resolve('src/build/strip-ansi.ts'),
        'wrap-ansi': resolve('src/build/wrap-ansi.ts'),
        // Its other build requires its files by a variable, which nothing can follow.
        'jsonc-parser': resolve('node_modules/jsonc-parser/lib/esm/main.js'),
      },
    },
    output: {
      ...output,
      // Code from V8's cache cannot import (Node 20 to 24); all that is imported late has a file for require, too.
      dynamicImportInCjs: false,
      dir: 'dist/program',
      codeSplitting: {
        groups: chunks.map((chunk) => ({
          name: chunk.name,
          test: (id: string) => takes(chunk, id),
        })),
      },
    },
    plugins: [withoutCode(), slimMqtt(), loadable(), bins()],
  },
])

function emptyDist(): Plugin {
  return { name: 'empty-dist', buildStart: () => rmSync('dist', { recursive: true, force: true }) }
}

/**
 * What cosmiconfig has for configurations that are programs, and for finding them, which we never do: eight milliseconds
 * of every run that has a configuration.
 */
function withoutCode(): Plugin {
  const unused = '\0unused'
  const names = [
    'crypto',
    'env-paths',
    'fs/promises',
    'import-fresh',
    'url',
    './Explorer.js',
    './ExplorerSync.js',
    './util',
  ]
  return {
    name: 'without-code',
    resolveId: (source, importer) =>
      /cosmiconfig\/dist\/\w+\.js$/.test(importer ?? '') && names.includes(source) ? unused : null,
    load: (id) => (id === unused ? 'export {}' : null),
  }
}

/**
 * The chunks as src/start/chunks.ts reads them: each a function, and ASCII alone, as V8 keeps a text with a single
 * character beyond Latin 1 in twice the bytes.
 */
function loadable(): Plugin {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'loadable',
    generateBundle(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue
        const code = plainExports(output.code).replace(/[^\0-\x7f]/g, escaped)
        output.code = `(function(exports,require,module,__filename,__dirname){${code}\n})`
      }
    },
  }
}

/** Both bins, the licences of what was bundled, the scripts that they print, and a package.json that makes their JavaScript CommonJS. */
function bins(): Plugin {
  return {
    name: 'bins',
    writeBundle(_, bundle) {
      for (const page of ['ntfy.1', 'ntfy.yml.5']) copyFileSync(`src/man/${page}`, `dist/${page}`)
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk')
      writeFileSync('dist/LICENSES', licenseTexts(chunks.flatMap(({ moduleIds }) => moduleIds)))
      writeFileSync('dist/package.json', '{"type":"commonjs"}\n')
      for (const folder of ['shell', 'completion']) mkdirSync(`dist/${folder}`, { recursive: true })
      for (const extension of Object.values(extensions)) {
        copyFileSync(`shell/ntfy.${extension}`, `dist/shell/ntfy.${extension}`)
      }
      for (const shell of completedShells) writeFileSync(`dist/completion/${shell}`, completionOf(shell))
      const [launcher = '', spool = ''] = ['launcher', 'spool'].map((part) => readFileSync(`shell/${part}.sh`, 'utf8'))
      executable('dist/ntfy', joinLauncher({ launcher, spool, variables: keptVariables, entry }))
      executable('dist/ntfy-done', `#!/usr/bin/env node\n${entry}\n`)
    },
  }
}

/** Any Node can read this much, to say that it is too old for the rest. */
const entry = `var version = process.versions.node.split('.')
if (version[0] < 20 || (version[0] == 20 && version[1] < 19)) {
  console.error('ntfy: ' + process.execPath + ' is v' + process.versions.node + ': it needs Node.js 20.19 or later')
  process.exitCode = 127
} else require('./main.cjs')`

/** What was just built knows its commands. */
function completionOf(shell: string): string {
  return execFileSync(process.execPath, ['dist/main.cjs', 'completion', shell], { encoding: 'utf8' })
}

function executable(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}
