export interface LauncherParts {
  /** shell/launcher.sh. */
  launcher: string
  /** shell/spool.sh. */
  spool: string
  /** The names of what a call keeps of its environment. */
  variables: readonly string[]
  entry: string
}

/**
 * Makes the bin `ntfy`, which is a POSIX shell script as far as its `exec node`, and JavaScript behind that: for
 * JavaScript the shell part is a comment. shell/launcher.sh describes the steps.
 *
 * @throws when something in the shell part would end that comment
 */
export function joinLauncher({ launcher, spool, variables, entry }: LauncherParts): string {
  const [shebang = '', ...lines] = launcher.replace('# @spool@\n', () => spool).split('\n')
  const shellPart = lines
    .map((line) => (line.trim() === '# @variables@' ? printerOf(variables) : line))
    .filter((line) => !line.trim().startsWith('#'))
    .join('\n')
  if (shellPart.includes('*/')) throw new Error('shell/launcher.sh: the shell part holds the end of a comment, */')
  return `${shebang}\n':' /*\n${shellPart}\n*/;\n${entry}\n`
}

/** Each variable that is set, `NAME=value`, and an empty field behind them, in one command and without a process. */
function printerOf(variables: readonly string[]): string {
  const fields = variables.map((name) => `\${${name}+"${name}=$${name}"}`)
  return `printf '%s\\0' ${fields.join(' ')} ''`
}
