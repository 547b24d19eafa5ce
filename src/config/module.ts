import { join } from 'node:path'
import { ConfigError, codeOf, messageOf } from '../platform/errors.ts'
import { readRegularFile } from '../platform/regular-file.ts'

/** No description of a package is larger, in bytes. */
const largest = 1024 * 1024

/**
 * The file of a third-party backend: `module:NAME` in the node_modules of the configuration's folder and in no folder
 * above it, or a path.
 *
 * @param folder the configuration's
 * @throws ConfigError there is none
 */
export function thirdPartyFile(name: string, folder: string): string {
  if (!/^(@[\w.-]+\/)?\w[\w.-]*$/.test(name)) throw new ConfigError(`module:${name}: expected the name of a package`)
  const root = join(folder, 'node_modules', name)
  try {
    const { exports, main } = JSON.parse(readRegularFile(join(root, 'package.json'), largest).toString()) as Record<
      string,
      unknown
    >
    return join(root, entryOf(exports) ?? (typeof main === 'string' ? main : 'index.js'))
  } catch (error) {
    throw new ConfigError(
      `no package ${name} in ${join(folder, 'node_modules')} (${codeOf(error) ?? messageOf(error)})`,
    )
  }
}

function entryOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const conditions = exports as Record<string, unknown>
  return entryOf(
    conditions['.'] ?? conditions['import'] ?? conditions['node'] ?? conditions['default'] ?? conditions['require'],
  )
}
