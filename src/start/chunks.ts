import { readdirSync, readFileSync } from 'node:fs'
import type { CodeCache } from './code-cache.ts'

/** Of `main.cjs`. */
declare const require: (name: string) => unknown

/** After so long a run may be one that outlives an upgrade, in milliseconds. */
const longRun = 1000

/**
 * Makes the `require` of the chunks in a folder, which looks for nothing and compiles with a cache. What a long run has
 * not needed yet it reads ahead: in the place of it there may be another version's when a command has ended.
 */
export function chunkLoader(folder: string, cache: CodeCache): (name: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>()
  const ahead = new Map<string, Buffer>()
  setTimeout(readAhead, longRun, folder, ahead).unref()
  const load = (name: string): unknown => {
    if (!name.startsWith('./')) return require(name)
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    loaded.set(name, module)
    const path = `${folder}/${name.slice(2)}`
    const script = cache.compile(name, path, ahead.get(path) ?? readFileSync(path))
    script.runInThisContext()(module.exports, load, module, path, folder)
    return module.exports
  }
  // Code from a cache cannot import; this file can, which Node has loaded itself.
  return Object.assign(load, { importModule: (address: string) => import(address) })
}

function readAhead(folder: string, ahead: Map<string, Buffer>): void {
  try {
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.cjs')) ahead.set(`${folder}/${file}`, readFileSync(`${folder}/${file}`))
    }
  } catch {}
}
