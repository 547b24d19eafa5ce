import type { Backend } from '../backends/contract/backend.ts'
import type { Option } from '../backends/contract/options.ts'
import { normalKey, readOption } from '../backends/contract/read-option.ts'
import { topWords } from '../config/top.ts'
import type { Config } from '../config/types.ts'
import { outcomeTitle } from '../notification/template.ts'
import { printLine } from '../platform/output.ts'

/** What most people choose: these come first. */
const popular = ['ntfy_sh', 'telegram', 'mail', 'slack', 'discord', 'pushover', 'matrix', 'desktop']

/** Which of all backends. */
export async function askBackend(all: Backend[]): Promise<string> {
  const { search } = await import('@inquirer/prompts')
  const isPopular = ({ name }: Backend) => popular.includes(name)
  const popularFirst = [...all].sort((one, other) => Number(isPopular(other)) - Number(isPopular(one)))
  const choices = popularFirst.map(({ name, title }) => ({
    name: title === name ? name : `${title} (${name})`,
    value: name,
  }))
  return search({
    message: 'Where shall notifications go? (type to filter)',
    source: (typed = '') => choices.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase())),
  })
}

/** The name of the new target; one that is there already is replaced only if that is wanted. */
export async function askName(backend: Backend, config: Config): Promise<string> {
  const { confirm, input } = await import('@inquirer/prompts')
  for (;;) {
    const name = await input({
      message: 'The name of this target:',
      default: backend.name,
      validate: (typed) => {
        if (topWords.some((word) => normalKey(word) === normalKey(typed))) return 'this word has a meaning of its own'
        return /^[A-Za-z][\w.-]*$/.test(typed) || 'expected letters, digits, _ . and -'
      },
    })
    const taken = Object.hasOwn(config.targets, name) || Object.hasOwn(config.groups, name)
    if (!taken || (await confirm({ message: `${name} is there already. Replace it?`, default: false }))) return name
  }
}

/**
 * The options that a backend needs, and those of the others that are wanted.
 *
 * @param given what the command line says: not asked
 * @param previous what the target has now, or what was answered before: proposed
 */
export async function askOptions(backend: Backend, given: Settings, previous: Settings = {}): Promise<Settings> {
  const settings: Settings = { ...previous, ...given }
  const all = Object.entries(backend.options).filter(([name]) => given[name] === undefined)
  const needed = all.filter(([name, { details }]) => details.required || backend.example?.[name] !== undefined)
  for (const [name, option] of needed) await askOption(backend, name, option, settings)
  await askMore(
    backend,
    all.filter(([name]) => !needed.some(([known]) => known === name)),
    settings,
  )
  for (;;) {
    const lacking = backend.missing?.(settings)
    if (lacking === undefined) return settings
    printLine(lacking)
    for (const [name, option] of all) {
      if (settings[name] === undefined && lacking.includes(name)) await askOption(backend, name, option, settings)
    }
    if (backend.missing?.(settings) === lacking) return settings
  }
}

export type Settings = Record<string, unknown>

/** Options that many people change: which server it is, and how loud. */
const changed = /^(?:server|url|base_url|site|host|port|priority)$/

/** Behind one question: those that many change, each with what holds without an answer, and the choice of all others. */
async function askMore(backend: Backend, others: [string, Option][], settings: Settings): Promise<void> {
  const { checkbox, confirm } = await import('@inquirer/prompts')
  if (others.length === 0) return
  const names = others.map(([name]) => name).join(', ')
  if (!(await confirm({ message: `More settings? Further options: ${names}.`, default: false }))) return
  const first = others.filter(([name]) => changed.test(name))
  for (const [name, option] of first) await askOption(backend, name, option, settings)
  const rest = others.filter(([name]) => !changed.test(name))
  if (rest.length === 0) return
  const wanted = await checkbox({
    message: 'Which others (space chooses, enter goes on):',
    choices: rest.map(([name, { details }]) => ({
      name: `${name}: ${details.description}`,
      value: name,
      short: name,
    })),
  })
  for (const [name, option] of rest) if (wanted.includes(name)) await askOption(backend, name, option, settings)
}

async function askOption(backend: Backend, name: string, option: Option, settings: Settings): Promise<void> {
  const { details } = option
  const before = settings[name]
  const typed = await askText(backend, name, option, before)
  if (typed === '') return
  const result = readOption(option, typed)
  const value = 'value' in result ? result.value : typed
  // What holds anyway need not be in the file.
  if (value !== details.default || before !== undefined) settings[name] = value
}

/**
 * Asks again until it is what the option expects; an empty answer leaves out what need not be there.
 *
 * @param before its value so far, which an empty answer keeps
 */
async function askText(backend: Backend, name: string, option: Option, before: unknown): Promise<string> {
  const { input, password, select } = await import('@inquirer/prompts')
  const { description, secret, example, default: usual } = option.details
  const isPlain = ['string', 'number', 'boolean'].includes(typeof before) && !secret
  const keeps = before !== undefined && !isPlain ? ' (empty keeps what is there)' : ''
  const message = `${name} (${description})${keeps}:`
  const mustBe = option.details.required === true && before === undefined
  const validate = (typed: string) => {
    if (typed === '') return !mustBe || 'this is needed'
    const result = readOption(option, typed)
    return 'value' in result || result.problem
  }
  if (option.choices) {
    const unset = usual === undefined && !mustBe ? [{ name: 'not set', value: '' }] : []
    const choices = [...unset, ...option.choices.map((value) => ({ name: value, value }))]
    const chosen = before ?? usual
    return select({ message, choices, ...(chosen !== undefined && { default: String(chosen) }) })
  }
  if (secret) return password({ message, mask: '*', validate })
  const shown = example === undefined ? '' : ` (for example ${String(example)})`
  const proposal = isPlain ? before : await proposed(backend, name, usual)
  return input({
    message: `${message}${proposal === undefined ? shown : ''}`,
    ...(proposal !== undefined && { default: String(proposal) }),
    validate,
  })
}

/** A topic of ntfy.sh is as good as a password, and nobody thinks of a good one. */
async function proposed(backend: Backend, name: string, usual: unknown): Promise<unknown> {
  return backend.name === 'ntfy_sh' && name === 'topic' ? (await import('./topic.ts')).proposeTopic() : usual
}

/** What titles begin with, where the file does not say it. @returns a template, or nothing to leave the default */
export async function askTitle(): Promise<string | undefined> {
  const { select } = await import('@inquirer/prompts')
  return select({
    message: 'The title of a notification (a lock screen shows little more):',
    choices: [
      { name: 'where: user@host:~/folder', value: undefined },
      { name: 'what: ✅ make test (4 m 12 s)', value: outcomeTitle },
    ],
  })
}

/** Whether notifications go there when no target is named. @returns the new list, or nothing to leave it as it is */
export async function askJoin(name: string, config: Config): Promise<string[] | undefined> {
  const { confirm } = await import('@inquirer/prompts')
  if (config.backends.includes(name)) return undefined
  const message = `Use ${name} by default, besides ${config.backends.join(', ')}?`
  return (await confirm({ message, default: true })) ? [...config.backends, name] : undefined
}
