export interface LauncherParts {
  /** shell/launcher.sh. */
  launcher: string
  /** shell/spool.sh. */
  spool: string
  /** The hooks, by the shell's name. */
  scripts: Record<string, string>
  /** The completions, likewise. */
  completions: Record<string, string>
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
export function joinLauncher({ launcher, spool, scripts, completions, variables, entry }: LauncherParts): string {
  const [shebang = '', ...lines] = launcher.replace('# @spool@\n', () => spool).split('\n')
  const made: Record<string, () => string> = {
    '# @completions@': () => printers(completions, 'ntfy_completion'),
    '# @scripts@': () => printers(scripts, 'ntfy_shell'),
    '# @variables@': () => printerOf(variables),
  }
  const shellPart = lines
    .map((line) => ({ line, make: made[line.trim()] }))
    .filter(({ line, make }) => make || !line.trim().startsWith('#'))
    .map(({ line, make }) => make?.() ?? line)
    .join('\n')
  if (shellPart.includes('*/')) throw new Error('shell/launcher.sh: the shell part holds the end of a comment, */')
  return `${shebang}\n':' /*\n${shellPart}\n*/;\n${entry}\n`
}

/** Each variable that is set, `NAME=value`, and an empty field behind them, in one command and without a process. */
function printerOf(variables: readonly string[]): string {
  const fields = variables.map((name) => `\${${name}+"${name}=$${name}"}`)
  return `printf '%s\\0' ${fields.join(' ')} ''`
}

function printers(scripts: Record<string, string>, variable: string): string {
  return Object.entries(scripts)
    .map(([shell, text]) => `[ "$${variable}" = ${shell} ] && { printf %s ${quoted(text)}; exit; }`)
    .join('\n')
}

/** One word for sh that says `text`, without the two characters that end a JavaScript comment. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll('*/', "*'/'")}'`
}
