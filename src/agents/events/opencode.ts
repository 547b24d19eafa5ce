import { asObject, field } from '../../platform/json.ts'
import type { EventReader, Happening } from '../happening.ts'
import { listIn, type Payload, textIn } from '../payload.ts'

/** npm @opencode-ai/sdk: `{type, properties}`. */
export const opencode: EventReader = (event, { properties, text }) => {
  const name = event.replace('.v2.', '.')
  const read = Object.hasOwn(events, name) ? events[name] : undefined
  if (read !== undefined) {
    const happening = read(asObject(properties) ?? {})
    // Our own plug-in adds the last answer.
    return happening.meaning === 'done' ? { ...happening, text: textIn({ text }, 'text') } : happening
  }
  // Parts of messages and files come all the time, also while a question is open.
  return /^(message|file|lsp|storage|server|installation|ide|todo|tui|pty|vcs|project|mcp)\./.test(name)
    ? { meaning: 'passive' }
    : undefined
}

const events: Record<string, (properties: Payload) => Happening> = {
  'session.created': child,
  'session.updated': child,
  'session.status'(properties) {
    const status = textIn(properties, 'status.type', 'status')
    if (status === 'busy') return { meaning: 'started' }
    return { meaning: status === 'idle' ? 'done' : 'passive' }
  },
  'session.idle': () => ({ meaning: 'done' }),
  'session.deleted': () => ({ meaning: 'ended' }),
  'session.compacted': () => ({ meaning: 'active' }),
  'session.error'(properties) {
    const name = textIn(properties, 'error.name') ?? ''
    if (name === 'MessageAbortedError') return { meaning: 'interrupted' }
    return { meaning: 'failed', text: textIn(properties, 'error.data.message', 'error.message') ?? name }
  },
  'permission.asked': permission,
  'permission.updated': permission,
  'permission.replied': () => ({ meaning: 'active' }),
  'question.asked'(properties) {
    const [question] = listIn(properties, 'questions')
    return { meaning: 'needs-you', asking: 'hold', question: textIn(question, 'question', 'header') }
  },
  'question.replied': () => ({ meaning: 'active' }),
  'question.rejected': () => ({ meaning: 'active' }),
}

function child(properties: Payload): Happening {
  const parent = textIn(properties, 'info.parentID', 'parentID')
  return parent === undefined ? { meaning: 'passive' } : { meaning: 'subagent', child: true }
}

function permission(properties: Payload): Happening {
  const command = textIn(properties, 'metadata.command')
  const patterns = [listIn(properties, 'patterns'), listIn(properties, 'pattern')].flat()
  const asked = patterns.filter((one) => typeof one === 'string').join(' ') || textIn(properties, 'pattern', 'title')
  return {
    meaning: 'needs-you',
    asking: 'hold',
    tool: textIn(properties, 'permission', 'type', 'action'),
    question: command ?? (asked || undefined),
    isCommand: command !== undefined || field(properties, 'permission') === 'bash',
  }
}
