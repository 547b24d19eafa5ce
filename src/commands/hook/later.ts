import { findVerb, quickInvocation, splitArguments } from '../../cli/arguments.ts'
import { note } from '../../history/journal.ts'
import { type Call, longestInput } from '../../inbox/call.ts'
import { type CallHandler, nothingLeft } from '../../inbox/handler.ts'
import { messageOf, UsageError } from '../../platform/errors.ts'
import { oneLine } from '../../platform/text.ts'
import { type AgentEvent, agents, unknownAgent } from './agents.ts'
import hook from './index.ts'

/** `ntfy hook AGENT`, long after the agent has gone on: whatever is wrong is in `why`. */
export const hookLater: CallHandler = async (call, options) => {
  try {
    const event = await eventOf(call)
    const load = Object.hasOwn(agents, event.agent) ? agents[event.agent] : undefined
    if (load === undefined) throw new UsageError(unknownAgent(event.agent) ?? 'unknown agent')
    return await (await load())(event, options)
  } catch (error) {
    noteTrouble(call, messageOf(error).replace(/^hook: /, ''))
    return nothingLeft
  }
}

/** @throws NtfyError the command line or the JSON is wrong */
async function eventOf(call: Call): Promise<AgentEvent> {
  const split = splitArguments(call.words, findVerb(call.words), hook)
  const typed =
    quickInvocation(split, hook) ?? (await (await import('../../cli/parser.ts')).parseWithYargs(split, hook))
  const [agent, ...rest] = typed?.words ?? []
  if (agent === undefined) throw new UsageError('expected the name of an agent')
  const json = rest.at(-1)?.startsWith('{') ? rest.pop() : undefined
  return { agent, words: rest, payload: parsed(json ?? inputText(call)), call }
}

function inputText({ input }: Call): string {
  if (input.length > longestInput) throw new UsageError('the event is larger than 1 MB')
  return input.toString('utf8')
}

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError('the event is not valid JSON')
  }
}

/** Without the event, which may hold anything. */
function noteTrouble({ words, time }: Call, reason: string): void {
  const command = ['ntfy', ...words.filter((word) => !word.startsWith('{'))].join(' ')
  note({
    time: time.toISOString(),
    source: 'agent',
    command,
    silent: { rule: 'hook', reason: oneLine(reason) },
    targets: [],
  })
}
