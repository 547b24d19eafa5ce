import { readRegular } from '../../platform/regular-file.ts'
import type { EventReader, Happening } from '../happening.ts'
import { type Payload, textIn } from '../payload.ts'
import { claude, toolOf } from './claude.ts'
import { held } from './codex.ts'

/** docs.github.com, hooks reference of Copilot CLI: names in Pascal case have payloads like Claude's. */
export const copilot: EventReader = (event, payload) => {
  if (event !== 'notification' && event !== 'Notification') {
    const name = `${event.charAt(0).toLowerCase()}${event.slice(1)}`
    return Object.hasOwn(events, name) ? events[name]?.(payload) : held(claude(event, payload))
  }
  const type = textIn(payload, 'notification_type') ?? ''
  if (/_(completed|detached)$/.test(type)) return { meaning: 'passive' }
  return held(claude('Notification', payload))
}

const active = (): Happening => ({ meaning: 'active' })

const events: Record<string, (payload: Payload) => Happening> = {
  userPromptSubmitted: (payload) => ({ meaning: 'started', text: textIn(payload, 'prompt') }),
  agentStop(payload) {
    if (/abort|cancel|interrupt/i.test(textIn(payload, 'stopReason') ?? '')) return { meaning: 'interrupted' }
    return { meaning: 'done', text: lastAnswer(textIn(payload, 'transcriptPath', 'transcript_path')) }
  },
  permissionRequest: (payload) => ({ meaning: 'needs-you', asking: 'hold', ...toolOf(payload) }),
  errorOccurred: (payload) => ({
    meaning: 'failed',
    text: textIn(payload, 'error.message', 'error.name', 'error', 'message'),
  }),
  subagentStart: () => ({ meaning: 'subagent' }),
  subagentStop: () => ({ meaning: 'subagent' }),
  sessionEnd: () => ({ meaning: 'ended' }),
  sessionStart: active,
  preToolUse: active,
  postToolUse: active,
  postToolUseFailure: active,
  preCompact: active,
}

/** The largest transcript that is read, in bytes. */
const largest = 8 * 1024 * 1024

/** What the agent said last, which only its transcript tells: lines of JSON. */
function lastAnswer(path: string | undefined): string | undefined {
  const text = path?.startsWith('/') ? readRegular(path, largest) : undefined
  for (const line of (text ?? '').trim().split('\n').reverse()) {
    if (!line.includes('"assistant.message"')) continue
    try {
      const answer = textIn(JSON.parse(line), 'data.content', 'content')
      if (answer !== undefined) return answer
    } catch {}
  }
  return undefined
}
