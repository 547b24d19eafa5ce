import type { Backend } from '../../backends/contract/backend.ts'
import { loadBackend } from '../../backends/index.ts'
import { defineCommand, type GlobalOptions } from '../../cli/command.ts'
import { doubts } from '../../config/doubts.ts'
import { configPlaces, exists, findConfig } from '../../config/find.ts'
import { loadConfig } from '../../config/index.ts'
import { describeReference, referenceOf } from '../../config/secrets.ts'
import type { Config, Target } from '../../config/types.ts'
import { exitCode, UsageError } from '../../platform/errors.ts'
import { print, printJson, printLine, say } from '../../platform/output.ts'
import { style } from '../../platform/style.ts'
import { didYouMean } from '../../platform/suggest.ts'

const verbs = ['path', 'check', 'edit', 'schema'] as const

export default defineCommand({
  name: 'config',
  words: 'path|check|edit|schema',
  summary: 'locate, check or edit the configuration; print its schema',
  group: 'configuration',
  examples: [
    ['ntfy config check', 'every problem, with its line'],
    ['ntfy config edit', 'opens it in your editor, and checks it'],
    ['ntfy config check --json', 'the same as JSON, one object per problem'],
  ],
  flags: {},
  maxWords: 1,
  takes: ['json'],
  async run({ words: [verb], global }) {
    if (verb === 'path') return showPlaces(global)
    if (verb === 'check') return check(global)
    if (verb === 'edit') return (await import('./edit.ts')).edit(global.config)
    if (verb === 'schema') {
      const { configSchema } = await import('../../config/schema.ts')
      print(`${JSON.stringify(await configSchema(), null, 2)}\n`)
      return exitCode.ok
    }
    if (verb === undefined) throw new UsageError(`config: expected one of ${verbs.join(', ')}`)
    throw new UsageError(`config: unknown word ${verb}${didYouMean(verb, verbs)} (known: ${verbs.join(', ')})`)
  },
})

function showPlaces({ config: named, json }: GlobalOptions): number {
  const winner = findConfig(named)
  for (const { path, reason } of configPlaces(named)) {
    if (json) printJson({ path, reason, exists: exists(path), used: path === winner?.path })
    if (json) continue
    const line = `${path === winner?.path ? '*' : ' '} ${path} (${reason})`
    printLine(line, path === winner?.path ? style.stdout.good : undefined)
  }
  if (winner === undefined && !json) printLine('no configuration file; using defaults')
  return exitCode.ok
}

/** Everything that is wrong, and what the file says: targets, and where each secret comes from, but never a secret. */
async function check({ config: named, json }: GlobalOptions): Promise<number> {
  const { config, problems, located } = await loadConfig(named, { thorough: true })
  const code = problems.length > 0 ? exitCode.config : exitCode.ok
  if (json) {
    for (const problem of located) printJson(problem)
    for (const warning of config.warnings) say.warning(warning)
    return code
  }
  for (const problem of problems) printLine(problem, style.stdout.bad)
  if (config.path === undefined) printLine('no configuration file; using defaults')
  else printLine(`file: ${config.path}`)
  for (const warning of config.warnings) {
    printLine(`warning: ${warning}`, (line) => line.replace('warning:', style.stdout.doubtful))
  }
  printLine(`used by default: ${config.backends.join(', ')}`)
  for (const [group, members] of Object.entries(config.groups)) printLine(`group ${group}: ${members.join(', ')}`)
  for (const target of Object.values(config.targets)) for (const line of await describe(target, config)) printLine(line)
  return code
}

async function describe(target: Target, config: Config): Promise<string[]> {
  if (target.backend === '') return [`section ${target.name}: names no backend and is not used`]
  const backend = await loadBackend(target.backend).catch(() => undefined)
  if (backend === undefined) return []
  const { options } = backend
  const lacking = await unsendable(target, backend)
  const doubtful = [
    ...(lacking === undefined ? [] : [`${target.name} cannot send: ${lacking}`]),
    ...doubts(target, backend),
  ]
  const lines = [
    ...doubtful.map((text) => `${style.stdout.doubtful('warning:')} ${text}`),
    `target ${target.name}: ${target.backend}${config.backends.includes(target.name) ? ', used by default' : ''}`,
  ]
  for (const [name, value] of Object.entries(target.settings)) {
    const reference = referenceOf(value)
    if (reference !== undefined) lines.push(`  ${name}: from ${describeReference(reference)}`)
    else if (options[name]?.details.secret) lines.push(`  ${name}: in the file`)
  }
  return lines
}

/** Why nothing can be sent by a target that older configurations have and that is no mistake in the file. */
async function unsendable({ settings }: Target, backend: Backend): Promise<string | undefined> {
  const others = backend.inherited?.() ?? {}
  const lacking = Object.entries(backend.options).find(
    ([name, { details }]) => details.required === 'to send' && (settings[name] ?? others[name]) === undefined,
  )
  return lacking ? `${lacking[0]} is missing: ${lacking[1].details.description}` : backend.ended?.(settings)
}
