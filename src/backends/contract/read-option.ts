import * as v from 'valibot'
import type { Option, Options } from './option.ts'

/** Keys are the same whatever their case and with or without `-` and `_`: `roomId`, `room-id` and `room_id`. */
export function normalKey(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '')
}

/** The option's own name for what a user calls it, or nothing if the backend has no such option. */
export function findOption(options: Options, key: string): string | undefined {
  const wanted = normalKey(key)
  return Object.keys(options).find((name) =>
    [name, ...(options[name]?.details.aliases ?? [])].some((known) => normalKey(known) === wanted),
  )
}

/** What a value becomes, or what was expected instead. Never quotes the value, which may be a secret. */
export function readOption(option: Option, value: unknown): { value: unknown } | { problem: string } {
  const result = v.safeParse(option.schema, value)
  return result.success ? { value: result.output } : { problem: result.issues[0].message }
}

/** Is this a path, and not what such a file holds? */
export function isPath(option: Option, value: unknown): value is string {
  return option.kind === 'path' && typeof value === 'string' && !option.content?.test(value)
}

/**
 * What a value makes us open: only a configuration that nobody else can change may say so. A text without a slash is a
 * file's name for nobody but the desktop, which looks for it among its own.
 */
export function opened(option: Option, value: unknown): 'program' | 'file' | undefined {
  const { names } = option.details
  if (names === 'file') return String(value).includes('/') ? 'file' : undefined
  return names ?? (isPath(option, value) ? 'file' : undefined)
}
