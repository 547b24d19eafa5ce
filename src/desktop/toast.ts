import type { Action, TerminalReference } from '../notification/index.ts'

export const urgencies = ['low', 'normal', 'critical'] as const
export type Urgency = (typeof urgencies)[number]

/** What a desktop has to show. */
export interface Toast {
  title: string
  message: string
  urgency: Urgency
  /** A later toast of the same thread takes this one's place. */
  thread?: string | undefined
  /** The path of a picture, or a name of the icon theme. */
  icon?: string | undefined
  actions?: Action[] | undefined
  /** Not kept in the desktop's list once it has been shown. */
  transient?: boolean | undefined
  soundfile?: string | undefined
  /** Whose toast it is to Windows. */
  app_id?: string | undefined
  /** What a click on it leads to; nothing if nobody waits for clicks. */
  origin?: Origin | undefined
  /** Whether it is out of date: then it is not shown, or withdrawn. */
  isStale(): boolean
  /** Milliseconds; -1 leaves it to the desktop, 0 means until it is dismissed. */
  timeout: number
}

/** What a toast came from. */
export interface Origin {
  /** The id of the notification. */
  notification: string
  terminal: TerminalReference
}

/** A desktop that does not answer within this time, milliseconds, is given up: nobody waits for a frozen one. */
export const patience = 2000
