import { normalKey } from '../backends/contract/read-option.ts'
import { messageOf } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'
import { writeCompletionFile } from './completion-file.ts'
import { configTime, findConfig } from './find.ts'
import { writeHookSettings } from './hook-settings.ts'
import { interpret } from './interpret.ts'
import { sourceOf } from './lines.ts'
import { keepContent } from './parsed-copy.ts'
import { type Problem, readDocument, UnreadableConfig } from './read.ts'
import { topWords } from './top.ts'
import { type Config, emptyConfig } from './types.ts'

/** What a run of ntfy knows of its configuration. A broken one is not thrown: a job's notification must not be lost. */
export interface LoadedConfig {
  config: Config
  /** Every problem of the file, each a line `FILE:LINE: target.key: what`. */
  problems: string[]
  /** The same for programs. */
  located: LocatedProblem[]
}

/** A problem with its place, as `config check --json` prints it. */
export interface LocatedProblem {
  file: string
  line?: number
  target?: string
  key?: string
  message: string
}

/**
 * Finds, reads and checks the configuration.
 *
 * @param options.thorough also looks at what the file only names: certificates, keys, programs
 */
export async function loadConfig(
  named: string | undefined,
  { thorough = false }: { thorough?: boolean } = {},
): Promise<LoadedConfig> {
  const time = configTime()
  const place = findConfig(named)
  if (place === undefined) {
    const config = emptyConfig(undefined)
    writeHookSettings(config, time)
    return { config, problems: [], located: [] }
  }
  const { path } = place
  try {
    const document = await readDocument(path, { pipe: place.reason === '-c' })
    const { config, problems } = await interpret(document)
    if (problems.length === 0 && !document.kept) keepContent(document, document.content)
    if (place.reason !== '-c') {
      writeHookSettings(problems.length === 0 ? config : undefined, time)
      if (problems.length === 0) writeCompletionFile(config)
    }
    if (thorough) problems.push(...(await (await import('./obstacles.ts')).obstacles(config)))
    const described = await describe(path, document.text, config, problems)
    described.located.forEach(({ target, key }, at) => {
      const owner = target ?? pingOf(key, config)
      if (owner !== undefined) config.wrong[owner] ??= described.problems[at] ?? ''
    })
    return { config, ...described }
  } catch (error) {
    if (!(error instanceof UnreadableConfig)) throw error
    if (place.reason !== '-c') writeHookSettings(undefined, time)
    const message = oneLine(messageOf(error))
    const { line } = error
    const problem = `${line === undefined ? path : `${path}:${line}`}: ${messageOf(error)}`
    return {
      config: { ...emptyConfig(path), unreadable: problem },
      problems: [problem],
      located: [{ file: path, ...(line !== undefined && { line }), message }],
    }
  }
}

type Described = Pick<LoadedConfig, 'problems' | 'located'>

async function describe(path: string, text: string, config: Config, problems: Problem[]): Promise<Described> {
  if (problems.length === 0) return { problems: [], located: [] }
  const source = await sourceOf(text)
  const sorted = problems
    .map((problem) => ({ ...problem, line: problem.line ?? source.line(problem.at) ?? 1 }))
    .sort((one, other) => one.line - other.line)
  return {
    problems: sorted.map(({ at, what, line }) =>
      oneLine(`${path}:${line}: ${at.length > 0 ? `${at.join('.')}: ` : ''}${what}`),
    ),
    located: sorted.map(({ at, what, line }) => ({ file: path, line, ...ownerOf(at, config), message: oneLine(what) })),
  }
}

/** The target that a place in the file belongs to, and the key in it or at the top. */
function ownerOf(at: string[], { targets }: Config): Pick<LocatedProblem, 'target' | 'key'> {
  const [first = ''] = at
  const inSection = normalKey(first) === 'notifications' && at.length > 1
  const [name = '', ...below] = inSection ? at.slice(1) : at
  const isTarget = inSection || (!isTopWord(first) && (below.length > 0 || Object.hasOwn(targets, first)))
  const key = (isTarget ? below : at).join('.')
  return { ...(isTarget && { target: name }), ...(key !== '' && { key }) }
}

/** The heartbeat that a key belongs to, as deliveries name it. */
function pingOf(key: string | undefined, { pings }: Config): string | undefined {
  const place = `${key ?? ''}.`.toLowerCase()
  const name = Object.keys(pings).find((one) => place.startsWith(`pings.${one.toLowerCase()}.`))
  return name && `ping:${name}`
}

function isTopWord(word: string): boolean {
  return topWords.some((known) => normalKey(known) === normalKey(word))
}
