import { UsageError } from '../platform/errors.ts'
import type { Command, GlobalOptions } from './command.ts'

/** @throws UsageError for an option of a notification that the command could only ignore */
export function refuseUnused(
  split: Pick<GlobalOptions, 'targets' | 'sharedOptions'>,
  { name, takes }: Pick<Command, 'name' | 'takes'>,
  values: Record<string, unknown>,
): void {
  if (takes === undefined) return
  const given = {
    '-b': split.targets.length > 0 && !takes.includes('backend'),
    '-o': Object.keys(split.sharedOptions).length > 0 && !takes.includes('backend'),
    '--title': values['title'] !== undefined && !takes.includes('title'),
    '--no-emoji': values['no-emoji'] === true && !takes.includes('no-emoji'),
    '--json': values['json'] === true && !takes.includes('json'),
  }
  const [unused] = Object.entries(given).find(([, isUnused]) => isUnused) ?? []
  if (unused) throw new UsageError(`${name}: ${unused} means nothing here (ntfy help ${name.split(' ')[0]})`)
}
