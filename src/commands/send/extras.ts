import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Action, longestLabel, longestUrl, mostActions } from '../../notification/index.ts'
import { UsageError } from '../../platform/errors.ts'
import { isAddress } from '../../platform/text.ts'

/**
 * The buttons that `--action 'LABEL, URL'` describes. A comma may stand in both.
 *
 * @throws UsageError
 */
export function readActions(texts: string[]): Action[] {
  if (texts.length > mostActions) throw new UsageError(`send --action: at most ${mostActions} can be given`)
  return texts.map((text) => {
    const [, label = '', url = ''] = /^\s*(.*?\S)\s*,\s*([a-z][a-z0-9+.-]+:\S+)\s*$/is.exec(text) ?? []
    if (label === '' || !isAddress(url)) {
      throw new UsageError(`send --action ${text}: expected a label and an address ('Open, https://example.org/')`)
    }
    if (url.length > longestUrl) throw new UsageError(`send --action ${label}: longer than ${longestUrl} characters`)
    if (label.length > longestLabel) {
      throw new UsageError(`send --action ${label}: the label is longer than ${longestLabel} characters`)
    }
    return { label, url }
  })
}

/** A path means the same to the process that shows the picture, in another folder. */
export function iconFrom(icon: string): string {
  if (/^https?:/i.test(icon) || icon.startsWith('/')) return icon
  try {
    const path = resolve(icon)
    return icon.includes('/') || existsSync(path) ? path : icon
  } catch {
    return icon
  }
}
