import { readFileSync } from 'node:fs'
import { join } from 'node:path'

declare const __VERSION__: string
/** Of the chunk: `dist/program`. */
declare const __dirname: string

/** ntfy's version, put in by the build. */
export const version: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0'

/** The JavaScript to start Node with for another process of ours. */
export function programFile(): string {
  return join(__dirname, '../main.cjs')
}

/**
 * The environment of another process of ours: what configures Node in ours is meant for the job. NODE_EXTRA_CA_CERTS
 * alone only adds to whom we trust.
 */
export function programEnvironment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => !/^NODE_(?!EXTRA_CA_CERTS$|ENV$)/.test(name))
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}

/** The text of a shell's hooks, by how the name of the file ends. */
export function shellScript(extension: string): string {
  return readFileSync(join(__dirname, '../shell', `ntfy.${extension}`), 'utf8')
}
