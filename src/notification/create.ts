import { hostname, userInfo } from 'node:os'
import { randomUuid } from '../platform/uuid.ts'
import { batchHere } from './batch.ts'
import type { Notification, Priority, Source } from './index.ts'

/** A notification that is made here, and now unless the details say otherwise; a working directory that was deleted is no obstacle. */
export function makeNotification(
  source: Source,
  message: string,
  details: Partial<Omit<Notification, 'id' | 'source' | 'message'>> = {},
): Notification {
  const priority: Priority = details.priority ?? 'default'
  const batch = batchHere()
  return {
    tags: [],
    time: new Date().toISOString(),
    origin: originHere(),
    ...(batch && { batch }),
    ...details,
    id: randomUuid(),
    source,
    message,
    priority,
  }
}

/** Who makes a notification here, and where. */
export function originHere(): Notification['origin'] {
  return { user: userName(), host: hostname(), cwd: workingFolder() }
}

function userName(): string {
  const fromEnvironment = process.env['LOGNAME'] || process.env['USER'] || process.env['USERNAME']
  if (fromEnvironment) return fromEnvironment
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    return process.env['PWD'] ?? '?'
  }
}
