import type { EventReader, Happening } from '../happening.ts'
import { listIn, type Payload, textIn } from '../payload.ts'
import { claude } from './claude.ts'

/** openai/codex, codex-rs/hooks/src/schema.rs and legacy_notify.rs. */
export const codex: EventReader = (event, payload) => {
  if (event === 'agent-turn-complete') return notified(payload)
  return held(claude(event, payload))
}

/** Agents whose dialogs are not announced a second time: the question itself waits for its answer. */
export function held(happening: Happening | undefined): Happening | undefined {
  if (happening?.meaning !== 'needs-you') return happening
  return { ...happening, asking: happening.asking === 'tell' || happening.asking === 'join' ? 'join' : 'hold' }
}

/** The program of `notify`. */
function notified(payload: Payload): Happening {
  const inputs = listIn(payload, 'input-messages')
  return {
    meaning: 'done',
    text: textIn(payload, 'last-assistant-message'),
    turn: textIn(payload, 'turn-id'),
    helper: inputs.length === 1 && isTitleRequest(String(inputs[0])),
  }
}

/** The instruction to invent a title for the session, which has a thread of its own. */
function isTitleRequest(text: string): boolean {
  const beginning = text.slice(0, 600)
  const isInstruction =
    /^\W*(you(?:r| are| will)|generate|create|invent|write|provide|produce|summari[sz]e|given|come up)/i
  const subject = /\b(task|thread|session|conversation|chat|prompt|request|message)s?\b/i
  return isInstruction.test(beginning) && /\btitle\b/i.test(beginning) && subject.test(beginning)
}
