import { agentEvents } from '../../notification/agent.ts'
import type { EventReader, Happening, Meaning } from '../happening.ts'
import { listIn, purposeOf, textIn } from '../payload.ts'
import { claude, toolOf } from './claude.ts'
import { held } from './codex.ts'

/** ~/.cursor/hooks.json: the command line and the editor; it has no event for a question. */
export const cursor: EventReader = (event, payload) => {
  const turn = textIn(payload, 'generation_id')
  const happening = ((): Happening | undefined => {
    if (event === 'beforeSubmitPrompt') return { meaning: 'started', text: textIn(payload, 'prompt') }
    if (event === 'afterAgentResponse') return { meaning: 'active', text: textIn(payload, 'text') }
    if (event === 'subagentStart' || event === 'subagentStop') return { meaning: 'subagent' }
    if (event === 'sessionEnd') return { meaning: 'ended' }
    if (event === 'stop') {
      const error = textIn(payload, 'error_message', 'error.message', 'error')
      return ended(textIn(payload, 'status'), { text: textIn(payload, 'text') }, { text: error })
    }
    if (/^(sessionStart|(before|after|pre|post)\w+)$/.test(event)) return { meaning: 'active' }
    return held(claude(event, payload))
  })()
  return happening && { ...happening, turn }
}

/** `amp plugins show-docs`. */
export const amp: EventReader = (event, payload) => {
  if (event === 'agent.start') return { meaning: 'started', text: textIn(payload, 'message', 'message.text') }
  if (event === 'agent.end') {
    const answer = listIn(payload, 'messages').findLast((message) => textIn(message, 'role') === 'assistant')
    const [part] = listIn(answer, 'content').filter((one) => textIn(one, 'text') !== undefined)
    const text = textIn(answer, 'text', 'content') ?? textIn(part, 'text')
    return ended(textIn(payload, 'status'), { text }, { text: textIn(payload, 'error.message', 'error') })
  }
  return /^(session\.start|tool\.(call|result))$/.test(event) ? { meaning: 'active' } : undefined
}

/** block/goose, documentation/docs/guides/context-engineering/hooks.md. */
export const goose: EventReader = (event, payload) => held(claude(event, payload))

/** Claude's names. */
export const qwen: EventReader = goose

/** aider/io.py: it calls when it waits for input, and says nothing of what comes after that. */
export const aider: EventReader = (event) =>
  event === 'needs-you' ? { meaning: 'needs-you', asking: 'hold', repeats: true, question: 'input' } : undefined

/** aws/amazon-q-developer-cli, docs/hooks.md. */
export const kiro: EventReader = (event, payload) => {
  if (event === 'userPromptSubmit') return { meaning: 'started', text: textIn(payload, 'prompt') }
  if (event === 'stop')
    return { meaning: 'done', text: textIn(payload, 'assistant_response', 'last_assistant_message') }
  return /^(agentSpawn|preToolUse|postToolUse)$/.test(event) ? { meaning: 'active' } : held(claude(event, payload))
}

/** ~/.codeium/windsurf/hooks.json. */
export const windsurf: EventReader = (event, payload) => {
  const turn = textIn(payload, 'execution_id')
  if (event === 'pre_user_prompt') return { meaning: 'started', text: textIn(payload, 'tool_info.user_prompt'), turn }
  if (event === 'post_cascade_response') {
    return { meaning: 'done', text: textIn(payload, 'tool_info.response', 'response'), turn }
  }
  return /^(pre|post)_/.test(event) ? { meaning: 'active' } : undefined
}

const ownWords = new Set<string>([...agentEvents, 'paused', 'interrupted', 'active', 'passive'])

/** Our own words, for programs of one's own. */
export const generic: EventReader = (event, payload) => {
  if (!ownWords.has(event)) return held(claude(event, payload))
  const meaning = event as Meaning
  const tool = toolOf(payload)
  const question = textIn(payload, 'question', 'command') ?? tool.question ?? textIn(payload, 'message', 'text')
  return {
    meaning,
    turn: textIn(payload, 'turn', 'turn_id'),
    text: textIn(payload, 'text', 'message', 'last_assistant_message', 'prompt', 'error'),
    ...(meaning === 'needs-you' && {
      asking: 'hold',
      tool: textIn(payload, 'tool') ?? tool.tool,
      question: question ?? purposeOf(payload['input']),
      isCommand: tool.isCommand || textIn(payload, 'command') !== undefined,
    }),
  }
}

/** How a turn ended, by its status. */
function ended(status = '', done: Partial<Happening>, failed: Partial<Happening>): Happening {
  if (/^(aborted|cancell?ed|interrupted)$/.test(status)) return { meaning: 'interrupted' }
  return status === 'error' ? { meaning: 'failed', ...failed } : { meaning: 'done', ...done }
}
