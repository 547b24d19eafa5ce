import type { EventReader, Happening } from '../happening.ts'
import { type Payload, textIn } from '../payload.ts'

/** google-gemini/gemini-cli, docs/hooks/reference.md. */
export const gemini: EventReader = (event, payload) => {
  if (/^(Before|After)(Tool|Model|ToolSelection)$|^(SessionStart|PreCompress)$/.test(event))
    return { meaning: 'active' }
  return Object.hasOwn(events, event) ? events[event]?.(payload) : undefined
}

const events: Record<string, (payload: Payload) => Happening> = {
  BeforeAgent: (payload) => ({ meaning: 'started', text: textIn(payload, 'prompt') }),
  AfterAgent(payload) {
    const text = textIn(payload, 'prompt_response')
    // What stands there when the turn was interrupted (gemini-cli 0.61).
    return text === '[no response text]' ? { meaning: 'interrupted' } : { meaning: 'done', text }
  },
  SessionEnd: () => ({ meaning: 'ended' }),
  Notification(payload) {
    if (textIn(payload, 'notification_type') !== 'ToolPermission') return { meaning: 'passive' }
    const command = textIn(payload, 'details.command')
    return {
      meaning: 'needs-you',
      asking: 'hold',
      tool: textIn(payload, 'details.type'),
      question: command ?? textIn(payload, 'details.title', 'message'),
      isCommand: command !== undefined,
    }
  },
}
