import { agentEvents, agentNames } from '../notification/agent.ts'
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
      description: 'notify only if all of these conditions hold',
      type: 'object',
      properties: conditionSchemas,
      patternProperties: { '[A-Z-]': {} },
      additionalProperties: false,
    },
    quiet: {
      description: 'hours during which notifications are held; they arrive as one when the hours end',
      anyOf: [
        several(hours),
        {
          type: 'object',
          properties: {
            hours: several(hours),
            except: { description: 'notifications of this priority or higher are not held', enum: priorities },
          },
          required: ['hours'],
          additionalProperties: false,
        },
        { const: false },
      ],
    },
    limit: {
      description:
        'the maximum number per time (10/hour); the excess is held and arrives as one; urgent notifications are not counted',
      anyOf: [{ type: 'string', pattern: '^\\s*[1-9]\\d*\\s*(/|per)\\s*\\S+' }, { const: false }],
    },
    dedupe: {
      description: 'suppress repetitions of the same notification for this long',
      anyOf: [durationSchema, { const: false }],
    },
    fallback: {
      description: 'the target that gets what this one does not accept',
      anyOf: [{ type: 'string' }, { const: false }],
    },
    fallback_after: { description: 'how long a notification may wait before the fallback gets it', ...durationSchema },
    escalate: {
      description: 'the target that also gets it unless you come back within a time',
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
  status: { description: 'how the command ended', ...several({ enum: ['success', 'failure', 'signal'] }) },
  longer_than: { description: 'the command took at least this long', ...durationSchema },
  shorter_than: { description: 'the command took less than this', ...durationSchema },
  away: { description: 'true: you are not looking at the terminal; false: you are', type: 'boolean' },
  source: {
    description: 'which part of ntfy notifies: send, done, the hooks of shells or of agents; or that it was received',
    ...several({ enum: ['send', 'done', 'hook', 'agent', 'received'] }),
  },
  agent: { description: 'which coding agent it is about', ...several({ enum: agentNames }) },
  event: { description: 'what happened in its session', ...several({ enum: agentEvents }) },
  host: { description: 'the name of the machine that it is from (build*)', ...several({ type: 'string' }) },
  user: { description: 'who made it, or whose job it is', ...several({ type: 'string' }) },
  command: { description: 'the first words of the command, or a /regular expression/', ...patternsSchema },
  not_command: { description: 'the same, for commands that are excluded', ...patternsSchema },
  hours: { description: 'the time of day (22:00-07:00)', ...several(hours) },
}

function several(one: Schema): Schema {
  return { anyOf: [one, { type: 'array', items: one, minItems: 1 }] }
}
