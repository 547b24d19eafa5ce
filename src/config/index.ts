import { messageOf } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'
import { findConfig } from './find.ts'
import { writeHookSettings } from './hook-settings.ts'
import { interpret } from './interpret.ts'
import { sourceOf } from './lines.ts'
import { type Problem, readDocument, UnreadableConfig } from './read.ts'
import { type Config, emptyConfig } from './types.ts'

/** What a run of ntfy knows of its configuration. A broken one is not thrown: a job's notification must not be lost. */
export interface LoadedConfig {
  config: Config
  /** Every problem of the file, each a line `FILE:LINE: target.key: what`. */
  problems: string[]
}

/** Finds, reads and checks the configuration. */
export async function loadConfig(named: string | undefined): Promise<LoadedConfig> {
  const place = findConfig(named)
  if (place === undefined) {
    const config = emptyConfig(undefined)
    writeHookSettings(config)
    return { config, problems: [] }
  }
  const { path } = place
  try {
    const document = await readDocument(path, { pipe: place.reason === '-c' })
    const { config, problems } = await interpret(document)
    if (problems.length === 0 && place.reason !== '-c') writeHookSettings(config)
    return { config, problems: await describe(path, document.text, problems) }
  } catch (error) {
    if (!(error instanceof UnreadableConfig)) throw error
    const where = error.line === undefined ? path : `${path}:${error.line}`
    return { config: emptyConfig(path), problems: [`${where}: ${messageOf(error)}`] }
  }
}

async function describe(path: string, text: string, problems: Problem[]): Promise<string[]> {
  if (problems.length === 0) return []
  const source = await sourceOf(text)
  return problems
    .map((problem) => ({ ...problem, line: problem.line ?? source.line(problem.at) ?? 1 }))
    .sort((one, other) => one.line - other.line)
    .map(({ at, what, line }) => oneLine(`${path}:${line}: ${at.length > 0 ? `${at.join('.')}: ` : ''}${what}`))
}
