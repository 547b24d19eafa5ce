/** The shells that have a completion. */
export const completedShells = ['bash', 'zsh', 'fish'] as const
export type CompletedShell = (typeof completedShells)[number]

/** The shells that have hooks. */
export const shells = [...completedShells, 'nushell', 'elvish', 'xonsh', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** How the names of their scripts end. */
export const extensions: Record<Shell, string> = {
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  nushell: 'nu',
  elvish: 'elv',
  xonsh: 'xsh',
  powershell: 'ps1',
}

/** Programs that have another name than their shell. */
const programs: Partial<Record<Shell, string>> = { nushell: 'nu', powershell: 'pwsh' }

/** The shell that a program's name stands for: `-bash`, `/bin/bash` and `zsh-5.9` too. */
export function shellOf(program: string | undefined): Shell | undefined {
  const name = program?.slice(program.lastIndexOf('/') + 1).replace(/^-/, '')
  if (name === undefined) return undefined
  return shells.find((shell) =>
    [shell, programs[shell]].some((one) => one !== undefined && new RegExp(`^${one}([-.\\d].*)?$`).test(name)),
  )
}
