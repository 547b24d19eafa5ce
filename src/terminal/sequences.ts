import type { Priority } from '../notification/index.ts'
import { cut, oneLine } from '../platform/text.ts'
import type { Kind, Protocol } from './kinds.ts'

/** What a terminal has to show. */
export interface Message {
  title: string
  message: string
  priority: Priority
  /** The same id again replaces what is shown, where the terminal can. */
  id: string
  /** Not while the terminal has the focus, where the terminal can decide that. */
  unlessFocused?: boolean
}

/**
 * The bytes that make a terminal show a notification, below 1 KiB: so much is written at once, whole, also beside a
 * multiplexer's own output. Nothing in the texts can end the sequence or begin another: no control character of
 * either set is left in them.
 */
export function notificationSequence(message: Message, protocol: Protocol, kind?: Kind): string {
  return encoders[protocol](message, kind)
}

/** The texts as a line of their own. */
export function line({ title, message }: Pick<Message, 'title' | 'message'>): string {
  return cutTo(800, [title, message].map(oneLine).filter(Boolean).join(': '))
}

export const bell = '\x07'

const encoders: Record<Protocol, (message: Message, kind?: Kind) => string> = {
  /** iTerm2 and ConEmu take a leading number for a command: progress, a working folder, a message box. */
  osc9(message) {
    const text = line(message)
    return `\x1b]9;${/^\d+(;|$)/.test(text) ? 'ntfy: ' : ''}${text}\x07`
  },

  osc777({ title, message }, kind) {
    const body = kind?.endsAtSemicolon ? withoutSemicolons(oneLine(message)) : oneLine(message)
    const fields = [cutTo(120, withoutSemicolons(oneLine(title))), cutTo(kind?.longestBody ?? 780, body)]
    return `\x1b]777;notify;${fields.join(';')}\x07`
  },

  /** https://sw.kovidgoyal.net/kitty/desktop-notifications/ */
  osc99({ title, message, priority, id, unlessFocused }) {
    const key = id.replace(/[^A-Za-z0-9_.+-]/g, '-').slice(0, 64)
    const occasion = unlessFocused ? ':o=unfocused' : ''
    const head = `i=${key}:e=1:d=0:f=${base64('ntfy')}:u=${urgency[priority]}${occasion}`
    return (
      `\x1b]99;${head}:p=title;${base64(cutTo(90, oneLine(title)))}\x1b\\` +
      `\x1b]99;i=${key}:e=1:d=1:p=body;${base64(cutTo(480, oneLine(message)))}\x1b\\`
    )
  },

  /** https://iterm2.com/documentation-escape-codes.html */
  osc1337({ title, message }) {
    const texts = { title: cutTo(90, oneLine(title)), message: cutTo(480, oneLine(message)) }
    return `\x1b]1337;Notification=title=${base64(texts.title)};message=${base64(texts.message)}\x07`
  },
}

const urgency: Record<Priority, number> = { min: 0, low: 0, default: 1, high: 2, urgent: 2 }

function withoutSemicolons(text: string): string {
  return text.replaceAll(';', ',')
}

function cutTo(max: number, text: string): string {
  return cut(text, { max, unit: 'bytes' })
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
