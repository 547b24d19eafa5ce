import { priorities } from '../notification/index.ts'
import type { RuleWord } from './rules.ts'
import type { When } from './when.ts'

type Schema = Record<string, unknown>

/** A span of time as it is written: seconds, or a duration. */
export const durationSchema: Schema = {
  type: ['number', 'string'],
  pattern: '^(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)$',
}

/** A pattern for commands: its first words, or a `/regular expression/`. */
export const patternsSchema = several({ type: 'string', minLength: 1 })

const hours: Schema = { type: 'string', pattern: '^\\s*\\d{1,2}:\\d{2}\\s*(-|–|to)\\s*\\d{1,2}:\\d{2}\\s*$' }

/** A JSON Schema of each rule. */
export function ruleSchemas(): Record<RuleWord, Schema> {
  return {
    when: {
      description: 'it is told only if all of this holds',
      type: 'object',
      properties: conditionSchemas,
      patternProperties: { '[A-Z-]': {} },
      additionalProperties: false,
    },
    quiet: {
      description: 'hours in which notifications are held, to come as one when they end',
      anyOf: [
        several(hours),
        {
          type: 'object',
          properties: { hours: several(hours), except: { description: 'not from this priority on', enum: priorities } },
          required: ['hours'],
          additionalProperties: false,
        },
        { const: false },
      ],
    },
    limit: {
      description: 'so many in a time (10/hour); what is over it is held, to come as one; urgent ones are not counted',
      anyOf: [{ type: 'string', pattern: '^\\s*[1-9]\\d*\\s*(/|per)\\s*\\S+' }, { const: false }],
    },
    dedupe: {
      description: 'the same again is not told for so long',
      anyOf: [durationSchema, { const: false }],
    },
    fallback: {
      description: 'the target that gets what this one does not take',
      anyOf: [{ type: 'string' }, { const: false }],
    },
    fallback_after: { description: 'how long it may wait before the fallback gets it', ...durationSchema },
    escalate: {
      description: 'the target that gets it if nobody has come back after a time',
      anyOf: [
        {
          type: 'object',
          properties: { to: { type: 'string' }, after: durationSchema },
          required: ['to', 'after'],
          additionalProperties: false,
        },
        { const: false },
      ],
    },
  }
}

const conditionSchemas: Record<keyof When, Schema> = {
  status: several({ enum: ['success', 'failure', 'signal'] }),
  longer_than: durationSchema,
  shorter_than: durationSchema,
  away: { type: 'boolean' },
  source: several({ enum: ['send', 'done', 'hook'] }),
  host: several({ type: 'string' }),
  command: patternsSchema,
  not_command: patternsSchema,
  hours: several(hours),
}

function several(one: Schema): Schema {
  return { anyOf: [one, { type: 'array', items: one, minItems: 1 }] }
}
