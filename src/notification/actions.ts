import type { Action, Notification } from './index.ts'

/** A button as a line, for services that have none. */
export function actionLine({ label, url }: Action): string {
  return `${label}: ${url}`
}

/** A notification whose buttons are lines of its message. */
export function withActionLines<N extends { message: string; actions?: Action[] | undefined }>({
  actions = [],
  ...notification
}: N): Omit<N, 'actions'> {
  if (actions.length === 0) return notification
  return { ...notification, message: [notification.message, ...actions.map(actionLine)].filter(Boolean).join('\n') }
}

/** The icon as far as it is an address that a service can load; a path means something to this machine alone. */
export function iconAddress({ icon }: Pick<Notification, 'icon'>): string | undefined {
  return icon !== undefined && /^https?:/i.test(icon) ? icon : undefined
}
