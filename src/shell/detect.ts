import { UsageError } from '../platform/errors.ts'
import { didYouMean } from '../platform/suggest.ts'
import { readStat } from '../process/proc.ts'
import { type Shell, shells } from './shells.ts'

/**
 * The shell that was named, else the one that asks, else $SHELL.
 *
 * @param command who wants to know
 * @param how how to name it there
 * @throws UsageError
 */
export function shellFrom(named: string | undefined, command: string, how: string): Shell {
  if (named !== undefined) {
    const known = shellOf(named)
    if (known !== undefined) return known
    throw new UsageError(`unknown shell ${named}${didYouMean(named, shells)} (known: ${shells.join(', ')})`)
  }
  const asking = shellOf(readStat(process.ppid)?.comm) ?? shellOf(process.env['SHELL'])
  if (asking !== undefined) return asking
  throw new UsageError(`${command}: cannot detect the shell: expected ${how} (known: ${shells.join(', ')})`)
}

/** The shell that a program's name stands for: `-bash`, `/bin/bash` and `zsh-5.9` too. */
function shellOf(program: string | undefined): Shell | undefined {
  const name = program?.slice(program.lastIndexOf('/') + 1).replace(/^-/, '')
  return shells.find((shell) => name !== undefined && new RegExp(`^${shell}([-.\\d].*)?$`).test(name))
}
