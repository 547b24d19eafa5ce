import { readFileSync } from 'node:fs'
import type { CodeCache } from './code-cache.ts'

/** Of `main.cjs`. */
declare const require: (name: string) => unknown

/** Makes the `require` of the chunks in a folder, which looks for nothing and compiles with a cache. */
export function chunkLoader(folder: string, cache: CodeCache): (name: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>()
  const load = (name: string): unknown => {
    if (!name.startsWith('./')) return require(name)
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    loaded.set(name, module)
    const path = `${folder}/${name.slice(2)}`
    const script = cache.compile(name, path, readFileSync(path))
    script.runInThisContext()(module.exports, load, module, path, folder)
    return module.exports
  }
  // Code from a cache cannot import; this file can, which Node has loaded itself.
  return Object.assign(load, { importModule: (address: string) => import(address) })
}
