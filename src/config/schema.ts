import type { Backend } from '../backends/contract/backend.ts'
import type { Option } from '../backends/contract/options.ts'
import { backendAliases, backends, loadBackend } from '../backends/index.ts'
import { pingOptions } from '../backends/ping/index.ts'
import { agentEvents } from '../notification/agent.ts'
import { durationSchema, patternsSchema, ruleSchemas } from './rules-schema.ts'
import type { topWords } from './top.ts'
import { commandDisplays } from './types.ts'

type Schema = Record<string, unknown>

/** A JSON Schema (2020-12) of the configuration, for editors: from the declarations of the backends. */
export async function configSchema(): Promise<Schema> {
  const { when: _, ...topRules } = ruleSchemas()
  const names = [...Object.keys(backends), ...Object.keys(backendAliases)]
  const sections: Record<string, Schema> = {}
  const alternatives: Schema[] = []
  for (const name of names) {
    const backend = await loadBackend(backendAliases[name] ?? name)
    sections[name] = { anyOf: [sectionSchema(backend, false), { type: 'null' }, addressSchema] }
    alternatives.push({
      if: { properties: { backend: { const: name } }, required: ['backend'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: sectionSchema(backend, true),
    })
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The configuration of ntfy',
    type: ['object', 'null'],
    properties: { ...topSchemas, pings: pingsSchema(), ...topRules, ...sections },
    additionalProperties: {
      anyOf: [{ type: 'object', properties: { backend: backendSchema }, allOf: alternatives }, addressSchema],
    },
  }
}

/** A backend's name, a module, or a path; the reader takes names in any case and with -. */
const backendSchema: Schema = {
  anyOf: [
    { enum: [...Object.keys(backends), ...Object.keys(backendAliases)] },
    { type: 'string', pattern: '^module:.|[/\\\\]|[A-Z-]' },
  ],
}

/** An address as Apprise writes them. */
const addressSchema: Schema = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9+.-]*://' }

const names = { type: 'array', items: { type: 'string' } }

const displaySchemas: Record<string, Schema> = {
  show_command: {
    description: "how much of a command to show: everything, everything but secrets, the program's name, or nothing",
    enum: commandDisplays,
  },
  hide_command: { description: 'same as show_command: hide', type: 'boolean' },
}

const awayMode = { enum: ['always', 'auto', 'never'] }

const topSchemas: Record<(typeof topWords)[number] | string, Schema> = {
  backends: { description: 'targets to use when none is named', anyOf: [names, { type: 'string' }] },
  groups: { description: 'names that stand for several targets', type: 'object', additionalProperties: names },
  backend: { description: "dschep/ntfy's old word for a single one of `backends`", type: 'string', deprecated: true },
  notifications: {
    description: "targets in Backy's format: each with a `type`, or below the name of its backend",
    type: 'object',
    additionalProperties: {
      anyOf: [{ type: 'object', properties: { type: backendSchema, backend: backendSchema } }, addressSchema],
    },
  },
  title: {
    description:
      'a template: {user} {host} {cwd} {command} {status} {code} {signal} {duration} {usual} {cpu} {peak} {agent} {project} {event} {tool} {job} {array} {rank}',
    type: 'string',
  },
  longer_than: { description: 'the hooks notify of commands that take at least this long', ...durationSchema },
  away: {
    description:
      'whether you are away from the terminal: always, never or detected (auto); after `idle` seconds without input you are',
    anyOf: [
      awayMode,
      {
        type: 'object',
        properties: { mode: awayMode, idle: { anyOf: [durationSchema, { const: false }] } },
        additionalProperties: false,
      },
    ],
  },
  agents: {
    description:
      'what notifies of a coding agent: turns of at least `longer_than` (10s), questions without an answer after `settle` (6s), the events in `notify` (done, needs-you, failed), with so many `lines` (3) of `text` (answer, prompt or none); and the targets to `ask` for a permission (none), for `ask_timeout` (5m)',
    type: ['object', 'null'],
    properties: {
      longer_than: { description: 'turns that take at least this long', default: '10s', ...durationSchema },
      settle: { description: 'how long a question waits for its answer first', default: '6s', ...durationSchema },
      notify: {
        description: 'which events notify',
        default: ['done', 'needs-you', 'failed'],
        anyOf: [{ enum: agentEvents }, { type: 'array', items: { enum: agentEvents } }],
      },
      text: { description: 'what is shown of a turn', default: 'answer', enum: ['answer', 'prompt', 'none'] },
      lines: { description: 'how many lines of it', default: 3, type: 'integer', minimum: 0, maximum: 100 },
      ask: { description: 'targets on which its requests for permission are asked and answered', ...patternsSchema },
      ask_timeout: { description: 'how long an answer is waited for, 9m at most', default: '5m', ...durationSchema },
      ask_only: {
        description: 'the only tools (Bash) and commands (git push, /pattern/) that are asked for',
        ...patternsSchema,
      },
      never: { description: 'tools and commands that are never asked for', ...patternsSchema },
    },
    patternProperties: { '[A-Z-]|longerthan': {} },
    additionalProperties: false,
  },
  ignore: { description: 'commands that never notify from the hooks', ...patternsSchema },
  always: {
    description: 'commands that notify from the hooks however short they are; failure: any that fails',
    ...patternsSchema,
  },
  only: { description: 'the only commands that notify from the hooks', ...patternsSchema },
  ...displaySchemas,
  private: {
    description:
      'for commands typed with a leading space or kept out of the history: notify without their text (hide) or not at all (drop)',
    enum: ['drop', 'hide'],
  },
  needs_input: {
    description:
      'notify while `done` runs a command that waits for an answer and nobody is looking; any: also programs that take keys',
    enum: ['auto', 'any', 'no', false],
  },
  stats: { description: 'whether to keep how long commands took (ntfy stats)', type: 'boolean', default: true },
}

/** Heartbeats of `ping` and `done --ping`. */
function pingsSchema(): Schema {
  const properties = Object.fromEntries(Object.entries(pingOptions).map(([name, one]) => [name, optionSchema(one)]))
  return {
    description: 'heartbeats for `done --ping` and `ping`, by their names',
    type: ['object', 'null'],
    additionalProperties: {
      type: 'object',
      properties,
      patternProperties: { '[A-Z-]': {} },
      additionalProperties: false,
      required: ['url'],
    },
  }
}

function sectionSchema(backend: Backend, named: boolean): Schema {
  const properties: Record<string, Schema> = {
    backend: backendSchema,
    title: { type: 'string' },
    ...displaySchemas,
    ...ruleSchemas(),
  }
  const spellings: Schema[] = []
  for (const [name, option] of Object.entries(backend.options)) {
    const all = [name, ...(option.details.aliases ?? [])]
    for (const spelling of all) properties[spelling] = optionSchema(option)
    if (option.details.required === true) spellings.push({ anyOf: all.map((spelling) => ({ required: [spelling] })) })
  }
  return {
    type: 'object',
    description: backend.title,
    properties,
    // The reader takes keys in any case and with - or _: here other spellings are merely allowed.
    patternProperties: { '[A-Z-]': {} },
    additionalProperties: backend.freeOptions ?? false,
    ...(spellings.length > 0 && { allOf: spellings }),
    ...(named && { required: ['backend'] }),
  }
}

/** What a value can be instead of itself; only secrets and files are read from files. */
const referenceTo = (isSecret: boolean): Schema => ({
  type: 'object',
  properties: {
    env: { type: 'string', description: 'the environment variable that holds it' },
    ...(isSecret && { file: { type: 'string', description: 'the file that holds it' } }),
    command: {
      type: 'array',
      items: { type: 'string' },
      description: 'the program that prints it, with its arguments',
    },
  },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
})

function optionSchema({ kind, details, choices }: Option): Schema {
  const reference = referenceTo(details.secret === true || kind === 'path')
  const notes = { description: details.description, ...(details.default !== undefined && { default: details.default }) }
  return { ...notes, anyOf: [kindSchemas[kind](choices, reference), reference] }
}

const kindSchemas: Record<Option['kind'], (choices: readonly string[] | undefined, reference: Schema) => Schema> = {
  text: () => ({ type: ['string', 'number', 'boolean'] }),
  path: () => ({ type: 'string' }),
  number: () => ({ type: ['number', 'string'] }),
  boolean: () => ({ enum: [true, false, 'true', 'false', 'yes', 'no', 'on', 'off', 0, 1] }),
  choice: (choices) => ({ enum: choices }),
  list: () => ({ anyOf: [{ type: 'array', items: { type: ['string', 'number'] } }, { type: 'string' }] }),
  words: () => ({ anyOf: [{ type: 'array', items: { type: ['string', 'number', 'boolean'] } }, { type: 'string' }] }),
  json: () => ({}),
  map: (_, reference) => ({
    type: 'object',
    additionalProperties: { anyOf: [{ type: ['string', 'number', 'boolean'] }, reference] },
  }),
}
