import { UsageError } from '../platform/errors.ts'
import { didYouMean } from '../platform/suggest.ts'
import { readStat } from '../process/proc.ts'
import { type Shell, shellOf } from './shells.ts'

/**
 * The shell that was named, else the one that asks, else $SHELL.
 *
 * @param shells those that are meant
 * @param command who wants to know
 * @param how how to name it there
 * @throws UsageError
 */
export function shellFrom<S extends Shell>(
  named: string | undefined,
  shells: readonly S[],
  command: string,
  how: string,
): S {
  const meant = (program: string | undefined) => shells.find((one) => one === shellOf(program))
  if (named !== undefined) {
    const known = meant(named)
    if (known !== undefined) return known
    throw new UsageError(`unknown shell ${named}${didYouMean(named, shells)} (known: ${shells.join(', ')})`)
  }
  const asking = meant(readStat(process.ppid)?.comm) ?? meant(process.env['SHELL'])
  if (asking !== undefined) return asking
  throw new UsageError(`${command}: cannot detect the shell: expected ${how} (known: ${shells.join(', ')})`)
}
