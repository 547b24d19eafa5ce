import type { Backend } from '../backends/contract/backend.ts'
import type { Option } from '../backends/contract/options.ts'
import { ruleSchemas } from '../config/rules-schema.ts'
import { configSchema } from '../config/schema.ts'
import { entry, example, page, paragraphs, roff, section, subsection } from './roff.ts'

interface ConfigManualParts {
  version: string
  /** The date of that version, ISO 8601. */
  date: string
  backends: Backend[]
}

type Schema = { description?: string; enum?: readonly string[]; properties?: Record<string, Schema> }

/** The manual page ntfy.yml(5): the configuration, from its JSON Schema and the declarations of the backends. */
export async function configManual({ version, date, backends }: ConfigManualParts): Promise<string> {
  const { properties } = (await configSchema()) as { properties: Record<string, Schema> }
  const services = new Set(backends.flatMap(({ name, aliases = [] }) => [name, ...aliases]))
  const settings = Object.entries(properties).filter(([name]) => !services.has(name))
  const rules: Record<string, Schema> = ruleSchemas()
  return page(
    { name: 'ntfy.yml', section: 5, date, version, volume: 'File Formats' },
    section('NAME', 'ntfy.yml \\- configuration of ntfy'),
    section('DESCRIPTION', description, example(sample), `.PP\n${paragraphs(...details)}`),
    section('SETTINGS', paragraphs('At the top level:'), ...settings.map(settingPart)),
    section('TARGETS', targets, targetWords, ...Object.entries(rules).map(settingPart)),
    section('CONDITIONS', conditions, ...Object.entries(rules['when']?.properties ?? {}).map(settingPart)),
    section('SECRETS', secrets, ...Object.entries(references).map(([form, text]) => entry(bold(form), text))),
    section('BACKENDS', paragraphs('The options of each; required ones come first.'), ...backends.map(backendPart)),
    section('FILES', ...Object.entries(files).map(([name, text]) => entry(`\\fI${roff(name)}\\fR`, text))),
    section('SEE ALSO', '.BR ntfy (1)'),
  )
}

const description = paragraphs(
  'ntfy works without configuration. The file is YAML (.yml, .yaml) or JSON (.json); ntfy config check lists every problem with its line, and ntfy config schema prints a JSON Schema for editors.',
)

const sample = `backends: [desktop, phone]
title: "{user}@{host}:{cwd}"
longer_than: 10
phone:
  backend: pushover
  user_key: {env: PUSHOVER_USER}
  when: {status: failure, longer_than: 5m}
pushover: {user_key: hunter2}`

const details = [
  'Keys match regardless of case, - and _: roomId, room-id and room_id are the same. Times are seconds or durations (90, 5m, 1h30m). Relative paths are relative to the file.',
  'A configuration that others can change (the file, one of its folders or the target of a link) may not name programs, modules or files.',
]

const targets = paragraphs(
  'A target is a section with any other name. It names its backend and sets the options of that backend; a section with the name of a backend needs no backend. Rules at the top level apply to every target that does not set its own; false turns one off.',
)

const targetWords = [
  entry(
    bold('backend'),
    'the backend, a module (module:NAME, looked up in the node_modules next to the file) or a path',
  ),
  entry(bold('title'), 'the title template of this target'),
  entry(bold('show_command'), 'how much of a command this target shows: full, redacted, name or hide'),
].join('')

const conditions = paragraphs('In when, each a value or a list of values; all of them have to hold.')

const secrets = paragraphs(
  'The value of an option may be read from elsewhere. Its first line counts, without blanks around it; of keys, certificates and lists all lines do.',
)

const references: Record<string, string> = {
  '{env: NAME}': 'an environment variable',
  '{file: PATH}': 'a file; only for secrets and certificates',
  '{command: [PROGRAM, ARGUMENT...]}': 'the output of a program, which runs without a shell and without a terminal',
}

const files: Record<string, string> = {
  '~/.config/ntfy/ntfy.yml': 'the configuration of the user; on macOS ~/Library/Application Support/ntfy/ntfy.yml',
  '~/.ntfy.yml': 'its former place',
  '/etc/xdg/ntfy/ntfy.yml': 'the configuration of the site, in each folder of XDG_CONFIG_DIRS',
}

function settingPart([name, { description = '', enum: words }]: [string, Schema]): string {
  return entry(bold(name), `${description}${words ? ` (${words.join(', ')})` : ''}`)
}

function backendPart({ name, title, options }: Backend): string {
  const all = Object.entries(options)
  const required = ([, { details }]: [string, Option]) => details.required !== undefined
  const ordered = [...all.filter(required), ...all.filter((option) => !required(option))]
  return subsection(roff(name), roff(title), ...ordered.map(optionPart))
}

function optionPart([name, { kind, details, choices }]: [string, Option]): string {
  const notes = [
    choices ? choices.join(', ') : kind,
    details.required ? 'required' : '',
    details.secret ? 'secret' : '',
    details.default === undefined ? '' : `default ${details.default}`,
    details.aliases?.length ? `also ${details.aliases.join(', ')}` : '',
  ].filter(Boolean)
  return entry(bold(name), `${details.description} (${notes.join('; ')})`)
}

function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`
}
