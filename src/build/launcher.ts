/**
 * Makes the bin `ntfy`, which is a POSIX shell script as far as its `exec node`, and JavaScript behind that: for
 * JavaScript the shell part is a comment. shell/launcher.sh describes the steps.
 *
 * @throws when something in the shell part would end that comment
 */
export function joinLauncher(launcher: string, scripts: Record<string, string>, entry: string): string {
  const [shebang = '', ...lines] = launcher.split('\n')
  const shellPart = lines
    .filter((line) => line === '# @scripts@' || !line.trim().startsWith('#'))
    .map((line) => (line === '# @scripts@' ? printers(scripts) : line))
    .join('\n')
  if (shellPart.includes('*/')) throw new Error('shell/launcher.sh: the shell part holds the end of a comment, */')
  return `${shebang}\n':' /*\n${shellPart}\n*/;\n${entry}\n`
}

function printers(scripts: Record<string, string>): string {
  return Object.entries(scripts)
    .map(([shell, text]) => `[ "$ntfy_shell" = ${shell} ] && { printf %s ${quoted(text)}; exit; }`)
    .join('\n')
}

/** One word for sh that says `text`, without the two characters that end a JavaScript comment. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll('*/', "*'/'")}'`
}
